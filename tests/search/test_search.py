"""What is found, in what order, and for which questions. Real embedder, real Chroma."""

import json
import shutil
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import SHARED, Run
from hypothesis import given, settings
from hypothesis import strategies as st

from index.catalog.catalog import Catalog
from index.catalog.words import Tokenizer, any_of, bigrams, folded, otherwise, words_of
from index.embed.choice import open_embedder
from index.errors import DamagedIndex
from index.letters.typed import plain
from index.search.candidates import Found, search
from index.search.forms import read
from index.search.near import Index
from index.search.question import STOPWORDS, Question, patterns, understand
from index.search.window import SHORT, narrowed
from index.update.run import update
from index.update.target import Target
from index.vectors.embedded import Vectors
from qa.answer import SentenceRef
from qa.quote.choice import choose

STATIC = cache(lambda: open_embedder("static", None))

LANGUAGES = {
    "de.txt": "Die Bundeskanzlerin besuchte im Mai die Werft in Kiel. Danach sprach sie mit Arbeitern über Löhne.",
    "fr.txt": "Le maire a inauguré la nouvelle bibliothèque près de la gare. Les travaux ont duré trois ans.",
    "ru.txt": "Президент посетил завод в Казани. Рабочие попросили повысить зарплату.",
    "zh.txt": "李在明要求习近平在朝鲜半岛无核化进程中发挥建设性作用。通话持续了三十分钟。",
    "ja.txt": "首相は東京で新しい図書館を開いた。工事は三年かかった。",
    "ko.txt": "대통령은 부산에서 조선소를 방문했다. 노동자들은 임금 인상을 요구했다.",
    "en.txt": "The mayor opened a shipyard in the harbour. The workers asked for higher pay and got it.",
}


def indexed(folder: Path, files: dict[str, str]) -> Target:
    """Documents with their index."""
    for name, text in files.items():
        path = folder / "docs" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    target = Target(folder / "docs", folder / "home")
    update(target, STATIC)
    return target


def find(target: Target, query: str, top: int = 3, within: frozenset[str] | None = None) -> Found:
    """A search with words and vectors."""
    with Catalog(target.home) as catalog:
        return search(Index(catalog, target.vectors, STATIC()), query, top, within)


def answered(index: Index, question: str) -> list[SentenceRef]:
    """The sentences that answer best, without a model."""
    found = search(index, question, 5)
    return list(choose(found.question, found.hits, None).refs)


class Meanwhile(Vectors):
    """Vectors that something is done beside whenever they are asked."""

    def __init__(self, folder: Path, do: Callable[[], object]) -> None:
        super().__init__(folder)
        self.do = do

    def query(
        self, collection: str, vectors: np.ndarray, limit: int, ids: Sequence[str] | None = None
    ) -> list[list[tuple[str, float]]]:
        """As ever, and then that."""
        found = super().query(collection, vectors, limit, ids)
        self.do()
        return found


def test_an_index_that_changes_while_vectors_are_looked_for(tmp_path: Path) -> None:
    """The words are looked for again, since an id may be another passage's now, and nobody who writes has to wait."""
    target = indexed(tmp_path, {"a.txt": "The hangar is grey.", "b.txt": "The pier is long."})

    def swap() -> None:
        (target.root / "a.txt").unlink()
        update(target, STATIC)
        (target.root / "c.txt").write_text("The barn is red, and the hangar is blue now.", encoding="utf-8")
        update(target, STATIC)

    with Catalog(target.home) as catalog:
        index = Index(catalog, Meanwhile(target.home / "vectors", swap), STATIC())
        assert search(index, "hangar", 3).hits[0].place.source == "c.txt"


def test_an_index_that_changes_its_embedder_while_vectors_are_looked_for(tmp_path: Path) -> None:
    """What was embedded by the one is not held against what the other has made."""
    target = indexed(tmp_path, {"a.txt": "The hangar is grey."})

    def switch() -> None:
        with Catalog(target.home) as catalog, catalog.transaction():
            sketches = {key: bytes(192) for key in catalog.hashes()}
            catalog.remember(collection="minilm/of-a-test/384")
            catalog.keep_sketches("minilm/of-a-test/384", sketches)

    with Catalog(target.home) as catalog:
        index = Index(catalog, Meanwhile(target.home / "vectors", switch), STATIC())
        assert search(index, "hangar", 3).hits[0].place.source == "a.txt"


def test_vectors_that_come_while_they_are_looked_for_are_not_gone(tmp_path: Path) -> None:
    """They are looked for again before they are called so."""
    target = indexed(tmp_path, {"a.txt": "The hangar is grey."})
    (target.home / "vectors").rename(tmp_path / "away")

    class Coming(Meanwhile):
        def query(self, *arguments: Any) -> list[list[tuple[str, float]]]:
            found = super().query(*arguments) if self.exists() else [[]]
            self.do()
            return found

    with Catalog(target.home) as catalog:
        back = Coming(
            target.home / "vectors", lambda: shutil.copytree(tmp_path / "away", target.home / "vectors", dirs_exist_ok=True)
        )
        assert search(Index(catalog, back, STATIC()), "hangar", 3).failure is None
        lost = search(Index(catalog, Meanwhile(tmp_path / "nothing", list), STATIC()), "hangar", 3)
        assert isinstance(lost.failure, DamagedIndex)


@pytest.mark.parametrize(
    ("query", "source"),
    [
        ("Wen besuchte die Kanzlerin in der Werft?", "de.txt"),
        ("Wo ist die Bibliothek? Où est la bibliothèque ?", "fr.txt"),
        ("Что попросили рабочие в Казани?", "ru.txt"),
        ("习近平的建设性作用是什么？", "zh.txt"),
        ("東京の図書館はいつ開いた？", "ja.txt"),
        ("京", "ja.txt"),  # a single character, in the middle and at the end of a run
        ("半", "zh.txt"),
        ("부산의 조선소는 누가 방문했나?", "ko.txt"),
        ("who opened the shipyard?", "en.txt"),
        ("bibliotheque inaugure", "fr.txt"),  # accents left out
        ("loehne Löhne LÖHNE", "de.txt"),
    ],
)
def test_questions_find_documents_of_their_language(tmp_path: Path, query: str, source: str) -> None:
    """Also where words are not parted by spaces."""
    assert find(indexed(tmp_path, LANGUAGES), query).hits[0].place.source == source


@pytest.mark.parametrize(
    "query", ['"', "AND OR NOT", "text:lee", "lee*", "(", "NEAR(a b)", "^", "a-b", "\x00", "?!", "the of and", "İ", "😀"]
)
def test_no_character_of_a_question_is_syntax(tmp_path: Path, query: str) -> None:
    """FTS5's operators, quotes and columns are words, and a question of stopwords alone is searched for these."""
    target = indexed(tmp_path, {"a.txt": "Lee asked the mayor of Seoul and left."})
    assert len(find(target, query).hits) == 1  # by its vector at least


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=60))
def test_any_text_can_be_searched(query: str) -> None:
    """The expression for any words is one that FTS5 takes."""
    import sqlite3

    db = sqlite3.connect(":memory:")
    db.execute("CREATE VIRTUAL TABLE t USING fts5(x)")
    words = [w for w in words_of(query) if "\x00" not in w]
    assert db.execute("SELECT 1 FROM t WHERE t MATCH ?", (any_of(words) or '""',)).fetchall() == []


def test_a_filter_gives_as_many_hits_as_there_are(tmp_path: Path) -> None:
    """Also where it keeps one file of many whose text is nearer to the question."""
    files = {f"many/{n}.txt": f"Lee asked Xi for help, number {n}." for n in range(400)}
    target = indexed(tmp_path, files | {"one.txt": "Zebras graze.\n\n" + "A lion sleeps here. " * 60})
    found = find(target, "Lee asked Xi", 3, frozenset({"one.txt"}))
    assert {h.place.source for h in found.hits} == {"one.txt"}
    assert len(found.hits) == 2
    assert len(find(target, "Lee asked Xi", 50).hits) == 50


def test_identical_text_does_not_crowd_out_the_rest(tmp_path: Path) -> None:
    """A thousand copies of a notice, each in a file of its own, are one hit that names them all."""
    notice = "This notice about shipping applies to all orders."
    files = {f"{n}.txt": f"{notice}\n\n# {n}\n" for n in range(3)} | {f"n{n}.md": f"# Part {n}\n\n# {n}\n\n" for n in range(2)}
    same = {f"copy{n}.txt": notice + "\n" * n for n in range(300)}
    target = indexed(tmp_path, files | same | {"other.txt": "Shipping by sea takes a week."})
    hits = find(target, "shipping notice", 5).hits
    assert len({h.text for h in hits}) == len(hits) == 5
    copies = next(h for h in hits if h.text == notice)
    assert len(copies.also) == 299
    assert any(h.place.source == "other.txt" for h in hits)


def test_a_title_and_a_heading_count(tmp_path: Path) -> None:
    """A passage is found by the heading that it stands under."""
    text = "# Guide\n\n## Windows\n\nRun the installer.\n\n## Linux\n\nUnpack the archive, then run make.\n"
    hit = find(indexed(tmp_path, {"g.md": text, "x.txt": "Nothing else."}), "how do I install on linux?").hits[0]
    assert (hit.heading, "archive" in hit.text) == ("Guide › Linux", True)


def test_passages_without_a_vector_are_found_by_their_words(tmp_path: Path) -> None:
    """And scores lie between 0 and 1, best first."""
    target = indexed(tmp_path, LANGUAGES)
    with Catalog(target.home) as catalog:
        hits = search(Index(catalog, target.vectors, None), "workers shipyard", 5).hits
    assert hits[0].place.source == "en.txt"
    scores = [h.score for h in find(target, "workers in the shipyard", 7).hits]
    assert scores == sorted(scores, reverse=True)
    assert all(0 <= score <= 1 for score in scores)


def test_the_direction_of_asking(tmp_path: Path) -> None:
    """Who asked whom decides between two sentences of the same words."""
    target = indexed(tmp_path, {"a.txt": "Xi asked Lee for trade.\n\nThe weather was fine.\n\nLee asked Xi for peace."})
    with Catalog(target.home) as catalog:
        index = Index(catalog, target.vectors, STATIC())
        for question, answer in (("what did Lee ask Xi?", "peace"), ("what did Xi ask Lee?", "trade")):
            assert answer in answered(index, question)[0].quote


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("When did the yard open?", "The yard did open in 1987 after all that."),
        ("How long is the pier?", "The pier is 240 metres long, they say."),
        ("Who runs the yard?", "The yard is run by Mary Jones and by nobody else."),
    ],
)
def test_the_kind_of_question_counts(tmp_path: Path, question: str, answer: str) -> None:
    """A date, a length, a name."""
    pairs = (
        "The yard may open. The yard did open in 1987 after all that. The pier is long. The pier is 240 metres long, they say."
        " The yard runs. The yard is run by Mary Jones and by nobody else."
    )
    target = indexed(tmp_path, {"a.txt": pairs})
    with Catalog(target.home) as catalog:
        index = Index(catalog, target.vectors, STATIC())
        assert answered(index, question)[0].quote == answer


@pytest.mark.parametrize(
    ("query", "text", "forms"),
    [
        ("what did Lee ask?", "Lee's asking; asked by LEE, a task", ["Lee", "asking", "asked", "LEE"]),
        ("café Äpfel", "CAFE äpfel; cafeteria", ["CAFE", "äpfel"]),
        ("東京の図書館", "首相は東京で図書館へ", ["東京", "図書", "書館"]),
        ("a.b (c", "a b c", ["b", "c"]),
        ("happy dogs", "happiness of the dog", ["happiness", "dog"]),
        ("foo_bar", "foo bar foobar", ["foo", "bar"]),
    ],
)
def test_words_are_found_in_any_form(tmp_path: Path, query: str, text: str, forms: list[str]) -> None:
    """As the index would find them, in the order of the text."""
    with Catalog(indexed(tmp_path, {"a.txt": "Nothing."}).home) as catalog:
        question = understand(query, catalog, Tokenizer())
    (found,) = question.find([text])
    assert [text[a:b] for _, a, b in found] == forms


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=40), st.text(max_size=200))
def test_what_is_found_has_the_stem_of_a_word(query: str, text: str) -> None:
    """Of any question in any text: every form that is found has a stem of the question, at its place, in order."""
    tokenizer = Tokenizer()
    words = list(read(query, STOPWORDS).words)
    stems = tokenizer.stems(words)
    distinct = tuple(dict.fromkeys(stem for found in stems for stem in found))
    question = Question(
        query,
        tuple(words),
        tuple(words),
        distinct,
        (),
        frozenset(distinct),
        False,
        False,
        tokenizer,
        tuple(patterns(words, stems)),
    )
    (found,) = question.find([text])
    assert [a for _, a, _ in found] == sorted(a for _, a, _ in found)
    for n, a, b in found:
        piece = folded(text[a:b])  # of letters newer than SQLite, folded by Python
        parts = (joint.join(plain(piece)[x:y] for x, y in spans) for joint, spans in otherwise(plain(piece)))
        assert distinct[n] in {stem for found in tokenizer.stems([piece, *parts]) for stem in found}


def test_rare_words_lead_and_frequent_ones_count(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where too many passages hold a word, it finds none by itself; without any rarer one it does."""
    monkeypatch.setattr("index.search.question.MOST_LED", 3)
    files = {f"harbour{n}.txt": f"The harbour was painted {n} times." for n in range(9)}
    files |= {"both.txt": "The zeppelin left the harbour.", "rare.txt": "The zeppelin left, and nobody knows why it did so."}
    target = indexed(tmp_path, files)
    with Catalog(target.home) as catalog:
        hits = search(Index(catalog, target.vectors, None), "zeppelin harbour", 20).hits
        assert [hit.place.source for hit in hits] == ["both.txt", "rare.txt"]
        assert len(search(Index(catalog, target.vectors, None), "harbour", 20).hits) == 10


@pytest.mark.parametrize(
    "query", ["what are these documents about?", "which files do you have?", "Give me an overview.", "list all titles"]
)
def test_a_question_about_the_documents_gets_their_beginnings(tmp_path: Path, query: str) -> None:
    """Never nothing, and each document once."""
    target = indexed(tmp_path, LANGUAGES | {"long.md": "# Harbours\n\n" + "Ships come and go. " * 200})
    assert {h.place.source for h in find(target, query, 20).hits} == {*LANGUAGES, "long.md"}
    assert [h.text[:10] for h in find(target, query, 9, frozenset({"long.md"})).hits] == ["# Harbours"]
    with Catalog(target.home) as catalog:
        refs = answered(Index(catalog, target.vectors, STATIC()), query)
    assert [ref.hit.place.source for ref in refs] == ["de.txt", "en.txt", "fr.txt"]
    assert not find(target, "which documents name Kiel?").question.overview


def test_a_score_is_the_sum_of_what_speaks_for_it(tmp_path: Path) -> None:
    """Each part by its name."""
    hits = find(indexed(tmp_path, LANGUAGES), "who opened the shipyard in the harbour?").hits
    for hit in hits:
        assert sum(share for _, share in hit.why) == pytest.approx(hit.score, abs=0.001)
    assert {"words", "meaning", "sentence", "closest", "around", "together"} <= dict(hits[0].why).keys()


def test_a_passage_is_known_by_those_beside_it(tmp_path: Path) -> None:
    """Two documents say the same sentence; the one that has spoken of the harbour before is meant."""
    about = {"harbour": "The harbour of Kiel is old. ", "bakery": "The bakery in Bonn is old. "}
    files = {
        f"{name}.txt": text * 30 + "\n\n" + "It closes at nine, for everyone. " * 20 + name for name, text in about.items()
    }
    for place in about:
        hit = next(
            h for h in find(indexed(tmp_path / place, files), f"when does the {place} close?", 4).hits if "nine" in h.text
        )
        assert hit.place.source == f"{place}.txt"


def test_a_question_in_other_words_is_found_by_its_meaning(tmp_path: Path) -> None:
    """Words that a passage shares by chance do not lead where no passage has half of the question."""
    others = (
        "The harbour master keeps the keys.",
        "Ferries leave at noon.",
        "A lamp burns until all are back at the quay.",
    )
    refunds = "Refunds are paid within 14 days after the return of the goods."
    target = indexed(tmp_path, {"refunds.txt": refunds, **{f"{n}.txt": text for n, text in enumerate(others)}})
    found = find(target, "How long until somebody gives me back the money for my purchase?")
    assert found.hits[0].place.source == "refunds.txt"
    assert find(target, "Who keeps the keys of the harbour?").hits[0].place.source == "0.txt"


def test_documents_that_a_named_document_names_are_found(tmp_path: Path) -> None:
    """Two steps: the question names the film, the film's page its director; by title or by the file's name."""
    filler = {f"film{n}.txt": f"Film {n}\n\nA film about a river, by its own director." for n in range(60)}
    film = {"f.txt": "Blood Street\n\nBlood Street is a drama from 1988 that Léo Fong directed."}
    page = "He made pictures and died in Manila."
    for name, text in (("p1.txt", f"Leo Fong\n\n{page}"), ("notes/leo_fong.txt", page)):
        target = indexed(tmp_path / name.replace("/", "-"), filler | film | {name: text})
        hits = find(target, "Where was the director of Blood Street born?", 8).hits
        assert [h.place.source for h in hits[:2]] == ["f.txt", name]
        assert "linked" in dict(hits[1].why)
        assert not any("linked" in dict(h.why) for h in find(target, "Where was the director born?", 8).hits)
        assert {h.place.source for h in find(target, "director of Blood Street", 8, frozenset({"f.txt"})).hits} == {"f.txt"}


def test_a_hit_is_narrowed_to_what_the_question_is_about(tmp_path: Path) -> None:
    """From the sentence before the first telling one to that after the last, with its own place and those of its copies."""
    filler = "Nothing of note was seen on that long and quiet day at sea. "
    text = "Kiel\n\n" + filler * 6 + "\nThe mayor opened a shipyard. " + filler * 6
    target = indexed(tmp_path, {"a.txt": text, "b.txt": f"Other.\n\n\n{text}"})
    found = find(target, "who opened the shipyard?", 3)
    hit = narrowed(found.question, found.hits[0])
    assert hit.text.count(filler.strip()) < 8
    assert SHORT <= len(hit.text) < len(found.hits[0].text)
    for place in (hit.place, *hit.also):
        whole = (target.root / place.source).read_text()
        assert whole[place.start : place.end] == hit.text
        assert place.line == whole.count("\n", 0, place.start) + 1
    assert any(hit.sentence(span).startswith("The mayor") for span in hit.sentences)
    assert len(hit.likeness) == len(hit.sentences)


def test_bigrams() -> None:
    """Pairs of characters for scripts without spaces, nothing for others."""
    assert bigrams("東京は Tokyo 山") == ["東京", "京は", "山"]
    assert Tokenizer().stems(["Lee asked, 東京", "", "asking"]) == [["lee", "ask", "东京"], [], ["ask"]]


@pytest.mark.skipif(not (SHARED / "models" / "all-MiniLM-L6-v2").exists(), reason="the model is not in ../shared/models")
def test_minilm_end_to_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the real model, where Chroma keeps it: a paraphrase is found that shares no word with the question."""
    models = tmp_path / "user" / ".cache" / "chroma" / "onnx_models"
    models.mkdir(parents=True)
    (models / "all-MiniLM-L6-v2").symlink_to(SHARED / "models" / "all-MiniLM-L6-v2")
    files = {"a.txt": "The physician treated the sick child.", "b.txt": "Stocks fell on Monday.", "c.txt": "Rain is likely."}
    target = indexed(tmp_path, files)
    minilm = cache(lambda: open_embedder("minilm", None, offline=True))
    update(target, minilm, switch=True)
    with Catalog(target.home) as catalog:
        assert catalog.meta("collection").startswith("minilm/")
        hits = search(Index(catalog, target.vectors, minilm()), "a doctor helped young patients", 1).hits
    assert hits[0].place.source == "a.txt"


@pytest.mark.parametrize(
    ("written", "typed"),
    [
        ("Die Wei\u00dfgerberstra\u00dfe ist zu.", "Weissgerberstrasse"),
        ("Die Weissgerberstrasse ist zu.", "Wei\u00dfgerberstra\u00dfe"),
        ("The o\ufb03cer saw it.", "officer"),
        ("The ex\u00adpor\u00adta\u200btion rose.", "exportation"),
        ("De\u0301gre\u0300vement total.", "D\u00e9gr\u00e8vement"),
        ("Revenue fell in 2023\u00b9 again.", "2023"),
    ],
)
def test_words_are_found_as_people_type_them(project: Path, qa: Run, written: str, typed: str) -> None:
    """Whatever stands in or beside them: soft hyphens, ligatures, accents apart, raised figures."""
    (project / "seeds" / "odd.txt").write_text(f"Nothing here.\n\n{written}\n")
    found = json.loads(qa("search", "--json", "-n", "1", "--explain", typed).out)["hits"][0]
    assert found["source"] == "odd.txt"
    assert written in found["text"]
    assert "matching words" in qa("search", "-n", "1", "--explain", typed).out
