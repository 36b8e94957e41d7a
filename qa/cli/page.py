"""A source as one page for a browser, the cited text marked: it loads nothing, runs nothing and sends nothing.

Owns its HTML. Knows nothing of browsers.
"""

from html import escape
from pathlib import Path

from qa.answer import Surroundings
from qa.show.terminal import clean

MOST = 500_000
"""Characters that are shown before the marked text, and after it."""

_PAGE = """<!doctype html>
<html><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark">
<title>{title}</title>
<style>
body {{ max-width: 48em; margin: 2em auto; padding: 0 1em; font: 1rem/1.5 system-ui, sans-serif }}
pre {{ white-space: pre-wrap; overflow-wrap: anywhere; font: inherit }}
mark {{ scroll-margin: 40vh; padding: 0.1em 0 }}
</style></head>
<body><h1>{title}</h1>
<p><a href="{link}">The file itself</a>; below stands its text as it was indexed.</p>
<main><pre>{before}<mark id="cited" tabindex="-1" autofocus>{marked}</mark>{after}</pre></main>
</body></html>
"""


def page(found: Surroundings, text: str, file: Path) -> str:
    """The page of a source's whole text, as far as a browser can bear it; `found` says what is marked."""
    start, end = found.place.start, found.place.end
    part = found.place.part
    link = file.absolute().as_uri() + (f"#{part}" if part.startswith("page=") else "")
    return _PAGE.format(
        title=escape(clean(found.place.label)),
        link=escape(link),
        before="…\n" * (start > MOST) + escape(clean(text[max(0, start - MOST) : start])),
        marked=escape(clean(text[start:end])),
        after=escape(clean(text[end : end + MOST])) + "\n…" * (len(text) - end > MOST),
    )
