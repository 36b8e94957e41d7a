"""Presentations: slides in order, with their charts, tables and notes."""
