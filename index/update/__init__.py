"""Bringing an index up to date: what changed is read, split, embedded and stored.

Owns a run and its order, by which nothing is ever lost; knows nothing of questions.
"""
