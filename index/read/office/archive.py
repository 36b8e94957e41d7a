"""ZIP-based formats: members of an archive, none larger than what can be held, XML without entities.

Owns the bounds that an archive is held to before anything of it is read; knows nothing of what its members mean.
"""

import io
import posixpath
import zipfile
from collections.abc import Iterable, Iterator, Set
from functools import lru_cache
from typing import TYPE_CHECKING, Any, cast

from index.errors import FileLeftOut
from index.read.plain.text import looks_like

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

MAX_UNPACKED = 400_000_000
MAX_RATIO = 200
"""An archive that unpacks to more bytes than this, or to so many times its own size, is taken for a bomb."""

_SMALL = 10_000_000
"""Text of many equal rows packs well; up to so many bytes any ratio is harmless."""

_MAX_MEMBERS = 50_000
_CHUNK = 65_536
_OLD_OFFICE = "an old or protected Office file"


class Archive:
    """An archive whose members can be read by name."""

    def __init__(self, data: bytes, kind: str) -> None:
        """`kind` is the suffix that the file is named by; FileLeftOut if it is no archive, or one that is a bomb."""
        if not data.startswith(b"PK"):
            found = looks_like(data) or "something else"
            reason = (
                "protected by a password, or an older format" if found == _OLD_OFFICE else f"named {kind}, but it is {found}"
            )
            raise FileLeftOut(reason)
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
        except (zipfile.BadZipFile, OSError, ValueError) as error:
            raise FileLeftOut(f"a damaged or cut off {kind} file") from error
        self._names = {info.filename.replace("\\", "/").lstrip("/"): info for info in self._zip.infolist()}
        self._small = {name.lower(): name for name in self._names}
        unpacked = sum(info.file_size for info in self._zip.infolist())
        bomb = unpacked > MAX_UNPACKED or (unpacked > _SMALL and unpacked > MAX_RATIO * len(data))
        if len(self._names) > _MAX_MEMBERS:
            raise FileLeftOut(f"holds {len(self._names):,} members, more than such a file should")
        if bomb:
            raise FileLeftOut(f"unpacks to {unpacked // 1_000_000} MB, more than such a file should")
        if any(info.flag_bits & 1 for info in self._zip.infolist()):
            raise FileLeftOut("protected by a password")

    def __contains__(self, name: str) -> bool:
        """Whether there is a member of this name, whatever the case of its letters."""
        return name.lower() in self._small

    def __iter__(self) -> Iterator[str]:
        """The members' names."""
        return iter(self._names)

    def read(self, name: str) -> bytes:
        """A member's bytes; never more than it is declared to have."""
        return self._zip.read(self._member(name))

    def _member(self, name: str) -> zipfile.ZipInfo:
        found = self._names.get(name) or self._names.get(self._small.get(name.lower(), ""))
        if found is None:
            raise FileLeftOut(f"damaged: {name} is missing")
        return found

    def rows(self, name: str, tags: Set[str]) -> "Iterator[Element]":
        """A member's elements of these names as they end, each without what is in it once it has been taken."""
        from xml.etree.ElementTree import XMLPullParser  # several times as fast as defusedxml's, which is not in C

        parser: XMLPullParser[Any] = XMLPullParser(events=("end",))
        before = b""
        with self._zip.open(self._member(name)) as member:
            while chunk := member.read(_CHUNK):
                if b"<!DOCTYPE" in before + chunk or b"\0" in chunk:  # what is not in UTF-8 may hide one
                    yield from (one for one in self.xml(name).iter() if local(one.tag) in tags)
                    return
                before = chunk[-len(b"<!DOCTYPE") :]
                parser.feed(chunk)
                for _, one in cast("Iterator[tuple[str, Element]]", parser.read_events()):
                    if local(one.tag) in tags:
                        yield one
                        one.clear()
        parser.close()

    def xml(self, name: str) -> "Element":
        """A member's root element."""
        return xml_of(self.read(name))

    def related(self, name: str) -> dict[str, tuple[str, str]]:
        """For each relationship of an Office part its id, with the last word of its type and the member it leads to."""
        folder = posixpath.dirname(name)
        found = {}
        for one in self._relationships(name):
            target = one.get("Target", "").replace("\\", "/")
            path = target.lstrip("/") if target.startswith("/") else posixpath.normpath(posixpath.join(folder, target))
            found[one.get("Id", "")] = (one.get("Type", "").rsplit("/", 1)[-1], path)
        return found

    def links(self, name: str) -> dict[str, str]:
        """For each relationship of an Office part that leads out of the file its id, and where it leads."""
        return {r.get("Id", ""): r.get("Target", "") for r in self._relationships(name) if r.get("TargetMode") == "External"}

    def _relationships(self, name: str) -> "Iterable[Element]":
        folder, file = posixpath.split(name)
        rels = f"{folder}/_rels/{file}.rels".lstrip("/")
        return self.xml(rels) if rels in self else ()


def xml_of(data: bytes) -> "Element":
    """The root element of XML; a document type, and with it every entity, is refused."""
    from defusedxml.ElementTree import fromstring

    root: Element = fromstring(data, forbid_dtd=True)
    return root


@lru_cache(4096)  # a document has millions of elements, of a few names
def local(tag: object) -> str:
    """An element's name without its namespace."""
    return tag.rsplit("}", 1)[-1] if isinstance(tag, str) else ""


def attribute(element: "Element", name: str) -> str:
    """An attribute by its name without namespace, or ""."""
    return next((value for key, value in element.attrib.items() if local(key) == name), "")


def core_title(archive: Archive) -> str:
    """The title in an Office file's own data, or ""."""
    if "docProps/core.xml" not in archive:
        return ""
    return next((e.text or "" for e in archive.xml("docProps/core.xml") if local(e.tag) == "title"), "")
