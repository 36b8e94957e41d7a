"""What is kept of answers, and what of a saved one still holds.

Owns the form of a saved answer; knows nothing of how one is made or shown.
"""
