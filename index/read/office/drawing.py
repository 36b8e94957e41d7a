"""What drawings of Office files say beside plain text: charts, diagrams (SmartArt), alt texts.

Owns the parts that they are kept in; knows nothing of where a drawing stands.
"""

import re
from typing import TYPE_CHECKING

from index.read.draft.draft import one_line
from index.read.draft.rows import cells
from index.read.office.archive import Archive, attribute, local

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

MOST_POINTS = 20_000
"""Values of a chart; a drawing of more is no more to be seen."""

_MADE_UP = re.compile(
    r"(?i)\bautomatically generated\b|beschreibung automatisch generiert|^(?:picture|image|grafik|bild|shape)? ?\d*$"
)
_FILE = re.compile(r"(?i)^[\w .()-]{1,80}\.(?:png|jpe?g|gif|bmp|tiff?|emf|wmf|svg)$")


def alt_text(about: "Element") -> str:
    """What a drawing's name says of it for those who cannot see it, in brackets; "" where a program made it up."""
    return image(attribute(about, "descr") or attribute(about, "title"))


def image(said: str) -> str:
    """A picture as what is said of it; "" where that is nothing, the name of a file or made up by a program."""
    said = one_line(said)
    return "" if not said or _MADE_UP.search(said) or _FILE.match(said) else f"[Image: {said}]"


def drawn(archive: Archive, related: dict[str, tuple[str, str]], element: "Element") -> tuple[str, str]:
    """The text of the chart or the diagram that an element refers to, and what is missing of it; "" and "" for another one."""
    name = local(element.tag)
    if name == "chart":
        return _of(archive, related.get(attribute(element, "id"), ("", ""))[1], "chart")
    if name == "relIds":
        return _of(archive, related.get(attribute(element, "dm"), ("", ""))[1], "diagram")
    return "", ""


def _of(archive: Archive, path: str, kind: str) -> tuple[str, str]:
    if path not in archive:
        return "", f"a {kind} that is not in the file was left out"
    root = archive.xml(path)
    return (chart if kind == "chart" else diagram)(root), ""


# Diagrams -------------------------------------------------------------------------------------------------------------


def diagram(root: "Element") -> str:
    """The texts of a diagram's points in order, those below another one as a list of it."""
    texts, parents, order = _points(root)
    lines = []
    for point in order:
        depth, above, met = 0, parents.get(point, ""), {point}
        while above in texts and above not in met:
            met.add(above)
            depth, above = depth + 1, parents.get(above, "")
        lines += [f"{'  ' * min(depth, 6)}- {texts[point]}"] if texts[point] else []
    return "\n".join(lines)


def _points(root: "Element") -> tuple[dict[str, str], dict[str, str], list[str]]:
    """Texts by point, what each stands below, and the points in the order in which they are drawn."""
    texts: dict[str, str] = {}
    below: dict[str, list[tuple[int, str]]] = {}
    parents: dict[str, str] = {}
    for one in root.iter():
        if local(one.tag) == "pt" and attribute(one, "type") not in ("pres", "parTrans", "sibTrans", "doc"):
            texts[attribute(one, "modelId")] = paragraphs_of(one)
        elif local(one.tag) == "cxn" and attribute(one, "type") in ("", "parOf"):
            place = attribute(one, "srcOrd")
            to, above = attribute(one, "destId"), attribute(one, "srcId")
            below.setdefault(above, []).append((int(place) if place.isdecimal() and len(place) < 9 else 0, to))
            parents[to] = above
    order: list[str] = []
    stack = [point for point in reversed(texts) if parents.get(point) not in texts]
    stack.sort(
        key=lambda point: [place for place, to in below.get(parents.get(point, ""), []) if to == point][:1], reverse=True
    )
    met: set[str] = set()
    while stack:
        point = stack.pop()
        if point in texts and point not in met:
            met.add(point)
            order.append(point)
            stack += [to for _, to in sorted(below.get(point, []), reverse=True)]
    return texts, parents, [*order, *(point for point in texts if point not in met)]


def paragraphs_of(element: "Element") -> str:
    """The paragraphs of DrawingML below an element, in one line."""
    found = []
    for paragraph in (e for e in element.iter() if local(e.tag) == "p"):
        found.append(
            "".join((e.text or "") if local(e.tag) == "t" else " " for e in paragraph.iter() if local(e.tag) in ("t", "br"))
        )
    return one_line(" ".join(found))


# Charts ---------------------------------------------------------------------------------------------------------------


def chart(root: "Element") -> str:
    """A chart's title, then a row for each category with the value of each series."""
    titles = [e for e in root.iter() if local(e.tag) == "title"]
    heads = {id(e): paragraphs_of(e) or _cached(e) for e in titles}
    axes = [heads[id(t)] for a in root.iter() if local(a.tag).endswith("Ax") for t in a if local(t.tag) == "title"]
    on_axes = {id(t) for a in root.iter() if local(a.tag).endswith("Ax") for t in a if local(t.tag) == "title"}
    title = next((heads[id(t)] for t in titles if id(t) not in on_axes and heads[id(t)]), "")
    series = [_series(e) for e in root.iter() if local(e.tag) in ("ser", "series")]
    said = f"Chart: {title}" if title else "Chart"
    said += f" ({', '.join(filter(None, axes))})" if any(axes) else ""
    return "\n".join([said, *_rows([one for one in series if one[2] or one[1]])])


def _cached(title: "Element") -> str:
    """A title that is taken from a cell."""
    return one_line(" ".join(e.text or "" for e in title.iter() if local(e.tag) in ("v", "pt")))


def _series(series: "Element") -> tuple[str, dict[int, str], dict[int, str]]:
    """A series' name, its categories, and its values by their places."""
    parts = {local(e.tag): e for e in series}
    name = one_line(" ".join(e.text or "" for e in parts["tx"].iter() if local(e.tag) == "v")) if "tx" in parts else ""
    names = next((_points_of(parts[key]) for key in ("cat", "xVal") if key in parts), {})
    values = next((_points_of(parts[key]) for key in ("val", "yVal") if key in parts), {})
    if "bubbleSize" in parts:
        sizes = _points_of(parts["bubbleSize"])
        values = {n: f"{value} (size {sizes[n]})" if n in sizes else value for n, value in values.items()}
    return name, names, values


def _points_of(values: "Element") -> dict[int, str]:
    """What is shown at each place; categories of several levels from the outer to the inner one."""
    form = next((e.text or "" for e in values.iter() if local(e.tag) == "formatCode"), "")
    levels = [e for e in values.iter() if local(e.tag) == "lvl"]
    if levels:
        whole: dict[int, str] = {}
        inner, *outer = [_plain_points(level, "") for level in levels]
        for n in sorted(inner):
            above = [next((level[m] for m in range(n, -1, -1) if m in level), "") for level in reversed(outer)]
            whole[n] = " ".join(filter(None, [*above, inner[n]]))
        return whole
    return _plain_points(values, form)


def _plain_points(values: "Element", form: str) -> dict[int, str]:
    found = {}
    for point in values.iter():
        place = attribute(point, "idx")
        if local(point.tag) == "pt" and place.isdecimal() and int(place[:9]) < MOST_POINTS:
            value = next((e.text or "" for e in point if local(e.tag) == "v"), "")
            found[int(place)] = _number(one_line(value), attribute(point, "formatCode") or form)
    return found


def _number(value: str, form: str) -> str:
    """A value as the chart's format shows it, without the noise of binary fractions."""
    try:
        number = float(value)
    except ValueError:
        return value
    if "%" in form:
        places = len(form.split("%", maxsplit=1)[0].partition(".")[2])
        return f"{number * 100:.{places}f}%"
    return value if len(value) < len("0.123456789012") else f"{number:.12g}"


def _rows(series: list[tuple[str, dict[int, str], dict[int, str]]]) -> list[str]:
    places = sorted({place for _, names, values in series for place in (*names, *values)})
    rows = []
    for place in places:
        category = next((names[place] for _, names, _ in series if place in names), "")
        said = [f"{name}: {values[place]}" if name else values[place] for name, _, values in series if place in values]
        rows.append(cells([category, *said] if category else said))
    return [row for row in rows if row]
