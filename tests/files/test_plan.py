"""What an update has to look at, by stat."""

import pytest

from index.files.plan import YOUNG_NS, Known, plan
from index.files.walk import Found, Stat

LONG_AGO = 1_000_000_000_000
STAT = Stat(size=10, mtime_ns=LONG_AGO, ctime_ns=LONG_AGO, inode=7)
FOUND = Found("a.txt", "a.txt", STAT)
KNOWN = Known(STAT, LONG_AGO + 2 * YOUNG_NS, "text-1/1", "hash", "")


def looks(found: Found, known: Known | None) -> bool:
    """Whether the file is to be read."""
    return bool(plan([found], {"a.txt": known} if known else {}, {"a.txt": "text-1/1"}).look)


def test_an_unchanged_file_is_not_read() -> None:
    """The plan is empty, which is false."""
    assert not plan([FOUND], {"a.txt": KNOWN}, {"a.txt": "text-1/1"})


@pytest.mark.parametrize(
    ("found", "known"),
    [
        (FOUND, None),  # new
        (FOUND._replace(stat=STAT._replace(size=11)), KNOWN),  # grown
        (FOUND._replace(stat=STAT._replace(mtime_ns=LONG_AGO + 1)), KNOWN),  # written
        (FOUND._replace(stat=STAT._replace(ctime_ns=LONG_AGO + 1)), KNOWN),  # written, and its mtime put back
        (FOUND._replace(stat=STAT._replace(inode=8)), KNOWN),  # another file moved there
        (FOUND, KNOWN._replace(maker="text-0/1")),  # made by an older reader
        (FOUND, KNOWN._replace(checked_ns=LONG_AGO + 1)),  # too young when it was looked at
        (FOUND._replace(left_out="a link to nothing"), KNOWN),  # cannot be indexed any more
    ],
)
def test_a_file_that_may_have_changed_is_read(found: Found, known: Known | None) -> None:
    """Each thing that a stat can tell."""
    assert looks(found, known)


def test_what_is_left_out_for_the_same_reason_is_not_read_again() -> None:
    """A link that leads outside stays left out without a look, however young it is and whatever happens to it."""
    found = FOUND._replace(left_out="outside")
    assert not looks(found, KNOWN._replace(left_out="outside", checked_ns=LONG_AGO))
    assert not looks(found, KNOWN._replace(left_out="outside", stat=STAT._replace(size=11)))
    assert looks(found, KNOWN._replace(left_out="excluded by .gitignore (*.txt)"))


def test_sources_that_are_not_there_are_gone() -> None:
    """They are named, so that they are forgotten."""
    assert plan([], {"a.txt": KNOWN}, {}).gone == ("a.txt",)
