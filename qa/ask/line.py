"""One question, from the passages found to an answer whose citations are proved.

Owns the straight line search → prompt → model → citations → check → answer, and what happens when a link of it fails. Knows
nothing of terminals or of the command line.
"""

import time
from dataclasses import replace

from index.errors import Failure, NotThere, RequestRefused, ServiceFailure
from index.letters.language import language_of, latin
from index.search.candidates import Found
from qa.answer import Answer
from qa.ask.asking import How, Show
from qa.ask.draft import Draft, since
from qa.ask.missing import missing, nothing_near, rare
from qa.documents.library import Library, way_to_e5
from qa.model.choice import Model, with_near_names
from qa.reader.spelling import read_as, searched


def ask(library: Library, question: str, how: How, show: Show | None) -> Answer:
    """Answer one question; a Failure as the model is why there is none, and is told with the best sentences."""
    started = time.perf_counter()
    ((found, read),) = searched(library, [how.asked or question], how.top, how.within)
    return answer(library, question, found, replace(how, read=read), show, started)


def answer(library: Library, question: str, found: Found, how: How, show: Show | None, started: float) -> Answer:
    """Answer one question from the passages found for it."""
    draft = Draft(library, question, found, how, started)
    draft.timings["search"] = since(started)
    model = how.model
    draft.notices += [read_as(typed, other) for typed, other in how.read]
    draft.missing = missing(found, library.catalog)
    if _another_language(found) and not draft.missing and not library.across and not isinstance(model, Model):
        draft.notices.append(
            "Most words of the question stand in no document; if these are in another language, ask in theirs, or have them"
            f" compared across languages: {way_to_e5()}."
        )
    if nothing_near(found) and not library.across and not isinstance(model, Model):
        draft.missing = draft.missing or rare(found, library.catalog)
        return draft.not_found(None, model if isinstance(model, Failure) else None)
    if model is None and draft.missing:
        return draft.not_found(None)
    if not isinstance(model, Model):
        return draft.passages(model)
    try:
        return draft.by_model(model, show)
    except (NotThere, RequestRefused) as failure:
        return draft.passages(with_near_names(failure, model), model.name)
    except ServiceFailure as failure:
        return draft.passages(failure, model.name)


def _another_language(found: Found) -> bool:
    """Whether the question seems to be in another language than the documents: its words stand in none, nor are they theirs."""
    if not found.question.foreign:
        return False
    asked, texts = found.question.text, [hit.text for hit in found.hits[:3]]
    if not latin(asked):
        return all(map(latin, texts))
    language = language_of(asked)
    return not language or any(language_of(text) != language for text in texts)
