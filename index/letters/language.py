"""The language of a text, as far as its common words tell.

Owns those words.
"""

import re

_LANGUAGES = {
    "en": "a an and are as at be by for from has have in is it its of on or that the to was were will with he she they not who "
    "what which when where how why does did do can you your my there their this these had",
    "de": "der die das und ist den von zu mit sich des auf für im dem nicht ein eine als auch es er sie wurde am um zum zur",
    "fr": "le la les et est dans des de du un une en que qui pour sur avec au aux il elle par ne pas se son sa a été",
    "es": "el la los las y es en de del un una que por para con se su al lo como más fue no",
    "it": "il la le gli e è in di del della un una che per con si su al non da nel sono ha",
    "pt": "o a os as e é em de do da um uma que por para com se no na ao não foi",
    "nl": "de het een en is in van op te dat die voor met zijn niet aan er om was door",
}
COMMON = {language: frozenset(words.split()) for language, words in _LANGUAGES.items()}


def latin(text: str) -> bool:
    """Whether most letters are Latin."""
    letters = [c for c in text if c.isalpha()]
    return 2 * sum(c < "\u0250" for c in letters) > len(letters)


def language_of(text: str, least: int = 1) -> str:
    """The language whose common words are most frequent in a text, "" where they are too few to tell, or fewer than `least`."""
    words = re.findall(r"(?<!\w)[^\W\d_]+(?!\w)", text.casefold())
    best, count = max(((language, sum(w in common for w in words)) for language, common in COMMON.items()), key=lambda c: c[1])
    return best if count * 12 >= len(words) and count >= least else ""


def english(question: str, text: str) -> bool:
    """Whether a question is in English and about such a text, as far as either tells."""
    asked, there = language_of(question), language_of(text)
    return latin(question) and {asked, there} <= {"en", ""} and "en" in (asked, there)
