"""Calendars and contacts (iCalendar, vCard): an event, a task or a person a paragraph, each a part "entry=N".

Owns which of their lines a person would read, and how; RFC 5545 and 6350.
"""

import quopri
import re
from collections.abc import Callable

from index.errors import FileLeftOut
from index.passage import Document
from index.read.draft.draft import Draft, one_line, ticking
from index.read.plain.text import plain

_TICK_EVERY = 1000
_BEGIN = re.compile(r"^BEGIN:(VEVENT|VTODO|VJOURNAL|VCARD)\s*$", re.MULTILINE | re.IGNORECASE)
_NAMES = {
    "SUMMARY": "", "FN": "", "DTSTART": "Begins", "DTEND": "Ends", "DUE": "Due", "RRULE": "Repeats", "LOCATION": "Place",
    "ORGANIZER": "Organizer", "ATTENDEE": "Attendee", "DESCRIPTION": "Description", "STATUS": "Status", "URL": "Address",
    "COMMENT": "Comment", "ORG": "Organization", "TITLE": "Title", "ROLE": "Role", "TEL": "Telephone", "EMAIL": "Mail",
    "ADR": "Address", "BDAY": "Born", "NOTE": "Note", "NICKNAME": "Nickname", "CATEGORIES": "Categories",
}  # fmt: skip
_LINE = re.compile(r"^(?:[\w-]+\.)?([\w-]+)((?:;[^:\"]*(?:\"[^\"]*\"[^:\"]*)*)?):(.*)$")
_TIME = re.compile(r"^(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)(Z?))?$")
_ESCAPED = re.compile(r"\\([\\;,nN])")


def read(data: bytes, *, tick: Callable[[], None]) -> Document:
    """The entries in order; FileLeftOut where there are none."""
    text, missing = plain(data)
    entries = _BEGIN.split(re.sub(r"\r?\n[ \t]", "", text))[2::2]
    if not entries:
        raise FileLeftOut("no events and no contacts in it")
    draft = Draft(len(data))
    draft.missing += missing
    for number, entry in ticking(enumerate(entries, start=1), tick, _TICK_EVERY):
        draft.label(f"entry={number}")
        draft.add("\n".join(filter(None, map(_said, entry.partition("\nEND:V")[0].splitlines()))))
    return draft.document("", markdown=False)


def _said(line: str) -> str:
    """A line as a person reads it, "" for one that is for programs."""
    found = _LINE.match(line.strip())
    if found is None or (name := found[1].upper()) not in _NAMES:
        return ""
    value = found[3]
    if "QUOTED-PRINTABLE" in found[2].upper():
        value = quopri.decodestring(value.encode()).decode("utf-8", "replace")
    if time := _TIME.match(value):
        year, month, day, hour, minute, _, utc = time.groups()
        value = f"{year}-{month}-{day}" + (f" {hour}:{minute}" if hour else "") + (" UTC" if utc else "")
    elif name in ("ADR", "ORG"):
        value = ", ".join(filter(None, re.split(r"(?<!\\);", value)))
    if person := re.search(r"CN=\"?([^\";:]+)", found[2]):
        value = f"{person[1]} <{value.removeprefix('mailto:').removeprefix('MAILTO:')}>"
    value = one_line(_ESCAPED.sub(lambda sign: " " if sign[1] in "nN" else sign[1], value))
    return f"{_NAMES[name]}: {value}" if _NAMES[name] and value else value
