"""Each third-party call that the project relies on, run directly, so that an upgrade that breaks one names it."""

import importlib.util
import json
import re
import sqlite3
import threading
from pathlib import Path

import numpy as np
import pytest
import samples
from loopback import Fault, Loopback


def test_sqlite_has_fts5_with_what_is_used() -> None:
    """Porter over unicode61, ranks by bm25 weights, stored columns, prefixes, vocabularies over another database's table."""
    db = sqlite3.connect(":memory:")
    db.execute("CREATE VIRTUAL TABLE words USING fts5(text, title, tokenize = 'porter unicode61 remove_diacritics 2')")
    db.execute("INSERT INTO words(words, rank) VALUES ('rank', 'bm25(1.0, 0.5)')")
    db.executemany(
        "INSERT INTO words(rowid, text, title) VALUES (?, ?, ?)", [(1, "Lee asked Xi", "call"), (2, "zebras", "asking")]
    )
    assert [row[0] for row in db.execute('SELECT rowid FROM words WHERE words MATCH \'"ask" OR "zeb"*\' ORDER BY rank')]
    assert db.execute("SELECT text FROM words WHERE rowid = 1").fetchone() == ("Lee asked Xi",)
    db.execute("CREATE VIRTUAL TABLE temp.vocabulary USING fts5vocab(main, words, row)")
    assert db.execute("SELECT doc FROM temp.vocabulary WHERE term = 'ask'").fetchone() == (2,)
    db.execute("CREATE VIRTUAL TABLE texts USING fts5(text, content='', tokenize = 'porter unicode61')")
    db.execute("CREATE VIRTUAL TABLE instances USING fts5vocab(texts, instance)")
    db.execute("INSERT INTO texts(rowid, text) VALUES (0, 'asked')")
    assert db.execute("SELECT term, doc, offset FROM instances").fetchall() == [("ask", 0, 0)]
    db.execute("INSERT INTO texts(texts) VALUES ('delete-all')")
    assert db.execute("SELECT COUNT(*) FROM instances").fetchone() == (0,)


def test_sentencex_gives_offsets() -> None:
    """Where sentences begin and end, in characters."""
    from sentencex import get_sentence_boundaries

    text = "😀 Dr. Smith came. He left."
    assert [text[b["start_index"] : b["end_index"]].strip() for b in get_sentence_boundaries("en", text)] == [
        "😀 Dr. Smith came.",
        "He left.",
    ]


def test_llama_index_packs_what_it_is_given() -> None:
    """SentenceSplitter joins the pieces of a splitting function of ours up to a size, and loses nothing."""
    from llama_index.core.node_parser.text.sentence import SentenceSplitter

    pieces = [f"Sentence number {n} ends here. " for n in range(20)]
    splitter = SentenceSplitter(
        chunk_size=100, chunk_overlap=0, tokenizer=list, chunking_tokenizer_fn=lambda _: pieces, paragraph_separator="\0"
    )
    chunks = splitter.split_text("".join(pieces))
    assert all(len(chunk) <= 100 for chunk in chunks)
    assert "".join("".join(chunks).split()) == "".join("".join(pieces).split())


def test_the_core_of_chroma_does_what_its_client_does(tmp_path: Path) -> None:
    """Each of its calls; chromadb's own client finds the same in the store, and the core what the client writes."""
    import chromadb
    import chromadb_rust_bindings as core
    from chromadb.config import Settings

    def opened() -> core.Bindings:
        database = core.SqliteDBConfig(core.MigrationHash.MD5, core.MigrationMode.Apply, str(tmp_path / "chroma.sqlite3"))
        return core.Bindings(False, database, 16, str(tmp_path))

    graph = {"space": "cosine", "ef_construction": 100, "ef_search": 100, "max_neighbors": 16, "sync_threshold": 10**9}
    one = opened()
    key = str(one.create_collection("abc", json.dumps({"hnsw": graph}), get_or_create=True).id)
    assert key == str(one.create_collection("abc", json.dumps({"hnsw": graph}), get_or_create=True).id)
    one.create_collection("other", json.dumps({"hnsw": graph}), get_or_create=True)
    one.delete_collection("other", "default_tenant", "default_database")
    one.add(["a", "b", "c"], key, list(np.eye(3, dtype=np.float32)))
    one.delete(key, ["c", "absent"])
    assert one.get_max_batch_size() > 1000
    del one
    with chromadb.PersistentClient(str(tmp_path), Settings(anonymized_telemetry=False)) as client:
        stored = client.get_collection("abc", embedding_function=None)
        assert stored.configuration["hnsw"].items() >= graph.items()
        assert set(stored.get(include=[])["ids"]) == {"a", "b"}
        stored.add(ids=["d"], embeddings=np.eye(3, dtype=np.float32)[2:])
        expected = stored.query(query_embeddings=np.eye(3, dtype=np.float32)[:1], n_results=9, include=["distances"])
    one = opened()
    assert [(found.name, str(found.id)) for found in one.list_collections()] == [("abc", key)]
    assert set(one.get(key, None, include=[]).ids) == {"a", "b", "d"}
    assert one.get(key, ["d", "absent"], include=["embeddings"]).embeddings == [[0, 0, 1]]
    parts = [one.get(key, None, limit=2, offset=start, include=["embeddings"]) for start in (0, 2, 4)]
    assert [len(part.embeddings) for part in parts] == [2, 1, 0]
    assert {id_ for part in parts for id_ in part.ids} == {"a", "b", "d"}
    assert one.count(key) == 3
    (listed,) = one.list_collections()
    assert (listed.dimension, listed.configuration["hnsw"]["ef_construction"]) == (3, 100)
    found = one.query(key, None, list(np.eye(3, dtype=np.float32)[:1]), 9, include=["distances"])
    assert (sorted(found.ids[0]), sorted(found.distances[0])) == (sorted(expected["ids"][0]), sorted(expected["distances"][0]))
    assert one.query(key, ["b"], list(np.eye(3, dtype=np.float32)[:1]), 9, include=["distances"]).ids == [["b"]]
    one.update_collection(key, new_configuration_json_str=json.dumps({"hnsw": {"sync_threshold": 3}}))
    one.update_collection(key, new_name="new")
    del one
    with chromadb.PersistentClient(str(tmp_path), Settings(anonymized_telemetry=False)) as client:
        assert client.get_collection("new", embedding_function=None).configuration["hnsw"]["sync_threshold"] == 3


def test_chroma_has_the_minilm_it_downloads() -> None:
    """The class whose code fetches and verifies the files, and where it puts them; nothing is fetched here."""
    from chromadb.utils.embedding_functions.onnx_mini_lm_l6_v2 import ONNXMiniLM_L6_V2

    assert callable(ONNXMiniLM_L6_V2._download_model_if_not_exists)
    assert Path(ONNXMiniLM_L6_V2.DOWNLOAD_PATH).parts[-3:] == ("chroma", "onnx_models", "all-MiniLM-L6-v2")
    assert ONNXMiniLM_L6_V2.EXTRACTED_FOLDER_NAME == "onnx"


def test_wordllama_ships_its_table_and_tokenizer() -> None:
    """Two files of the wheel, read without importing the package."""
    from safetensors.numpy import load_file
    from tokenizers import Tokenizer

    spec = importlib.util.find_spec("wordllama")
    assert spec
    assert spec.submodule_search_locations
    folder = Path(spec.submodule_search_locations[0])
    table = load_file(folder / "weights" / "l2_supercat_256.safetensors")["embedding.weight"]
    assert (table.shape, table.dtype) == ((32_000, 256), np.float16)
    tokenizer = Tokenizer.from_file(str(folder / "tokenizers" / "l2_supercat_tokenizer_config.json"))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    (encoded,) = tokenizer.encode_batch_fast(["Hello"], add_special_tokens=False)
    assert encoded.ids == [15043]


def test_onnxruntime_has_a_session() -> None:
    """Its options and the processor as provider."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    options.intra_op_num_threads = 1
    assert "CPUExecutionProvider" in onnxruntime.get_available_providers()
    with pytest.raises(Exception, match=r"(?i)protobuf|invalid"):
        onnxruntime.InferenceSession(b"no model", options, providers=["CPUExecutionProvider"])


def test_openai_streams_and_embeds() -> None:
    """A client for any address, streamed completions with usage at the end, raw embeddings."""
    import openai

    with Loopback() as service, openai.OpenAI(base_url=service.url, api_key="none", timeout=5, max_retries=0) as client:
        service.enqueue(Fault(text="Hello there"))
        chunks = list(
            client.chat.completions.create(
                model="m",
                messages=[{"role": "user", "content": "hi"}],
                stream=True,
                stream_options={"include_usage": True},
            )
        )
        assert "".join(c.choices[0].delta.content or "" for c in chunks if c.choices) == "Hello there"
        assert [c.choices[0].finish_reason for c in chunks if c.choices][-1] == "stop"
        assert chunks[-1].usage
        raw = client.embeddings.with_raw_response.create(model="m", input=["a b"], encoding_format="float")
        assert len(json.loads(raw.http_response.content)["data"][0]["embedding"]) == 64
        service.enqueue(Fault(status=401))
        with pytest.raises(openai.AuthenticationError):
            client.chat.completions.create(model="m", messages=[{"role": "user", "content": "hi"}])


def test_typer_parses_and_leaves_the_rest_to_us() -> None:
    """What a command returns is given back, its complaints are TyperException, `Exit` is a code."""
    import typer

    app = typer.Typer(rich_markup_mode=None, pretty_exceptions_enable=False)

    @app.callback(invoke_without_command=True)
    def root(context: typer.Context) -> None:
        if context.invoked_subcommand is None:
            raise typer.Exit(2)

    @app.command()
    def twice(number: int) -> int:
        return 2 * number

    assert app(["twice", "21"], standalone_mode=False) == 42
    assert app([], standalone_mode=False) == 2
    with pytest.raises(typer.TyperException) as complaint:
        app(["twice", "--no"], standalone_mode=False)
    assert complaint.value.format_message()
    assert [c.callback.__name__ for c in app.registered_commands if c.callback] == ["twice"]


def test_rich_has_a_bar(capsys: pytest.CaptureFixture[str]) -> None:
    """On standard error."""
    from rich.console import Console
    from rich.progress import Progress

    bar = Progress(console=Console(stderr=True, force_terminal=True), transient=True)
    bar.add_task("Indexing", total=2)
    bar.start()
    bar.update(0, completed=1, total=2)
    bar.stop()
    captured = capsys.readouterr()
    assert (captured.out, "Indexing" in captured.err) == ("", True)


def test_filelock_excludes(tmp_path: Path) -> None:
    """A second holder times out; a folder that is not there is an OSError or made."""
    from filelock import FileLock, Timeout

    with FileLock(tmp_path / "lock"), pytest.raises(Timeout):
        FileLock(tmp_path / "lock").acquire(timeout=0.01, poll_interval=0.01)
    FileLock(tmp_path / "lock").acquire(timeout=0)


def test_pathspec_matches_like_git() -> None:
    """Folders, negation and anchors."""
    from pathspec import GitIgnoreSpec

    files = ["a.txt", "sub/b.txt", "sub/c.md"]
    assert set(GitIgnoreSpec.from_lines(["sub/", "!*.md"]).match_files(files)) == {"sub/b.txt"}
    assert list(GitIgnoreSpec.from_lines(["/*.txt"]).match_files(files)) == ["a.txt"]


def test_pathspec_makes_expressions_of_patterns() -> None:
    """What matches as a folder above alone has the group ps_d; what is no pattern has no expression or is a ValueError."""
    from pathspec.patterns.gitignore.spec import GitIgnoreSpecPattern

    def matched(pattern: str, path: str) -> dict[str, str | None] | None:
        expression, _ = GitIgnoreSpecPattern.pattern_to_regex(pattern)
        found = re.match(expression, path) if isinstance(expression, str) else None
        return found.groupdict() if found else None

    assert matched("/a", "a") == {"ps_d": None}
    assert matched("/a", "a/b") == {"ps_d": "/"}
    assert matched("/a/**", "a/b") == {}
    assert matched("/a/*.txt", "a/b.md") is None
    assert matched("/[a", "[a") is None
    with pytest.raises(ValueError, match="Invalid git pattern"):
        GitIgnoreSpecPattern.pattern_to_regex("/\\")


def test_watchfiles_tells_of_changes(tmp_path: Path) -> None:
    """An empty set when nothing happens for a while, then what has happened, until an event is set."""
    from watchfiles import watch

    stop = threading.Event()
    changes = watch(tmp_path, stop_event=stop, rust_timeout=100, step=50, yield_on_timeout=True, ignore_permission_denied=True)
    assert next(changes) == set()
    (tmp_path / "a.txt").write_text("x")
    found = next(part for part in changes if part)
    assert {path for _, path in found} == {str(tmp_path / "a.txt")}
    stop.set()
    assert list(changes) == []
    with pytest.raises(FileNotFoundError):
        next(watch(tmp_path / "nowhere"))


def test_pdfium_gives_characters_with_their_places() -> None:
    """Their boxes, sizes and fonts; a hyphen at a line's end is a character of its own; a wrong password is named."""
    import ctypes

    import pypdfium2
    import pypdfium2.raw as pdfium

    lines = [(50.0, 700.0, "The informa-"), (50.0, 688.0, "tion is here.")]
    document = pypdfium2.PdfDocument(samples.pdf(lines))
    page = document[0].get_textpage()
    text = "".join(chr(pdfium.FPDFText_GetUnicode(page, i)) for i in range(page.count_chars()))
    assert text.startswith("The informa\x02tion is here.")
    box, matrix, name = pdfium.FS_RECTF(), pdfium.FS_MATRIX(), ctypes.create_string_buffer(50)
    pdfium.FPDFText_GetLooseCharBox(page, 0, ctypes.byref(box))
    assert (round(box.left), box.bottom < 700 < box.top) == (50, True)
    pdfium.FPDFText_GetMatrix(page, 0, ctypes.byref(matrix))
    assert (pdfium.FPDFText_GetFontSize(page, 0), matrix.d) == (10, 1)
    pdfium.FPDFText_GetFontInfo(page, 0, name, len(name), None)
    assert name.value == b"Times-Roman"
    assert pdfium.FPDFPage_CountObjects(document[0]) == 2
    bitmap = document[0].render(scale=1, grayscale=True)
    assert (bitmap.width, bitmap.height, len(bitmap.to_numpy().tobytes())) == (600, 800, 480_000)
    with pytest.raises(pypdfium2.PdfiumError, match=r"(?i)password"):
        pypdfium2.PdfDocument(samples.pdf(lines, password="secret"))


def test_selectolax_walks_a_tree() -> None:
    """Nodes with neighbours, attributes and text; selectors with :is."""
    from selectolax.lexbor import LexborHTMLParser

    tree = LexborHTMLParser("<p hidden>a &amp; b<p class=x>c")
    assert tree.body
    first = tree.body.first_child
    assert first
    assert first.next
    assert (first.tag, first.attributes, first.next.attributes) == ("p", {"hidden": None}, {"class": "x"})
    assert first.first_child
    assert (first.first_child.is_text_node, first.first_child.text_content) == (True, "a & b")
    assert len(tree.css(":is(p, div)")) == 2


def test_defusedxml_and_charset_normalizer() -> None:
    """Document types are refused; encodings are ranked among candidates."""
    import charset_normalizer
    from defusedxml import DefusedXmlException
    from defusedxml.ElementTree import fromstring

    with pytest.raises(DefusedXmlException):
        fromstring(b"<!DOCTYPE a><a/>", forbid_dtd=True)
    russian = "Вчера в городе шёл дождь, поэтому мы остались дома.".encode("cp1251")
    found = charset_normalizer.from_bytes(russian, cp_isolation=["cp1252", "cp1251"], enable_fallback=False)
    assert next(match.encoding for match in found) == "cp1251"


def test_dotenv_and_platformdirs(tmp_path: Path) -> None:
    """Values as they stand, without interpolation; a cache folder of ours."""
    from dotenv import dotenv_values
    from platformdirs import user_cache_path

    (tmp_path / ".env").write_text("A='x $B'\nB=\n# c\n")
    assert dotenv_values(tmp_path / ".env", interpolate=False) == {"A": "x $B", "B": ""}
    assert user_cache_path("qa").name == "qa"
