"""Formats of office programs: archives of XML."""
