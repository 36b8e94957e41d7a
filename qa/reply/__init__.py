"""From what a model wrote to sentences with their citations.

Owns how ids are found in a reply; knows nothing of files or endpoints.
"""
