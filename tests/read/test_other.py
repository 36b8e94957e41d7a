"""OpenDocument and RTF, and old Office files: read, or left out with one reason that says what to do."""

import pytest
import samples
from test_read import parts, read

from index.errors import FileLeftOut

OLD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)


def rtf(body: str) -> bytes:
    """An RTF file."""
    return (r"{\rtf1\ansi\ansicpg1252{\fonttbl{\f0 Arial;}{\f1\fcharset204 Arial;}}" + body + "}").encode("latin-1")


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (r"M\'fcller's key.\par Two.", "Müller's key.\n\nTwo."),
        (r"\f1\'cc\'e8\'f0", "Мир"),
        (r"a\u8364?b \uc0\u8364 c", "a€b €c"),
        (r"\u-10179?\u-8704?", "😀"),
        (r"10{\super 6} {\strike old} {\v hidden}new", "10⁶ ~~old~~ new"),
        (r"\trowd\intbl a\cell b\cell\row\pard after", "| a | b |\n\nafter"),
        (r"One{\footnote A note.} two.", "One[1] two.\n\n[1] A note."),
        (r'{\field{\*\fldinst HYPERLINK "https://a.example"}{\fldrslt here}}.', "here <https://a.example>."),
        (r"{\*\unknown gone}{\pict\wmetafile8 0102}kept", "kept"),
        (r"{\header Head\par}{\footer Page {\field{\*\fldinst PAGE}}\par}text", "text\n\nHeader: Head"),
        (r"\pard\outlinelevel0 Scope\par\pard{\listtext 1.\tab}One\par", "# Scope\n\n1.\tOne"),
        (r"a\bin3 \{}b", "ab"),
    ],
)
def test_rtf(body: str, text: str) -> None:
    """Code pages, letters beyond them, tables, notes, links; what only programs know is left out."""
    assert read("a.rtf", rtf(body)).text == text


STYLES = (
    '<style:style style:name="up" style:family="text"><style:text-properties style:text-position="super 58%"/></style:style>'
    '<style:style style:name="out" style:family="text"><style:text-properties style:text-line-through-style="solid"/>'
    '</style:style><style:style style:name="no" style:family="text"><style:text-properties text:display="none"/></style:style>'
    '<text:list-style style:name="L"><text:list-level-style-number text:level="1" style:num-format="1" style:num-suffix="."/>'
    '<text:list-level-style-number text:level="2" style:num-format="a" style:num-prefix="(" style:num-suffix=")"/>'
    "</text:list-style>"
)


def span(style: str, text: str) -> str:
    """Letters of a style."""
    return f'<text:span text:style-name="{style}">{text}</text:span>'


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (f"<text:p>10{span('up', '6')} {span('out', 'old')} new{span('no', 'x')}</text:p>", "10⁶ ~~old~~ new"),
        ('<text:p>See <text:a xlink:href="https://a.example">there</text:a>.</text:p>', "See there <https://a.example>."),
        (
            "<text:p>One<text:note><text:note-citation>1</text:note-citation><text:note-body><text:p>Note.</text:p>"
            "</text:note-body></text:note>.</text:p>",
            "One[1].\n\n[1] Note.",
        ),
        (
            "<text:p>Fee<office:annotation><dc:creator>Ann</dc:creator><text:p>Much.</text:p></office:annotation></text:p>",
            "Fee\n\n[Comment by Ann on “Fee”: Much.]",
        ),
        (
            '<text:list text:style-name="L"><text:list-item><text:p>A</text:p><text:list><text:list-item><text:p>B</text:p>'
            "</text:list-item></text:list></text:list-item><text:list-item><text:p>C</text:p></text:list-item></text:list>",
            "1. A\n(a) B\n2. C",
        ),
        ("<text:tracked-changes><text:p>Gone</text:p></text:tracked-changes><text:p>a<text:s text:c='2'/>b</text:p>", "a  b"),
        ("<text:p><draw:frame><draw:text-box><text:p>Boxed</text:p></draw:text-box></draw:frame></text:p>", "Boxed"),
    ],
)
def test_texts(body: str, text: str) -> None:
    """Of LibreOffice."""
    assert read("a.odt", samples.odf("text", body, STYLES)).text == text


def test_spreadsheets_and_presentations() -> None:
    """Places are those of the other formats; a row that is repeated without a text is none."""
    assert parts(read("a.ods", samples.ods())) == [
        ("People!1", "## People\n\n| Name | Age |"),
        ("People!2", "| Name: Kim | Age: 30 |"),
    ]
    assert parts(read("a.odp", samples.odp())) == [("page=1", "## Plan\n\nFirst step.")]


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("a.doc", OLD, "an old Word file is not read: save it as .docx"),
        ("a.xls", OLD, "an old Excel file is not read: save it as .xlsx"),
        ("a.ppt", OLD, "an old PowerPoint file is not read: save it as .pptx"),
        ("a.msg", OLD, "an Outlook message is not read: save it as .eml"),
        ("a.pages", samples.archive(a="b"), "a Pages document is not read: save it as .docx"),
        ("a.doc", OLD + "EncryptedPackage".encode("utf-16-le"), "protected by a password"),
        ("a.doc", b"\x89PNG\r\n\x1a\n\0", "named as an old Word file, but it is an image"),
        ("a.rtf", b"%PDF-1.4\n", "named .rtf, but it is a PDF"),
        ("a.rtf", rb"{\rtf1 " + b"{" * 100_000, "RTF that nests more than 5,000 deep"),
        ("a.rtf", rb"{\rtf1 {\*\x y}}", "no text in it"),
        ("a.odt", b"%PDF-1.4\n", "named .odt, but it is a PDF"),
        ("a.odt", samples.odt()[:200], "a damaged or cut off .odt file"),
        ("a.ods", samples.archive(**{"content.xml": " " * 50_000_000}), "unpacks to 50 MB, more than such a file should"),
        ("a.odt", samples.odf("text", "<text:p/>"), "no text in it"),
        (
            "a.odt",
            samples.odf("text", "x", **{"META-INF/manifest.xml": "<m:encryption-data xmlns:m='m'/>"}),
            "protected by a password",
        ),
    ],
)
def test_reasons(name: str, data: bytes, reason: str) -> None:
    """One for each file that is not read."""
    with pytest.raises(FileLeftOut) as raised:
        read(name, data)
    assert str(raised.value) == reason


@pytest.mark.parametrize(
    ("name", "data", "text"),
    [
        ("a.doc", samples.RTF, "One day in München.\n\nTwo."),
        ("a.doc", samples.docx(), read("a.docx", samples.docx()).text),
        ("a.xls", b"a\tb\nx\t2\n", "| a | b |\n| a: x | b: 2 |"),
        ("a.xls", b"<html><table><tr><td>a<td>b</table>", "| a | b |"),
    ],
)
def test_files_that_are_only_named_so(name: str, data: bytes, text: str) -> None:
    """Are read by what they are."""
    assert read(name, data).text == text
