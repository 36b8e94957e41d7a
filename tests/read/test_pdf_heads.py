"""What stands on every page of a PDF: running heads are left out, content is not, and what is left out is told."""

import pytest
import samples
from test_read import read

from index.split.passages import split

Page = list[tuple[float, float, str]]

REPEATED = "what pages repeat at their edges on"


def body(*lines: str, top: float = 700) -> Page:
    """Lines of text, one below the other."""
    return [(50, top - 12.0 * n, line) for n, line in enumerate(lines)]


TOWNS = "Ark Bergen Cove Dover Esbjerg Fjord Gent Hull Imatra Jersey Kiel Lund".split()


def book(pages: int, *edges: tuple[float, float, str]) -> list[Page]:
    """Pages of another text each, with lines at their edges: {n} is the page's number, {r} the same in Roman letters."""
    roman = "i ii iii iv v vi vii viii ix x xi xii".split()
    told = "The stones of {0} came by sledge from the hills behind {0}. Nobody in {0} believed that they would see the end."
    return [
        [*((x, y, said.format(n=n + 1, r=roman[n])) for x, y, said in edges), *body(*samples.wrapped(told.format(town), 45))]
        for n, town in enumerate(TOWNS[:pages])
    ]


@pytest.mark.parametrize(
    "edge",
    [
        "{n}",
        "{r}",
        "- {n} -",
        "Page {n} of 6",
        "{n} / 6",
        "Seite {n} von 6",
        "The Harbour Book | {n}",
        "{n} | The Harbour Book",
    ],
)
@pytest.mark.parametrize("y", [30.0, 770.0])
def test_page_numbers_are_left_out(edge: str, y: float) -> None:
    """In whatever form they count with the pages; a title beside them is read once."""
    document = read("a.pdf", samples.pdf(*book(6, (300, y, edge))))
    assert document.text.count("Harbour Book") == edge.count("Book")
    assert edge.format(n=3, r="iii") not in document.text.splitlines()
    assert document.text.count("Nobody in") == 6
    (told,) = document.missing
    assert told.startswith(REPEATED)


def test_a_head_is_read_once() -> None:
    """And the loss of the others is told with their pages."""
    document = read("a.pdf", samples.pdf(*book(5, (50, 770, "The Harbour Book"), (50, 30, "Not for sale"))))
    assert (document.text.count("The Harbour Book"), document.text.count("Not for sale")) == (1, 1)
    assert document.text.splitlines()[0] == "The Harbour Book"
    assert document.missing == (f"{REPEATED} 4 pages, first on page 2, was left out",)


@pytest.mark.parametrize(
    "line",
    [
        "Invoice No. 100{n}",
        "Due: {n}7.50 EUR",
        "Chapter {n}",
        "Item {n}",
        "Date: 0{n}.03.2024",
        "Load {n} kg",
        "{n}.50",
        "{n}7",
    ],
)
@pytest.mark.parametrize("y", [30.0, 770.0])
def test_lines_that_differ_stay(line: str, y: float) -> None:
    """Though their words and their place are the same."""
    document = read("a.pdf", samples.pdf(*book(4, (50, y, line))))
    assert [document.text.count(line.format(n=n)) for n in range(1, 5)] == [1, 1, 1, 1]
    assert document.missing == ()


def test_pages_that_are_letters_of_their_own() -> None:
    """What they share stays on each, even a letterhead: most of what they say is the same, or their figures change."""
    words = ["Nordwind", "Dear {}", "Your order has left.", "It travels by sea.", "Payment is due in a week.", "Ida Holm"]
    letters = [[(50, 770 - 60.0 * n, word.format(who)) for n, word in enumerate(words)] for who in ("Fjord", "Holm", "Tern")]
    text = read("a.pdf", samples.pdf(*letters)).text
    assert [text.count(word.split(" {")[0]) for word in words] == [3] * 6
    slips = book(4, (50, 770, "Nordwind Logistics"), (50, 752, "Payslip 7{n}"), (50, 30, "Payment within a week"))
    text = read("a.pdf", samples.pdf(*slips)).text
    assert (text.count("Nordwind Logistics"), text.count("Payment within a week"), text.count("Payslip")) == (4, 4, 4)


def test_numbers_that_begin_again_begin_a_document() -> None:
    """Its head is read, too; with one page each, nothing is left out."""
    edges = (50, 770, "Nordwind Logistics"), (50, 30, "Page {n} of 2")
    document = read("a.pdf", samples.pdf(*book(2, *edges), *book(2, *edges), *book(2, *edges)))
    assert document.text.count("Nordwind Logistics") == 3
    assert "Page 2" not in document.text
    edges = (50, 770, "Nordwind Logistics"), (50, 30, "Page 1 of 1")
    document = read("a.pdf", samples.pdf(*book(4, *edges)))
    assert (document.text.count("Nordwind Logistics"), document.missing) == (4, ())


def test_words_that_repeat_elsewhere_are_no_head() -> None:
    """Such as the name of a table's first column, at the top of pages."""
    pages = [
        [(60.0 + 40 * n, 770.0, "System"), *body(f"It is the text of {town}.", "It goes on.")] for n, town in enumerate(TOWNS)
    ]
    assert read("a.pdf", samples.pdf(*pages)).text.count("System") == len(TOWNS)


def test_text_that_repeats_is_no_head() -> None:
    """Nothing parts it from what stands below."""
    pages = [body("The wind turned north.", f"The {word} is told of.", "So it ends.") for word in ("storm", "trial", "letter")]
    assert read("a.pdf", samples.pdf(*pages)).text.count("The wind turned north.") == 3


def test_a_watermark_stands_in_no_sentence() -> None:
    """It runs across the page, and is read once."""
    from io import BytesIO

    from reportlab.pdfgen.canvas import Canvas

    out = BytesIO()
    canvas = Canvas(out, pagesize=(600, 800), invariant=1)
    for page in book(3):
        canvas.setFont("Times-Roman", 10)
        canvas.saveState()
        canvas.translate(150, 300)
        canvas.rotate(45)
        canvas.setFont("Times-Roman", 60)
        canvas.drawString(0, 0, "DRAFT COPY")
        canvas.restoreState()
        canvas.setFont("Times-Roman", 10)
        for x, y, text in page:
            canvas.drawString(x, y, text)
        canvas.showPage()
    canvas.save()
    text = read("a.pdf", out.getvalue()).text
    assert text.split("\n\n").count("DRAFT COPY") == text.count("DRAFT") == 1


def test_a_page_of_its_own_has_its_first_line_as_title() -> None:
    """The first that no other page has, so that what stands below can be told from that of other pages."""
    words = ["Nordwind Logistics", "Invoice No. 100{n}", "Harbour fees", "Total due: {n}8.50"]
    document = read("a.pdf", samples.pdf(*(body(*(word.format(n=n) for word in words)) for n in (1, 2, 3))))
    assert [passage.heading for passage in split(document)] == [f"Nordwind Logistics Invoice No. 100{n}" for n in (1, 2, 3)]
    words = ["Certificate", "This is to certify that", "{n} Jansen", "has passed the course", "of {n}0 hours."]
    text = read("a.pdf", samples.pdf(*(body(*(word.format(n=n) for word in words)) for n in "AB"))).text
    assert "This is to certify that A Jansen has passed the course of A0 hours." in text


def test_what_repeats_within_a_page_stays() -> None:
    """Such as a point of several slides, though a gap parts it from the text; the foot of them is read once."""
    slides = [
        [(50, 700, f"All about {town}"), (50, 600, f"A point on {town}"), (50, 570, "It is good."), (50, 30, "Nordwind 2024")]
        for town in TOWNS[:4]
    ]
    text = read("a.pdf", samples.pdf(*slides)).text
    assert (text.count("It is good."), text.count("Nordwind 2024")) == (4, 1)
