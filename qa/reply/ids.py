"""The ids in a reply: what a bracket says, in whatever form a model writes it.

Owns the grammar, and knows nothing of hits:

    group  = open body close               open, close = [ ] 【 】 ［ ］, and ( ) （ ） around ids of two numbers
    body   = ["^"] item {sep item} ["†" …]                     [3.2]  [3.2, 3.4]  [3.2-3.4]  [3.2-4]  【3.2†file】  (3.2)
    item   = id [dash (id | sentence)]                         a range; one over two passages, or backwards, is its two ends
    id     = passage ("." | ":") sentence                      both from 1; [S3.2] [id 3.2] [Passage 3, sentence 2] [p3s2]
           | number                                            [7] [S7] [Passage 7]: a sentence or a passage, as told or found
    sep    = "," | ";" | "&" | "and" | white space             and their forms in Chinese and Japanese

[1,7] may be an id, or two numbers: each such reading is given, and the reply's text decides. An interval from below one,
[0.5, 0.9], is text; so are [sic], [x], [text](url), [-1.2].
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_PASSAGE = r"(?:passages?|p|docs?|documents?|sources?|abschnitt|quelle|passagen?|pasaje|fuente)"
_SENTENCE = r"(?:sentences?|s|satz|phrases?|frases?|lines?)"
_LABEL = rf"(?:ids?|refs?|{_PASSAGE}|{_SENTENCE})"
_WORDS = (
    "id ids ref refs p s passage passages doc docs document documents source sources abschnitt quelle passagen pasaje fuente"
    " sentence sentences satz phrase phrases frase frases line lines and und"
).split()
_SEP = r"(?:\s*(?:[,;&，；、]|and|und)\s*|\s+)"
_DASH = r"\s*[-–—]\s*"
_PAIR = re.compile(rf"{_PASSAGE}\s?#?(\d{{1,6}})\s?[,;:.]?\s?{_SENTENCE}\s?#?(\d{{1,6}})", re.IGNORECASE)
_ID = r"[0-9]{1,6}[.．:][0-9]{1,6}"
_ITEM = re.compile(
    rf"(?P<label>{_LABEL}s?)?[:\s#]{{0,3}}(?:(?P<passage>[0-9]{{1,6}})[.．:](?P<of>{_LABEL}\s?)?)?(?P<number>[0-9]{{1,6}})"
    rf"(?:{_DASH}(?:{_LABEL}\s?)?(?:(?P<other>[0-9]{{1,6}})[.．:])?(?P<last>[0-9]{{1,6}}))?(?![\d.．:])",
    re.IGNORECASE,
)
_REST = re.compile(r"[\s,;.]*(?:†.*)?")
_SO_FAR = re.compile(r"(?:[\s\d.．:,;&，；、–—#^-]|[A-Za-z]+)*(?:†.*)?")
LONGEST = 200
"""Characters of a group, and ids of a range."""

TWO = re.compile(rf"{_ID}|{_PASSAGE}\s?\d+\s?,?\s?{_SENTENCE}\s?\d", re.IGNORECASE)
"""What must stand between round brackets."""


@dataclass(frozen=True, slots=True)
class Id:
    """An id as written; None stands for a passage or a sentence that is not told."""

    passage: int | None
    sentence: int | None


Reading = tuple[Id, ...]


def readings(body: str) -> list[Reading]:
    """What the body of a group may mean, the likeliest first; [] where it is none."""
    body = _PAIR.sub(r"\1.\2", body.strip(" \t\n^"))
    items, at = list[re.Match[str]](), 0
    while item := _ITEM.match(body, at):
        items.append(item)
        at = item.end()
        if not (sep := re.compile(_SEP).match(body, at)) or not _ITEM.match(body, sep.end()):
            break
        at = sep.end()
    if not items or not _REST.fullmatch(body, at):
        return []
    found = tuple(id_ for item in items for id_ in _ids(item))
    if len(found) > 1 and all(id_.passage == 0 for id_ in found):
        return []
    if any(item["passage"] for item in items):
        return [found]
    numbers = [int(item["number"]) for item in items]
    if any(item["label"] and re.fullmatch(_SENTENCE, item["label"], re.IGNORECASE) for item in items):
        return [found]
    passages = tuple(Id(n, None) for n in numbers)
    if any(item["label"] and re.fullmatch(_PASSAGE, item["label"], re.IGNORECASE) for item in items):
        return [passages]
    pair = [(Id(numbers[0], numbers[1]),)] if re.fullmatch(r"\d+\s?,\s?\d+", body) else []
    return [*pair, passages, found]


def _ids(item: re.Match[str]) -> Iterator[Id]:
    """The ids that an item names, ranges spelled out; of a range too long for any passage its beginning and end."""
    passage, first = int(item["passage"]) if item["passage"] else None, int(item["number"])
    yield Id(passage, first)
    if item["last"]:
        other, last = int(item["other"]) if item["other"] else passage, int(item["last"])
        if other == passage and first < last <= first + LONGEST:
            yield from (Id(passage, n) for n in range(first + 1, last + 1))
        else:
            yield Id(other, last)


def may_go_on(body: str) -> bool:
    """Whether a body without its end may still become that of a group."""
    if len(body) > LONGEST or not _SO_FAR.fullmatch(body):
        return False
    told = body.partition("†")[0].casefold()
    runs = re.findall("[a-z]+", told)
    begun = runs.pop() if told[-1:].isalpha() else ""
    return all(run in _WORDS for run in runs) and any(word.startswith(begun) for word in _WORDS)
