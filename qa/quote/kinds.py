"""What the answer to an English question holds, told from the question: a number, a date, a name, an address.

Owns these kinds; whether they are the right one's is not looked at.
"""

import re

from qa.check.words import MONTHS

_MUST_HOLD = [
    (re.compile(cue, re.IGNORECASE), re.compile(answer, re.IGNORECASE))
    for cue, answer in (
        (r"\b(?:e-?)?mail address|['’]s e-?mail(?=\W*$)|\be-?mail of\b", "@"),
        (
            r"\b(?:tele)?phone numbers?\b|\b(?:mobile|fax|call|ring|dial)\b.* numbers?\b|\bnumber\b.* (?:call|ring|dial)\b",
            r"\d(?:[ ()/+.-]*\d){3}",
        ),
        (
            r"\bhow (?:many|much|old|tall|deep|heavy)\b|\bhow far (?:is|are|away|from)\b",
            r"\d|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|\w+teen|(?:twen|thir|for|fif|six|seven|eigh|nine)ty"
            r"|dozens?|hundreds?|thousands?|[mb]illions?|half|thirds?|quarters?|once|twice|double|couple|pair|both|single|several|few"
            r"|free|none|nothing|nobody|all|most|some|little|much|many|more|less|enough|whole|entire)\b",
        ),
    )
]
"""What the answer to an English question holds without fail."""


_THING = r"\b(what|which|in what|in which) "
_UNITS = r"(seconds?|minutes?|hours?|days?|weeks?|months?|years?|decades?|centur(y|ies)|km|kilomet\w+|miles?|met(er|re)s?|feet)"
_MONTHS = "|".join(map(str.title, MONTHS))
_KINDS = [
    (re.compile(cue, re.IGNORECASE), re.compile(answer))
    for cue, answer in (
        (r"\bhow long\b", rf"\b(\d[\d.,]*|one|two|three|four|five|six|seven|eight|nine|ten|several|half an?)[ -]?{_UNITS}\b"),
        (
            r"\bhow (many|much|old|far|tall|high|large|big|often|fast)\b",
            r"\d|\b(one|two|three|four|five|six|ten|half|million)\b",
        ),
        (rf"{_THING}(number|percent\w*|share|rate|amount|age|size|height|length|distance)\b", r"\d"),
        (
            rf"\b(when|since when)\b|{_THING}(year|date|day|month|century|time|decade)\b",
            rf"\b(1\d{{3}}|20\d\d|\d\d?:\d\d|{_MONTHS}|\w+day|(last|this|next|earlier this) (week|month|year)|ago)\b",
        ),
        (
            rf"\b(who|whom|whose)\b|{_THING}(person|leader|president|author|actor|name|company|team|group|band)\b",
            r"(?<!^)(?<![.!?] )(?<![“\"])\b[A-Z]\w",
        ),
        (
            rf"\bwhere\b|{_THING}(city|country|place|state|town|region|river|island)\b",
            r"\b(in|at|near|from|to|of|city|town) (the )?[A-Z]",
        ),
    )
]
"""For kinds of English questions, what a sentence holds that answers one."""


def can_answer(question: str, text: str) -> bool:
    """Whether a text can hold what is asked for. Where it cannot, no other is looked for: it would be somebody else's."""
    return all(answer.search(text) for cue, answer in _MUST_HOLD if cue.search(question))


def kind_of(question: str) -> re.Pattern[str] | None:
    """What a sentence holds that answers it, where a question is of a kind."""
    return next((answer for cue, answer in _KINDS if cue.search(question)), None)
