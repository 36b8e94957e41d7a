"""How often a model, as answerer and as judge, is wrong about the user's own documents.

Owns claims whose truth is known by the way they were made; nothing else states an error rate for one's own model and documents.
"""
