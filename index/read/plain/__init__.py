"""Files that are text, and text in a form: its encoding, its structure."""
