"""Pages without a text layer, read by tesseract.

Owns the call of the program, with a limit of time and size; knows nothing of documents.
"""

import shutil
import subprocess
from typing import Any

from index.read.page.line import Line

SECONDS = 50
"""A page that takes longer is given up, before its reader is taken for stalled."""

_DOTS_PER_INCH = 300
_MAX_PIXELS = 25_000_000
_LINE_HEIGHT = 12.0


def recognised(page: Any) -> tuple[list[Line], str]:
    """The lines that tesseract reads on a page of pdfium, and what went wrong or ""."""
    program = shutil.which("tesseract")
    if not program:
        return [], "has no text (tesseract is not installed)"
    try:
        done = subprocess.run([program, "-", "-"], input=_image(page), capture_output=True, timeout=SECONDS, check=False)
    except subprocess.TimeoutExpired:
        return [], f"has no text (tesseract took longer than {SECONDS} s)"
    if done.returncode:
        return [], "has no text (tesseract failed)"
    lines = _lines(done.stdout.decode("utf-8", "replace"))
    return lines, "" if lines else "has no text, and OCR found none"


def _image(page: Any) -> bytes:
    """The page in shades of grey, as a PGM file."""
    width, height = page.get_size()
    scale = min(_DOTS_PER_INCH / 72, (_MAX_PIXELS / max(width * height, 1)) ** 0.5)
    bitmap = page.render(scale=scale, grayscale=True)
    rows, columns = bitmap.height, bitmap.width
    pixels: bytes = bitmap.to_numpy().tobytes()  # without the padding at the rows' ends
    return b"P5 %d %d 255\n" % (columns, rows) + pixels


def _lines(text: str) -> list[Line]:
    """Lines as if on a page, blank ones as gaps, so that the layout finds the paragraphs."""
    lines = []
    for row, shown in enumerate(text.replace("\f", "").split("\n")):
        body = shown.strip()
        hyphen = len(body) > 2 and body[-1] in "-\u2010" and body[-2].isalpha()
        top = -row * _LINE_HEIGHT
        if body:
            sides = 0.0, top - _LINE_HEIGHT, len(body) * 5.0, top
            lines.append(Line(body[:-1] if hyphen else body, *sides, _LINE_HEIGHT * 0.9, hyphen))
    return lines
