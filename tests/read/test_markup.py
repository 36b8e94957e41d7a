"""Headings of texts that are not Markdown: passages stand below them, and a text is as it was."""

import re

import pytest

from index.passage import Document
from index.read.formats import reader_for
from index.split.passages import split


def read(name: str, text: str) -> Document:
    """A file's document."""
    reader = reader_for(name)
    assert reader
    document = reader.read(text.encode())
    assert document.text == text
    return document


RST = """======
Manual
======

Pumps.

Setup
=====

Open it.

On Linux
--------

Run it.

Use
===

Press.
"""
ADOC = """= Manual
:toc:

Pumps.

== Setup

Open it.

----
== no heading
----

=== On Linux
Run it.

== Use ==

Press.
"""
ORG = "#+TITLE: Manual\n\nPumps.\n* TODO Setup :tag:\nOpen it.\n** On Linux\nRun it.\n* Use\nPress.\n"
TEX = (
    "\\documentclass{article}\n\\title{The \\emph{Manual}}\n\\section{Setup}\\label{s}\nOpen it.\n"
    "\\subsection*{On Linux} % so\nRun it.\n\\section[U]{Use}\nPress.\n"
)
ROFF = '.\\" A comment\n.TH PUMP 1 "2024"\n.SH SETUP\nOpen it.\n.SS "On Linux"\nRun it.\n.SH\nUSE\nPress.\n'
SHOWN = (
    "PUMP(1)                 User Commands                PUMP(1)\n\nSETUP\n       Open it.\n\n   On Linux\n       Run it.\n\n"
    "USE\n       Press.\n\nGNU                     May 2024                     PUMP(1)\n"
)
EDGE = "RFC 9999                     Pumps                  May 2024\n\n"
RFC = (
    f"{EDGE}1.  Setup\n\n   Open it.\n\nIda          Standard       [Page 1]\n\f\n{EDGE}"
    "1.1.  On Linux\n\n   Run it.\n\n2.  Use\n\n   Press.\n"
)
PLAIN = "The pump stands by the river.\n\nSetup\n=====\n\nOpen it.\n\nOn Linux\n~~~~~~~~\nRun it.\n\nUse\n===\nPress.\n"


@pytest.mark.parametrize(
    ("name", "text", "title"),
    [
        ("a.rst", RST, "Manual"),
        ("a.adoc", ADOC, "Manual"),
        ("a.org", ORG, "Manual"),
        ("a.tex", TEX, "The Manual"),
        ("pump.1", ROFF, "PUMP(1)"),
        ("a.txt", SHOWN, "PUMP(1)"),
        ("a.txt", RFC, ""),
        ("README", PLAIN, ""),
    ],
)
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_passages_stand_below_their_headings(name: str, text: str, title: str, newline: str) -> None:
    """With the path to each; a heading is a sentence by itself."""
    document = read(name, text.replace("\n", newline))
    assert document.title == title or not title
    said = {re.sub(r"\d\S* +", "", p.heading).upper(): p for p in split(document)}
    above = "MANUAL › " if name in ("a.rst", "a.adoc") else ""
    for heading, sentence in (("SETUP", "Open it."), ("SETUP › ON LINUX", "Run it."), ("USE", "Press.")):
        passage = said[above + heading]
        sentences = [document.text[a:b] for a, b in passage.sentences]
        assert sentence in sentences
        assert heading.rpartition(" › ")[2] in sentences[0].upper()
        assert sentence not in sentences[0]


@pytest.mark.parametrize(
    "text",
    [
        "A sentence that ends.\n=====================\n\nMore.\n",
        "Name   Price\n------------\nPump   3\n",
        "It goes on\nand ends here\n=============\n\nMore.\n",
        "kind: a\n---\nkind: b\n",
        "Short\n------------------------------------------------------------\nMore.\n",
        "=====\n\nMore.\n",
    ],
)
def test_lines_above_a_rule_that_are_no_heading(text: str) -> None:
    """Sentences, names of columns, the last line of a paragraph, a rule by itself."""
    assert read("a.txt", text).headings == ()
