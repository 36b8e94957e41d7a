"""Sentences and passages: the laws over random and real texts, then tables of what has gone wrong."""

import random
import subprocess
import sys
import textwrap
from bisect import bisect_right
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.passage import Document, Passage
from index.split.data import data_in, without_data
from index.split.passages import MAX_CHARS, split
from index.split.sentences import sentences

SHARED = Path(__file__).parents[3] / "shared"
USERS = "000_148020eec895b876.txt"

TROUBLE = [
    *["\n", "\n\n", "\r\n", "\r", " ", "\t", "\x0b", "\x0c", "\x1c", "\x1f", "\x85", "\u2028", "\xa0", "\u3000", "\ufeff"],
    *['"', "'", "“", "”", "‘", "’", "«", "»", "「", "」", "(", ")", "[2]", "[note 3] ", ":4", "(1) "],
    *["İ", "ß", "😀", "e\u0301", "他走了。", "我", "한국 ", "Да. ", "J.", "K.", "U.S. ", "Mr. ", "e.g. ", "3. Oktober "],
    *[
        "#",
        "# ",
        "## H\n",
        "|",
        "| a | b |\n",
        "```",
        "```py\n",
        "~~~\n",
        "---\n",
        "===\n",
        "- ",
        "* ",
        "1. ",
        "12) ",
        ">",
        "> ",
    ],
    *[".", ". ", "! ", "?", "…", "...", "。", ", ", "a", "the ", "Word ", "Title\n", "-", "=", "x" * 900, "y " * 450],
    "lorem ipsum dolor sit amet consectetur adipiscing elit sed do\n",
]
"""Pieces that split texts wrongly, alone or together."""

texts = st.lists(st.sampled_from(TROUBLE), max_size=60).map("".join) | st.text(max_size=200)


def check(text: str, markdown: bool) -> list[Passage]:
    """Assert every law of sentences and passages for one text."""
    tiles = sentences(text)
    assert [0, *(end for _, end in tiles)] == [*(start for start, _ in tiles), len(text)]
    assert all(start < end for start, end in tiles)

    passages, data = split(Document(text, "", markdown)), list(data_in(text))
    assert "".join("".join(p.text.split()) for p in passages) == "".join(without_data(text).split())
    assert all(p.end <= q.start for p, q in pairwise(passages))
    for p in passages:
        assert p.text == text[p.start : p.end] == p.text.strip()
        assert 0 < len(p.text) <= MAX_CHARS
        assert p.start == p.sentences[0][0]
        assert p.end == p.sentences[-1][1]
        assert all(text[a:b] and text[a:b] == text[a:b].strip() for a, b in p.sentences)
        assert all(b <= c and not text[b:c].strip() for (_, b), (c, _) in pairwise(p.sentences))
        for a, b in p.sentences:  # each lies in one sentence, and is all of it unless that is too long for a passage
            start, end = tiles[bisect_right(tiles, (a, len(text))) - 1]
            assert b <= end
            assert (
                text[a:b] == text[start:end].strip() or end - start > MAX_CHARS or any(i < end and start < j for i, j in data)
            )
    return passages


def parts(text: str) -> list[str]:
    """The sentences of a text, without the white space around them."""
    return [text[start:end].strip() for start, end in sentences(text)]


@settings(deadline=None)  # the first call imports llama-index
@given(texts, st.booleans())
def test_laws(text: str, markdown: bool) -> None:
    """Tiles, passages and their sentences keep every law for any text."""
    check(text, markdown)


@settings(deadline=None)  # the first call imports llama-index
@given(texts, st.booleans())
def test_deterministic(text: str, markdown: bool) -> None:
    """The same document gives the same passages."""
    assert split(Document(text, "", markdown)) == split(Document(text, "", markdown))


@pytest.mark.soak
def test_laws_long() -> None:
    """The laws hold for 20,000 texts of up to 300 troublesome pieces."""
    for seed in range(20_000):
        pick = random.Random(seed)
        check("".join(pick.choices(TROUBLE, k=pick.randrange(pick.choice([3, 30, 300])))), seed % 2 == 0)


def real_files() -> list[Path]:
    """The user's documents and a sample of every evaluation set."""
    sets = [sorted(folder.glob("*/docs")) for folder in [SHARED / "eval"] if folder.is_dir()]
    found = [*(SHARED / "seeds").glob("*")] if SHARED.is_dir() else []
    for docs in (folder for folders in sets for folder in folders):
        files = sorted(docs.glob("*.txt")) + sorted(docs.glob("*.md"))
        found += files[:: max(1, len(files) // 25)]
    return [file for file in found if file.suffix in (".txt", ".md")]


def read(file: Path) -> str:
    """A file's text with its own line ends."""
    return file.read_bytes().decode()


@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared documents are not there")
def test_laws_real() -> None:
    """The laws hold for the documents that the product is measured with."""
    files = real_files()
    assert files
    for file in files:
        check(read(file), file.suffix == ".md")


@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared documents are not there")
def test_users_document() -> None:
    """Each line of the user's document begins a sentence, its headline and the line after `higher level".` too."""
    got = parts(read(SHARED / "seeds" / USERS))
    assert got[0] == "Xi Jinping and Lee Jae-myung discuss trade and North Korea to reopen dialogue"
    assert got[1] == "South Korea’s new president and the Chinese leader spoke on the phone for about 30 minutes."
    healthy = (
        '“A healthy, stable, and continuously deepening China-South Korea relationship aligns with the trend of the times,"'
    )
    assert f"{healthy} Xi noted." in got
    assert got[got.index(f"{healthy} Xi noted.") - 1].endswith('cooperative partnership to a higher level".')
    assert len(got) == 22


PROSE = [
    "Dr. Smith met J. K. Rowling and the U.S. ambassador at 5 p.m. in London, where nobody had expected either of them.",
    'He said that "everything must change."',
    "She was not so sure, and said so in a letter to the editor of the paper, a sheet of four pages that few people read.",
    "(It was printed on page 3 of the next issue.)",
    "What did they find in the year 1984, when the old archive was opened at last?",
    "They found 3.5 million pages of notes – most of them blank – and the well-known list of names.",
    "In 920. the kingdom had 12. of them, 1) here and 2) there - which was a lot.",
]


@settings(deadline=None)
@given(
    st.integers(45, 110),
    st.sampled_from(["", "> ", "  "]),
    st.sampled_from(["\n", "\r\n", "\r"]),
    st.permutations(PROSE),
)
def test_hard_wrap_changes_no_sentence(width: int, mark: str, newline: str, prose: list[str]) -> None:
    """Wrapping a paragraph at any width, quoted or indented, leaves its sentences as they were."""
    wrapped = textwrap.wrap(" ".join(prose), width, initial_indent=mark, subsequent_indent=mark, break_on_hyphens=False)
    got = [" ".join(part.replace("> ", "").split()) for part in parts(newline.join(wrapped))]
    assert got == prose


LONG = "The council met for the third time this year and, after a debate that went on until midnight, agreed on nothing at all"

LINES = {
    "headline above long lines": ["Council agrees on nothing\n", f"{LONG}.\n", f"{LONG}."],
    "quote after and before the break": [f'{LONG} "at a higher level".\n', f"“{LONG}”, said he."],
    "headline above a wrapped paragraph": [
        "A short headline\n",
        "This paragraph was wrapped by a program at sixty columns, and\nso its line breaks mean nothing.",
    ],
    "e-mail": [
        "Dear all,\n\n",
        "please note that the meeting room on the third floor will not be\navailable next week. ",
        "Bring your own chairs.\n\n",
        "Regards\n",
        "Bob",
    ],
    "quoted mail": [
        "> I think that we should keep the old one for a while, to see what\n> happens next.\n",
        ">> No.\n",
        "Then I will.",
    ],
    # sentencex sees no boundary at a line break
    "full stop at the end of a wrapped line": [
        "The first sentence of this paragraph ends just where its first line does.\n",
        "And the second begins a line, but is then wrapped at about seventy\ncolumns.",
    ],
    "initials at the end of a wrapped line": [
        "It was written some time in the last years of the century by J.\nK. Rowling and her friends."
    ],
    "verse": [
        "The woods are lovely, dark and deep,\n",
        "But I have promises to keep,\n",
        "And miles to go before I sleep,\n",
        "And miles to go before I sleep.",
    ],
    "log": [
        "2024-01-01 10:00:01 INFO  server started on port 8080 with 4 workers\n",
        "2024-01-01 10:00:02 WARN  slow: GET /index.html took 3004 ms\n",
        "2024-01-01 10:00:03 INFO  done\n",
        "2024-01-01 10:00:04 INFO  retry",
    ],
    "lines longer than anybody wraps at": [f"{LONG}, which surprised nobody who knew it\n", "the council said."],
    "a narrow block in a document of wide ones": [
        "The old house stood by the river for as long as anybody in the village\ncould remember. ",
        "Nobody had ever asked who had built it, or why it had been\nleft.\n\n",
        "To the honourable secretary of the guild\n",
        "of bakers in London",
    ],
    "one line of many was full by chance": [
        "flour for two loaves of bread\n",
        "eggs\n",
        "butter if there is any, at the shop behind the church\n",
        "chocolate\n",
        "milk",
    ],
    "addresses below words": [
        "Here are the long links which I promised you\nhttps://example.com/a/long/address/that/goes/on/and/on/1\n",
        "https://example.com/a/long/address/that/goes/on/and/on/2",
    ],
    "addresses: one word is not wrapped": [
        "https://example.com/a/long/address/that/goes/on/and/on/1\n",
        "https://example.com/a/long/address/that/goes/on/and/on/2",
    ],
    "short lines": ["apples\n", "bananas and pears\n", "cherries"],
    "names and values": ["Name: Bob\n", "Street: Long Street 5 in the old town by the river\n", "City: London"],
    "a long heading, and a long line above one": [
        "# A heading that is about as long as some wrapped lines are\n",
        "Text of a line that is about as long as some wrapped lines are\n",
        "# Heading",
    ],
    "list of full lines": [
        "- one item that is just so long that the next word would not have fit\n",
        "- another item, which is nearly as long as the first one of the three\n",
        "- a third",
    ],
    "an announced line": ["Here are the instructions for getting hold of the thing:\n", "Subscribe to it"],
    "list with a wrapped item": [
        "- one item that is long enough to have been wrapped by somebody at\n  seventy columns\n",
        "- another\n",
        "* a third",
    ],
    "numbered list: a number is no sentence": ["1. First this. ", "Then rest.\n", "2. Second\n", "10) Tenth"],
    "wrapping moved a number to the start": [
        "The kingdom was founded by a man whose name is not known to us in\n920. ",
        "The king died in the year after, and nobody wept.",
    ],
    "table": ["| Name | Age |\n|---|---|\n", "| Bob | 5. Or 6 |\n", "| Ann | 7 |"],
    "code": ["Run this:\n", "```python\n", "# not a heading\n", "x = 1. + 2\n", "```\n", "Then go."],
    "a fence that is never closed is none": ["```python\n", "One. ", "Two."],
    "headings": ["# What? A heading\n", "Text.\n\n", "Another\n=======\n", "Text."],
    "a rule ends what stands above": ["Some words\n* * *\n", "Other words"],
    "blank lines": ["one\n \t\n", "two\n\n\n\n", "three"],
    "white space above the text belongs to the first sentence": [" \n\n One.\n", "Two.\n\n"],
    "wrapped Chinese": [
        "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金\n魏陶姜戚谢邹喻柏水窦章云苏潘葛奚范彭郎鲁韦昌马苗凤花方。\n",
        "俞任袁柳。\n",
        "酆鲍史唐费廉岑薛。",
    ],
}


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("pieces", LINES.values(), ids=LINES)
def test_line_breaks(pieces: list[str], newline: str) -> None:
    """A line break within a piece is a soft wrap, one at its end ends the sentence."""
    pieces = [piece.replace("\n", newline) for piece in pieces]
    text = "".join(pieces)
    assert [text[start:end] for start, end in sentences(text)] == pieces


INLINE = [
    # abbreviations, initials, decimal numbers
    [
        "The U.S. Army left.",
        "See No. 5 and Sec. 4.2.",
        "It cost 3.5 million, e.g. for Dr. Smith.",
        "J. K. Rowling and J.K. Rowling.",
    ],
    # sentencex takes these names for the first words of sentences
    ["Dr. Who came.", "Mr. Right did not."],
    # sentencex panics at white space of several bytes after an initial
    ["He met J.\xa0K.\u3000Rowling at 5\xa0p.m. in London.", "She left."],
    # American quotation: the comma stands inside, the full stop too
    ['“A healthy trend of the times," Xi noted.', "He left."],
    ["He said.", '"Then go."', "She left.", '"Why?" he asked.', "“It is noted.”", "He left."],
    # sentencex leaves the opening quote with the sentence before
    ['It promotes a "higher level".', "“A healthy one follows."],
    # a sentence in brackets is one by itself
    ["He slept.", "(It was late, see below.)", "She did not."],
    # several marks
    ["What?!", "Really!", "Wait... what?", "Yes."],
    # notes stand at the sentence before them
    ["It works [3].", "And more.[4]", "Then less.[citation needed]", "The end.[5][6]"],
    # sentencex would cut at "m)" and "2)", as it does in a list
    ["The highest is the 9,157 ft (2,791 m) Mount Lemmon, with 1) Snow and 2) Ice."],
    # marks alone are no sentence
    ["The set holds ABC, ACB, ..., up to CBA.", "It need not be hidden. ...", "It is often said so. ..."],
    # titles with "!" before a small letter, and dots in code
    ["The film Airplane! was shown.", "Call anthropic.Anthropic() first."],
    # German: abbreviations, ordinals in dates, low quotes
    ["Er kam am 3. Oktober 1990 an.", "Das ist z. B. gut.", "„Nein.“", "Er ging."],
    # French: space before the marks
    ["Il est venu.", "« Bonjour. »", "Elle partit.", "Qu'est-ce ?", "Rien !"],
    # Russian: a small letter after an abbreviation
    ["Он пришёл.", "«Да.»", "В 1990 г. он жил там, и т. д.", "Конец."],
    # Korean
    ["그는 말했다.", '"가자."', "그녀는 떠났다.", "정말?", "네."],
]


@pytest.mark.parametrize("expected", INLINE)
def test_sentences_of_one_line(expected: list[str]) -> None:
    """Sentences in one line end where a reader says they do."""
    assert parts(" ".join(expected)) == expected


@pytest.mark.parametrize(
    "expected",
    [
        ["他说：「你好。」", "她走了。", "我们去吧！", "真的吗？", "“今天很好。”", "他说。"],
        ["彼は言った。", "「行こう。」", "彼女は去った。", "本当？", "はい。"],
    ],
)
def test_sentences_without_spaces(expected: list[str]) -> None:
    """Chinese and Japanese sentences end at their marks, the closing quote included."""
    assert parts("".join(expected)) == expected


def test_empty() -> None:
    """No text has no sentences; white space is one sentence that stands in no passage."""
    assert sentences("") == []
    assert sentences(" \n\u2028") == [(0, 3)]
    assert split(Document("", "", True)) == split(Document(" \n\u2028", "", True)) == []


def test_sections() -> None:
    """A Markdown passage stays under its heading and knows the path to it; a bare heading joins the lower one below."""
    text = "\n".join(
        [
            "---\ntitle: metadata is no heading\n---\nIntro.",
            "# Top #\n\n## Sub C#\nOne.\n\n```\n# code\n```",
            "Under\n-----\nTwo.",
            "> # quoted",
            "### Deep\nThree.",
            "# Last",
            "# Lastly\n## Never",
        ]
    )
    got = [(p.heading, p.text.splitlines()[0], p.text.splitlines()[-1]) for p in check(text, True)]
    assert got == [
        ("", "---", "Intro."),
        ("Top › Sub C#", "# Top #", "```"),
        ("Top › Under", "Under", "> # quoted"),
        ("Top › Under › Deep", "### Deep", "Three."),
        ("Last", "# Last", "# Last"),
        ("Lastly › Never", "# Lastly", "## Never"),
    ]
    assert [p.heading for p in check(text, False)] == [""]


def test_passages_are_packed() -> None:
    """A paragraph that is too long is parted evenly, short ones share a passage; a repeated text keeps its own offsets."""
    sentence = "This is said again and again, forty-nine chars. "
    passages = check(sentence * 50 + "\n\n\n" + sentence * 20 + "\n\n" + sentence * 5 + "\n\n" + sentence * 5, False)
    assert [len(p.sentences) for p in passages] == [17, 17, 16, 10, 15, 5]
    assert [p.start for p in passages[:3]] == [i * 17 * len(sentence) for i in range(3)]


@pytest.mark.parametrize("length", range(MAX_CHARS - 2, MAX_CHARS + 1))
def test_a_paragraph_as_long_as_a_passage_stays_whole(length: int) -> None:
    """White space below it does not make it too long."""
    paragraph = "This is a sentence of a paragraph. " * 40
    paragraph = paragraph[: length - 1] + "."
    passages = split(Document(f"A title\n\n{paragraph}\n\n{paragraph}\n", "", False))
    assert [p.text for p in passages] == ["A title", paragraph, paragraph]


def test_long_sentence() -> None:
    """A sentence too long for a passage is cut at its clauses or words, and lies in several passages in parts."""
    text = "Short. " + "many words here, " * 100 + "end. Short again."
    passages = check(text, False)
    assert [len(p.sentences) for p in passages] == [2, 2]
    assert all(p.text.endswith((",", ".")) for p in passages)
    assert [len(p.text) for p in check("x" * 2000, False)] == [900, 900, 200]


def test_light() -> None:
    """Splitting downloads and loads no tokenizer, and of llama-index the splitter alone, nothing of which stays in the way."""
    code = (
        "import sys, index.split.passages as s, index.passage as p; assert 'llama_index' not in sys.modules;"
        "long = p.Document('One. Two. ' * 300, '', False); packed = s.split(long); assert 'pydantic' in sys.modules;"
        "print({'nltk', 'tiktoken', 'transformers', 'sqlalchemy', 'llama_index', 'llama_index.core'} & {*sys.modules});"
        "from llama_index.core import Settings, VectorStoreIndex; from llama_index.core.node_parser import SentenceSplitter;"
        "s.packer.cache_clear(); assert s.split(long) == packed; import index.split.packing as a;"
        "assert isinstance(a.packer(s.MAX_CHARS)._splitter, SentenceSplitter)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout == "set()\n"


def test_rows_of_a_table_keep_the_names_of_its_columns() -> None:
    """As the last heading of each passage that begins within it; a table whose cells say their names needs none."""
    rows = "".join(f"| Valve {n:03} | {n} | {n * 1.7:.2f} |\n" for n in range(80))
    for rule in ("|---|:-:|---|\n", ""):
        text = f"# Prices\n\n| Article | Stock | Price EUR |\n{rule}{rows}\nAll prices are net.\n"
        first, *others, last = split(Document(text, "", True))
        assert first.heading == "Prices"
        assert others
        assert {p.heading for p in others} == {"Prices › Article | Stock | Price EUR"}
        assert last.text.endswith("net.")
    named = "| Article | Stock |\n" + "".join(f"| Article: Valve {n} | Stock: {n} |\n" for n in range(80))
    assert {p.heading for p in split(Document(named, "", False))} == {""}


def test_data_in_a_text_stands_in_no_passage() -> None:
    """A picture in base64, on one line or wrapped; genes and sums are text."""
    import base64

    picture = base64.b64encode(random.Random(1).randbytes(6000)).decode()
    wrapped = "\n".join(textwrap.wrap(picture, 76))
    for data in (f"data:image/png;base64,{picture}", wrapped):
        text = f"# Trip\n\nThe boat left at nine. ![chart]({data}) It came back at ten.\n\nNobody was late.\n"
        passages = check(text, markdown=True)
        said = " ".join(p.text for p in passages)
        assert "left at nine" in said
        assert "came back at ten" in said
        assert len(said) < 150
        assert {p.heading for p in passages} == {"Trip"}
    genes = "ACGT" * 300
    assert sum(p.text.count("ACGT") for p in check(genes, markdown=False)) > 290


def test_two_rows_may_name_the_columns() -> None:
    """Years below what they are of, also beside a unit; a row of figures is none of them."""
    rows = "".join(f"| Item {n:03} | {n} | {n + 1} |\n" for n in range(90))
    for head, names in (
        (
            "| December 31, | | |\n|---|---|---|\n| (In millions) | 2019 | 2018(1) |\n",
            "December 31, (In millions) | 2019 | 2018(1)",
        ),
        ("| | Plan | Plan |\n|---|---|---|\n| | 2023 | 2024 |\n", " | Plan 2023 | Plan 2024"),
        ("| Item | Stock | Sold |\n|---|---|---|\n", "Item | Stock | Sold"),
    ):
        others = split(Document(head + rows, "", True))[1:]
        assert {p.heading for p in others} == {names}


def test_a_title_in_a_table_is_no_name_of_a_column() -> None:
    """The names stand below it."""
    rows = "".join(f"| Item {n:03} | {n} | {n + 1} |\n" for n in range(90))
    others = split(Document(f"| Stock of the year |\n| Item | Stock | Sold |\n{rows}", "", True))[1:]
    assert {p.heading for p in others} == {"Item | Stock | Sold"}
