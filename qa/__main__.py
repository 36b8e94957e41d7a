"""The program: `qa`, and `python -m qa`. Ctrl-C while it is still loading is no failure either."""

import os
import sys


def main() -> None:
    """Run the command line and exit with its code."""
    try:
        from qa.cli.main import main as run

        run()
    except KeyboardInterrupt:
        os.write(2, b"Stopped.\n" if sys.stderr else b"")
        os._exit(130)


if __name__ == "__main__":
    main()
