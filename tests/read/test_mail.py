"""Mails: headers and lines as old programs write them, what is attached, mailboxes and saved pages."""

from email.message import EmailMessage

import samples
from test_read import check, read


def mail(**headers: str) -> EmailMessage:
    """A mail with a line of text."""
    made = EmailMessage()
    for name, value in {"Subject": "Plan", "From": "a@b.example", **headers}.items():
        made[name] = value
    made.set_content("The boat leaves at seven.")
    return made


def test_what_is_attached_is_a_part() -> None:
    """A text, a document, a mail in a mail with its own; a picture is named, and what cannot be read is told."""
    inner = mail(Subject="Offer")
    inner.add_attachment("It holds until June.", filename="terms.txt")
    outer = mail()
    outer.add_attachment("Crane 9 costs 310,000 euros.", filename="minutes.txt")
    outer.add_attachment(
        samples.pdf([(72, 700, "Valves are green.")]), maintype="application", subtype="pdf", filename="a/b.pdf"
    )
    outer.add_attachment(inner)
    outer.add_attachment(b"\x89PNG", maintype="image", subtype="png", filename="x.png")
    outer.add_attachment(b"PK\x03\x04", maintype="application", subtype="zip", filename="y.zip")
    document = read("a.eml", bytes(outer))
    check(document)
    assert [part.label for part in document.parts] == [
        "1/minutes.txt", "2/a_b.pdf", "2/a_b.pdf#page=1", "3/message_rfc822", "3.1/terms.txt",
    ]  # fmt: skip
    for words in ("310,000 euros", "Valves are green", "Subject: Offer", "until June"):
        assert words in document.text
    assert document.missing == ("attachment 5/y.zip: no reader for its kind",)


def test_mails_within_mails_end() -> None:
    """Some levels are read, and the rest is told."""
    made = mail()
    for level in range(9):
        outer = mail(Subject=f"Level {level}")
        outer.add_attachment(made)
        made = outer
    document = read("a.eml", bytes(made))
    assert document.text.count("Subject:") == 6
    assert any("too deep" in what for what in document.missing)


def test_headers_in_bytes_and_lines_that_flow() -> None:
    """As they must not be sent, and are; lines that end with a space go on."""
    raw = "Subject: Überweisung fällig\r\nFrom: Jörg <j@x.example>\r\n\r\nHallo.\r\n".encode("latin-1")
    document = read("a.eml", raw)
    assert document.title == "Überweisung fällig"
    assert "From: Jörg <j@x.example>" in document.text
    flowed = b"Subject: x\r\nContent-Type: text/plain; charset=utf-8; format=flowed\r\n\r\nOne line \r\nand more.\r\nTwo.\r\n"
    assert read("a.eml", flowed).text.endswith("One line and more.\nTwo.")


def test_mailboxes_and_saved_pages() -> None:
    """Each mail of a mailbox is a part; Apple's mails have a length before them, a saved page is a mail with HTML."""
    one, two = bytes(mail(Subject="One")), bytes(mail(Subject="Two"))
    box = b"From a@b Mon Jan  1 00:00:00 2024\n" + one + b"\n\nFrom c@d Mon Jan  1 00:00:00 2024\n" + two
    document = read("a.mbox", box)
    assert [part.label for part in document.parts] == ["mail=1", "mail=2"]
    assert "Subject: Two" in document.text
    assert read("a.emlx", b"%d\n" % len(one) + one + b"<?xml version='1.0'?><plist/>").title == "One"
    page = b"Subject: Bread\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<p>Knead for twelve minutes.</p>"
    assert "Knead for twelve minutes." in read("a.mhtml", page).text


def test_headers_that_are_long_are_cut() -> None:
    """Some take the square of their length to be parsed."""
    made = f"Subject: Plan\r\nTo: {', '.join(['a@b.example'] * 40_000)}\r\nFrom: {'(' * 100_000}\r\n\r\nThe boat leaves.\r\n"
    document = read("a.eml", made.encode())
    assert "The boat leaves." in document.text
    assert len(document.text) < 50_000
