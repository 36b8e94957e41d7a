"""The sentences of a passage that may be quoted as an answer, each with what leads to it.

Owns what answers nothing: headings, questions, greetings, heads of mails, signatures of functions, names of files. What stands
below one of these is said of it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import takewhile

from index.passage import LEVEL, Hit, Span, columns_in
from index.split.lines import lines_of
from index.split.tables import cells_of, tables
from qa.answer import SentenceRef


@dataclass(frozen=True, slots=True)
class Quotable:
    """A sentence or several that belong together, what leads to them, and their likeness to the question: the highest cosine of
    its vector and one of theirs, 0.0 where not known.
    """

    refs: tuple[SentenceRef, ...]
    lead: str
    likeness: float

    @property
    def ref(self) -> SentenceRef:
        """The first sentence."""
        return self.refs[0]

    @property
    def text(self) -> str:
        """The sentences behind what leads to them."""
        quotes = "\n".join(ref.quote for ref in self.refs)
        return f"{self.lead}\n{quotes}" if self.lead else quotes


def quotable(hit: Hit, *, mail: bool = False, questions: bool = False) -> Iterator[Quotable]:
    """The sentences of a passage, in order; with `mail` the heads of mails too, for who asks of them, and `questions`."""
    lead, near, names, farewell = "", 0.0, names_of_columns(hit), None
    columns = f"| {above} |" if (above := columns_in(hit.heading)) else ""
    for n, span in enumerate(hit.sentences):
        ref, likeness = SentenceRef(hit, span), hit.likeness[n] if hit.likeness else 0.0
        if span[0] in names:
            columns = ref.quote.partition("\n")[0]
            continue
        signed, farewell = farewell and _SIGNED.fullmatch(ref.quote), _FAREWELL.fullmatch(ref.quote)
        if signed or farewell or _SAYS_NOTHING.match(ref.quote) or (not mail and _HEAD_OF_A_MAIL.match(ref.quote)):
            continue
        if ref.quote.startswith("|"):  # its columns lead to each row, a heading to none
            lead, near = columns, 0.0
        else:
            columns = ""
        if _leads(hit, ref.quote) or (not questions and _is_question(ref.quote)) or _heads(hit, n):
            lead, near = ref.quote, likeness
            continue
        yield Quotable((ref,), lead, max(likeness, near))
        lead, near = "", 0.0


_SAYS_NOTHING = re.compile(
    r"""(?:title|alias(?:es)?|tags?):
    | ~~.*~~[.!]?$ | -{2,}\s*$ | \|.*\n\s*\|?[\s|:-]+$
    | (?:hi|hello|hey|dear|good\ (?:morning|afternoon|evening))\b[^.?!:;]{0,40}[,!]?$
    | (?:on\ )?[^\n]{6,80}\bwrote:$ | -+\ ?(?:original|forwarded)\ message\b.*
    | \.TH\b.* | [\w.-]*[\\/][\w\\/.-]+$ | [\w-]+\.[a-z]\w{0,4}$ | [-dl][rwx-]{9}\b.*""",
    re.IGNORECASE | re.DOTALL | re.VERBOSE,
)
"""What names a document, the columns of a table or a file, is struck out, a rule or a greeting."""

_FAREWELL = re.compile(
    r"""(?:(?:with\ )?(?:best|kind|warm|many)?\s*(?:regards|wishes|greetings)|(?:yours\ )?(?:sincerely|truly|faithfully)
    |cheers|(?:many\ )?thanks(?:\ (?:a\ lot|again|in\ advance|so\ much))?|thank\ you|see\ you(?:\ \w+)?|take\ care)
    (?:,\s*[\w.\ ]{0,40})?[,.!]?""",
    re.IGNORECASE | re.VERBOSE,
)
_SIGNED = re.compile(r"(?:[A-Z][\w.’'-]*+\s*+){1,4}")
"""What ends a mail, and who has signed it."""

_HEAD_OF_A_MAIL = re.compile(r"(?:from|to|cc|bcc|reply-to|subject|sent|date|message-id):\s", re.IGNORECASE)

_SIGNATURE = re.compile(
    r"(?:async\s+)?def\s+\w+\s*\(.*\).*:?$|class\s+\w+(?:\(.*\))?:?$|\.\.\s+[\w:]+::\s.*|(?:\w+\.)*\w+\([^()]*\)(?:\s*(?:->|→)\s*\S.*)?:?$",
    re.DOTALL,
)
"""How a function or a class is called: what it does stands below."""

_MARKUP = re.compile(r"(?<!\\)%.*|\\label\{[^}]*\}|\\\w+|^\.\w\w\b|[\W_]")
"""What marks a heading: commands of LaTeX and roff, rules, stars."""

_ASKS = re.compile(r"\?[\s*_~`\"”’»)\]|]*$")

_REPORTS = re.compile(
    r"[^;:–—]*\b(?:asked|asks|wonder(?:s|ed)?|want(?:s|ed) to know)\b(?:\s[\w’']+){0,3}?"
    r"\s(?:whether|if|who|whom|what|when|where|why|how|which)\b[^;:–—,]*[.]?",
)
"""A sentence that tells of a question alone."""

_HEADS = re.compile(r"(?:\d+(?:\.\d+)*[.)]? )?[A-Z][^\W\d]*(?: [^\W\d][\w’'/-]*,?){0,7}")
_SENTENCE = re.compile(r"[.!?][\"”’)]*\s*$")
"""The words of a heading, and the end of what stands below one."""

_ALONE = re.compile(r"(?:\*\*|__)[^*_\n]{1,80}(?:\*\*|__):?$")
"""A line in bold by itself is a heading."""


def _is_question(quote: str) -> bool:
    return _ASKS.search(quote) is not None or _REPORTS.fullmatch(quote) is not None


def _leads(hit: Hit, quote: str) -> bool:
    """Whether a sentence is a heading, one of its passage's in whatever markup, or a signature."""
    if quote.startswith("#") or _ALONE.match(quote) or _SIGNATURE.match(quote):
        return True
    said = _MARKUP.sub("", quote)
    return said != "" and any(said == _MARKUP.sub("", name) for name in hit.heading.split(LEVEL))


def names_of_columns(hit: Hit) -> set[int]:
    """Where the rows begin that name the columns of a table, and its title."""
    lines = lines_of(hit.text) if "|" in hit.text else []
    named = len(list(takewhile(lambda line: line.kind == "row", lines))) if columns_in(hit.heading) else 0
    starts = [table.start for table in tables(lines[named:])]  # not of one that began in another passage
    found: set[int] = set()
    for n, line in enumerate(lines):
        if line.kind == "row" and n + 1 < len(lines) and _says_names_of(line.body, lines[n + 1].body):
            found.add(hit.place.start + line.start)
        if line.start in starts:
            above = takewhile(lambda line: line.kind in ("row", "tail"), reversed(lines[:n]))
            found.update(hit.place.start + line.start for line in above)
    return found


def _says_names_of(row: str, below: str) -> bool:
    """Whether the cells of a row have those of another one before them, as "Department: Marketing"."""
    names, cells = [name for name in cells_of(row) if name], cells_of(below)
    said = sum(any(cell.startswith(f"{name}: ") for cell in cells) for name in names)
    return len(names) > 1 and below.startswith("|") and said * 2 > len(names)


def _heads(hit: Hit, n: int) -> bool:
    """Whether a sentence looks like a heading without markup: a few words in a line of their own, above a sentence."""
    quote = hit.sentence(hit.sentences[n])
    if not _HEADS.fullmatch(quote) or not _alone(hit, hit.sentences[n]):
        return False
    if n + 1 == len(hit.sentences):  # what it is the heading of stands in the next passage
        return quote.count(" ") > 1
    return _SENTENCE.search(hit.sentence(hit.sentences[n + 1])) is not None


def _alone(hit: Hit, span: Span) -> bool:
    """Whether a sentence has its lines for itself."""
    start, end = span[0] - hit.place.start, span[1] - hit.place.start
    return not hit.text[:start].rstrip(" \t").rpartition("\n")[2] and hit.text[end:].lstrip(" \t")[:1] in ("", "\n", "\r")
