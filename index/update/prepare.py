"""Files as they are to be stored: what of each must be read, and in which order."""

import hashlib
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from itertools import chain

from index.catalog.catalog import Catalog
from index.catalog.rows import Prepared
from index.convert.file import Read, Result, maker, read_bytes
from index.convert.readers import IN_HASTE, read_round
from index.convert.worker import LIMITS
from index.files.plan import HASTY, Known, plan, young
from index.files.walk import Found
from index.read.formats import reader_for
from index.update.look import makers_of, nothing_in
from index.update.target import Target

BATCH_BYTES = 3_500_000
"""Files are read, embedded and stored in groups of about this size, which bounds memory and what a Ctrl-C can undo."""

FIRST_BATCH_BYTES = 400_000
"""The first group is small: a question that waits for a first build is answered from it."""

BATCH_SECONDS = 5.0
"""Where files are slow to read, what was read by then is stored: another process may ask meanwhile."""

Batch = list[tuple[Found, Prepared | None]]
"""Files with what is to be stored of them; None for one that has vanished."""


def changes(
    target: Target, found: Sequence[Found], catalog: Catalog | None, *, rebuild: bool
) -> Iterator[tuple[str, Prepared | None]]:
    """What an update would store of each file whose row it would change; stores nothing. `catalog` is None for a new index."""
    if all(f.left_out for f in found):
        raise nothing_in(target, [(f.source, f.left_out) for f in found])
    if catalog:
        target.owned(catalog)
    before = catalog.sources() if catalog else {}
    look = plan(found, {} if rebuild else before, makers_of(found)).look
    for file, item in chain.from_iterable(prepared(look, before, catalog, rebuild=rebuild, hasty=False)):
        if item is None or rebuild or item.row != before.get(file.source):
            yield file.source, item


def prepared(
    look: Sequence[Found], before: Mapping[str, Known], catalog: Catalog | None, *, rebuild: bool, hasty: bool
) -> Iterator[Iterator[tuple[Found, Prepared | None]]]:
    """Files as they are to be stored, None for one that has vanished; only what is not stored already is read to the end.

    In two rounds: those whose reader had to be stopped come when the others are stored, in haste as left out.
    """

    def items(results: Iterable[tuple[Found, Result]]) -> Iterator[tuple[Found, Prepared | None]]:
        for found, result in results:
            yield found, None if result is None else _item(found, result, before.get(found.source))

    def first() -> Iterator[tuple[Found, Prepared | None]]:
        to_read: list[Found] = []
        sizes = set() if rebuild else {known.stat.size for known in before.values() if known.sha256}
        for found in look:
            if (stored := _without_reading(found, before, catalog, sizes)) is not None:
                yield found, stored
            else:
                to_read.append(found)
        yield from items(read_round(to_read, slow, IN_HASTE if hasty else LIMITS))

    slow: list[Found] = []
    yield first()
    yield map(_put_off, slow) if hasty else items(read_round(slow, None))


def batches(items: Iterable[tuple[Found, Prepared | None]]) -> Iterator[Batch]:
    """Files in groups of about BATCH_BYTES, the first one smaller; none waits for long for files that are slow to read."""
    batch: Batch = []
    size, limit, begun = 0, FIRST_BATCH_BYTES, time.monotonic()
    for found, item in items:
        batch.append((found, item))
        size += found.stat.size
        if size >= limit or time.monotonic() - begun > BATCH_SECONDS:
            yield batch
            batch, size, limit, begun = [], 0, BATCH_BYTES, time.monotonic()
    if batch:
        yield batch


def _without_reading(found: Found, before: Mapping[str, Known], catalog: Catalog | None, sizes: Set[int]) -> Prepared | None:
    """What is to be stored of a file that is left out, or whose bytes are stored already: touched, renamed, copied."""
    reader = reader_for(found.source, ocr=found.ocr)
    if found.left_out or reader is None:
        return Prepared(found.source, Known(found.stat, time.time_ns(), "", "", found.left_out))
    if catalog is None or found.stat.size not in sizes:
        return None
    opened = read_bytes(found)
    if not isinstance(opened, tuple):
        return None
    stat, checked, data = opened
    sha256 = hashlib.sha256(data).hexdigest()
    if not catalog.document_stored(sha256, maker(reader)):
        return None
    return _item(found, Read(stat, checked, sha256), before.get(found.source))


def _put_off(found: Found) -> tuple[Found, Prepared]:
    """A file whose reader had to be stopped while a question waits: left out, until a run that has more time."""
    reader = reader_for(found.source, ocr=found.ocr)
    assert reader is not None
    reason = "it takes long to read, or its reader crashes: `qa index` tries it again with more time"
    return found, Prepared(found.source, Known(found.stat, time.time_ns(), maker(reader) + HASTY, "", reason))


def _item(found: Found, result: Read, before: Known | None) -> Prepared:
    """A source to be stored, of what was read of its file."""
    reader = reader_for(found.source, ocr=found.ocr)
    assert reader is not None
    checked = result.checked_ns
    sha256 = "" if result.left_out else result.sha256
    if before and before.stat == result.stat and before.sha256 == sha256 and young(result.stat, checked):
        checked = before.checked_ns  # nothing that this look makes sure of: the row stays as it is
    row = Known(result.stat, checked, maker(reader), sha256, result.left_out)
    return Prepared(found.source, row, result.document, result.passages, lines=not reader.converted)
