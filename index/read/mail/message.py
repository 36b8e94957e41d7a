"""Mails: who, to whom, when and about what, the text, and what is attached; each attachment is a part "N/NAME".

Owns the choice among a mail's bodies, and how old programs write headers and lines; what is attached is read by its own reader.
"""

import re
from collections.abc import Callable
from email import message_from_bytes, policy
from email.errors import MessageError
from email.header import decode_header
from email.message import EmailMessage

from index.errors import FileLeftOut
from index.passage import Document
from index.read.draft.draft import Draft, Tick, one_line, paragraphs
from index.read.plain.decode import decode
from index.read.plain.text import looks_like
from index.read.web.webpage import write

Inner = Callable[[str, bytes, Tick], Document]
"""Reads what is attached, by its name; FileLeftOut for what cannot be read."""

_HEADERS = ("Subject", "From", "To", "Cc", "Date")
LONGEST_HEADER, LONGEST_HEADERS = 20_000, 1_000_000
"""Bytes of one header, and of all."""

DEEPEST, MOST_PARTS = 5, 1000
"""Mails within mails, and attachments, that are read."""

_EMLX = re.compile(rb"\s*(\d{1,9})\s*\r?\n")
"""How Apple's program begins a mail: with its length in bytes."""

_MAILBOX = re.compile(rb"(?:\A|\r?\n\r?\n)From [^\r\n]*\r?\n(?=[\w-]+:)")


def read(data: bytes, *, tick: Tick, inner: Inner) -> Document:
    """One mail, titled by its subject, or all of a mailbox."""
    if found := looks_like(data, text=False):
        raise FileLeftOut(f"named as a mail, but it is {found}")
    draft = Draft(len(data))
    if length := _EMLX.match(data):
        data = data[length.end() : length.end() + int(length[1])]
    mails = [mail for mail in _MAILBOX.split(data) if mail.strip()] if data.startswith(b"From ") else [data]
    subject = ""
    for number, raw in enumerate(mails, start=1):
        mail = message_from_bytes(_bounded(raw), policy=policy.default)
        if len(mails) > 1:
            draft.label(f"mail={number}")
        subject = subject or _header(mail, "Subject")
        if not _write(mail, draft, tick, inner, "", 0) and len(mails) == 1:
            raise FileLeftOut("not a mail (it has no headers)")
    return draft.document(subject if len(mails) == 1 else "", markdown=False)


def _bounded(raw: bytes) -> bytes:
    """A mail whose own headers are none too long: some take the square of their length to be parsed."""
    head, gap, body = raw.partition(b"\r\n\r\n") if b"\r\n\r\n" in raw[:LONGEST_HEADERS] else raw.partition(b"\n\n")
    if len(head) <= LONGEST_HEADER:
        return raw
    headers = re.split(rb"\r?\n(?![ \t])", head[:LONGEST_HEADERS])
    return b"\n".join(header[:LONGEST_HEADER] for header in headers) + (gap or b"\n\n") + body


def _write(mail: EmailMessage, draft: Draft, tick: Tick, inner: Inner, above: str, depth: int) -> bool:
    """Write a mail, `depth` within others, its attachments as parts below `above`; whether it is one."""
    heads = [f"{name}: {value}" for name in _HEADERS if (value := _header(mail, name))]
    if not heads:
        return False
    tick()
    draft.add("\n".join(heads))
    body = mail.get_body(("plain", "html"))
    if isinstance(body, EmailMessage):
        text = _text(body, draft)
        page = mail.get_body(("html",))
        if not text.strip() and isinstance(page, EmailMessage):  # a program's empty stand-in for those who see no HTML
            body, text = page, _text(page, draft)
        if body.get_content_subtype() == "html":
            write(text, draft, tick)
        else:
            draft.add(paragraphs(text))
    attached = [*mail.iter_attachments()] if mail.is_multipart() else []
    names = [one_line(part.get_filename() or part.get_content_type()) for part in attached]
    draft.add(f"Attachments: {', '.join(names)}" if names else "")
    for number, (part, name) in enumerate(zip(attached[:MOST_PARTS], names, strict=False), start=1):
        _attached(part, name, draft, tick, inner, f"{above}{number}", depth)
    return True


def _attached(part: EmailMessage, name: str, draft: Draft, tick: Tick, inner: Inner, place: str, depth: int) -> None:
    """Write what is attached: a mail as a mail, a file as its reader reads it; what cannot be read is told."""
    label = f"{place}/{name.replace('/', '_')}"
    draft.label(label)
    if part.get_content_type() == "message/rfc822":
        forwarded = part.get_payload(0) if part.is_multipart() else None
        if isinstance(forwarded, EmailMessage) and depth < DEEPEST:
            _write(forwarded, draft, tick, inner, f"{place}.", depth + 1)
            return
        draft.missing.append(f"attachment {label}: mails within mails, too deep")
        return
    payload = part.get_payload(decode=True)
    if not isinstance(payload, bytes) or part.get_content_maintype() in ("image", "audio", "video"):
        return
    try:
        document = inner(name, payload, tick)
    except FileLeftOut as reason:
        draft.missing.append(f"attachment {label}: {reason}")
        return
    draft.take(document, name)
    draft.missing += [f"attachment {label}: {what}" for what in document.missing]


def _header(mail: EmailMessage, name: str) -> str:
    """A header as it reads; one that was sent as bytes of some encoding, as it must not be, all the same."""
    raw = next((value for key, value in mail.raw_items() if key.lower() == name.lower()), None)
    if raw is None:
        return ""
    text = str(raw)
    if any("\udc80" <= sign <= "\udcff" for sign in text):
        text = decode(text.encode("utf-8", "surrogateescape"), "")[0]
        pieces = decode_header(text) if "=?" in text else [(text, None)]
        return one_line("".join(p if isinstance(p, str) else decode(p, charset or "")[0] for p, charset in pieces))
    try:
        return one_line(str(mail[name]))
    except (RecursionError, LookupError, ValueError, TypeError, AttributeError, MessageError):  # an address that is none
        return one_line(text)


def _text(part: EmailMessage, draft: Draft) -> str:
    payload = part.get_payload(decode=True)
    if not isinstance(payload, bytes):
        return ""
    text, missing = decode(payload, part.get_content_charset() or "")
    draft.missing += missing
    flowed = str(part.get_param("format", "")).lower() == "flowed"
    return _unflowed(text, joined=str(part.get_param("delsp", "")).lower() == "yes") if flowed else text


def _unflowed(text: str, *, joined: bool) -> str:
    """Text whose lines end with a space where they go on (RFC 3676); `joined`: that space was put there.

    Many programs say so and yet put none between the words of scripts that have spaces.
    """
    lines: list[str] = []
    depth = -1  # of the quotation that goes on
    for raw in text.splitlines():
        quotes = len(raw) - len(raw.lstrip(">"))
        line = raw[quotes:].removeprefix(" ")
        if quotes != depth:
            lines.append(f"{'> ' if quotes else ''}{line}")
        elif joined and not (lines[-1][-2:-1].isascii() and line[:1].isascii()):
            lines[-1] = lines[-1][:-1] + line
        else:
            lines[-1] += line
        depth = quotes if line.endswith(" ") and line != "-- " else -1
    return "\n".join(lines)
