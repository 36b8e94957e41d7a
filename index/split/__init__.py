"""From a text to its sentences and passages, without loss.

Owns where a text may be cut; knows nothing of files or formats.
"""
