"""What lies on a PDF's pages beside their text: values of forms, notes, addresses; each in its place, once."""

import io

import bombs
import pytest
from test_read import parts, read

BOX = b"/Rect[200 690 400 712]"


def form() -> bytes:
    """A form of every kind of field, filled in, its labels drawn first."""
    from reportlab.pdfgen.canvas import Canvas

    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(600, 800), invariant=1)
    labels = ["Applicant:", "Vessel:", "Insured:", "Colour:", "Ports:", "Pays by", "Remarks", "Password:"]
    for n, label in enumerate(labels):
        canvas.drawString(50, 700 - 40 * n, label)
        for x, word in ((145, "cash"), (225, "card")) if n == 5 else ():
            canvas.drawString(x, 500, word)
    fields = canvas.acroForm
    fields.textfield(name="a", x=200, y=695, width=200, height=20, value="Ingrid Halvorsen")
    fields.textfield(name="b", x=200, y=655, width=200, height=20, value="Morning Tern")
    fields.checkbox(name="c", x=200, y=615, size=20, checked=True)
    fields.choice(name="d", x=200, y=575, width=100, height=20, options=["Red", "Blue"], value="Blue")
    fields.listbox(name="e", x=200, y=535, width=100, height=20, options=["Kiel", "Oslo"], value="Oslo")
    fields.radio(name="f", x=120, y=495, size=20, value="cash", selected=False)
    fields.radio(name="f", x=200, y=495, size=20, value="card", selected=True)
    fields.textfield(name="g", x=200, y=425, width=200, height=50, value="It leaks.\nPlease mend it.", fieldFlags="multiline")
    fields.textfield(name="h", x=200, y=415, width=200, height=15, value="hunter2", fieldFlags="password")
    canvas.drawString(50, 300, "Signed at the harbour.")
    canvas.showPage()
    canvas.drawString(50, 700, "Second page.")
    canvas.showPage()
    canvas.save()
    return out.getvalue()


def annotated(*annotations: bytes, text: bytes = b"A zebra in the harbour.", more: tuple[bytes, ...] = ()) -> bytes:
    """A page with a line of text and these annotations; `more` are objects from 6 + the number of annotations on."""
    page = bombs.PAGE[:-2] + b"/Annots[%s]>>" % b" ".join(b"%d 0 R" % (6 + n) for n in range(len(annotations)))
    shown = bombs.stream(b"BT /F 12 Tf 50 700 Td (%s) Tj ET" % text)
    made = [b"<</Type/Annot" + one + b">>" for one in annotations]
    return bombs.pdf(bombs.CATALOG, b"<</Type/Pages/Count 1/Kids[3 0 R]>>", page % b"", shown, bombs.FONT, *made, *more)


def link(address: str, box: str = "50 695 80 715") -> bytes:
    """A link to an address, over words."""
    return f"/Subtype/Link/Rect[{box}]/A<</S/URI/URI({address})>>".encode()


def test_values_of_a_form_stand_behind_their_labels() -> None:
    """On their page; a password is not shown, so it is not read."""
    document = read("a.pdf", form())
    first = parts(document)[0][1].split("\n\n")
    said = ["Applicant: Ingrid Halvorsen", "Vessel: Morning Tern", "Insured: [x] Yes", "Colour: Blue", "Ports: Oslo"]
    assert first[:5] == said
    assert first[5] == "Pays by [ ] cash [x] card"
    assert "It leaks. Please mend it." in " ".join(first)
    assert "hunter2" not in document.text
    assert first[-1] == "Signed at the harbour."
    assert parts(document)[1][1] == "Second page."


DRAWN = b"/Type/XObject/Subtype/Form/BBox[0 0 200 22]/Resources<</Font<</F 5 0 R>>>>"


@pytest.mark.parametrize(
    ("annotation", "text"),
    [
        (b"/Subtype/FreeText/Contents(Paid on Friday)" + BOX, "A zebra in the harbour. Paid on Friday"),
        (b"/Subtype/Text/Contents(Please check)/T(Ida)" + BOX, "A zebra in the harbour.\n\nNote by Ida: Please check"),
        (b"/Subtype/Highlight/Contents(Is it so?)" + BOX, "A zebra in the harbour.\n\nNote: Is it so?"),
        (b"/Subtype/Highlight/Contents(a zebra)" + BOX, "A zebra in the harbour.\n\nNote: a zebra"),
        (b"/Subtype/Highlight/Contents(zebra in)" + BOX, "A zebra in the harbour."),
        (b"/Subtype/Popup/Contents(Please check)" + BOX, "A zebra in the harbour."),
        (b"/Subtype/Stamp/AP<</N 7 0 R>>" + BOX, "A zebra in the harbour. APPROVED"),
        (b"/Subtype/Text/Contents(Accepted)/StateModel(Review)" + BOX, "A zebra in the harbour."),
    ],
)
def test_notes_and_stamps(annotation: bytes, text: str) -> None:
    """Text on the page is in its place; what is said about it comes behind the page, if it is not what the page says."""
    stamp = bombs.stream(b"BT /F 12 Tf 5 10 Td (APPROVED) Tj ET", DRAWN)
    document = read("a.pdf", annotated(annotation, more=(stamp,)))
    assert (document.text, document.missing) == (text, ())


def test_annotations_that_are_hidden_are_not_read() -> None:
    """And that is told."""
    document = read("a.pdf", annotated(b"/F 2/Subtype/FreeText/Contents(Pay at once)" + BOX))
    assert (document.text, document.missing) == ("A zebra in the harbour.", ("hidden text on page 1 was left out",))


@pytest.mark.parametrize(
    ("links", "text", "said"),
    [
        (["https://example.org/a"], "The manual is here.", "The manual <https://example.org/a> is here."),
        (["mailto:ida@example.org"], "The manual is here.", "The manual <ida@example.org> is here."),
        (["https://example.org/a"] * 3, "The manual is here.", "The manual <https://example.org/a> is here."),
        (["https://www.example.org/"], "See example.org now.", "See example.org now."),
        (["https://a.org/", "https://b.org/"], "The manual is here.", "The manual <https://a.org/> <https://b.org/> is here."),
    ],
)
def test_addresses_of_links_stand_behind_their_words(links: list[str], text: str, said: str) -> None:
    """Once, and not where the words say them."""
    made = annotated(*(link(one, "72 695 114 715") for one in links), text=text.encode())
    document = read("a.pdf", made)
    assert sorted(document.text.split()) == sorted(said.split())
    assert document.text.startswith(said.split("<", maxsplit=1)[0])


def test_a_link_over_two_lines_is_written_once() -> None:
    """Behind the last of its words; one over a picture comes behind the page."""
    from reportlab.pdfgen.canvas import Canvas

    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(600, 800), invariant=1)
    canvas.drawString(50, 700, "It is told in the long")
    canvas.drawString(50, 686, "manual of the harbour.")
    for box in ((120, 696, 170, 712), (50, 682, 90, 696)):
        canvas.linkURL("https://example.org/m", box)
    canvas.linkURL("https://example.org/logo", (400, 100, 500, 200))
    canvas.save()
    text = read("a.pdf", out.getvalue()).text
    assert text == "It is told in the long manual <https://example.org/m> of the harbour.\n\n<https://example.org/logo>"


def test_more_annotations_than_are_looked_at_are_told() -> None:
    """With the page."""
    many = b"/Subtype/Link" + BOX
    (said,) = read("a.pdf", annotated(*[many] * 5001)).missing
    assert said == "page 1 has 5,001 annotations, of which 5,000 were read"


def test_a_page_that_is_a_form_alone() -> None:
    """Is read by its values."""
    from reportlab.pdfgen.canvas import Canvas

    out = io.BytesIO()
    canvas = Canvas(out, invariant=1)
    canvas.acroForm.textfield(name="a", x=200, y=695, width=200, height=20, value="Ingrid Halvorsen")
    canvas.showPage()
    canvas.save()
    assert read("a.pdf", out.getvalue()).text == "Ingrid Halvorsen"


def test_a_file_that_is_attached_is_told() -> None:
    """It is seen on the page, and not read."""
    document = read("a.pdf", annotated(b"/Subtype/FileAttachment/Contents(The plan)" + BOX))
    assert document.text == "A zebra in the harbour.\n\nNote: The plan"
    assert document.missing == ("page 1 has an attached file that is not read",)
