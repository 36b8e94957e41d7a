"""What a claim is held against: the sentences that it cites, what stands around them, and what their passage is about.

Owns how far evidence reaches: the cited sentences themselves; their heading, columns' names, title and file; two sentences
before and one behind, where "he" has a name; and, for the scale of a table ("in millions"), the passage.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from functools import cached_property

from index.passage import Hit, Span
from index.split.tables import with_names
from qa.answer import SentenceRef
from qa.check.words import capitalised, folded, folded_word, small_words

BEFORE, BEHIND = 2, 1
"""Sentences around a cited one."""


class Sent:
    """The passages that were sent to the model."""

    def __init__(self, hits: Sequence[Hit]) -> None:
        self._hits = hits

    @cached_property
    def names(self) -> frozenset[str]:
        """Words that are capitalised inside a sentence and nowhere written small, folded."""
        return frozenset({folded_word(w) for hit in self._hits for _, w in capitalised(hit.text, inside=True)} - self.small)

    @cached_property
    def small(self) -> frozenset[str]:
        """Words that are written small somewhere, folded."""
        return frozenset(word for hit in self._hits for word in small_words(hit.text))

    def has(self, name: str) -> bool:
        """Whether a name of several words stands somewhere as it is."""
        return any(name in text for text in self._texts)

    def of(self, sources: Collection[str]) -> Iterator[str]:
        """The passages of these sources."""
        return (hit.text for hit in self._hits if hit.place.source in sources)

    def around(self, ref: SentenceRef) -> list[str]:
        """The sentences beside a cited one, among those sent of its source, in their order; not the sentence itself."""
        sentences = self._sentences[ref.hit.place.source]
        at = bisect_left(sentences, (ref.span, ""))
        near = sentences[max(0, at - BEFORE) : at + BEHIND + 1]
        return [text for span, text in near if span != ref.span]

    @cached_property
    def _sentences(self) -> dict[str, list[tuple[Span, str]]]:
        """By source, in the order of the source."""
        found: dict[str, list[tuple[Span, str]]] = defaultdict(list)
        for hit in self._hits:
            found[hit.place.source] += [(span, hit.sentence(span)) for span in hit.sentences]
        return {source: sorted(sentences) for source, sentences in found.items()}

    @cached_property
    def _texts(self) -> list[str]:
        return [" ".join(hit.text.split()) for hit in self._hits]


class Evidence:
    """What one claim is compared with."""

    def __init__(self, cited: Sequence[SentenceRef], sent: Sent) -> None:
        self.cited, self.sent = cited, sent
        self.quotes = [ref.quote for ref in cited]
        self.about = list(dict.fromkeys(_about(ref) for ref in cited))

    @cached_property
    def around(self) -> list[str]:
        """The sentences beside the cited ones."""
        found = dict.fromkeys(text for ref in self.cited for text in self.sent.around(ref))
        return [text for text in found if text not in self.quotes]

    @cached_property
    def text(self) -> str:
        """The cited sentences with what they are about."""
        return "\n".join([*self.quotes, *self.about])

    @cached_property
    def near(self) -> str:
        """With what stands around."""
        return "\n".join([self.text, *self.around])

    @cached_property
    def passages(self) -> str:
        """The passages of their documents that were sent."""
        return "\n".join([*self.about, *self.sent.of({ref.hit.place.source for ref in self.cited})])

    @cached_property
    def folded(self) -> str:
        """`near`, with case, accents and the like folded."""
        return folded(self.near)


def heading_of(ref: SentenceRef) -> str:
    """The heading above a sentence, with the names of the columns where it is a row."""
    return with_names(ref.hit.heading, ref.hit.text, ref.span[0] - ref.hit.place.start)


def _about(ref: SentenceRef) -> str:
    return f"{heading_of(ref)}\n{ref.hit.title}\n{ref.hit.place.source}"
