"""Which files there are, which of them changed, and which are left alone.

Owns the look at the documents' folder; reads no document but its first line.
"""
