"""The hits of several folders as those of one search.

Each folder is searched with words weighed over all of them; what is a share of the folder's own best becomes one of the best of
all, and words count as much as in the folder that holds most of the question. Owns how scores are made comparable. Knows
nothing of how one folder is searched.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import chain, zip_longest

from index.passage import Hit, Place
from index.search.candidates import Found
from index.search.rank import BY_WORDS


def together(found: Mapping[str, Found], top: int) -> Found:
    """The best `top` of what was found in each folder, places with its name before them; the same text is one hit."""
    first = next(iter(found.values()))
    trust = max(one.trust for one in found.values())
    trusted = {name: trust / one.trust if one.trust else 1.0 for name, one in found.items()}
    words = {name: max((_part(hit, "around") * trusted[name] for hit in one.hits), default=0.0) for name, one in found.items()}
    meaning = {name: one.similarity for name, one in found.items()}
    shares = {name: dict.fromkeys(BY_WORDS, trusted[name]) | {"meaning": _share(meaning, name)} for name in found}
    for name, share in shares.items():
        share["words"] *= _share(words, name)
    hits = [[_named(_rescored(hit, shares[name]), name) for hit in one.hits] for name, one in found.items()]
    in_turn = list(filter(None, chain.from_iterable(zip_longest(*hits))))
    merged = _once(in_turn if first.question.overview else sorted(in_turn, key=lambda hit: -hit.score))
    failure = next((one.failure for one in found.values() if one.failure), None)
    known = frozenset[str]().union(*(one.question.known for one in found.values()))
    return Found(replace(first.question, known=known), merged[:top], max(meaning.values()), failure)


def _part(hit: Hit, name: str) -> float:
    return dict(hit.why).get(name, 0.0)


def _share(best: Mapping[str, float], name: str) -> float:
    """What a folder's best is of the best of all."""
    return best[name] / most if (most := max(best.values())) > 0 else 1.0


def _rescored(hit: Hit, shares: Mapping[str, float]) -> Hit:
    why = tuple((name, round(value * shares.get(name, 1.0), 4)) for name, value in hit.why)
    lost = sum(value * (1 - shares.get(name, 1.0)) for name, value in hit.why)
    return replace(hit, score=round(max(0.0, hit.score - lost), 4), why=why)


def _named(hit: Hit, name: str) -> Hit:
    def placed(place: Place) -> Place:
        return replace(place, source=f"{name}/{place.source}")

    return replace(hit, place=placed(hit.place), also=tuple(map(placed, hit.also)))


def _once(hits: Sequence[Hit]) -> list[Hit]:
    """Passages of identical text as one, with all its places."""
    kept: dict[tuple[str, str], Hit] = {}
    for hit in hits:
        key = hit.text, hit.heading
        held = kept.setdefault(key, hit)
        if held is not hit:
            kept[key] = replace(held, also=(*held.also, hit.place, *hit.also))
    return list(kept.values())
