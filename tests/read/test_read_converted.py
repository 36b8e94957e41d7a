"""Readers of PDF, Office, HTML and EPUB: order, places, and what must not be glued together or lost."""

import os
import re
import shutil
from pathlib import Path

import pytest
import samples
from conftest import Run
from test_read import parts, read

from index.errors import FileLeftOut
from index.read.formats import reader_for
from index.split.passages import split
from index.split.sentences import sentences


def column(x: float, text: str, top: float = 700) -> list[tuple[float, float, str]]:
    """Lines of a column 45 characters wide."""
    return [(x, top - 12 * n, line) for n, line in enumerate(samples.wrapped(text, 45))]


# PDF ------------------------------------------------------------------------------------------------------------------


def test_columns_that_the_file_mixes_are_put_in_order() -> None:
    """Left, then right, under a title that spans both."""
    left, right = column(50, " ".join(samples.LOREM)), column(320, " ".join(reversed(samples.LOREM)))
    mixed = [line for pair in zip(left, right, strict=True) for line in pair]
    text = read(
        "a.pdf", samples.pdf([(50, 740, "A title that stands above both of the columns and reaches far across."), *mixed])
    ).text
    assert re.sub(r"\s+", " ", text).endswith(" ".join(samples.LOREM) + " " + " ".join(reversed(samples.LOREM)))


def test_columns_in_the_order_of_the_file() -> None:
    """Are read as they are, and a sentence that runs from one into the other is whole."""
    lines = column(50, " ".join(samples.LOREM))
    half = len(lines) // 2
    right = [(320.0, 700 - 12.0 * n, text) for n, (_, _, text) in enumerate(lines[half:])]
    assert read("a.pdf", samples.pdf(lines[:half] + right)).text == " ".join(samples.LOREM)


def test_a_table_is_read_by_rows() -> None:
    """Though it has a gutter."""
    rows = [(x, 700.0 - 12 * n, f"{word}{n}") for n in range(8) for x, word in ((50, "name"), (320, "value"))]
    assert "name3 value3" in read("a.pdf", samples.pdf(rows)).text


def test_hyphens_at_line_ends() -> None:
    """Are taken out, but for words that the document writes with one, and before capitals."""
    lines = [
        "The pre-training of a model takes time and informa-",
        "tion. This pre-",
        "training is not about an X-",
        "Ray or a left-to-",
    ]
    lines += ["right model, which is unlike another left-to-right model."]
    text = read("a.pdf", samples.pdf([(50, 700 - 12 * n, line) for n, line in enumerate(lines)])).text
    assert "time and information. This pre-training is not about an X-Ray or a left-to-right model" in text


def test_a_sentence_that_runs_over_pages() -> None:
    """Is whole, without running head, foot and page number; the next page begins within it."""
    pages = [
        [(50, 770, "The Harbour Book"), *column(50, before), (300, 30, str(n))]
        for n, before in enumerate(
            [
                "It was built. The stones of the harbour were brought from a quarry that",
                "lay far away in the north. Then it ended.",
            ],
            1,
        )
    ]
    document = read("a.pdf", samples.pdf(*pages, [(50, 770, "The Harbour Book"), (50, 700, "Third page."), (300, 30, "3")]))
    whole = "The stones of the harbour were brought from a quarry that lay far away in the north."
    assert whole in [document.text[a:b].strip() for a, b in sentences(document.text)]
    assert [label for label, _ in parts(document)] == ["page=1", "page=2", "page=3"]
    assert parts(document)[1][1].startswith("lay far away")
    assert document.text.count("The Harbour Book") == 1
    assert not re.search(r"\b[123]\b", document.text)


def test_headings_are_larger_letters() -> None:
    """They give passages their heading, and the document its title."""
    from io import BytesIO

    from reportlab.pdfgen.canvas import Canvas

    out = BytesIO()
    canvas = Canvas(out, pagesize=(600, 800), invariant=1)
    for y, size, text in [(750, 20, "Harbours"), (700, 14, "Stones"), (680, 10, "Stones are heavy."), (668, 10, "Very heavy.")]:
        canvas.setFont("Times-Roman", size)
        canvas.drawString(50, y, text)
    canvas.save()
    document = read("a.pdf", out.getvalue())
    assert (document.title, document.markdown) == ("Harbours", True)
    assert [passage.heading for passage in split(document)] == ["Harbours › Stones"]


def test_pages_without_text_are_named() -> None:
    """One among others; a file of nothing else is left out; an empty page is nothing to speak of."""
    pytest.importorskip("PIL")
    with pytest.raises(FileLeftOut, match="no text layer; QA_OCR=1 reads it if tesseract is installed"):
        read("a.pdf", samples.picture_pdf("HELLO"))
    document = read("a.pdf", samples.pdf([(50, 700, "One.")], [], [(50, 700, "Three.")]))
    assert (document.missing, [label for label, _ in parts(document)]) == ((), ["page=1", "page=3"])


@pytest.mark.skipif(not shutil.which("tesseract"), reason="needs tesseract")
def test_pages_without_text_are_read_by_ocr() -> None:
    """If that is asked for; the reader has another name then, so that the index reads again."""
    pytest.importorskip("PIL")
    plain, ocr = reader_for("a.pdf"), reader_for("a.pdf", ocr=True)
    assert plain
    assert ocr
    assert plain.name != ocr.name
    document = ocr.read(samples.picture_pdf("HELLO HARBOUR", ""))
    assert parts(document) == [("page=1", "HELLO HARBOUR")]
    assert document.missing == ("page 2 has no text, and OCR found none",)


@pytest.mark.skipif(os.name == "nt", reason="a program that is a script")
def test_a_citation_of_a_scanned_page(project: Path, qa: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Is held against the file as it reads with QA_OCR=1, also when the file is another than the one indexed."""
    pytest.importorskip("PIL")
    program = project / "bin" / "tesseract"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\ncat > /dev/null\necho The zebra crossed the harbour at noon.\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("QA_OCR", "1")
    scan = project / "seeds" / "scan.pdf"
    scan.write_bytes(samples.picture_pdf("ZEBRA"))
    saved = project / "answer.json"
    saved.write_text(qa("ask", "--json", "--in", "scan.pdf", "what did the zebra cross?").out)
    assert "zebra crossed" in saved.read_text()
    scan.write_bytes(scan.read_bytes() + b"\n%%EOF\n")
    assert qa("verify", str(saved)).code == 0
    assert qa("show").code == 0


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (samples.pdf([(50, 700, "x")], password="secret"), "protected by a password"),
        (samples.pdf([(50, 700, "x")])[:600], "a PDF that is cut off: its end is missing"),
        (b"%PDF-1.4\n%%EOF", "a damaged PDF"),
    ],
)
def test_pdf_files_that_cannot_be_read(data: bytes, reason: str) -> None:
    """Each says why."""
    with pytest.raises(FileLeftOut, match=f"^{reason}$"):
        read("a.pdf", data)


# Office ---------------------------------------------------------------------------------------------------------------


def test_word_documents() -> None:
    """Headings, paragraphs, lists and tables in order."""
    document = read("a.docx", samples.docx())
    assert document.text == (
        "# Annual report\n\n## Sales\n\nWe sold more. It was good.\n- Apples\n- Pears\n\n| Region | Q1 |\n| North | 12 |"
    )
    assert document.title == "Annual report"
    assert {passage.heading for passage in split(document)} == {"Annual report › Sales"}


WORD = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def test_what_else_stands_in_word_documents() -> None:
    """What was inserted is read, what was deleted is not; notes and text boxes are."""
    body = (
        f"<w:document {WORD}><w:body><w:p><w:ins><w:r><w:t>New</w:t></w:r></w:ins><w:del><w:r><w:delText>Old</w:delText></w:r>"
        '</w:del><w:r><w:t> text</w:t><w:footnoteReference w:id="2"/></w:r></w:p><w:p><w:r><w:pict><w:txbxContent><w:p><w:r>'
        "<w:t>Box</w:t></w:r></w:p></w:txbxContent></w:pict></w:r></w:p></w:body></w:document>"
    )
    notes = (
        f'<w:footnotes {WORD}><w:footnote w:id="0" w:type="separator"/>'
        '<w:footnote w:id="2"><w:p><w:r><w:t>A note.</w:t></w:r></w:p></w:footnote></w:footnotes>'
    )
    data = samples.archive(**{"word/document.xml": body, "word/footnotes.xml": notes})
    assert read("a.docx", data).text == "New text[2]\n\nBox\n\n[2] A note."


def test_presentations() -> None:
    """A slide is a page; its title a heading, its notes below it."""
    document = read("a.pptx", samples.pptx())
    assert parts(document) == [
        ("page=1", "## Plan\n\nFirst step.\nSecond step.\n\nNotes: Say hello."),
        ("page=2", "## Numbers\n\n| a | b |"),
    ]
    assert document.title == "Plan"


def test_spreadsheets() -> None:
    """All sheets, rows with their columns' names, values as they are shown."""
    document = read("a.xlsx", samples.xlsx())
    assert document.missing == ("1 formula has no value: saved by a program that does not calculate",)
    assert parts(document) == [
        ("Sales!1", "## Sales\n\n| Region | Q1 sales | When | Share |"),
        ("Sales!2", "| Region: North | Q1 sales: 1,200 | When: 2024-05-01 | Share: 12.5% |"),
        ("Sales!4", "| Region: South | Q1 sales: $3.50 |"),
        ("Notes!3", "## Notes\n\n| A note. |"),  # as a title stands above a table
        ("Notes!4", "| Who | Age |"),
        ("Notes!5", "| Who: Kim | Age: 30 |"),
    ]


@pytest.mark.parametrize("suffix", ["docx", "pptx", "xlsx", "epub"])
def test_bombs(suffix: str) -> None:
    """Are not unpacked; entities are not followed."""
    main = {
        "docx": "word/document.xml",
        "pptx": "ppt/presentation.xml",
        "xlsx": "xl/workbook.xml",
        "epub": "META-INF/container.xml",
    }
    with pytest.raises(FileLeftOut, match="unpacks to 50 MB, more than such a file should"):
        read(f"a.{suffix}", samples.archive(**{main[suffix]: b" " * 50_000_000}))
    laughs = '<!DOCTYPE a [<!ENTITY b "ha"><!ENTITY c "&b;&b;">]><a>&c;</a>'
    with pytest.raises(FileLeftOut) as reason:
        read(f"a.{suffix}", samples.archive(**{main[suffix]: laughs}))
    assert "ha" not in str(reason.value).split()


# HTML and EPUB --------------------------------------------------------------------------------------------------------

PAGE = """<!doctype html><html><head><title>Trade talks | Daily News</title><style>p{}</style></head><body>
<header><a href=/>Home</a></header><nav><ul><li><a>World</a><li><a>Sport</a></ul></nav>
<div class="cookie-banner">We use cookies.</div><main><article><header><h1>Trade <em>talks</em></h1></header>
<p>First sentence. Second<br>line.</p><ul><li>One<li>Two<ul><li>Inner</ul></ul><ol><li>a<li>b</ol>
<table><tr><th>Region<th>Sales</tr><tr><td>North<td>12</table><pre>x = 1
  y</pre><p hidden>Not shown.</p></article></main><aside>Related</aside><footer>© 2024</footer></body></html>"""


def test_the_article_of_a_page() -> None:
    """Without what stands around it, its structure as Markdown."""
    document = read("a.html", PAGE.encode())
    assert document.title == "Trade talks | Daily News"
    assert document.text == (
        "# Trade talks\n\nFirst sentence. Second\nline.\n\n- One\n- Two\n  - Inner\n\n1. a\n2. b\n\n"
        "| Region | Sales |\n| North | 12 |\n\n```\nx = 1\n  y\n```"
    )


@pytest.mark.parametrize(
    ("page", "text"),
    [
        ("<nav>All there is.</nav>", "All there is."),  # no article: everything visible
        (
            f"<article>Teaser.</article><div>{'The text itself. ' * 9}</div>",
            "Teaser.\n\n" + "The text itself. " * 8 + "The text itself.",
        ),
        ("<div class=sidebar>" + "Long prose stays. " * 20 + "</div>", ("Long prose stays. " * 20).strip()),
        ("<div class=menu><a>One</a><a>Two</a></div><p>" + "Prose. " * 9 + "</p>", ("Prose. " * 9).strip()),
        ("<table><tr><td><h2>Laid out</h2><p>By a table.</table>", "## Laid out\n\nBy a table."),
        ("<p>a &lt;b&gt; &amp; c\u00a0d</p>", "a <b> & c d"),
        ("<div>" * 4000 + "deep", "deep"),
        ("<p><br><li>" * 20_000 + "flat", "- flat"),
    ],
)
def test_pages_of_other_shapes(page: str, text: str) -> None:
    """Text that is there is not lost to a guess."""
    assert read("a.html", page.encode()).text == text


@pytest.mark.parametrize("tag", ["div", "ul><li", "x-menu class=menu>text<b"])
def test_a_page_that_nests_without_end(tag: str) -> None:
    """Is left out at once, since a parser would take minutes."""
    with pytest.raises(FileLeftOut, match="HTML that nests more than 5,000 deep"):
        read("a.html", f"<{tag}>".encode() * 50_000 + b"deep")


@pytest.mark.parametrize("encoding", ["cp1251", "shift_jis"])
def test_a_declared_encoding(encoding: str) -> None:
    """Is taken where the bytes are not Unicode's."""
    word = {"cp1251": "Мир", "shift_jis": "東京"}[encoding]
    assert read("a.html", f'<meta charset="{encoding}"><p>{word}'.encode(encoding)).text == word


def test_books() -> None:
    """Chapters in the order of the spine; one that is not there is named."""
    document = read("a.epub", samples.epub())
    assert (document.text, document.title) == ("# One\n\nIt began.\n\n# Two\n\nIt ended.", "Book")
    assert document.missing == ("chapter gone is missing",)


def test_terms_stand_with_what_they_mean() -> None:
    """A definition list's terms, one that means two things, and one that means none."""
    page = (
        "<dl><dt>retries</dt><dd>The default is 3.</dd><dt>port</dt><dd>8080.</dd><dd>Or 80.</dd><dt>alone</dt></dl><p>End.</p>"
    )
    text = read("a.html", page.encode()).text
    assert [line for line in text.splitlines() if line] == [
        "retries: The default is 3.",
        "port: 8080.",
        "port: Or 80.",
        "alone",
        "End.",
    ]


def test_what_is_struck_out_is_marked_and_links_say_where_they_lead() -> None:
    """Once, and not where the words say it, or where a page is a list of links."""
    page = (
        '<p>The limit is <del>20</del> 25 tons, see <a href="https://a.org/x">the page</a> or'
        ' <a href="https://b.org/">b.org</a>, <a href="/c">c</a>.</p>'
    )
    assert read("a.html", page.encode()).text == "The limit is ~~20~~ 25 tons, see the page <https://a.org/x> or b.org, c."
    many = "".join(f'<p><a href="https://a.org/{n}">page {n}</a></p>' for n in range(60))
    assert "https" not in read("a.html", many.encode()).text


def test_raised_and_lowered_letters_are_no_digits_of_a_number() -> None:
    """Exponents, notes, formulas, ordinals and cents, in a page; and what is struck out, sentence by sentence."""
    page = (
        "<p>It made 10<sup>6</sup> bolts on 450 m<sup>2</sup> in 2023<sup>1</sup>, with CO<sub>2</sub>.</p>"
        "<p>$11<sup>99</sup> on the 15<sup>th</sup>, x<sup>a,b</sup>.</p><p><s>One. Two.</s> Three.</p>"
    )
    assert read("a.html", page.encode()).text.split("\n\n") == [
        "It made 10⁶ bolts on 450 m² in 2023¹, with CO₂.",
        "$11.99 on the 15th, x^(a,b).",
        "~~One.~~ ~~Two.~~ Three.",
    ]
