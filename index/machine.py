"""What this machine offers.

Owns what is asked of the operating system beside files; knows nothing of the index.
"""

import os


def processors() -> int:
    """Those that this process may use, which in a container are fewer than the machine has."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
