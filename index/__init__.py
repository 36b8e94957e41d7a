"""The index of a folder of documents: what is in them, found by words and by meaning, with exact places."""
