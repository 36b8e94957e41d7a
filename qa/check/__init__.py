"""Whether a citation holds: against the file, and against what the claim says.

Owns these judgements; each takes a claim and its evidence, and knows nothing of where they come from.
"""
