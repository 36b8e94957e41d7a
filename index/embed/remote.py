"""The embedder `openai`: any OpenAI-compatible service.

Owns how many texts go into one call, what is asked for, and what a reply must be.
"""

import base64
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

from index.embed.embedder import PATIENCE, WIDEST, Arrived, Batch
from index.embed.rows import unit
from index.errors import ServiceFailure
from index.passage import Piece
from index.service.bounds import MEGABYTE, WHOLE
from index.service.budget import MOST_BYTES
from index.service.client import client, payload
from index.service.endpoint import Service
from index.service.failures import broken, translated
from index.service.pace import Crew, Pace

if TYPE_CHECKING:
    import httpx2
    import numpy as np
    import openai
    from numpy.typing import NDArray

    Vectors = NDArray[np.float32]

_OPENAI_WIDTHS = {"text-embedding-3-small": 1536, "text-embedding-3-large": 3072, "text-embedding-ada-002": 1536}
_SHORTENED = {"text-embedding-3-small": 512, "text-embedding-3-large": 1024}
"""Numbers of a vector that these are asked for: they were trained so that its first ones can stand for all.

OpenAI gives for MTEB 61.6 with 512 of 1,536 (62.3) and 64.1 with 1,024 of 3,072 (64.6), in "New embedding models and API
updates", January 2024; a third of the numbers takes a third of the disk and memory, and of the time to make and read the graph.
"""

MANY = replace(WHOLE, size=64 * MEGABYTE, held=64 * MEGABYTE)
"""Of the reply with the vectors of 256 texts, as decimal numbers."""

LARGEST = 1e15
"""Of the numbers of a vector; larger ones overflow where they are squared, and no model gives any above a thousand."""


class OpenAI:
    """Embeddings of an OpenAI-compatible service.

    The host is no part of the identity: the same model through another gateway makes the same vectors, which were
    paid for, and the identity stands in answers, where no endpoint may.
    """

    weight = 1.2
    sentence_weight = 0.0
    floor = 0.0
    across = False
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
        return unit(rows)

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
        if rows.shape[1] > WIDEST:
            raise self._broken(f"vectors of {rows.shape[1]} numbers")
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


def _within_limit(text: str) -> str:
    """Cut to what OpenAI takes; an empty text, which it refuses, is " "."""
    return text.encode("utf-8", "replace")[:MOST_BYTES].decode("utf-8", "ignore") or " "
