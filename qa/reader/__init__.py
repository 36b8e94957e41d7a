"""The local reader: which sentence of the passages found answers a question, and how likely it does."""
