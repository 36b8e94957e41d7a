"""What an index run has to do: the files on disk held against the catalog's rows.

Owns the decision by stat; reads no file (content hashes decide later, in `index/update/run.py`). A file whose last change is
too close to the moment it was looked at may change again within the clock's grain, so its stat is not trusted (git calls this
"racily clean").
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from index.files.walk import Found, Stat

YOUNG_NS = 2_000_000_000
"""A file that changed less than this before it was looked at is read again; FAT's clock has a grain of two seconds."""


class Known(NamedTuple):
    """A source as the catalog has it; `maker` names the reader and splitter that made it, `sha256` is "" if left out."""

    stat: Stat
    checked_ns: int
    maker: str
    sha256: str
    left_out: str


@dataclass(frozen=True, slots=True)
class Plan:
    """`look` are files to read (new, changed, or too young to trust), `gone` are sources that are no longer there."""

    look: tuple[Found, ...]
    gone: tuple[str, ...]
    same: int

    def __bool__(self) -> bool:
        """Whether there is anything to do."""
        return bool(self.look or self.gone)


HASTY = "/in haste"
"""Behind the maker of a file that took longer than a question waits: for a question it stays left out, else it is read."""


def plan(found: Sequence[Found], known: Mapping[str, Known], makers: Mapping[str, str], *, hasty: bool = False) -> Plan:
    """Hold files against rows; `makers[source]` is what would make that source today. `hasty` is for a question."""
    look = tuple(f for f in found if not _same(f, known.get(f.source), makers[f.source], hasty))
    there = {f.source for f in found}
    gone = tuple(source for source in known if source not in there)
    return Plan(look, gone, len(found) - len(look))


def _same(found: Found, known: Known | None, maker: str, hasty: bool) -> bool:
    if known is None or known.maker not in ((maker, maker + HASTY) if hasty else (maker,)):
        return False
    if found.left_out:
        return known.left_out == found.left_out  # whatever else happens to it
    if known.stat != found.stat:
        return False
    return not young(found.stat, known.checked_ns)


def young(stat: Stat, checked_ns: int) -> bool:
    """Whether a file looked at then may change again with the same stat."""
    return max(stat.mtime_ns, stat.ctime_ns) >= checked_ns - YOUNG_NS
