"""Subtitles and transcripts with times (SRT, WebVTT): what is said, each cue a part "00:01:02".

Owns what a cue is; cues go on in one paragraph until a pause, so that a sentence over several of them is one.
"""

import re

from index.errors import FileLeftOut
from index.passage import Document
from index.read.draft.draft import Draft, one_line
from index.read.plain.text import plain

PAUSE = 4.0
"""Seconds without speech that end a paragraph."""

_TIMES = re.compile(
    r"^(?:(?:(\d{1,3}):)?(\d{1,2}):(\d{2})[.,](\d{1,3}))[ \t]*-->[ \t]*(?:(?:(\d{1,3}):)?(\d{1,2}):(\d{2})[.,](\d{1,3})).*$",
    re.MULTILINE,
)
_SPEAKER = re.compile(r"<v(?:\.[^\s<>]{0,80})?[ \t]++([^>]{1,80})>")
_MARKS = re.compile(r"</?[a-zA-Z][^>]{0,200}>|<[\d:.]+>|\{\\[^}]{0,200}\}")


def read(data: bytes, *, tick: object = None) -> Document:
    """The cues in order; FileLeftOut where there are none."""
    text, missing = plain(data)
    draft = Draft(len(data))
    draft.missing += missing
    cues = list(_TIMES.finditer(text))
    if not cues:
        raise FileLeftOut("no cues with times in it")
    last, said, before = None, "", ""
    for cue, following in zip(cues, [*cues[1:], None], strict=True):
        body = text[cue.end() : following.start() if following else len(text)]
        body = re.split(r"\n[ \t]*\n", body.strip("\n"))[0]
        speaker = _SPEAKER.search(body)
        words = one_line(_MARKS.sub("", _SPEAKER.sub("", body)))
        if not words or words == said:  # rolling captions say a line twice
            continue
        start, end = _seconds(cue.groups()[:4]), _seconds(cue.groups()[4:])
        name = one_line(speaker[1]) if speaker else ""
        draft.label(f"{int(start) // 3600:02}:{int(start) // 60 % 60:02}:{int(start) % 60:02}")
        goes_on = last is not None and start - last < PAUSE and name == before
        draft.add(f"{name}: {words}" if name and not goes_on else words, "\n" if goes_on else "\n\n")
        last, said, before = end, words, name
    return draft.document("", markdown=False)


def _seconds(parts: tuple[str | None, ...]) -> float:
    hours, minutes, seconds = (int(part or 0) for part in parts[:3])
    return 3600 * hours + 60 * minutes + seconds + float(f"0.{parts[3] or 0}")
