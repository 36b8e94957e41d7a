"""The bar of long work: it moves by itself, and nothing but it is written where it stands."""

import io
import sys
import time

import pytest

from qa.show.terminal import Screen


class Terminal(io.StringIO):
    """What is written to a terminal."""

    def isatty(self) -> bool:
        """It is one."""
        return True

    def waits_for(self, words: str) -> None:
        """Until they stand there."""
        end = time.monotonic() + 60
        while words not in self.getvalue():
            assert time.monotonic() < end, self.getvalue()
            time.sleep(0.01)


def streams(monkeypatch: pytest.MonkeyPatch) -> tuple[io.StringIO, Terminal]:
    """Standard output, which goes into a file, and standard error, which is a terminal."""
    out, err = io.StringIO(), Terminal()
    monkeypatch.setattr(sys, "stdout", out)
    monkeypatch.setattr(sys, "stderr", err)
    monkeypatch.setenv("TERM", "xterm")
    return out, err


def test_it_moves_while_nothing_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a file that takes long; it goes when something is shown, which goes where it belongs."""
    out, err = streams(monkeypatch)
    screen = Screen()
    with screen.progress() as told:
        told(0, 1, 0)
        err.waits_for("0/1")
        assert "Indexing" in err.getvalue()
        assert "file " in err.getvalue()
        err.waits_for("0:00:01")
        told(0, 1, 2048)
        err.waits_for("2,048 passages")
        screen.line("The answer.")
        shown = err.getvalue()
        told(1, 1, 4096)
    assert out.getvalue() == "The answer.\n"
    assert err.getvalue() == shown
    assert "answer" not in shown


def test_words_where_there_is_no_colour(monkeypatch: pytest.MonkeyPatch) -> None:
    """A line, once."""
    monkeypatch.setenv("NO_COLOR", "1")
    _, err = streams(monkeypatch)
    with Screen().progress() as told:
        told(0, 1200, 0)
        err.waits_for("\n")
        told(5, 1200, 90)
    assert err.getvalue() == "Indexing 1,200 files…\n"


def test_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of what is done at once, and where nobody wants to know."""
    _, err = streams(monkeypatch)
    with Screen().progress() as told:
        told(0, 0, 0)
        told(0, 3, 0)
        told(3, 3, 9)
    with Screen(quiet=True).progress() as told:
        told(0, 3, 0)
    assert err.getvalue() == ""
