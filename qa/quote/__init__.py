"""Sentences quoted where no model answers: which of the passages found, and what belongs together with them."""
