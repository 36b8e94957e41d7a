"""Vectors in Chroma: ids and vectors alone, never a text.

Owns where and how they are kept; all of it can be made again from the catalog.
"""
