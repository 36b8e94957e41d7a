"""chromadb's public client, called as its compiled core is: the way without the core, where that is not the known one.

It takes half a second longer to import. Owns the translation of these calls alone.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any


class PublicCore:
    """The calls of the core that are used here, for the store in a folder."""

    def __init__(self, folder: Path) -> None:
        import chromadb
        from chromadb.config import Settings

        settings = Settings(_env_file=None, anonymized_telemetry=False)  # type: ignore[call-arg]
        self._client: Any = chromadb.PersistentClient(folder, settings)
        self.get_max_batch_size = self._client.get_max_batch_size

    def close(self) -> None:
        """Let go of the files, of which another client of this process would else see an old state."""
        self._client.close()

    def list_collections(self) -> list[Any]:
        """With name, id, dimension and configuration each."""
        return [self._described(found) for found in self._client.list_collections()]

    def create_collection(self, name: str, configuration_json_str: str, *, get_or_create: bool) -> Any:
        """The collection of that name, described as in the list."""
        configuration = json.loads(configuration_json_str)
        made = self._client.create_collection(
            name, configuration=configuration, embedding_function=None, get_or_create=get_or_create
        )
        return self._described(made)

    def delete_collection(self, name: str, tenant: str, database: str) -> None:
        """Delete one by its name."""
        self._client.delete_collection(name)

    def update_collection(self, key: str, new_name: str | None = None, new_configuration_json_str: str | None = None) -> None:
        """Give it another name, or other settings."""
        configuration = None if new_configuration_json_str is None else json.loads(new_configuration_json_str)
        self._collection(key).modify(name=new_name, configuration=configuration)

    def get(
        self,
        key: str,
        ids: Sequence[str] | None = None,
        limit: int | None = None,
        offset: int = 0,
        include: Sequence[str] = (),
    ) -> Any:
        """Ids, and vectors where these are included."""
        found = self._collection(key).get(ids=ids, limit=limit, offset=offset, include=list(include))
        return SimpleNamespace(ids=found["ids"], embeddings=found["embeddings"])

    def count(self, key: str) -> int:
        """How many ids there are."""
        return int(self._collection(key).count())

    def add(self, ids: Sequence[str], key: str, embeddings: Sequence[Any]) -> None:
        """Store vectors under new ids."""
        self._collection(key).add(ids=list(ids), embeddings=list(embeddings))

    def delete(self, key: str, ids: Sequence[str]) -> None:
        """Forget ids."""
        self._collection(key).delete(ids=list(ids))

    def query(self, key: str, ids: Sequence[str] | None, embeddings: Sequence[Any], limit: int, include: Sequence[str]) -> Any:
        """The nearest ids with their distances."""
        found = self._collection(key).query(query_embeddings=embeddings, ids=ids, n_results=limit, include=list(include))
        return SimpleNamespace(ids=found["ids"], distances=found["distances"])

    def _collection(self, key: str) -> Any:
        return next(found for found in self._client.list_collections() if str(found.id) == key)

    def _described(self, found: Any) -> Any:
        one = found.get(limit=1, include=["embeddings"])["embeddings"]
        width = len(one[0]) if len(one) else None
        return SimpleNamespace(id=found.id, name=found.name, dimension=width, configuration=found.configuration)
