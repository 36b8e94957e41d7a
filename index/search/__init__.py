"""Finding passages for a question.

Owns what speaks for a passage and how much; writes nothing.
"""
