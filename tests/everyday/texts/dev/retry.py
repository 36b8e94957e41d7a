"""Retry calls to the relay that failed for a passing reason."""

import random
import time

MAX_ATTEMPTS = 7
FIRST_WAIT = 0.4  # seconds


def with_retries(call, attempts=MAX_ATTEMPTS):
    """Call until it succeeds; waits double after each failure, with up to 30 percent of jitter.

    Only TimeoutError and ConnectionResetError are tried again, since any other failure would come back.
    """
    wait = FIRST_WAIT
    for attempt in range(attempts):
        try:
            return call()
        except (TimeoutError, ConnectionResetError):
            if attempt + 1 == attempts:
                raise
            time.sleep(wait * (1 + random.random() * 0.3))
            wait *= 2
