"""What the documentation of LlamaIndex gives for the same job with Chroma and OpenAI: index a folder, and ask.

    python bench/peer.py index FOLDER STORE [--embedder openai] [--chunk-size N]
    python bench/peer.py ask STORE QUESTION [--embedder openai]

For a virtual environment of its own, see bench/README.md. `static` is qa's embedder within LlamaIndex, so that what is
compared is the way to the store and not the model.
"""

import argparse
import os
import sys
from pathlib import Path
from typing import Any

import chromadb
from llama_index.core import Settings, SimpleDirectoryReader, StorageContext, VectorStoreIndex
from llama_index.core.base.embeddings.base import BaseEmbedding
from llama_index.vector_stores.chroma import ChromaVectorStore


def static() -> BaseEmbedding:
    sys.path.insert(0, str(Path(__file__).parents[1]))
    from index.embed.static import Static
    from index.passage import Piece

    embedder = Static()

    class StaticEmbedding(BaseEmbedding):  # type: ignore[misc] # without LlamaIndex it is no class
        def _get_text_embeddings(self, texts: list[str]) -> list[list[float]]:
            batches = embedder.batches([Piece(text) for text in texts])
            return [row for _, rows, _ in batches for row in rows.tolist()]

        def _get_text_embedding(self, text: str) -> list[float]:
            return self._get_text_embeddings([text])[0]

        def _get_query_embedding(self, query: str) -> list[float]:
            return embedder.query(query).tolist()

        async def _aget_query_embedding(self, query: str) -> list[float]:
            return self._get_query_embedding(query)

    return StaticEmbedding(model_name="static", embed_batch_size=1024)


def openai() -> BaseEmbedding:
    from llama_index.embeddings.openai import OpenAIEmbedding

    return OpenAIEmbedding(api_base=os.environ.get("OPENAI_BASE_URL"))


EMBEDDERS = {"openai": openai, "static": static}


def vectors(store: str) -> ChromaVectorStore:
    database = chromadb.PersistentClient(path=store)
    return ChromaVectorStore(chroma_collection=database.get_or_create_collection("quickstart"))


def index(folder: str, store: str, embedding: BaseEmbedding) -> None:
    documents = SimpleDirectoryReader(folder, recursive=True).load_data()
    kept = vectors(store)
    context = StorageContext.from_defaults(vector_store=kept)
    VectorStoreIndex.from_documents(documents, storage_context=context, embed_model=embedding)
    print(kept._collection.count())


def ask(store: str, question: str, embedding: BaseEmbedding) -> None:
    from llama_index.llms.openai import OpenAI

    model = OpenAI(api_base=os.environ.get("OPENAI_BASE_URL"))
    opened: Any = VectorStoreIndex.from_vector_store(vectors(store), embed_model=embedding)
    opened.as_query_engine(llm=model, streaming=True).query(question).print_response_stream()
    print()


def main() -> None:
    """Do what the command says."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("command", choices=["index", "ask"])
    parser.add_argument("arguments", nargs=2)
    parser.add_argument("--embedder", choices=sorted(EMBEDDERS), default="openai")
    parser.add_argument("--chunk-size", type=int, help="tokens of a node with its metadata, without overlap")
    options = parser.parse_args()
    if options.chunk_size:
        Settings.chunk_size, Settings.chunk_overlap = options.chunk_size, 0
    do = {"index": index, "ask": ask}[options.command]
    do(*options.arguments, EMBEDDERS[options.embedder]())


if __name__ == "__main__":
    main()
