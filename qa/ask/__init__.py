"""One question: from the passages found to an answer whose citations are proved.

Owns the straight line of a question; only `qa/cli/` comes in.
"""
