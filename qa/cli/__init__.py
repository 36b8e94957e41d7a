"""The command line: options in, exit codes out; one file a command.

Owns what the user types and the codes that come back; nothing imports from here.
"""
