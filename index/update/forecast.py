"""What a run now would embed, counted by reading and splitting the files; nothing is stored.

Owns the counting. Knows nothing of prices (`qa/model/prices.py`) and opens no vector store, so what only that knows is counted
in.
"""

from collections.abc import Mapping, Set
from contextlib import nullcontext
from dataclasses import dataclass

from index.catalog import schema
from index.catalog.catalog import Catalog
from index.catalog.rows import Prepared, text_hash
from index.service.budget import BYTES_A_TOKEN, most_tokens
from index.update.look import look
from index.update.prepare import changes
from index.update.target import Target


@dataclass(frozen=True, slots=True)
class Amount:
    """Texts to embed. `most` is more tokens than they can have, `tokens` about how many they have in English."""

    passages: int
    most: int

    @property
    def tokens(self) -> int:
        """About."""
        return -(-self.most // BYTES_A_TOKEN)


@dataclass(frozen=True, slots=True)
class Forecast:
    """What a run would do: `own` it would embed with the index's own embedder, `other` with another one that it switches to."""

    files: int
    removed: int
    own: Amount
    other: Amount


def forecast(target: Target, *, rebuild: bool = False) -> Forecast:
    """Read what changed as a run would; raises what a run would raise before it stores anything."""
    found = look(target)
    usable = target.indexed and not schema.is_old(target.home)
    with Catalog(target.home) if usable else nullcontext() as catalog:
        items = dict(changes(target, found, catalog, rebuild=rebuild))
        read = [item for item in items.values() if item and item.document]
        new = {text_hash(p.embedded): most_tokens(p.embedded) for item in read for p in item.passages}
        if catalog is None:
            return Forecast(len(read), 0, _amount(new), _amount(new))
        there = {f.source for f in found if not f.left_out}
        kept = _kept(catalog, items, there)
        every = new | {h: most_tokens(text) for h, text in catalog.texts_in(kept)}
        owed = {h: most_tokens(text) for h, text in catalog.texts_in(kept, owed=True)}
        own = every if rebuild else _not_stored(target, catalog, new) | owed
        return Forecast(len(read), len(catalog.document_ids().keys() - there), _amount(own), _amount(every))


def _kept(catalog: Catalog, items: Mapping[str, Prepared | None], there: Set[str]) -> set[int]:
    """The stored documents that some source still holds, or holds again under another name."""
    ids = catalog.document_ids()
    same = {id_ for path, id_ in ids.items() if path in there and path not in items}
    held = {item.row.sha256 for item in items.values() if item and not item.document and item.row.sha256}
    return same | {ids[path] for sha256 in held for path in catalog.sources_of(sha256)}


def _not_stored(target: Target, catalog: Catalog, new: Mapping[str, int]) -> dict[str, int]:
    """Those of the texts whose vectors nobody has: neither the catalog nor what a run that was cut off has left."""
    known = catalog.embedded(new) | catalog.old_among(new)
    if target.spool.left():
        known |= set(target.spool.take(catalog.meta("collection"), new)[0])
    return {h: tokens for h, tokens in new.items() if h not in known}


def _amount(texts: Mapping[str, int]) -> Amount:
    return Amount(len(texts), sum(texts.values()))
