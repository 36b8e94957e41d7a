"""File formats: from a file's bytes to a document's text, title and places.

`formats.py` tells the reader of a file; each format is one file, in rooms by what they share.
"""
