"""The chat model: which one, what it is sent, what comes back and what that costs.

Owns every word of a prompt and every call of the model's endpoint.
"""
