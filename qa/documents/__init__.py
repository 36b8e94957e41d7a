"""A folder ready for questions: its index, brought up to date and opened.

Owns the choice of the embedder; knows nothing of models or answers.
"""
