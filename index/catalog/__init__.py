"""The truth of an index, in one SQLite file: sources, texts, passages and their words.

Owns every SQL statement on it; knows nothing of files on disk, embedders or Chroma.
"""
