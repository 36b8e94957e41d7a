"""What this machine offers.

Owns what is asked of the operating system beside files; knows nothing of the index.
"""

import os
import threading
from collections.abc import Callable
from typing import Any


def processors() -> int:
    """Those that this process may use, which in a container are fewer than the machine has."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def in_thread(call: Callable[[], Any]) -> None:
    """Make a call that Python cannot interrupt, in a thread that ends with the process: Ctrl-C is heeded meanwhile."""
    failed: list[BaseException] = []
    done = threading.Event()

    def work() -> None:
        try:
            call()
        except BaseException as error:  # noqa: BLE001 (raised by the thread that waits)
            failed.append(error)
        done.set()

    threading.Thread(target=work, daemon=True).start()
    done.wait()
    if failed:
        raise failed[0]
