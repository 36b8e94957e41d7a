"""The index for users of LlamaIndex: a retriever over the same search, for its query engines.

Owns how a hit becomes a node; no local reader orders them. LlamaIndex is loaded when a retriever is made (1.3 s), never by `qa`
itself.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from index.catalog import schema
from index.catalog.catalog import Catalog
from index.embed.choice import local_best, open_embedder
from index.embed.embedder import Embedder
from index.passage import Hit
from index.search.candidates import search
from index.search.near import Index
from index.service.endpoint import Service
from index.update.run import update
from index.update.target import Target

if TYPE_CHECKING:
    from llama_index.core.retrievers import BaseRetriever
    from llama_index.core.schema import NodeWithScore, QueryBundle


def retriever(documents: Path, home: Path, *, top: int = 8, service: Service | None = None) -> "BaseRetriever":
    """A retriever of the best `top` passages of a folder or file, whose index in `home` is brought up to date now.

    A new index is embedded on this machine; one that a service has made needs that `service`. Nodes carry source, place, start,
    end, line, page and heading, and have the text that stands there. Raises what `index.build.update` raises.
    """
    from llama_index.core.retrievers import BaseRetriever

    target = Target(documents.resolve(), home)
    embedder = _embedder(target, service)
    update(target, lambda: embedder)

    class Retriever(BaseRetriever):
        """Each question opens the catalog anew, so it may be used by several threads."""

        def _retrieve(self, query_bundle: "QueryBundle") -> "list[NodeWithScore]":
            with Catalog(target.home) as catalog:
                embedder.like(catalog.meta("collection"))
                found = search(Index(catalog, target.vectors, embedder), query_bundle.query_str, top)
            return [_node(hit) for hit in found.hits]

    return Retriever()


def _embedder(target: Target, service: Service | None) -> Embedder:
    """The index's own, or for a new one the best that needs no service."""
    name = schema.remembered(target.home, "embedder") if target.indexed else ""
    return open_embedder(name or local_best(), service)


def _node(hit: Hit) -> "NodeWithScore":
    from llama_index.core.schema import NodeWithScore, TextNode

    place = hit.place
    metadata = {
        "source": place.source,
        "place": place.label,
        "start": place.start,
        "end": place.end,
        "line": place.line,
        "page": place.page,
        "heading": hit.heading,
    }
    kept_from_the_model = ["start", "end", "line", "page"]
    node = TextNode(
        id_=f"{place.source}@{place.start}-{place.end}",
        text=hit.text,
        metadata=metadata,
        excluded_llm_metadata_keys=kept_from_the_model,
        excluded_embed_metadata_keys=list(metadata),
    )
    return NodeWithScore(node=node, score=hit.score)
