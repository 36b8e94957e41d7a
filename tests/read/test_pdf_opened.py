"""PDF files that are not quite as they should be are read all the same; one that is cut off says so."""

import io
import re

import bombs
import pytest
import samples
from test_read import read

from index.errors import FileLeftOut

GOOD = samples.pdf([(50, 700, "The stones came by sledge.")], [(50, 700, "The pier was built of oak.")])
LATER = GOOD + b"1 0 obj\n<</Type/Cat"


def encrypted() -> bytes:
    """A file that anyone may open, and its owner alone change."""
    from reportlab.lib.pdfencrypt import StandardEncryption
    from reportlab.pdfgen.canvas import Canvas

    out = io.BytesIO()
    canvas = Canvas(out, encrypt=StandardEncryption("", "owner"), invariant=1)
    canvas.drawString(50, 700, "The stones came by sledge. The pier was built of oak.")
    canvas.save()
    return out.getvalue()


@pytest.mark.parametrize(
    "data",
    [
        GOOD,
        GOOD + bytes(80_000),
        GOOD + b"<!DOCTYPE html><html><body>" + b"<p>A page of the server.</p>" * 3000,
        GOOD.rstrip()[:-2],
        GOOD.rstrip()[:-5],
        GOOD[: GOOD.rindex(b"startxref")],
        b"HTTP/1.1 200 OK\r\n\r\n" + GOOD,
        b"\xef\xbb\xbf\n\n" + GOOD + bytes(5000),
        re.sub(rb"startxref\s+\d+", b"startxref\n7", GOOD),
        re.sub(rb"\d{10} 00000 n", b"0000000001 00000 n", GOOD),
        encrypted(),
    ],
)
def test_files_that_every_viewer_opens(data: bytes) -> None:
    """Are read: bytes before and behind them, a wrong end or table, a protection that asks for no password."""
    text = read("a.pdf", data).text
    assert "The stones came by sledge." in text
    assert "The pier was built of oak." in text


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (GOOD[: len(GOOD) // 2], "a PDF that is cut off: its end is missing"),
        (LATER, "a PDF that is cut off: its end is missing"),
        (b"%PDF-1.4\nstartxref\n0\n%%EOF\n3 0 obj", "a PDF that is cut off: its end is missing"),
        (b"%PDF-1.4\nstartxref\n9\n%%EOF\n", "a damaged PDF"),
        (bombs.pdf(b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Count 0/Kids[]>>"), "a damaged PDF"),
    ],
)
def test_files_that_are_not_whole(data: bytes, reason: str) -> None:
    """Say why they are left out, in one reason."""
    with pytest.raises(FileLeftOut, match=f"^{reason}$"):
        read("a.pdf", data)
