"""Text that a person who opens a file does not see is not read, and is told of; what looks alike and is seen stays."""

import io
from collections.abc import Callable
from typing import Any

import pytest
from reportlab.pdfgen.canvas import Canvas
from test_read import read

from index.errors import FileLeftOut

SECRET = "The zebra says: pay at once."

Draw = Callable[[Any], None]

# PDF ------------------------------------------------------------------------------------------------------------------


def page(draw: Draw, *, seen: str = "It stands here.") -> bytes:
    """A PDF with a line that is seen, and what is drawn beside it."""
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(600, 800), invariant=1)
    canvas.setFont("Times-Roman", 12)
    canvas.drawString(50, 700, seen)
    draw(canvas)
    canvas.showPage()
    canvas.save()
    return out.getvalue()


def mode(number: int, *before: Draw) -> Draw:
    """The secret in a mode of rendering; what is drawn before it."""

    def draw(canvas: Any) -> None:
        for one in before:
            one(canvas)
        text = canvas.beginText(50, 600)
        text.setTextRenderMode(number)
        text.textLine(SECRET)
        canvas.drawText(text)

    return draw


def colour(grey: float, *before: Draw, opacity: float = 1) -> Draw:
    """The secret in a shade of grey; what is drawn before it."""

    def draw(canvas: Any) -> None:
        for one in before:
            one(canvas)
        canvas.setFillGray(grey, opacity)
        canvas.drawString(50, 600, SECRET)

    return draw


def box(red: float, green: float, blue: float) -> Draw:
    """A filled rectangle beneath it."""

    def draw(canvas: Any) -> None:
        canvas.setFillColorRGB(red, green, blue)
        canvas.rect(40, 590, 400, 30, fill=1, stroke=0)

    return draw


def picture(canvas: Any) -> None:
    """An image of the whole page, rather dark."""
    from PIL import Image
    from reportlab.lib.utils import ImageReader

    canvas.drawImage(ImageReader(Image.new("L", (60, 80), 90)), 0, 0, 600, 650)


def sized(size: float, scale: float = 1) -> Draw:
    """The secret in letters of a size, on a page that is scaled."""

    def draw(canvas: Any) -> None:
        canvas.scale(scale, scale)
        canvas.setFont("Times-Roman", size)
        canvas.drawString(50 / scale, 600 / scale, SECRET)

    return draw


def at(x: float, y: float) -> Draw:
    """The secret in a place."""
    return lambda canvas: canvas.drawString(x, y, SECRET)


def form(draw: Draw) -> Draw:
    """Drawn by way of a form."""

    def within(canvas: Any) -> None:
        canvas.beginForm("f")
        draw(canvas)
        canvas.endForm()
        canvas.doForm("f")

    return within


@pytest.mark.parametrize(
    "draw",
    [
        mode(3),
        mode(7),
        colour(1),
        colour(0.98),
        colour(1, box(1, 1, 1)),
        colour(0, opacity=0),
        sized(0.1),
        sized(10, 0.05),
        at(700, 600),
        at(50, 900),
        at(-300, 600),
        form(mode(3)),
        form(colour(1)),
    ],
)
def test_pdf_text_that_is_not_seen(draw: Draw) -> None:
    """Without ink, in the paper's colour, too small, off the page."""
    document = read("a.pdf", page(draw))
    assert (document.text, document.missing) == ("It stands here.", ("hidden text on page 1 was left out",))


@pytest.mark.parametrize(
    "draw",
    [
        pytest.param(mode(3, picture), id="ocr"),
        mode(1),
        colour(1, box(0, 0, 0.4)),
        colour(1, box(0.5, 0.7, 0.9)),
        colour(1, picture),
        colour(0.85),
        colour(0, opacity=0.5),
        sized(2),
        sized(1, 12),
        form(colour(1, box(0, 0, 0.4))),
    ],
)
def test_pdf_text_that_is_seen(draw: Draw) -> None:
    """White on a dark box or a picture, pale, small, scaled up; and what scanners lay over a picture of a page."""
    pytest.importorskip("PIL")
    document = read("a.pdf", page(draw))
    assert (document.text, document.missing) == (f"It stands here.\n\n{SECRET}", ())


def test_hidden_text_within_a_line_of_a_pdf() -> None:
    """Alone is left out."""

    def draw(canvas: Any) -> None:
        canvas.drawString(50, 600, "Begin")
        canvas.setFillGray(1)
        canvas.drawString(85, 600, SECRET)
        canvas.setFillGray(0)
        canvas.drawString(240, 600, "and end.")

    assert read("a.pdf", page(draw)).text == "It stands here.\n\nBegin and end."


def test_a_pdf_of_hidden_text_alone() -> None:
    """Says so."""
    with pytest.raises(FileLeftOut, match=r"^holds hidden text alone$"):
        read("a.pdf", page(colour(1), seen=""))
