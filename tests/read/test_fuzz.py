"""Real files of every format, broken in every way with fixed seeds: each gives a document or one reason, and costs no other."""

import io
import json
import random
import re
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import bombs
import pytest
from conftest import Run
from test_read import WHOLE, check

from index.convert.readers import read_all
from index.files.walk import walk

MORE = {
    "pdf": (bombs.pdf_of_forms(3, 2), bombs.pdf_outline_loop(), bombs.pdf_of_a_wide_tree(2)),
    "xlsx": (
        bombs.xlsx(
            {"A": '<row r="2"><c r="B2" s="1"><v>1.5</v></c><c r="C2" t="s"><f>1+1</f><v>0</v></c></row>', "B": ""},
            strings="<si><r><t>zebra</t></r></si>",
        ),
    ),
    "docx": (bombs.docx_of_nested_tables(3),),
    "pptx": (bombs.pptx("<p:sp><p:nvPr><p:ph type='title'/></p:nvPr><a:p><a:t>zebra</a:t></a:p></p:sp>", 2),),
    "html": (
        b"<!doctype html><meta charset=utf-8><main><header><h1>T</h1></header><table><tr><td><table><tr><td>a</table><td>b"
        b"</table><ol><li>c<ul><li>d</ul></ol><pre>e\n\n f</pre><p style='display:none'>g<a href=x>h</a><svg><p>i</svg></main>",
    ),
    "eml": (
        b"From: =?utf-8?q?Kim?= <kim@a.example>\r\nTo: a@b.example, c@d.example\r\nSubject: =?utf-8?b?emVicmE=?=\r\n"
        b"Date: Mon, 1 Jan 2024 10:00:00 +0000\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n"
        b"Content-Type: text/plain; charset=iso-8859-1\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nz=E9bra\r\n--b\r\n"
        b"Content-Type: text/html\r\nContent-Disposition: attachment; filename*=utf-8''a.html\r\n\r\n<p>zebra\r\n--b--\r\n",
    ),
    "ipynb": (bombs.notebook("# A title\n\nA zebra.", "\x1b[31mred\x1b[0m"),),
    "json": (b'{"a": {"b": [1, 2.5e3, [true, null]], "c\\u00e9": "d"}, "e": [{"f": {}}, {"f": "g"}]}',),
    "csv": (b'sep=;\r\n"a";"b ""c""";d\r\n1;"2\r\n3";\r\n',),
    "md": (
        b"Title\n=====\n\n> quoted\n> more\n\n- a\n  1. b\n\n```py\ncode\n```\n\n| a | b |\n|---|---|\n"
        b"| 1 | 2 |\n\n## Two ##\n\nText.",
    ),
}
"""Beside the ones that libraries make: what those leave out, and streams that are not packed."""

SUFFIXES = sorted(WHOLE)
GOOD = "The zebra of the harbour eats persimmons."

Change = Callable[[random.Random, bytes], bytes]


def flipped(chance: random.Random, data: bytes) -> bytes:
    """With a few bits turned over."""
    out = bytearray(data)
    for _ in range(chance.randint(1, 8)):
        out[chance.randrange(len(out))] ^= 1 << chance.randrange(8)
    return bytes(out)


def cut(chance: random.Random, data: bytes) -> bytes:
    """Without a piece, or without its end."""
    start, end = sorted(chance.choices(range(len(data) + 1), k=2))
    return data[:start] if chance.random() < 0.3 else data[:start] + data[end:]


def spliced(chance: random.Random, data: bytes) -> bytes:
    """With a piece of another place, or of another format, put in."""
    other = data if chance.random() < 0.5 else WHOLE[chance.choice(SUFFIXES)]
    start, end = sorted(chance.choices(range(len(other) + 1), k=2))
    at = chance.randrange(len(data) + 1)
    return data[:at] + other[start:end] + data[at:]


def lengthened(chance: random.Random, data: bytes) -> bytes:
    """With a number, in digits or in binary, that is something else."""
    digits = list(re.finditer(rb"\d+", data))
    if digits and chance.random() < 0.7:
        number = chance.choice(digits)
        other = chance.choice([b"0", b"-1", b"999999999", b"1e400", b"2147483648", b"18446744073709551616", b"9" * 5000])
        return data[: number.start()] + other + data[number.end() :]
    at, width = chance.randrange(len(data)), chance.choice([1, 2, 4, 8])
    return data[:at] + chance.choice([b"\xff", b"\0", b"\x7f"]) * width + data[at + width :]


def repeated(chance: random.Random, data: bytes) -> bytes:
    """With a piece, often one between tags or lines, many times over."""
    edges = [m.start() for m in re.finditer(rb"[<\n{\[]", data)]
    start, end = sorted(chance.choices(edges if len(edges) > 1 else range(len(data) + 1), k=2))
    times = min(chance.choice([2, 100, 20_000]), 200_000 // (end - start + 1))
    return data[:start] + data[start:end] * times + data[end:]


CHANGES: tuple[Change, ...] = (flipped, cut, spliced, lengthened, repeated)


def inside(chance: random.Random, data: bytes, change: Change) -> bytes:
    """An archive with one of its members changed, and packed anew."""
    with zipfile.ZipFile(io.BytesIO(data)) as whole:
        members = {name: whole.read(name) for name in whole.namelist()}
    name = chance.choice([name for name, body in members.items() if body])
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for each, body in members.items():
            made.writestr(each, change(chance, body) if each == name else body)
    return out.getvalue()


def mutants(suffix: str, many: int) -> Iterator[bytes]:
    """So many broken files of a format, the same ones each time."""
    chance = random.Random(suffix)
    for n in range(many):
        whole = chance.choice((WHOLE[suffix], *MORE.get(suffix, ())))
        change = CHANGES[n % len(CHANGES)]
        archived = whole.startswith(b"PK") and chance.random() < 0.7
        yield inside(chance, whole, change) if archived else change(chance, whole)


def broken(folder: Path, suffixes: list[str], many: int) -> None:
    """A folder of so many broken files of each format, with a good one of each beside them."""
    folder.mkdir(exist_ok=True)
    for suffix in suffixes:
        for n, data in enumerate(mutants(suffix, many)):
            (folder / f"{n:03}.{suffix}").write_bytes(data)
        (folder / f"good.{suffix}").write_bytes(WHOLE[suffix])
    (folder / "zebra.txt").write_text(GOOD)


def campaign(folder: Path) -> None:
    """Every file gives a lawful document or a reason; the good ones give documents."""
    results = {found.source: result for found, result in read_all(walk(folder, folder / "home"))}
    assert len(results) == len(list(folder.iterdir()))
    for source, result in results.items():
        assert result, source
        assert bool(result.left_out) != bool(result.document), source
        assert "\n" not in result.left_out
        assert len(result.left_out) < 200, source
        if result.document:
            check(result.document)
        else:
            assert "good" not in source, result.left_out


@pytest.mark.soak
@pytest.mark.parametrize("suffix", SUFFIXES)
def test_broken_files_of_a_format(tmp_path: Path, suffix: str) -> None:
    """Three hundred of them."""
    broken(tmp_path / "docs", [suffix], 300)
    campaign(tmp_path / "docs")


def test_broken_files(project: Path, process: Run) -> None:
    """A few of each format, together: the command line says what is left out, and answers from the others."""
    broken(project / "seeds", SUFFIXES, 3)
    campaign(project / "seeds")
    asked = process("ask", "--json", "what does the zebra of the harbour eat?")
    assert (asked.code, "Traceback" in asked.err) == (0, False), asked.err
    assert "persimmons" in asked.out
    status = json.loads(process("status", "--json").out)
    assert status["pending"] == []
    assert not [row for row in status["left_out"] if "good" in row["source"]]
