"""The part of a passage that a question is about: fewer characters to read, and nearly all that answers.

Owns that choice. Measured on the chunking corpora: one character in thirteen that five passages hand over is left out, with
none of the evidence.
"""

from dataclasses import replace

from index.passage import Hit, Span
from index.search.question import Question
from index.split.tables import with_names

SHORT = 400
"""Characters; a shorter passage, or part of one, is not narrowed further."""

TELLING = 0.25
"""A sentence belongs to the part if it reaches this share of the best one's score; so does its neighbour on either side."""

LIKENESS = 0.5
"""The likeness of a sentence's vector beside the share of the question's words that it holds."""


def narrowed(question: Question, hit: Hit) -> Hit:
    """A hit from the sentence before the first telling one to that after the last."""
    if question.overview or len(hit.text) <= SHORT:
        return hit
    scores = _scores(question, hit)
    telling = [n for n, score in enumerate(scores) if score >= TELLING * max(scores) or hit.sentences[n] == hit.fits]
    first, last = max(telling[0] - 1, 0), min(telling[-1] + 1, len(scores) - 1)
    while hit.sentences[last][1] - hit.sentences[first][0] < SHORT:
        if first == 0 or (last + 1 < len(scores) and scores[last + 1] >= scores[first - 1]):
            last += 1
        else:
            first -= 1
    shift, length = hit.sentences[first][0] - hit.place.start, hit.sentences[last][1] - hit.sentences[first][0]
    inside = slice(first, last + 1)
    moved = ((place, place.start + shift) for place in (hit.place, *hit.also))
    place, *also = (place.inner(start, start + length, hit.text) for place, start in moved)
    text = hit.text[shift : shift + length]
    heading = with_names(hit.heading, hit.text, shift)
    return replace(
        hit,
        place=place,
        heading=heading,
        text=text,
        sentences=hit.sentences[inside],
        also=tuple(also),
        likeness=hit.likeness[inside],
    )


def best_sentence(question: Question, hit: Hit) -> Span | None:
    """The sentence of a hit that fits, or says most of what is asked; None where nothing in it does."""
    if hit.fits:
        return hit.fits
    if question.overview or not hit.sentences:
        return None
    scores = _scores(question, hit)
    return hit.sentences[scores.index(max(scores))] if max(scores) > 0 else None


def _scores(question: Question, hit: Hit) -> list[float]:
    found = question.find([hit.sentence(span) for span in hit.sentences])
    covered = [question.share(words) for words in found]
    likeness = hit.likeness or [0.0] * len(covered)
    return [share + LIKENESS * max(0.0, near) for share, near in zip(covered, likeness, strict=True)]
