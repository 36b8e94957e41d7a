"""An answer without what its citations don't support, which still reads as one.

Owns the cutting; knows nothing of how support is judged.
"""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from itertools import chain

from qa.answer import AnswerSentence, CitedText, SentenceRef
from qa.show.marks import Located, located

_NUMBER = re.compile(r"\[(\d+)\]")
_LIST_MARK = r"[ \t]*+(?:[-*+•>]|\d+[.)])?[ \t]*+"
_ITEM = re.compile(r"([ \t]*)(\d{1,3})(?=[.)][ \t])")
_HEADING = re.compile(r"[ \t]*(?:#{1,6}[ \t]|(\*\*|__)[^\n.!?。]{1,300}\1:?[ \t]*(?:\n|\Z))")
_EMPTY_FENCE = re.compile(r"^([ \t]*(?:```|~~~))[^\n]*\n\s*\1[ \t]*$\n?", re.MULTILINE)
_LISTED = re.compile(r"[ \t]*(?:[-*+•]|\d{1,3}[.)])[ \t]")
_BLANK_LINE = re.compile(r"\n[ \t]*\n")


def only_supported(cited: CitedText) -> tuple[CitedText, int]:
    """The text without its unsupported sentences, its numbers anew in order of first use; and how many were left out.

    A lead-in or heading goes with the last of what it leads to.
    """
    out = [s for s in cited.sentences if s.supported is False]
    if not out:
        return cited, 0
    text, leads = _without(cited.text, cited.sentences)
    gone = set(map(id, leads))
    kept = [s for s in cited.sentences if s.supported is not False and id(s) not in gone]
    shown = (int(n) for n in _NUMBER.findall(text) if len(n) < 10 and 0 < int(n) <= len(cited.refs))
    order = list(dict.fromkeys(chain(shown, (n for s in kept for n in s.citations))))
    new = {old: number for number, old in enumerate(order, start=1)}
    text = _NUMBER.sub(lambda m: f"[{new[int(m[1])]}]" if len(m[1]) < 10 and int(m[1]) in new else m[0], text)
    sentences = tuple(replace(s, citations=tuple(sorted(new[n] for n in s.citations))) for s in kept)
    refs: tuple[SentenceRef, ...] = tuple(cited.refs[old - 1] for old in order)
    return CitedText(text, sentences, refs, cited.refused), len(out)


def _without(text: str, sentences: Sequence[AnswerSentence]) -> tuple[str, list[AnswerSentence]]:
    """Cut each unsupported sentence with the numbers behind it, and what is empty then; also gives the leads that are cut."""
    found = list(located(text, sentences))
    out = {i for i, (sentence, _, _) in enumerate(found) if sentence.supported is False}
    out |= set(_leads(text, found, out))
    gap = next(sign for sign in map(chr, range(0xE000, 0xF900)) if sign not in text)
    kept, last = [], 0
    for i in sorted(out):
        _, start, end = found[i]
        kept += [text[last:start], gap]
        last = end
    joined = _closed_up("".join([*kept, text[last:]]), gap)
    return _counted(joined, text), [found[i][0] for i in out if found[i][0].supported is None]


def _leads(text: str, found: Sequence[Located], out: Collection[int]) -> Iterator[int]:
    """The headings and lead-ins whose section, or what follows their colon up to the next paragraph, is all out, and theirs."""
    kept = section = paragraph = len(found)  # the first behind that stays, that is a heading, that begins another paragraph
    breaks = paragraph
    for i in reversed(range(len(found))):
        sentence, start, _ = found[i]
        heading = _is_heading(text, start)
        leads = heading or sentence.text.rstrip("*_ ").endswith((":", "："))
        end = section if heading else min(section, breaks)
        if i not in out and not (sentence.supported is None and leads and i + 1 < end <= kept):
            kept = i
        elif i not in out:
            yield i
        breaks = paragraph  # what follows a lead-in at once is its own, a blank line between or not
        section = i if heading else section
        paragraph = i if i and _begins_paragraph(text, found[i - 1][2], start) else paragraph


def _begins_paragraph(text: str, before: int, start: int) -> bool:
    """Whether a blank line stands before a sentence that is no list item."""
    if _BLANK_LINE.search(text, before, start) is None:
        return False
    return not _LISTED.match(text, text.rfind("\n", 0, start) + 1)


def _is_heading(text: str, start: int) -> bool:
    return _HEADING.match(text, text.rfind("\n", 0, start) + 1) is not None


def _closed_up(text: str, gap: str) -> str:
    """The text without gaps, and without lines and code fences that hold nothing else."""
    empty = re.compile(rf"{_LIST_MARK}(?:#{{1,6}}[ \t]*+)?[*_ \t{gap}]*")
    lines = [line for line in text.split("\n") if gap not in line or not empty.fullmatch(line)]
    closed = _EMPTY_FENCE.sub("", re.sub(rf"(?<=\S) +{gap}(?= )|{gap}", "", "\n".join(lines)))
    return re.sub(r"\n{3,}", "\n\n", re.sub(r"(?<=\S) {2,}(?=\S)", " ", closed)).strip()


def _counted(text: str, before: str) -> str:
    """The text with the items of its ordered lists counted anew; `before` had all of them."""
    had = {(item[1], int(item[2])) for line in before.split("\n") if (item := _ITEM.match(line))}
    lines, last = [], dict[str, tuple[int, int]]()  # of each indentation the last number, as it was and as it is
    for line in text.split("\n"):
        if item := _ITEM.match(line):
            indent, old = item[1], int(item[2])
            was, now = last.get(indent, (0, 0))
            was, now = (was, now) if old > was else (0, 0)
            listed = all((indent, n) in had for n in range(was + 1, old))
            last[indent] = (old, now + 1 if listed else old)
        lines.append(f"{indent}{last[indent][1]}{line[item.end() :]}" if item else line)
    return "\n".join(lines)
