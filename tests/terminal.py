"""A terminal of a given width for a command line, and what a person would see on it."""

import fcntl
import os
import pty
import re
import struct
import termios

from conftest import start


def on_terminal(*arguments: str, columns: int = 80, typed: str = "", color: bool = False, **options: object) -> tuple[int, str]:
    """The exit code and all that was shown, lines as lines; without `color` marks are left out."""
    parent, terminal = pty.openpty()
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
    own = {"env": dict(os.environ), **options}  # without the COLUMNS that readline sets behind Python's back
    child = start(arguments, stdin=terminal, stdout=terminal, stderr=terminal, **own)
    os.close(terminal)
    os.write(parent, typed.encode())
    seen = b""
    try:
        while part := os.read(parent, 65536):
            seen += part
    except OSError:  # how Linux says that nobody writes any more
        pass
    os.close(parent)
    shown = seen.decode().replace("\r\n", "\n")
    return child.wait(timeout=60), shown if color else re.sub(r"\x1b\[[0-9;]*[A-Za-z]|\x1b\]8;;[^\x1b]*\x1b\\", "", shown)
