"""Readers of text: to the character in every encoding, titles, rows and records, and what is left out; laws for all readers."""

import codecs
import re
from itertools import pairwise

import pytest
import samples
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from index.errors import FileLeftOut
from index.passage import Document
from index.read.formats import READERS, UNREADABLE, reader_for
from index.split.data import data_in
from index.split.passages import split


def read(name: str, data: bytes) -> Document:
    """A file's document."""
    reader = reader_for(name)
    assert reader
    return reader.read(data, lambda: None)


def parts(document: Document) -> list[tuple[str, str]]:
    """Each part's label with the text up to the next one."""
    starts = [*(part.start for part in document.parts), len(document.text)]
    return [(part.label, document.text[a:b].strip()) for part, (a, b) in zip(document.parts, pairwise(starts), strict=True)]


# Laws -----------------------------------------------------------------------------------------------------------------

WHOLE = {
    "pdf": samples.pdf([(50, 700, "One page.")], [(50, 700, "Another page.")]),
    "docx": samples.docx(),
    "pptx": samples.pptx(),
    "xlsx": samples.xlsx(),
    "odt": samples.odt(),
    "ods": samples.ods(),
    "odp": samples.odp(),
    "rtf": samples.RTF,
    "doc": samples.RTF,
    "epub": samples.epub(),
    "html": b"<title>T</title><h1>H</h1><p>One.<table><tr><td>a<td>b</table><ul><li>c</ul><pre>d\n e</pre>",
    "ipynb": b'{"cells": [{"cell_type": "code", "source": ["x"], "outputs": [{"text": "y"}]}]}',
    "json": b'{"a": [1, {"b": null}], "c": "d"}',
    "jsonl": b'{"a": 1}\n[2]\nx\n',
    "eml": b"Subject: s\nFrom: a\n\nBody.\n",
    "csv": b"a,b\n1,2\n",
    "tsv": b"a\tb\n1\t2\n",
    "txt": b"One.\nTwo.",
    "md": b"# H\n\nOne.",
}
SOME = sorted({*WHOLE, "unknown"})


def attempt(name: str, data: bytes) -> tuple[Document | None, str]:
    """A file's document, or why it is left out."""
    try:
        return read(name, data), ""
    except FileLeftOut as reason:
        return None, str(reason)


def lawful(name: str, data: bytes) -> None:
    """A document with parts in order that begin with ink, fit for SQLite and JSON; or a short reason; the same twice."""
    document, reason = attempt(name, data)
    assert (document, reason) == attempt(name, data)
    if document is None:
        assert 0 < len(reason) < 300
        assert "\n" not in reason
        return
    check(document)


def check(document: Document) -> None:
    """The laws of a document, whatever it was made of."""
    for text in (document.text, document.title, *document.missing):
        assert "\0" not in text
        text.encode()
    assert document.text.strip()
    starts = [part.start for part in document.parts]
    assert all(a < b for a, b in pairwise(starts))
    assert all(not document.text[start].isspace() for start in starts)
    attached = bool(starts) and "/" in document.parts[0].label  # a mail itself stands above what is attached to it
    assert not starts or attached or not document.text[: starts[0]].strip()
    covered = {i for passage in split(document) for i in range(passage.start, passage.end)}
    covered |= {i for start, end in data_in(document.text) for i in range(start, end)}
    assert all(char.isspace() or i in covered for i, char in enumerate(document.text))


@pytest.mark.parametrize("suffix", SOME)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.binary(max_size=300))
def test_any_bytes(suffix: str, data: bytes) -> None:
    """Give a document or a reason, never anything else."""
    lawful(f"a.{suffix}", data)


@pytest.mark.parametrize("suffix", sorted(WHOLE))
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_broken_files(suffix: str, data: st.DataObject) -> None:
    """A real file with a piece cut out and another one put in; whole, it is a document."""
    whole = WHOLE[suffix]
    assert read(f"a.{suffix}", whole)
    start = data.draw(st.integers(0, len(whole)))
    end = data.draw(st.integers(start, min(len(whole), start + 400)))
    lawful(f"a.{suffix}", whole[:start] + data.draw(st.binary(max_size=20)) + whole[end:])


@pytest.mark.parametrize("suffix", sorted({*READERS, *SOME}))
def test_empty_files(suffix: str) -> None:
    """Have no text, whatever they are called."""
    for data in (b"", b" \r\n\t"):
        with pytest.raises(FileLeftOut, match="no text in it"):
            read(f"a.{suffix}", data)


def test_every_module_that_the_table_names_is_there() -> None:
    """And a file of another kind is named for what it is, where its first bytes tell."""
    for suffix, reader in READERS.items():
        with pytest.raises(FileLeftOut) as reason:
            reader.read(b"\x89PNG\r\n\x1a\n\0\0\0")
        assert "cannot be read as" not in str(reason.value), (suffix, str(reason.value))
    assert not READERS.keys() & UNREADABLE


@pytest.mark.parametrize(
    ("name", "data", "at_least"),
    [
        ("a.pdf", WHOLE["pdf"], 2),
        ("a.csv", b"a,b\n" * 20_000, 4),
        ("a.jsonl", b"[1]\n" * 20_000, 4),
        ("a.json", b"[" + b"{}," * 5 + b'{"a":1},' * 20_000 + b"[]]", 4),
    ],
)
def test_a_reader_ticks(name: str, data: bytes, at_least: int) -> None:
    """Once a page or some thousand records, so that one that gets no further can be stopped, and no other."""
    ticks: list[int] = []
    reader = reader_for(name)
    assert reader
    reader.read(data, lambda: ticks.append(1))
    assert len(ticks) >= at_least


# Encodings ------------------------------------------------------------------------------------------------------------

FRENCH = "Le café près de la gare était fermé à l’été.\r\nÇa va, dit-elle.\r\n"
RUSSIAN = "Мир и согласие в этом городе зависят от каждого из нас.\r\nПогода была хорошая.\n"
JAPANESE = "東京は日本の首都です。きょうは天気がいいから、散歩に行きましょう。\r\n私は学生です。\n" * 3
CHINESE = "北京是中国的首都。今天天气很好，我们去公园散步吧。他说这本书很有意思。\n" * 3
TAIWANESE = "臺北是臺灣的首都。今天天氣很好，我們去公園散步吧。他說這本書很有意思。\n" * 3
KOREAN = "서울은 대한민국의 수도이다. 오늘은 날씨가 좋아서 공원에 산책을 갔다.\n" * 3
GREEK = "Η Αθήνα είναι η πρωτεύουσα της Ελλάδας. Ο καιρός σήμερα είναι καλός.\n"
GERMAN = "Die Straße führt über die Brücke, vorbei an Häusern aus früherer Zeit. Größere Schäden gab es nicht.\n"
TURKISH = "Bugün hava çok güzel. Işık açık, çocuklar bahçede oynuyor ve şarkı söylüyor.\n"
CZECH = "Příliš žluťoučký kůň úpěl ďábelské ódy. Včera jsme byli v Praze a šli jsme ke řece.\n"
HEBREW = "היום מזג האוויר יפה מאוד והלכנו לטייל בפארק.\n"
ARABIC = "الطقس جميل اليوم وذهبنا للتنزه في الحديقة.\n"
THAI = "วันนี้อากาศดีมาก เราไปเดินเล่นที่สวนสาธารณะกัน\n"
LITHUANIAN = "Šiandien oras labai gražus, todėl išėjome pasivaikščioti į parką prie ežero.\n"
POLISH = "Zażółć gęślą jaźń. Wczoraj byliśmy w Łodzi i piliśmy herbatę ze świeżą miętą.\n"


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (FRENCH, "utf-8"),
        (FRENCH, "utf-8-sig"),
        (FRENCH, "utf-16"),  # with its mark
        (FRENCH, "utf-16-le"),  # without
        (FRENCH, "utf-16-be"),
        (FRENCH, "utf-32"),
        (FRENCH, "cp1252"),
        (FRENCH.replace("’", "'"), "latin-1"),
        ("caf\xe9", "latin-1"),  # a single word
        ("a" * 30_000 + "\xe9", "latin-1"),  # that is long
        ("It’s fine — “so” he said…", "cp1252"),  # and marks alone
        ("25 °C ± 1, £5 or €6, 2 × 3 ÷ 4 = ½, § 5, • one, x², µm", "cp1252"),
        ("“Quoted” – 5 € · Straße, señor, façade, Ærø\n", "cp1252"),
        (RUSSIAN, "cp1251"),
        (RUSSIAN, "koi8-r"),
        (RUSSIAN, "utf-16-le"),
        (GREEK, "utf-16-be"),
        (JAPANESE, "shift_jis"),
        (JAPANESE, "euc_jp"),
        (CHINESE, "gb18030"),
        (TAIWANESE, "big5"),
        (KOREAN, "euc_kr"),
        (GREEK, "cp1253"),
        (GREEK, "iso8859_7"),
        (GREEK, "cp737"),
        (POLISH, "cp1250"),
        (POLISH, "iso8859_2"),
        (POLISH, "cp852"),
        (POLISH, "mac_latin2"),
        *((RUSSIAN, encoding) for encoding in ("cp866", "iso8859_5", "mac_cyrillic")),
        *((GERMAN, encoding) for encoding in ("cp1252", "cp437", "cp850", "mac_roman")),
        *((FRENCH.replace("’", "'"), encoding) for encoding in ("cp437", "cp850", "mac_roman")),
        *((TURKISH, encoding) for encoding in ("cp1254", "cp857")),
        *((CZECH, encoding) for encoding in ("cp1250", "iso8859_2", "cp852")),
        *((HEBREW, encoding) for encoding in ("cp1255", "iso8859_8")),
        *((ARABIC, encoding) for encoding in ("cp1256", "iso8859_6")),
        (THAI, "cp874"),
        (LITHUANIAN, "cp1257"),
    ],
)
def test_encodings(text: str, encoding: str) -> None:
    """Text is decoded to the character, with its line ends."""
    assert read("a.txt", text.encode(encoding)).text == text


def test_text_is_decoded_to_the_character() -> None:
    """A leading byte-order mark is left out, one in the middle and every line end stay."""
    assert read("a.TXT", codecs.BOM_UTF8 + b"A\r\nB\rC\n\xef\xbb\xbfD").text == "A\r\nB\rC\n\ufeffD"


@pytest.mark.parametrize(
    ("data", "text", "missing"),
    [
        ("Größe, Höhe, Öl\n".encode() + b"M\xfcller", "Größe, Höhe, Öl\nMüller", ("1 byte is not valid UTF-8 and is read",)),
        (FRENCH.encode() + FRENCH.encode("cp1252"), FRENCH * 2, ("9 bytes are not valid UTF-8 and are read",)),
        ("öäü\n".encode() + b"\x81 end\xe2\x80", "öäü\n\ufffd endâ€", ("3 bytes are not valid UTF-8 and are read",)),
        ("Dame für Öl\n".encode("cp1252"), "Dame für Öl\n", ()),  # Latin-1 throughout
        (
            f"{FRENCH}LIBERTÉ”\n".encode("cp1252"),
            f"{FRENCH}LIBERTÉ”\n",
            (),
        ),  # two of its bytes happen to be a character of UTF-8
    ],
)
def test_bytes_that_are_not_utf8_among_utf8(data: bytes, text: str, missing: tuple[str, ...]) -> None:
    """Are read by themselves and counted; they are no reason to take the whole file for something else."""
    document = read("a.txt", data)
    assert (document.text, document.missing) == (text, tuple(f"{what} as Windows-1252" for what in missing))


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("a.txt", b"A line with a NUL\0 is no UTF-16.\n", "not a text file (it holds NUL bytes)"),
        ("a.txt", b"a\0b c", "not a text file (it holds NUL bytes)"),
        ("a.txt", b"\x89PNG\0\0", "named as text, but it is an image"),
        ("a.md", b"%PDF-1.4", "named as text, but it is a PDF"),
        ("a.txt", b"\xff\xfea", "not valid UTF-16 (at byte 0)"),
        ("a.txt", b"\x01\x02\x03\xff", "not a text file (it holds control bytes)"),
        ("a.xyz", b"a\0b", "no reader for .xyz files"),
        ("Makefile", b"a\0b", "no reader for its kind"),
        ("a.pdf", b"<!doctype html><p>x", "named .pdf, but it is HTML"),
        ("a.pdf", b"hello", "named .pdf, but it is text"),
        ("a.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "protected by a password, or an older format"),
        ("a.xlsx", b"a,b", "named .xlsx, but it is text"),
        ("a.docx", b"PK\x03\x04", "a damaged or cut off .docx file"),
        ("a.docx", samples.archive(a="b"), "damaged: word/document.xml is missing"),
        ("a.html", b"%PDF-1.4", "named as HTML, but it is a PDF"),
        ("a.html", b"<p> <script>x</script>", "no text in it"),
        ("a.json", b"{", "not valid JSON (line 1: Expecting property name enclosed in double quotes)"),
        ("a.ipynb", b"{", "not valid JSON (line 1)"),
        ("a.eml", b"hello", "not a mail (it has no headers)"),
    ],
)
def test_what_is_left_out(name: str, data: bytes, reason: str) -> None:
    """Each reason, in the user's words."""
    with pytest.raises(FileLeftOut, match=f"^{re.escape(reason)}$"):
        read(name, data)


KEY = b"-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXk\n-----END OPENSSH PRIVATE KEY-----\n"
KINDS = ("", "RSA ", "EC ", "ENCRYPTED ", "DSA ")
SECRETS = [
    *(("server.txt", f"-----BEGIN {kind}PRIVATE KEY-----\nMII\n".encode()) for kind in KINDS),
    *((name, KEY) for name in ("id_ed25519.bak2", "server", "key.md", "key.csv", "key.log")),
    ("a.asc", b"\n \r\n-----BEGIN PGP PRIVATE KEY BLOCK-----\r\n\r\nlQ\r\n"),
    ("a.txt", b"---- BEGIN SSH2 ENCRYPTED PRIVATE KEY ----\nComment\n"),
    ("a.txt", b"-----BEGIN EC PARAMETERS-----\nBgg=\n-----END EC PARAMETERS-----\n-----BEGIN EC PRIVATE KEY-----\nMHc\n"),
    ("a.txt", codecs.BOM_UTF8 + KEY),
    ("a.txt", codecs.BOM_UTF16_LE + KEY.decode().encode("utf-16-le")),
    ("a.txt", b"PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\n"),
    ("a.txt", b"# created: 2024-01-01\n# public key: age1x\nAGE-SECRET-KEY-1QQQQQQQQQQQQQQQQQQQQQQQQQQQQ\n"),
    ("wg0.conf", b"[Interface]\nAddress = 10.0.0.1/24\n\nPrivateKey = yAnz5TF+lXXJte14tji3zlMNq+hd2rYUIgJBgB3fBmk=\n"),
    ("a.sh", b"export AWS_ACCESS_KEY_ID=AKIA\nexport AWS_SECRET_ACCESS_KEY='wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY'\n"),
    ("project-12ab.json", b'{"type": "service_account",\n "private_key": "-----BEGIN PRIVATE KEY-----\\nMII"}'),
]
NO_SECRETS = [
    ("a.md", b"# Keys\n\nA key begins like this:\n\n" + KEY),
    ("a.txt", b"-----BEGIN PRIVATE KEY----- stands above a key.\n"),
    ("a.txt", b"-----BEGIN CERTIFICATE-----\nMII\n-----END CERTIFICATE-----\n"),
    ("a.txt", b"-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nmQ\n"),
    ("a.txt", b"The key of the peer:\nPrivateKey = yAnz5TF+lXXJte14tji3zlMNq+hd2rYUIgJBgB3fBmk=\n"),
    ("a.conf", b"[Interface]\nPrivateKey = <yours>\n"),
    ("a.json", b'{"private_key": "as text", "about": {"private_key": "-----BEGIN PRIVATE KEY-----"}}'),
]


@pytest.mark.parametrize(("name", "data", "secret"), [*((*s, True) for s in SECRETS), *((*s, False) for s in NO_SECRETS)])
def test_private_keys(name: str, data: bytes, secret: bool) -> None:
    """Are left out, whatever their name; a document that quotes one is a document."""
    document, reason = attempt(name, data)
    assert reason == ("likely a secret, by its first line" if secret else "")
    assert secret or document


@pytest.mark.parametrize("name", ["a.png", "a.mp4", "a.zip", "b/a.tar.gz", "a.mdb"])
def test_kinds_that_have_no_reader(name: str) -> None:
    """By name: nobody reads a film to find out that it is no text."""
    assert reader_for(name) is None


@pytest.mark.parametrize("name", ["README", "Makefile", "a.py", "a.rst", "a.tex", "a.log", "a.yaml", ".profile", "a.zzz"])
def test_text_by_any_name(name: str) -> None:
    """Is itself."""
    reader = reader_for(name)
    assert reader
    assert not reader.converted
    assert reader.read(b"a = 1  \r\n\tb").text == "a = 1  \r\n\tb"


@pytest.mark.parametrize(
    ("name", "text", "title"),
    [
        ("a.txt", "Xi and Lee discuss trade\nSouth Korea’s new president spoke.", "Xi and Lee discuss trade"),
        ("a.txt", "A sentence is no title.\nMore.", ""),
        ("a.txt", "one line alone", ""),
        ("a.txt", "x" * 200 + "\nmore", ""),
        ("a.md", "intro\n\n## Setup ##\ntext", "Setup"),
        ("a.md", "Plain title\n\ntext", "Plain title"),
    ],
)
def test_titles(name: str, text: str, title: str) -> None:
    """A first line that stands like a title, or Markdown's first heading."""
    assert read(name, text.encode()).title == title


# Rows and records -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        (  # a record over two lines is at its first one; blank lines count
            "a.csv",
            'name,city\r\n"Lee,\r\nX",Seoul\r\n\r\nXi,Beijing\r\n',
            [
                ("line=1", "| name | city |"),
                ("line=2", "| name: Lee, X | city: Seoul |"),
                ("line=5", "| name: Xi | city: Beijing |"),
            ],
        ),
        ("a.csv", "1;2,5\n3;4,5\n", [("line=1", "| 1 | 2,5 |"), ("line=2", "| 3 | 4,5 |")]),  # no header, decimal commas
        (  # Excel's own line is no record, but counts
            "a.csv",
            "sep=;\r\nname;price\r\nTea, green;2,5\r\n",
            [("line=2", "| name | price |"), ("line=3", "| name: Tea, green | price: 2,5 |")],
        ),
        (  # a title above the names of the columns
            "a.csv",
            "# exported by a program,\n\nname,age\nKim,30\n",
            [("line=1", "| # exported by a program |"), ("line=3", "| name | age |"), ("line=4", "| name: Kim | age: 30 |")],
        ),
        ("a.csv", "a,1\nb,c\nd,2\n", [("line=1", "| a | 1 |"), ("line=2", "| b | c |"), ("line=3", "| d | 2 |")]),
        ("a.tsv", "a\tb\nx, y\t2\n", [("line=1", "| a | b |"), ("line=2", "| a: x, y | b: 2 |")]),
        (
            "a.jsonl",
            '{"a":1,"b":{"c":"d\\ne"}}\n\nbroken{\n[1,"x"]\n',
            [("line=1", "| a: 1 | b.c: d e |"), ("line=3", "broken{"), ("line=4", "| 1, x |")],
        ),
        (
            "a.ipynb",
            '{"cells":[{"cell_type":"markdown","source":["# Hi\\n","text"]},{"cell_type":"code",'
            '"source":"print(1)","outputs":[{"output_type":"stream","text":["1\\n"]}]}],'
            '"metadata":{"language_info":{"name":"python"}}}',
            [("cell=1", "# Hi\ntext"), ("cell=2", "```python\nprint(1)\n```\n\n1")],
        ),
    ],
)
def test_records(name: str, text: str, expected: list[tuple[str, str]]) -> None:
    """Each in a line with the names of its columns, at its place in the file."""
    assert parts(read(name, text.encode())) == expected


def test_json_reads_as_paths_and_values() -> None:
    """What belongs together stands together; text keeps its lines."""
    data = b'{"a":{"b":"x y","c":[1,2]},"d":[{"e":null},{"e":"z\\nw"}]}'
    assert read("a.json", data).text == "a.b: x y\na.c: 1, 2\n\nd[0].e: null\n\nd[1].e: z\nw"


@pytest.mark.parametrize(
    ("mail", "text"),
    [
        (
            b"Subject: =?utf-8?q?Caf=C3=A9?=\r\nFrom: a@b.c\r\nContent-Type: text/html; charset=iso-8859-1\r\n\r\n"
            b"<p>Caf\xe9 is <b>open</b>.</p>",
            "Subject: Café\nFrom: a@b.c\n\nCafé is open.",
        ),
        (
            b'Subject: S\nFrom: a\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="x"\n\n--x\n'
            b"Content-Type: text/plain\n\nHello.\n\nBye.\n--x\nContent-Type: application/pdf\n"
            b"Content-Disposition: attachment; filename=a.pdf\n\n%\n--x--\n",
            "Subject: S\nFrom: a\n\nHello.\n\nBye.\n\nAttachments: a.pdf",
        ),
        (  # a body that is empty but as HTML
            b'Subject: S\nMIME-Version: 1.0\nContent-Type: multipart/alternative; boundary="x"\n\n--x\n'
            b"Content-Type: text/plain\n\n\n--x\nContent-Type: text/html\n\n<p>Hello.</p>\n--x--\n",
            "Subject: S\n\nHello.",
        ),
    ],
)
def test_mails(mail: bytes, text: str) -> None:
    """Headers, the text or else the HTML, and names of what is attached."""
    assert read("a.eml", mail).text == text


def test_a_table_below_a_preamble() -> None:
    """The names of the columns are found where the records get their width; what stands above is kept as it is."""
    text = "Account;DE00 1234\nFrom;01.03.2024\n\nDate;Payee;Amount\n02.03.2024;Stadtwerke;-80,50\n05.03.2024;Jens;-4,20\n"
    assert read("a.csv", text.encode()).text.splitlines() == [
        "| Account | DE00 1234 |",
        "| From | 01.03.2024 |",
        "| Date | Payee | Amount |",
        "| Date: 02.03.2024 | Payee: Stadtwerke | Amount: -80,50 |",
        "| Date: 05.03.2024 | Payee: Jens | Amount: -4,20 |",
    ]


def test_a_stray_quote_swallows_nothing() -> None:
    """It is a character like any other, where no other closes it soon; a cell of a few lines stays one."""
    rows = "".join(f"{n},pipe,{n * 2}\n" for n in range(100))
    text = f'id,note,qty\n1,"two\nlines",5\n2,"3.5 inch,7\n{rows}'
    lines = read("a.csv", text.encode()).text.splitlines()
    assert "| id: 1 | note: two lines | qty: 5 |" in lines
    assert '| id: 2 | note: "3.5 inch | qty: 7 |' in lines
    assert len(lines) == 103


def test_json_as_people_write_it() -> None:
    """With comments, with commas behind the last item, and with one value behind the other."""
    settings = b'{\n  // a comment\n  "url": "http://a.org/*x*/", /* another */\n  "list": [1, 2,],\n}\n'
    assert read("a.json", settings).text == "url: http://a.org/*x*/\nlist: 1, 2"
    assert read("a.json", b'{"event": "door opened"}\n{"event": "door closed"}\n').text.splitlines() == [
        "| event: door opened |",
        "| event: door closed |",
    ]


def test_front_matter_names_a_note() -> None:
    """By its title and its other names, in either form."""
    note = '---\ntitle: Quarterly review\naliases: [QR, "Third"]\n---\n\n# Review\n\nThe margin rose.\n'
    assert read("a.md", note.encode()).title == "Quarterly review (QR, Third)"
    assert read("a.md", b"---\naliases:\n  - QR\n  - Third\n---\n\n# Review\n\nIt rose.\n").title == "QR, Third"
    assert read("a.md", b"---\nno: title\n---\n\n# Review\n").title == "Review"


def test_subtitles_are_what_is_said_with_its_times() -> None:
    """A sentence over several cues is one; marks, numbers and repeated lines are not said; speakers are named."""
    srt = (
        "1\n00:00:01,000 --> 00:00:03,000\nWe sell <i>the boat</i>\n\n2\n00:00:03,500 --> 00:00:05,000\n"
        "for nine hundred euros.\n\n3\n00:01:02,000 --> 00:01:04,000\nThank you.\n"
    )
    document = read("a.srt", srt.encode())
    assert document.text == "We sell the boat\nfor nine hundred euros.\n\nThank you."
    assert [part.label for part in document.parts] == ["00:00:01", "00:00:03", "00:01:02"]
    vtt = "WEBVTT\n\n00:01.000 --> 00:02.000 align:start\n<v Ida>Who pays?\n\n00:02.000 --> 00:03.000\n<v Otto>I do.</v>\n"
    assert read("a.vtt", vtt.encode()).text == "Ida: Who pays?\n\nOtto: I do."
    assert attempt("a.srt", b"no cues")[1] == "no cues with times in it"


def test_calendars_and_contacts() -> None:
    """An entry a part; folded lines, escapes, times and people as a person reads them; what is for programs is not said."""
    calendar = "\r\n".join(
        [
            *("BEGIN:VCALENDAR", "BEGIN:VEVENT", "UID:1@x", "DTSTART;TZID=Europe/Oslo:20240304T090000"),
            *("SUMMARY:Crane in", " spection\\, dock 4", "ORGANIZER;CN=Ida Holm:mailto:ida@x.example", "END:VEVENT"),
            *("BEGIN:VTODO", "DUE:20240401", "SUMMARY:Pay", "END:VTODO", ""),
        ]
    )
    document = read("a.ics", calendar.encode())
    assert document.text == (
        "Begins: 2024-03-04 09:00\nCrane inspection, dock 4\nOrganizer: Ida Holm <ida@x.example>\n\nDue: 2024-04-01\nPay"
    )
    assert [part.label for part in document.parts] == ["entry=1", "entry=2"]
    card = "BEGIN:VCARD\nVERSION:3.0\nFN:Ida Holm\nTEL;TYPE=WORK:555-0134\nADR:;;Quay 4;Oslo;;0150;Norway\nEND:VCARD\n"
    assert read("a.vcf", card.encode()).text == "Ida Holm\nTelephone: 555-0134\nAddress: Quay 4, Oslo, 0150, Norway"
    assert attempt("a.ics", b"x")[1] == "no events and no contacts in it"
