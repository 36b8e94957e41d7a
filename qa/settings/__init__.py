"""Settings: options, environment and the project's `.env`, and what of these may be trusted.

Owns the environment, which is read nowhere else.
"""
