"""Word documents: what Word writes, raises, strikes out and hangs at the margin, each once and in its place."""

import pytest
import samples
from test_read import read

SPACES = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" xmlns:r="http://schemas.openxmlformats.org/'
    'officeDocument/2006/relationships" xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math" xmlns:mc="mc"'
    ' xmlns:wp="wp" xmlns:a="a" xmlns:c="c"'
)
KINDS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def word(body: str, parts: dict[str, str] | None = None, links: dict[str, str] | None = None) -> bytes:
    """A document of these blocks, with parts such as "numbering", each of this XML, and links by their ids."""
    members, related = {"word/document.xml": f"<w:document {SPACES}><w:body>{body}</w:body></w:document>"}, ""
    for name, inner in (parts or {}).items():
        root = {"header1": "hdr", "footer1": "ftr", "header2": "hdr"}.get(name, name)
        kind = name.rstrip("12")
        members[f"word/{name}.xml"] = f"<w:{root} {SPACES}>{inner}</w:{root}>"
        related += f'<Relationship Id="{name}" Type="{KINDS}/{kind}" Target="{name}.xml"/>'
    for key, target in (links or {}).items():
        related += f'<Relationship Id="{key}" Type="{KINDS}/hyperlink" Target="{target}" TargetMode="External"/>'
    members["word/_rels/document.xml.rels"] = f"<Relationships>{related}</Relationships>"
    return samples.archive(**members)


def run(text: str, properties: str = "") -> str:
    """A run."""
    return f'<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>'


def paragraph(*runs: str, properties: str = "") -> str:
    """A paragraph."""
    return f"<w:p><w:pPr>{properties}</w:pPr>{''.join(runs)}</w:p>"


UP, DOWN, OUT = '<w:vertAlign w:val="superscript"/>', '<w:vertAlign w:val="subscript"/>', "<w:strike/>"


@pytest.mark.parametrize(
    ("runs", "text"),
    [
        ([run("10"), run("6", UP), run(" bolts")], "10⁶ bolts"),
        ([run("CO"), run("2", DOWN)], "CO₂"),
        ([run("the 15"), run("th", UP), run(" of May")], "the 15th of May"),
        ([run("x"), run("a,b", UP), run("!")], "x^(a,b)!"),
        ([run("2023"), run("1", UP), run("2", UP), run(".")], "2023¹²."),
        ([run("m"), run("2", '<w:position w:val="6"/>')], "m²"),
        ([run("old", OUT), run(" new")], "~~old~~ new"),
        ([run("One. Two.", "<w:dstrike/>"), run(" Three.")], "~~One.~~ ~~Two.~~ Three."),
        ([run("ol", OUT), run("d ", OUT), run("new", '<w:strike w:val="0"/>')], "~~old~~ new"),
        (["<w:del><w:r><w:delText>gone </w:delText></w:r></w:del>", run("kept")], "kept"),
    ],
)
def test_raised_lowered_and_struck_letters(runs: list[str], text: str) -> None:
    """Are no digits of a number, and nothing that applies."""
    assert read("a.docx", word(paragraph(*runs))).text == text


def test_a_style_that_raises() -> None:
    """Counts as the letters' own."""
    styles = f'<w:style w:type="character" w:styleId="Up"><w:rPr>{UP}</w:rPr></w:style>'
    body = paragraph(run("10"), run("3", '<w:rStyle w:val="Up"/>'))
    assert read("a.docx", word(body, {"styles": styles})).text == "10³"


def level(place: int, form: str, text: str, more: str = "") -> str:
    """A level of a list."""
    return f'<w:lvl w:ilvl="{place}"><w:start w:val="1"/><w:numFmt w:val="{form}"/>{more}<w:lvlText w:val="{text}"/></w:lvl>'


NUMBERING = (
    f'<w:abstractNum w:abstractNumId="0">{level(0, "upperRoman", "Article %1")}'
    f"{level(1, 'decimal', '%1.%2', '<w:isLgl/>')}{level(2, 'lowerLetter', '(%3)')}{level(3, 'bullet', 'x')}</w:abstractNum>"
    '<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>'
    '<w:num w:numId="2"><w:abstractNumId w:val="0"/>'
    '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="7"/></w:lvlOverride></w:num>'
)


def item(text: str, place: int, num: int = 1) -> str:
    """A paragraph of a list."""
    return paragraph(run(text), properties=f'<w:numPr><w:ilvl w:val="{place}"/><w:numId w:val="{num}"/></w:numPr>')


def test_numbers_that_word_writes_itself() -> None:
    """With levels, restarts, other forms and a list that begins elsewhere; empty paragraphs count, too."""
    body = [item("One", 0), item("a", 1), item("b", 1), item("x", 2), item("y", 2), item("", 1), item("d", 1), item("p", 3)]
    body += [item("Two", 0), item("a", 1), item("Seven", 0, 2), item("off", 0, 0)]
    assert read("a.docx", word("".join(body), {"numbering": NUMBERING})).text.split("\n") == [
        *("Article I One", "1.1 a", "1.2 b", "(a) x", "(b) y", "1.4 d", "- p", "Article II Two", "2.1 a", "Article VII Seven"),
        *("", "off"),
    ]


def test_numbers_by_a_style() -> None:
    """Of headings, by the style that the level names."""
    styles = (
        '<w:style w:type="paragraph" w:styleId="H1"><w:name w:val="heading 1"/><w:pPr><w:numPr><w:numId w:val="5"/></w:numPr>'
        '</w:pPr></w:style><w:style w:type="paragraph" w:styleId="H2"><w:name w:val="heading 2"/><w:basedOn w:val="H1"/>'
        "</w:style>"
    )
    numbering = (
        f'<w:abstractNum w:abstractNumId="3">{level(0, "decimal", "%1", "<w:pStyle w:val=&quot;H1&quot;/>")}'
        f"{level(1, 'decimal', '%1.%2', '<w:pStyle w:val=&quot;H2&quot;/>')}</w:abstractNum>"
        '<w:num w:numId="5"><w:abstractNumId w:val="3"/></w:num>'
    ).replace("&quot;", '"')
    body = "".join(
        paragraph(run(text), properties=f'<w:pStyle w:val="{style}"/>')
        for text, style in [("Scope", "H1"), ("Who", "H2"), ("Fees", "H1"), ("When", "H2")]
    )
    text = read("a.docx", word(body, {"styles": styles, "numbering": numbering})).text
    assert text == "# 1 Scope\n\n## 1.1 Who\n\n# 2 Fees\n\n## 2.1 When"


def field(code: str, result: str) -> str:
    """A field in its long form."""
    marks = [f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>' for kind in ("begin", "separate", "end")]
    return f"{marks[0]}<w:r><w:instrText>{code}</w:instrText></w:r>{marks[1]}{run(result)}{marks[2]}"


BOX = "<w:txbxContent><w:p><w:r><w:t>Boxed.</w:t></w:r></w:p></w:txbxContent>"


@pytest.mark.parametrize(
    ("inner", "text"),
    [
        (f'<w:hyperlink r:id="l">{run("the ")}{run("page")}</w:hyperlink>{run(".")}', "the page <https://a.example/x>."),
        (f'<w:hyperlink r:id="l">{run("a.example/x")}</w:hyperlink>', "a.example/x"),
        (f'<w:hyperlink w:anchor="t">{run("above")}</w:hyperlink>', "above"),
        (
            f'<w:hyperlink r:id="l">{run("a ")}</w:hyperlink><w:hyperlink r:id="l">{run("b")}</w:hyperlink>',
            "a b <https://a.example/x>",
        ),
        (field('HYPERLINK "https://b.example"', "there") + run("!"), "there <https://b.example>!"),
        (run("Total ") + field("=SUM(ABOVE)", "812"), "Total 812"),
        (run("Total ") + f'<w:fldSimple w:instr="x">{run("7")}</w:fldSimple>', "Total 7"),
        (
            f"<w:r><mc:AlternateContent><mc:Choice>{BOX}</mc:Choice><mc:Fallback>{BOX}</mc:Fallback></mc:AlternateContent></w:r>",
            "Boxed.",
        ),
        (
            '<w:r><w:drawing><wp:inline><wp:docPr id="1" descr="A red pump"/></wp:inline></w:drawing></w:r>',
            "[Image: A red pump]",
        ),
        ('<w:r><w:sym w:font="Wingdings" w:char="F0FC"/></w:r>' + run(" done"), "✓ done"),
        (run("Kranken") + "<w:r><w:softHyphen/></w:r>" + run("kasse"), "Krankenkasse"),
        (f"<w:sdt><w:sdtContent>{run('filled')}</w:sdtContent></w:sdt>", "filled"),
        (
            '<w:r><w:fldChar w:fldCharType="begin"><w:ffData><w:checkBox><w:checked/></w:checkBox></w:ffData></w:fldChar></w:r>'
            '<w:r><w:instrText>FORMCHECKBOX</w:instrText></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r>' + run(" yes"),
            "☒ yes",
        ),
    ],
)
def test_what_stands_in_a_paragraph(inner: str, text: str) -> None:
    """Links with where they lead, fields by their result, boxes once, names of pictures, signs."""
    assert read("a.docx", word(f"<w:p>{inner}</w:p>", links={"l": "https://a.example/x"})).text == text


def math(inner: str) -> str:
    """An equation."""
    return f"<w:p><m:oMath>{inner}</m:oMath></w:p>"


def term(text: str, name: str = "") -> str:
    """Letters of an equation, as a part of this name."""
    letters = f"<m:r><m:t>{text}</m:t></m:r>"
    return f"<m:{name}>{letters}</m:{name}>" if name else letters


@pytest.mark.parametrize(
    ("inner", "text"),
    [
        (f"{term('E=m')}<m:sSup>{term('c', 'e')}{term('2', 'sup')}</m:sSup>", "E=mc²"),
        (f"<m:f>{term('a+b', 'num')}{term('2', 'den')}</m:f>", "(a+b)/2"),
        (f"<m:rad>{term('', 'deg')}{term('x', 'e')}</m:rad>", "√(x)"),
        (
            f'<m:nary><m:naryPr><m:chr m:val="∑"/></m:naryPr>{term("i=1", "sub")}{term("n", "sup")}{term("i", "e")}</m:nary>',
            "∑ᵢ₌₁ⁿ i",
        ),
        (f"<m:d>{term('a', 'e')}{term('b', 'e')}</m:d>", "(a|b)"),
    ],
)
def test_equations(inner: str, text: str) -> None:
    """In one line."""
    assert read("a.docx", word(math(inner))).text == text


def test_comments_heads_and_feet() -> None:
    """A comment stands behind the words that it speaks of; heads and feet once, without numbers of pages."""
    words = run("The fee is 500.")
    mark = '<w:r><w:commentReference w:id="4"/></w:r>'
    body = paragraph(run("Hello. "), f'<w:commentRangeStart w:id="4"/>{words}<w:commentRangeEnd w:id="4"/>{mark}')
    ends = '<w:headerReference w:type="{}" r:id="header{}"/>'
    section = f'<w:sectPr>{ends.format("default", 1)}{ends.format("first", 2)}<w:footerReference r:id="footer1"/></w:sectPr>'
    parts = {
        "comments": f'<w:comment w:id="4" w:author="Ann">{paragraph(run("Too much."))}</w:comment>',
        "header1": paragraph(run("Secret plan")),
        "header2": paragraph(run("Of a first page that there is not")),
        "footer1": paragraph(run("Page "), field("PAGE", "3"), run(" of "), field("NUMPAGES", "9")),
    }
    document = read("a.docx", word(body + section + f"<w:p><w:pPr>{section}</w:pPr></w:p>", parts))
    assert document.text == "Hello. The fee is 500.\n\n[Comment by Ann on “The fee is 500.”: Too much.]\n\nHeader: Secret plan"


def cell(text: str, properties: str = "") -> str:
    """A cell of a table."""
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{paragraph(run(text))}</w:tc>"


def test_cells_that_span() -> None:
    """A header of two rows is one, and what goes down stands in each row."""
    wide, begun, on = '<w:gridSpan w:val="2"/>', '<w:vMerge w:val="restart"/>', "<w:vMerge/>"
    rows = [
        [cell("Site", begun), cell("Part", begun), cell("2024", wide)],
        [cell("", on), cell("", on), cell("Plan"), cell("Actual")],
        [cell("Kiel", begun), cell("Pumps"), cell("5"), cell("7")],
        [cell("", on), cell("Valves"), cell("1"), cell("2")],
    ]
    table = "".join(f"<w:tr>{''.join(row)}</w:tr>" for row in rows)
    assert read("a.docx", word(f"<w:tbl>{table}</w:tbl>")).text.split("\n") == [
        "| Site | Part | 2024 Plan | 2024 Actual |",
        "| Kiel | Pumps | 5 | 7 |",
        "| Kiel | Valves | 1 | 2 |",
    ]


def test_a_document_within_the_document() -> None:
    """Is not read, and that is told."""
    assert read("a.docx", word(f"{paragraph(run('Seen.'))}<w:p><w:altChunk/></w:p>")).missing == (
        "a document within the document was left out",
    )


def test_names_in_any_case_and_with_backslashes() -> None:
    """As other programs pack them."""
    body = f"<w:document {SPACES}><w:body>{paragraph(run('Read.'))}</w:body></w:document>"
    related = (
        f'<Relationships><Relationship Id="a" Type="{KINDS}/officeDocument" Target="\\word\\document.xml"/></Relationships>'
    )
    assert read("a.docx", samples.archive(**{"Word\\Document.xml": body, "_rels\\.rels": related})).text == "Read."
