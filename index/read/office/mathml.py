"""Formulas in MathML, as pages and OpenDocument have them, in one line: E=mc², (a+b)/(2c), √(x).

Owns what its elements mean; how their parts are written is told in `equation.py`.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from index.read.draft.draft import one_line
from index.read.office.archive import local
from index.read.office.equation import DEEPEST, down, held, up

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_SILENT = {"annotation", "annotation-xml", "mphantom", "none", "mprescripts"}
_UNWRITTEN = str.maketrans({0x2061: " ", 0x2062: None, 0x2063: None, 0x2064: None})
"""Signs that say "applied to" and "times", and are not seen."""


def linear(formula: "Element", depth: int = 0) -> str:
    """A formula, or a part of one."""
    name, inner = local(formula.tag), [part for part in formula if local(part.tag)]
    if depth > DEEPEST or name in _SILENT:
        return "" if name in _SILENT else one_line("".join(formula.itertext()))
    if not inner:
        return one_line((formula.text or "").translate(_UNWRITTEN)) or (" " if name in ("mo", "mspace", "mtext") else "")
    parts = [linear(part, depth + 1) for part in inner]
    if name == "mfenced":
        between = (formula.get("separators", ",").strip() or ",")[0]
        return f"{formula.get('open', '(')}{between.join(parts)}{formula.get('close', ')')}"
    if name == "mfrac" and formula.get("linethickness", "1").strip("0pxemt.") == "":
        return f"({' over '.join(parts)})"
    return _placed(name, parts)


def _placed(name: str, parts: Sequence[str]) -> str:
    """Parts that stand above, below or beside each other."""
    first, second, third = [*parts, "", ""][:3]
    written = {
        "semantics": first,
        "mtable": f"[{'; '.join(parts)}]",
        "mtr": ", ".join(parts),
        "mfrac": f"{held(first)}/{held(second)}",
        "msqrt": f"√({''.join(parts)})",
        "mroot": f"{up(second)}√({first})",
        **dict.fromkeys(("msup", "mover"), f"{first}{up(second)}"),
        **dict.fromkeys(("msub", "munder"), f"{first}{down(second)}"),
        **dict.fromkeys(("msubsup", "munderover"), f"{first}{down(second)}{up(third)}"),
    }
    return written.get(name) or "".join(parts)
