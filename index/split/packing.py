"""llama-index's `SentenceSplitter`, imported without the rest of llama-index.

Measured: `import llama_index.core` takes 1.2 s (agents, chat engines, SQLAlchemy, prompts), for which a question waits whenever
a file was edited; the splitter's own module takes 0.2 s. Python runs the packages around a module before it; so empty ones
stand in their place while it is imported, and are taken away again with all that was imported between them: who imports
llama_index.core later gets the real one. Where this fails, as it may with another version, the import is the usual one.
Owns that import; knows nothing of sentences.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from functools import cache
from importlib.util import find_spec
from types import ModuleType, SimpleNamespace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from llama_index.core.node_parser.text.sentence import SentenceSplitter

CORE = "llama_index.core"
_AROUND = (CORE, f"{CORE}.node_parser", f"{CORE}.node_parser.text")


class Packer:
    """Packs parts of a text, in order, into chunks of at most `size` characters."""

    def __init__(self, size: int) -> None:
        self._text, self._parts = "", list[str]()
        try:
            with nullcontext() if CORE in sys.modules else _empty_packages():
                self._splitter = self._made(size)
        except Exception:  # noqa: BLE001 whatever another version may lack
            self._splitter = self._made(size)

    def pack(self, text: str, parts: list[str]) -> list[str]:
        """The chunks, without the white space between them; a longer part is cut as llama-index does it."""
        self._text, self._parts = text, parts
        return self._splitter.split_text(text)

    def _made(self, size: int) -> "SentenceSplitter":
        from llama_index.core.node_parser.text.sentence import SentenceSplitter

        return SentenceSplitter(
            chunk_size=size,
            chunk_overlap=0,
            tokenizer=list,
            paragraph_separator="\0",  # none: our sentences already end where paragraphs do
            chunking_tokenizer_fn=lambda piece: self._parts if piece == self._text else [piece],
        )


@cache
def packer(size: int) -> Packer:
    """One for all texts: it takes a moment to make."""
    return Packer(size)


@contextmanager
def _empty_packages() -> Iterator[None]:
    """Nothing in the place of the packages around the splitter's module, for as long as it is imported."""
    spec = find_spec("llama_index")
    folders = list(spec.submodule_search_locations or ()) if spec else []
    for name in _AROUND:
        package = ModuleType(name)
        package.__path__ = [f"{folder}/{'/'.join(name.split('.')[1:])}" for folder in folders]
        sys.modules[name] = package
    core, settings = sys.modules[CORE], ModuleType(f"{CORE}.settings")
    vars(core)["global_handler"], vars(settings)["Settings"] = None, SimpleNamespace(_callback_manager=None)  # what it asks for
    sys.modules[settings.__name__] = settings
    try:
        yield
    finally:
        for name in [name for name in list(sys.modules) if name == CORE or name.startswith(f"{CORE}.")]:
            del sys.modules[name]
        sys.modules.pop("llama_index", None)  # it has the empty one as its `core`
