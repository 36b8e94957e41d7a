"""An OpenAI-compatible service: how it is called, how fast, what it may send, what that may cost, and what its failures are.

Used for embeddings and for chat models alike; knows nothing of either.
"""
