"""A PDF opened from its bytes, whole or mended: what stands behind its end or before its beginning, and what is cut off.

pdfium makes a lost or wrong table of objects anew; a file whose end is missing is left out though, since pages would be.
"""

import re
from typing import TYPE_CHECKING

from index.errors import FileLeftOut
from index.read.plain.text import looks_like

if TYPE_CHECKING:
    import pypdfium2

HEADER = 1024
"""A file says %PDF- within so many bytes of its beginning."""

_END = re.compile(rb"startxref\s+0*[1-9]\d*\s*(?:%%EOF|%?%?E?O?)?|(?<!\n0\n)(?<!\r0\r)(?<!\n0\r\n)%%EOF|\btrailer\s*<<")
"""What stands behind all objects; a zero is said in the middle of a file that is made to be shown while it is loaded."""

_OBJECT = re.compile(rb"\b\d+\s+\d+\s+obj\b")


def opened(data: bytes) -> "pypdfium2.PdfDocument":
    """The document; FileLeftOut with the reason where there is none."""
    import pypdfium2

    begin = data.find(b"%PDF-", 0, HEADER + 5)
    if begin < 0:
        raise FileLeftOut(f"named .pdf, but it is {looks_like(data) or 'something else'}")
    end = _end(data)
    reason = "a damaged PDF"
    for whole in _variants(data, begin, end):
        try:
            pdf = pypdfium2.PdfDocument(whole)
        except pypdfium2.PdfiumError as error:
            reason = "protected by a password" if "password" in str(error).lower() else reason
            continue
        if len(pdf):
            return pdf
        pdf.close()
    raise FileLeftOut(reason)


def _end(data: bytes) -> int:
    """Where the file ends, whatever follows; FileLeftOut where it is cut off."""
    near = min((place for word in (b"startxref", b"%%EOF", b"trailer") if (place := data.rfind(word)) >= 0), default=0)
    last = None
    for found in (*_END.finditer(data, max(near - 8, 0)),) or _END.finditer(data):  # a file may be large
        last = found
    if not last or _OBJECT.search(data, last.end()):
        raise FileLeftOut("a PDF that is cut off: its end is missing")
    return last.end() if not last[0].startswith(b"trailer") else len(data)


def _variants(data: bytes, begin: int, end: int) -> list[bytes]:
    """The file as it is, and as it is without what stands around it; that alone where much does."""
    cut = data[begin:end] + (b"" if data[begin:end].endswith(b"%%EOF") else b"\n%%EOF\n")
    return [data, cut] if len(data) - end < HEADER else [cut]
