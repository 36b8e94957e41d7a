"""This machine: what it offers, and processes of our own."""
