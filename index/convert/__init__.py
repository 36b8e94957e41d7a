"""From a file to its passages, in processes that can be stopped.

Owns what the reading of one file may take; knows nothing of the index.
"""
