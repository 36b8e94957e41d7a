"""A time after which what this process does is broken off: a loop, or an expression that tries too much.

Owns the alarm; knows nothing of what is done meanwhile.
"""

import signal
import threading
from collections.abc import Callable
from typing import TypeVar

Result = TypeVar("Result")


class TooLong(BaseException):
    """The time is over."""


def within(seconds: float, call: Callable[[], Result]) -> Result:
    """A call's result, or TooLong; without a limit in another thread than the main one, or where a system has no alarm."""
    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        return call()
    before = signal.signal(signal.SIGALRM, _ring)
    timer = signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        return call()
    finally:
        signal.setitimer(signal.ITIMER_REAL, *timer)
        signal.signal(signal.SIGALRM, before)


def _ring(*_: object) -> None:
    raise TooLong
