"""Mails: who, to whom, when and about what, the text, and the names of what is attached.

Owns the choice among a mail's bodies; attachments are named, not read.
"""

from collections.abc import Callable
from email import message_from_bytes, policy
from email.message import EmailMessage

from index.errors import FileLeftOut
from index.passage import Document
from index.read.draft.draft import Draft, one_line, paragraphs
from index.read.plain.decode import decode
from index.read.plain.text import looks_like
from index.read.web.webpage import write

_HEADERS = ("Subject", "From", "To", "Cc", "Date")


def read(data: bytes, *, tick: Callable[[], None]) -> Document:
    """One mail, titled by its subject."""
    if found := looks_like(data, text=False):
        raise FileLeftOut(f"named as a mail, but it is {found}")
    mail = message_from_bytes(data, policy=policy.default)
    heads = [f"{name}: {one_line(str(mail[name]))}" for name in _HEADERS if mail[name]]
    if not heads:
        raise FileLeftOut("not a mail (it has no headers)")
    draft = Draft(len(data))
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
    names = [one_line(part.get_filename() or part.get_content_type()) for part in mail.iter_attachments()]
    draft.add(f"Attachments: {', '.join(names)}" if names else "")
    return draft.document(str(mail["Subject"] or ""), markdown=False)


def _text(part: EmailMessage, draft: Draft) -> str:
    payload = part.get_payload(decode=True)
    if not isinstance(payload, bytes):
        return ""
    text, missing = decode(payload, part.get_content_charset() or "")
    draft.missing += missing
    return text
