"""Characters of a PDF: raised and lowered figures are no part of a number, words arrive whole."""

import io
import unicodedata

import pytest
from test_read import read

Piece = str | tuple[str, float, float]
"""A text, or one with its size and its rise, both in parts of the usual size."""


def drawn(*rows: list[Piece], size: float = 12, spacing: float = 0) -> bytes:
    """A PDF whose rows are made of pieces, one behind the other."""
    from reportlab.pdfbase.pdfmetrics import stringWidth
    from reportlab.pdfgen.canvas import Canvas

    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(600, 800), invariant=1)
    for n, row in enumerate(rows):
        x = 50.0
        for piece in row:
            text, share, rise = piece if isinstance(piece, tuple) else (piece, 1.0, 0.0)
            canvas.setFont("Helvetica", size * share)
            canvas.drawString(x, 750 - 30 * n + rise * size, text, charSpace=spacing)
            x += stringWidth(text, "Helvetica", size * share)
    canvas.save()
    return out.getvalue()


def up(text: str, share: float = 0.6) -> Piece:
    """Raised."""
    return text, share, 0.4


def down(text: str) -> Piece:
    """Lowered."""
    return text, 0.6, -0.15


@pytest.mark.parametrize("size", [8, 12, 30])
@pytest.mark.parametrize(
    ("row", "text"),
    [
        (["A total of 10", up("6"), " cells."], "A total of 10⁶ cells."),
        (["About 1.5 x 10", up("-3"), " m of it."], "About 1.5 x 10⁻³ m of it."),
        (["The law", up("2"), " was changed."], "The law² was changed."),
        (["It ended.", up("12"), " Then it began."], "It ended.¹² Then it began."),
        (["Sold 1,234", up("2"), " tons of coal."], "Sold 1,234² tons of coal."),
        (["Sold 1,234", up("a"), " tons of coal."], "Sold 1,234^a tons of coal."),
        (["Now only $11", up("99"), " a piece."], "Now only $11.99 a piece."),
        (["Now only 1 311", up("99", 0.8), " EUR each."], "Now only 1 311.99 EUR each."),
        (["Now only 11,", up("99"), " € each."], "Now only 11,99 € each."),
        (["We counted 45", up("99"), " apples."], "We counted 45⁹⁹ apples."),
        (["Water is H", down("2"), "O."], "Water is H2O."),
        (["The number 101", down("2"), " is five."], "The number 101₂ is five."),
        (["Add 3", up("1"), "/", down("2"), " cups."], "Add 3¹/₂ cups."),
        (["On the 1", up("st"), " of May."], "On the 1^st of May."),
        ([up("1"), " See the annex."], "¹ See the annex."),
        (["In ", ("SMALL 12", 0.7, 0), " LETTERS 12."], "In SMALL 12 LETTERS 12."),
    ],
)
def test_figures_above_and_below_the_line(row: list[Piece], text: str, size: float) -> None:
    """Are written as such, cents behind a point; smaller letters on the line are letters."""
    assert read("a.pdf", drawn(row, size=size)).text == text.replace("1^st", "1st")


@pytest.mark.parametrize("spacing", [3, 5, 8])
def test_letters_that_are_spaced_apart_are_words(spacing: float) -> None:
    """Also where they were typed with spaces between them; a row of the alphabet is none."""
    assert read("a.pdf", drawn(["TERMINATION CLAUSE"], spacing=spacing)).text == "TERMINATION CLAUSE"
    assert read("a.pdf", drawn(["W a r r a n t y   T e r m s of it"])).text == "Warranty Terms of it"
    assert read("a.pdf", drawn(["Vitamins A B C D E F are here"])).text == "Vitamins A B C D E F are here"


def test_letters_at_even_steps_are_a_word() -> None:
    """Whatever their widths."""
    from reportlab.pdfgen.canvas import Canvas

    out = io.BytesIO()
    canvas = Canvas(out, invariant=1)
    for n, letter in enumerate("Warranty"):
        canvas.drawString(60 + 14 * n, 700, letter)
    canvas.save()
    assert read("a.pdf", out.getvalue()).text == "Warranty"


def test_ligatures_and_marks_that_are_not_seen(tmp_path: object) -> None:
    """A ligature is its letters; soft hyphens and spaces without width part no word."""
    from importlib.util import find_spec
    from pathlib import Path

    from reportlab.pdfbase.pdfmetrics import registerFont
    from reportlab.pdfbase.ttfonts import TTFont
    from reportlab.pdfgen.canvas import Canvas

    found = find_spec("reportlab")
    assert found
    assert found.origin
    registerFont(TTFont("Vera", str(Path(found.origin).parent / "fonts" / "Vera.ttf")))
    out = io.BytesIO()
    canvas = Canvas(out, invariant=1)
    canvas.setFont("Vera", 12)
    text = "The \ufb01rst \ufb02oor of\ufb01ce and the Über\xadgang"
    canvas.drawString(50, 700, text)
    canvas.save()
    assert read("a.pdf", out.getvalue()).text == unicodedata.normalize("NFKC", text).replace("\xad", "")
