"""Three ways to turn a text into a unit vector: `static`, `minilm`, and any OpenAI-compatible service.

Owns the models' files, their inference, and how many texts go into one call. Knows nothing of documents, of what
has been embedded before, or of where vectors are kept.
"""

import base64
import hashlib
import importlib.util
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import cached_property, partial
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from index.embed.budget import MOST_BYTES
from index.embed.sketch import packed
from index.errors import EmbedderMissing, ServiceFailure
from index.passage import Piece, Span
from index.process.machine import processors
from index.service.bounds import MEGABYTE, WHOLE
from index.service.client import Service, broken, client, payload, translated
from index.service.pace import Crew, Pace

if TYPE_CHECKING:
    import httpx2
    import numpy as np
    import openai
    import tokenizers
    from numpy.typing import NDArray

    Vectors = NDArray[np.float32]

Batch = tuple[list[int], "Vectors", list[bytes]]
"""Indices into the pieces, their rows, and for each the vectors of its sentences, packed; b"" where there are none."""

Arrived = Callable[[list[int], "Vectors"], None]
"""Told what a service has embedded, in the thread that has received it, as soon as it is there."""

DEFAULT_OPENAI = "text-embedding-3-small"
_OPENAI_WIDTHS = {"text-embedding-3-small": 1536, "text-embedding-3-large": 3072, "text-embedding-ada-002": 1536}
_SHORTENED = {"text-embedding-3-small": 512, "text-embedding-3-large": 1024}
"""Numbers of a vector that these are asked for: they were trained so that its first ones can stand for all.

OpenAI gives for MTEB 61.6 with 512 of 1,536 (62.3) and 64.1 with 1,024 of 3,072 (64.6), in "New embedding models and API
updates", January 2024; a third of the numbers takes a third of the disk and memory, and of the time to make and read the graph.
"""

_NAMES = "static, minilm, openai or openai:MODEL"


class Embedder(Protocol):
    """What makes vectors. `name` is what a user types; `weight` is a passage's likeness beside BM25's 1.0 in a search, and
    `sentence_weight` that of its closest sentence (see index/search/rank.py).

    `local` tells that it runs on this machine, so that embedding a few more texts costs neither money nor a connection.
    """

    name: str
    weight: float
    sentence_weight: float
    local: bool

    @property
    def identity(self) -> str:
        """Name, revision and dimensions, "static/l2_supercat_256-64b47a2d/256": vectors are alike if it is equal."""

    def batches(self, pieces: Sequence[Piece], arrived: Arrived | None = None) -> Iterator[Batch]:
        """Every index once, in any order, with float32 rows of length 1, as soon as they are ready.

        When a service fails, what it had finished is yielded first, then ServiceFailure is raised. Only one that is not local
        calls `arrived`.
        """

    def query(self, text: str) -> "Vectors":
        """One float32 row of length 1; an empty text has one too."""

    def like(self, collection: str) -> None:
        """Make vectors as long as those of this identity, if it is one of the same model; "" is that of a new index."""


PATIENCE = 120.0
"""Seconds that a build waits for a service that fails or asks to wait."""


def open_embedder(name: str, service: Service | None, offline: bool = False, patience: float = PATIENCE) -> Embedder:
    """The embedder of that name; EmbedderMissing if it is unknown, not there, or must not be called.

    Loads nothing heavy and calls nobody, but for minilm's files, which are fetched when they are not there.
    """
    kind, _, model = full_name(name).partition(":")
    if name == "static":
        return Static()
    if name == "minilm":
        return MiniLM(offline)
    if kind != "openai" or not model:
        raise EmbedderMissing(f"There is no embedder “{name}”.", f"Name {_NAMES}.")
    if offline:
        raise EmbedderMissing(f"QA_OFFLINE forbids to call the embedder {name}.", "Unset it, or name static.")
    if service is None:
        raise EmbedderMissing(f"The embedder {name} needs a service.", "Set OPENAI_API_KEY or OPENAI_BASE_URL.")
    return OpenAI(service, model, patience)


def full_name(name: str) -> str:
    """The name that such an embedder has: "openai" alone means a certain model."""
    return f"openai:{DEFAULT_OPENAI}" if name == "openai" else name


def local_best() -> str:
    """ "minilm" if its files are there, else "static"; fetches and imports nothing."""
    return "minilm" if _has_minilm() else "static"


FEW = 200
"""Of so many texts the tokens are looked up in the table as it is stored: to widen all of it takes longer."""


class Static:
    """Mean of token vectors from the table inside the wheel of `wordllama`, 256 dimensions.

    The package itself is never imported: that configures logging, and its loader looks for the tokenizer elsewhere.
    """

    name = "static"
    weight = 0.6
    sentence_weight = 0.9
    local = True

    @cached_property
    def identity(self) -> str:
        """Its revision is the hash of the table."""
        with open(_wordllama("weights/l2_supercat_256.safetensors"), "rb") as table:
            digest = hashlib.file_digest(table, "sha256").hexdigest()
        return f"static/l2_supercat_256-{digest[:8]}/256"

    def batches(self, pieces: Sequence[Piece], arrived: Arrived | None = None) -> Iterator[Batch]:
        """A thousand at a time."""
        for start in range(0, len(pieces), 1024):
            part = pieces[start : start + 1024]
            table = self._wide_table if len(pieces) > FEW else self._table
            yield list(range(start, start + len(part))), *self._rows(part, table)

    def query(self, text: str) -> "Vectors":
        """The row of one text."""
        row: Vectors = self._rows([Piece(text)], self._table)[0][0]
        return row

    def _rows(self, pieces: Sequence[Piece], table: "NDArray[np.floating[Any]]") -> "tuple[Vectors, list[bytes]]":
        import numpy as np

        encoded = self._tokenizer.encode_batch([_encodable(piece.text) for piece in pieces], add_special_tokens=False)
        rows, sketches = np.zeros((len(pieces), table.shape[1]), dtype=np.float32), []
        for row, piece, tokens in zip(rows, pieces, encoded, strict=True):
            vectors = table[tokens.ids].astype(np.float32, copy=False)
            sums = _own(tokens.offsets, [_EVERYTHING, *piece.sentences]) @ vectors
            row[:] = sums[0]
            sketches.append(packed(sums[1:]) if piece.sentences else b"")
        return _unit(rows), sketches

    def like(self, collection: str) -> None:
        """There is one length."""

    @cached_property
    def _table(self) -> "NDArray[np.float16]":
        from safetensors.numpy import load_file

        table: NDArray[np.float16] = load_file(_wordllama("weights/l2_supercat_256.safetensors"))["embedding.weight"]
        return table

    @cached_property
    def _wide_table(self) -> "Vectors":
        import numpy as np

        return self._table.astype(np.float32)

    @cached_property
    def _tokenizer(self) -> "tokenizers.Tokenizer":
        from tokenizers import Tokenizer

        tokenizer = Tokenizer.from_file(str(_wordllama("tokenizers/l2_supercat_tokenizer_config.json")))
        tokenizer.no_padding()
        tokenizer.no_truncation()
        return tokenizer


class MiniLM:
    """all-MiniLM-L6-v2 as ONNX on the processor, 384 dimensions, at most 256 tokens of a text."""

    name = "minilm"
    weight = 0.7
    sentence_weight = 2.8
    local = True

    def __init__(self, offline: bool) -> None:
        if not _has_minilm():
            _fetch_minilm(offline)
        self._folder = _minilm_folder()

    @property
    def identity(self) -> str:
        """Its revision is the size of the model: to hash 90 MB at each start would cost more than a question."""
        return f"minilm/all-MiniLM-L6-v2-{(self._folder / 'model.onnx').stat().st_size}/384"

    def batches(self, pieces: Sequence[Piece], arrived: Arrived | None = None) -> Iterator[Batch]:
        """256 at a time, texts of like length together, the shortest first."""
        order = sorted(range(len(pieces)), key=lambda index: len(pieces[index].text))
        for start in range(0, len(order), 256):
            indices = order[start : start + 256]
            yield indices, *self._rows([pieces[index] for index in indices])

    def query(self, text: str) -> "Vectors":
        """The row of one text."""
        row: Vectors = self._rows([Piece(text)])[0][0]
        return row

    def like(self, collection: str) -> None:
        """There is one length."""

    def _rows(self, pieces: Sequence[Piece]) -> "tuple[Vectors, list[bytes]]":
        """32 texts a run, which is the fastest, padded to the longest of the run.

        A text's row is the mean of the last hidden state over its tokens; a sentence's that over its own tokens, within the
        passage ("late chunking", Günther et al. 2024, arXiv 2409.04701), which costs no second run.
        """
        import numpy as np

        encoded = self._tokenizer.encode_batch([_encodable(piece.text) for piece in pieces])
        order = sorted(range(len(pieces)), key=lambda index: len(encoded[index].ids))
        rows, sketches = np.zeros((len(pieces), 384), dtype=np.float32), [b""] * len(pieces)
        for start in range(0, len(order), 32):
            run = order[start : start + 32]
            for index, hidden in zip(run, self._run([encoded[index].ids for index in run]), strict=True):
                length = len(encoded[index].ids)
                rows[index] = hidden[:length].mean(axis=0)
                own = slice(1, length - 1)  # without the marks for begin and end
                if spans := pieces[index].sentences:
                    sketches[index] = packed(_own(encoded[index].offsets[own], spans) @ hidden[own])
        return _unit(rows), sketches

    def _run(self, tokens: list[list[int]]) -> "Vectors":
        """The last hidden state, (texts, tokens, 384); what stands behind a text's own tokens means nothing."""
        import numpy as np

        ids = np.zeros((len(tokens), max(map(len, tokens))), dtype=np.int64)
        mask = np.zeros_like(ids)
        for row, text in enumerate(tokens):
            ids[row, : len(text)] = text
            mask[row, : len(text)] = 1
        inputs = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
        hidden: Vectors = self._session.run(None, inputs)[0]
        return hidden

    @cached_property
    def _session(self) -> Any:
        import onnxruntime  # type: ignore[import-untyped]

        options = onnxruntime.SessionOptions()
        # Left alone, it pins its threads, and says on stderr where a container forbids that.
        options.intra_op_num_threads = processors()
        options.log_severity_level = 4
        model = str(self._folder / "model.onnx")
        return self._loaded(
            lambda: onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"]),
        )

    @cached_property
    def _tokenizer(self) -> "tokenizers.Tokenizer":
        from tokenizers import Tokenizer

        tokenizer: Tokenizer = self._loaded(lambda: Tokenizer.from_file(str(self._folder / "tokenizer.json")))
        tokenizer.enable_truncation(256)
        tokenizer.no_padding()
        return tokenizer

    def _loaded(self, load: Callable[[], Any]) -> Any:
        """What `load` makes; EmbedderMissing for a damaged file."""
        try:
            return load()
        except Exception as error:  # onnxruntime and tokenizers raise bare Exceptions
            raise EmbedderMissing(
                f"The files of the embedder minilm in {self._folder} cannot be read.",
                "Delete that folder and run `qa index --embedder minilm`, or name static.",
            ) from error


class OpenAI:
    """Embeddings of an OpenAI-compatible service.

    The host is no part of the identity: the same model through another gateway makes the same vectors, which were
    paid for, and the identity stands in answers, where no endpoint may.
    """

    weight = 1.2
    sentence_weight = 0.0
    local = False

    def __init__(self, service: Service, model: str, patience: float = PATIENCE) -> None:
        self.name = f"openai:{model}"
        self._service, self._tells = replace(service, told=None), service
        self._crew = Crew(self._batch, Pace(patience, partial(_tell, service)))
        self._model = model
        self._asked = _SHORTENED.get(model)
        self._refused = False  # to be asked for dimensions
        self._width = self._known_width()

    @property
    def identity(self) -> str:
        """Embeds one word to learn the dimensions, if nothing has been embedded yet and they are not OpenAI's own."""
        if self._width is None:
            self.query("dimensions")
        return f"openai/{self._model}/{self._width}"

    def like(self, collection: str) -> None:
        """Whole or shortened, of a model whose vectors can be."""
        asked, whole = _SHORTENED.get(self._model), _OPENAI_WIDTHS.get(self._model)
        if asked and collection == f"openai/{self._model}/{whole}":
            asked = whole
        if asked != self._asked:
            self._asked = asked
            self._width = self._known_width()

    def _known_width(self) -> int | None:
        """That of OpenAI's own; another service may have something else under the model's name."""
        return self._asked or _OPENAI_WIDTHS.get(self._model) if self._service.base_url is None else None

    def batches(self, pieces: Sequence[Piece], arrived: Arrived | None = None) -> Iterator[Batch]:
        """Asks at once, also before the first is taken: several requests at a time, as the service bears.

        The first goes alone: a bad key is refused once, and the width is then known. Sentences have no vectors of their own:
        they would have to be paid for.
        """
        texts = [piece.text for piece in pieces]
        return self._crew.start([(indices, [texts[index] for index in indices], arrived) for indices in _plan(texts)])

    def query(self, text: str) -> "Vectors":
        """One request, tried again less often than for a build, since somebody waits."""
        row: Vectors = self._request([text], patient=False)[0]
        return row

    def _batch(self, job: tuple[list[int], list[str], Arrived | None]) -> Batch:
        """What one request gives; in a thread of the crew."""
        indices, texts, arrived = job
        rows = self._request(texts)
        if arrived:
            arrived(indices, rows)
        return indices, rows, [b""] * len(indices)

    def _request(self, texts: list[str], patient: bool = True) -> "Vectors":
        """The rows of one call; ServiceBroken when the reply does not fit what was asked."""
        inputs = [_within_limit(text) for text in texts]
        with translated(self._service, self._model):
            reply = self._reply(inputs, patient)
        rows = self._parsed(reply, len(texts))[:, : self._asked]  # of a service that shortens none
        if self._width is None:
            self._width = rows.shape[1]
        if rows.shape[1] != self._width:
            raise self._broken(f"vectors of {rows.shape[1]} numbers where {self._width} were expected")
        return _unit(rows)

    def _reply(self, inputs: list[str], patient: bool) -> "httpx2.Response":
        """That of one call; a service that refuses a call with `dimensions`, and not one without, is asked so no more."""
        import openai

        embeddings = (self._patient if patient else self._quick).embeddings.with_raw_response
        ask = partial(embeddings.create, model=self._model, input=inputs, encoding_format="base64")
        if self._asked is None or self._refused:
            return ask().http_response
        try:
            return ask(dimensions=self._asked).http_response
        except (openai.BadRequestError, openai.UnprocessableEntityError):
            if self._width is not None:  # it has given some
                raise
            reply = ask().http_response
            self._refused = True
            return reply

    def _parsed(self, reply: "httpx2.Response", count: int) -> "Vectors":
        """The vectors of a reply in the order of the texts, as float32; finite and of one width."""
        import numpy as np

        data = payload(reply, self._model, self._service).get("data")
        if not isinstance(data, list) or len(data) != count or not all(isinstance(item, dict) for item in data):
            found = f"{len(data)} vectors" if isinstance(data, list) else "no vectors"
            raise self._broken(f"{found} for {count} texts")
        places = [item.get("index", place) for place, item in enumerate(data)]
        try:
            rows = np.stack([_numbers(data[places.index(place)].get("embedding")) for place in range(count)])
        except (ValueError, TypeError) as error:
            raise self._broken("vectors that cannot be read") from error
        if not (np.abs(rows) < LARGEST).all():  # nor NaN
            raise self._broken("vectors with numbers that are none")
        return rows.astype(np.float32, copy=False)

    def _broken(self, what: str) -> ServiceFailure:
        return broken(what, self._model, self._service)

    # `OpenAI.with_options` would read the environment again, hence two clients.
    @cached_property
    def _patient(self) -> "openai.OpenAI":
        """For a build: its crew tries again."""
        return client(self._service, timeout=60, retries=0, bounds=MANY)

    @cached_property
    def _quick(self) -> "openai.OpenAI":
        """For a question: somebody waits."""
        return client(self._tells, timeout=20, retries=1)


MANY = replace(WHOLE, size=64 * MEGABYTE, held=64 * MEGABYTE)
"""Of the reply with the vectors of 256 texts, as decimal numbers."""


def _tell(service: Service, seconds: float) -> None:
    """Say that the service is waited for, where somebody wants to know."""
    if service.told:
        service.told(f"{service.host} asks to wait, or fails; going on in {seconds:.0f} s.")


def _plan(texts: Sequence[str]) -> list[list[int]]:
    """Indices in batches of at most 256 texts and 60,000 characters, a longer text alone.

    A token is at least a byte of UTF-8 and a character at most four: 240,000 tokens, below the 300,000 of a request.
    """
    plan: list[list[int]] = []
    room = 0
    for index, text in enumerate(texts):
        if not plan or len(plan[-1]) == 256 or len(text) > room:
            plan.append([])
            room = 60_000
        plan[-1].append(index)
        room -= len(text)
    return plan


LARGEST = 1e15
"""Of the numbers of a vector; larger ones overflow where they are squared, and no model gives any above a thousand."""


def _numbers(embedding: object) -> "NDArray[np.number[Any]]":
    """One vector as the protocol has it: base64 of little-endian float32, or a list, which some send all the same."""
    import numpy as np

    if not isinstance(embedding, str | list) or not embedding:
        raise TypeError
    if isinstance(embedding, str):
        return np.frombuffer(base64.b64decode(embedding, validate=True), dtype="<f4")
    row = np.asarray(embedding)
    if row.ndim != 1 or row.dtype.kind not in "iuf":  # text, true, null, or a number beyond any
        raise ValueError
    return row


def _unit(rows: "Vectors") -> "Vectors":
    """Rows of length 1; a row of zeros, as an empty text has, becomes the first axis."""
    import numpy as np

    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    empty = lengths[:, 0] == 0
    unit: Vectors = (rows / np.where(lengths == 0, 1, lengths)).astype(np.float32, copy=False)
    unit[empty, 0] = 1
    return unit


_EVERYTHING: Span = (-1, 1 << 40)
"""As a sentence it has every token of a text, one of no length too."""


def _own(tokens: Sequence[Span], sentences: Sequence[Span]) -> "Vectors":
    """What adds up the vectors of each sentence's own tokens: (sentences, tokens), 1.0 where one has a part of the other."""
    import numpy as np

    start, end = np.fromiter(chain.from_iterable(tokens), dtype=np.int64, count=2 * len(tokens)).reshape(-1, 2).T
    first, last = np.array(sentences).T
    own: Vectors = ((start < last[:, None]) & (end > first[:, None])).astype(np.float32)
    return own


def _encodable(text: str) -> str:
    """Lone surrogates, as an argument of the command line may hold, become "?": no tokenizer takes them."""
    return text.encode("utf-8", "replace").decode()


def _within_limit(text: str) -> str:
    """Cut to what OpenAI takes; an empty text, which it refuses, is " "."""
    return text.encode("utf-8", "replace")[:MOST_BYTES].decode("utf-8", "ignore") or " "


def _wordllama(file: str) -> Path:
    """A file of the installed wheel; EmbedderMissing when it is not there."""
    spec = importlib.util.find_spec("wordllama")
    for folder in (spec.submodule_search_locations or []) if spec else []:
        if (path := Path(folder) / file).is_file():
            return path
    raise EmbedderMissing(f"The package wordllama is installed without {file}.", "pip install --force-reinstall qa-cited")


def _minilm_folder() -> Path:
    """Where Chroma keeps the model: its own constant, without importing it."""
    return Path.home() / ".cache" / "chroma" / "onnx_models" / "all-MiniLM-L6-v2" / "onnx"


def _has_minilm() -> bool:
    return all((_minilm_folder() / file).is_file() for file in ("model.onnx", "tokenizer.json"))


def _fetch_minilm(offline: bool) -> None:
    """Let Chroma's own code download and verify the files; EmbedderMissing if that may not be, or fails."""
    if offline:
        raise EmbedderMissing(
            "The files of the embedder minilm are not here.", "`qa index --embedder minilm` fetches them, unless QA_OFFLINE=1."
        )
    from chromadb.utils.embedding_functions.onnx_mini_lm_l6_v2 import ONNXMiniLM_L6_V2

    try:
        chroma = ONNXMiniLM_L6_V2()
        chroma.tqdm = partial(chroma.tqdm, disable=None)  # no progress bar off a terminal
        chroma._download_model_if_not_exists()
    except Exception as error:  # httpx, tarfile, OSError, ValueError: whatever its code raises
        why = " ".join(str(error).split()).rstrip(".") or type(error).__name__
        raise EmbedderMissing(
            f"The embedder minilm (90 MB) could not be fetched: {why}.",
            "Check the network and run `qa index --embedder minilm` again, or name static.",
        ) from error
