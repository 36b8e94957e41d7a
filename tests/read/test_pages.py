"""Pages: what is struck out, tables with spans, pictures and formulas."""

import pytest

from index.read.formats import reader_for


def read(page: str) -> list[str]:
    """The lines of a page's text, those without ink left out."""
    reader = reader_for("a.html")
    assert reader
    return [line for line in reader.read(page.encode()).text.splitlines() if line.strip()]


@pytest.mark.parametrize(
    ("page", "lines"),
    [
        ("<del><p>One. Two.</p><h2>Three</h2><ul><li>Four</ul></del>", ["~~One.~~ ~~Two.~~", "## ~~Three~~", "- ~~Four~~"]),
        ("<s><p>One<p>Two</s><p>Three.", ["~~One~~", "~~Two~~", "Three."]),
        ("<strike>One<br>Two</strike> three", ["~~One~~", "~~Two~~ three"]),
        ("<del><s><p>Once</s></del>", ["~~Once~~"]),
        ("<del><table><tr><td>a<td>b<tr><td>c<td>d</table></del>", ["| ~~a~~ | ~~b~~ |", "| ~~c~~ | ~~d~~ |"]),
        ("<p style='text-decoration: line-through'>Old.</p><p>New.", ["~~Old.~~", "New."]),
        ("<style>.gone{text-decoration-line:line-through}</style><ul><li class=gone>Old<li>New</ul>", ["- ~~Old~~", "- New"]),
        ("<p>10<span style='vertical-align:super'>6</span> H<span style='vertical-align: sub'>2</span>O", ["10⁶ H₂O"]),
    ],
)
def test_what_is_struck_out_is_marked_in_every_block(page: str, lines: list[str]) -> None:
    """Whatever is around it, and whoever strikes it out: an element or a style sheet; so is what is raised or lowered."""
    assert read(page) == lines


TWO_ROWS = """<table><caption>Sales</caption><thead><tr><th rowspan=2>Region<th colspan=2>2024<th colspan=2>2025
<tr><th>Plan<th>Actual<th>Plan<th>Actual</thead><tbody><tr><th rowspan=2>North<td>1<td>2<td>3<td>4
<tr><td>5<td>6<td>7<td>8</tbody></table>"""
NESTED = """<table><tr><th>Part<th>Sizes<th>Stock<tr><td>Bolt<td>In mm<table><tr><td>M6<td>M8</table>all of steel<td>7
<tr><td>Nut<td>none<td>8</table>"""
PARTED = "<table><tr><td><p>One<p>Two<td><table><tr><td>a<td>b</table></table>"
LISTED = "<table><tr><th>Who<th>What<tr><td>Ida<td><ul><li>sells<li>buys</ul><tr><td>Otto<td><p>reads<p>writes</table>"


@pytest.mark.parametrize(
    ("page", "lines"),
    [
        (
            TWO_ROWS,
            [
                "Sales",
                "| Region | 2024 Plan | 2024 Actual | 2025 Plan | 2025 Actual |",
                "| North | 1 | 2 | 3 | 4 |",
                "| North | 5 | 6 | 7 | 8 |",
            ],
        ),
        (
            NESTED,
            ["| Part | Sizes | Stock |", "| Bolt | In mm all of steel | 7 |", "| M6 | M8 |", "| Nut | none | 8 |"],
        ),
        (PARTED, ["One", "Two", "| a | b |"]),
        (LISTED, ["| Who | What |", "| Ida | sells buys |", "| Otto | reads writes |"]),
        ("<table role=presentation><tr><td>One<td>Two</table>", ["One", "Two"]),
    ],
)
def test_tables(page: str, lines: list[str]) -> None:
    """Each row by itself in its columns; a table that parts the page is none, one within a cell is read once."""
    assert read(page) == lines


@pytest.mark.parametrize(
    ("picture", "text"),
    [
        ("<img src=a.png alt='A red pump'>", "See [Image: A red pump]"),
        ("<img src=a.png alt=''><img src=b.png>", "See"),
        ("<img src=a.png alt='IMG_001.png'>", "See"),
        ("<img src=a.png alt='A rule' role=presentation>", "See"),
        ("<img src=a.png alt='new window' width=12 height=12>", "See"),
        ("<a href=/x><img src=a.png alt='The way out'></a>", "See"),
        ("<a href=/x.png><img src=a.png alt='A red pump'></a>", "See [Image: A red pump]"),
        ("<figure><img src=a.png alt='A pump'><figcaption>A pump of 1905", "See|A pump of 1905"),
        ("<img class=emoji alt='😀'>", "See 😀"),
        (r"<img alt='{\displaystyle E=mc^{2}}'>", "See E=mc^{2}"),
    ],
)
def test_pictures_are_what_is_said_of_them(picture: str, text: str) -> None:
    """But for icons, ornaments, names of files and what stands beside them."""
    assert read(f"<p>See {picture}") == text.split("|")


MATH = "<math><semantics><mrow><mi>E</mi><mo>=</mo><mfrac><mn>1</mn><mn>2</mn></mfrac><mi>m</mi><mspace></mspace>"
MATH += "<msup><mi>v</mi><mn>2</mn></msup></mrow><annotation encoding='application/x-tex'>E=TeX</annotation></semantics></math>"


def test_formulas_are_read_once_in_one_line() -> None:
    """Also where one is drawn and another one stands there for those who do not see it."""
    assert read(f"<p>So {MATH} holds.") == ["So E=1/2m v² holds."]
    katex = f"<span style='position:absolute;clip:rect(1px,1px,1px,1px)'>{MATH}</span><span aria-hidden=true>E=21mv2</span>"
    assert read(f"<p>So <span>{katex}</span> holds.") == ["So E=1/2m v² holds."]
    assert read(f"<p>So <span style='display:none'>{MATH}</span> holds.") == ["So holds."]


@pytest.mark.parametrize(
    ("aside", "read_too"),
    [
        ("<aside epub:type='footnote'>1. It held.</aside>", True),
        ("<aside class='note'>It held.</aside>", True),
        ("<section><p>A pump.<aside>It held.</aside></section>", True),
        ("<section><p>A pump.<aside><a href=/x>It held.</a></aside></section>", False),
        ("<aside>It held.</aside>", False),
    ],
)
def test_asides_of_the_text_are_read(aside: str, read_too: bool) -> None:
    """Notes, and what stands within the article; not what is beside it, nor lists of links."""
    assert any("It held." in line for line in read(f"<p>{'The pump was old. ' * 9}</p>{aside}")) is read_too
