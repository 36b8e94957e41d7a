"""Claims against what they cite: what words alone tell of figures, names and sense, and what they leave alone."""

import json
from pathlib import Path
from typing import Any

import pytest

from index.passage import Hit, Place
from index.split.sentences import sentences
from qa.answer import SentenceRef
from qa.check.evidence import Evidence, Sent
from qa.check.support import Doubt, doubt


def found(claim: str, cited: str, *around: str, heading: str = "", title: str = "") -> Doubt | None:
    """The doubt about a claim that cites the first of these sentences."""
    spans, text = [], ""
    for sentence in (cited, *around):
        at = len(text) + bool(text)
        text = f"{text}\n{sentence}".strip()
        spans.append((at, at + len(sentence)))
    hit = Hit(Place("a.txt", 0, len(text), 1), title, heading, text, tuple(spans), 1.0)
    return doubt(claim, Evidence([SentenceRef(hit, spans[0])], Sent([hit])))


@pytest.mark.parametrize(
    ("claim", "cited", "heading"),
    [
        ("Revenue was $17,606 million.", "| Revenue | 17,606 |", "Income (in millions) › Year | 2022"),
        ("Revenue was $17.6 billion.", "| Revenue | 17,606 |", "Income (in millions) › Year | 2022"),
        ("It cost $3.2 billion.", "The price was $3.2B.", ""),
        ("There were 12,000 users.", "We had 12k users.", ""),
        ("It ran from 1990 to 1995.", "It ran 1990–95.", ""),
        ("It ran in 2018–19.", "The 2018-2019 season was long.", ""),
        ("It was on 1 February 2024.", "Datum: 1.2.2024", ""),
        ("It was on 2024-03-05.", "It was on 5 March 2024.", ""),
        ("It was the 9th time.", "It was the ninth time.", ""),
        ("The loss was 4 million.", "| Net | (4) |", "in millions › Item | 2022"),
        ("It is a 30-minute call.", "The call took half an hour.", ""),
        ("It took 0.5 litres.", "Take ½ litre.", ""),
        ("It was in chapter 4.", "See chapter IV.", ""),
        ("The call lasted $30$ minutes.", "It took 30 minutes.", ""),
        ("The share is about 17 %.", "The share is 17.2 percent.", ""),
        ("It begins at 15:30.", "It begins at 3:30 pm.", ""),
        ("Twenty-five people came.", "25 people came.", ""),
        ("The ship carried 120 people.", "The ship carried one hundred and twenty people.", ""),
        ("It cost 2,500 euros.", "It cost two thousand five hundred euros.", ""),
        ("Der Vertrag läuft 12 Monate und nicht mehr.", "Der Vertrag läuft zwölf Monate und ist nicht zu ändern.", ""),
        ("The warranty lasts two years.", "The warranty is 24 months.", ""),
        ("About 8,400 people work there.", "It has 8,412 employees.", ""),
        ("Complaints dropped by 61, from 412 to 351.", "Complaints fell from 412 to 351.", ""),
        ("Each van costs about €45,800 (€1.1 million / 24).", "The price of 24 vans is 1.1 million euros.", ""),
        ("R&D costs were 64.1 million.", "| Research and development | (64.1) | (58.3) |", "in millions › Item | 2023 | 2022"),
        ("Sales grew by 15 % (230 / 200 - 1 = 15 %).", "Sales were 200 in May and 230 in June.", ""),
        ("In all 2,586 (17,606 − 15,020 = 2,586).", "It was 17,606 after 15,020.", ""),
        ("Es waren 1.520.000 Euro in der Kasse und das ist viel.", "It had 1,520,000 euros in the till.", ""),
        ("Revenue in 2022 was 120.", "| Revenue | 100 | 120 |", "Item | 2021 | 2022"),
    ],
)
def test_figures_that_stand(claim: str, cited: str, heading: str) -> None:
    """In other forms, by the table's scale, or by a calculation."""
    assert found(claim, cited, heading=heading) is None


@pytest.mark.parametrize(
    ("claim", "cited", "heading", "why"),
    [
        ("The call took 45 minutes.", "The call took 30 minutes.", "", "45 is not in the cited sentence"),
        ("Revenue in 2022 was 100.", "| Revenue | 100 | 120 |", "Item | 2021 | 2022", "100 stands under 2021"),
        ("The rate is 1,125 % in the end.", "The rate is 1.125 % in the end.", "", "1,125 % is not in the cited sentence"),
        ("Income was 4 million.", "| Net income | (4) |", "in millions › Item | 2022", "below zero"),
        ("Sales rose by 5 %.", "Sales fell 5 % in May.", "", "the cited sentence tells of a fall, not of a rise"),
        ("It has 45 % of it.", "It has 45 employees.", "", "not in per cent"),
        ("Sales grew by 20 % (230 / 200 - 1 = 20 %).", "Sales were 200 and then 230.", "", "the calculation comes to 15 %"),
        ("Die Probezeit dauert drei Monate und das ist so.", "The probation period is six months.", "", "3 is not in"),
        ("Revenue rose from 129 to 128.", "| Revenue | 128 | 129 |", "Item | 2023 | 2022", "go the other way"),
        (
            "An express parcel costs 8.20.",
            "| Parcel | 8.20 | 15.40 |",
            "Weight | Standard | Express",
            "8.20 stands under Standard",
        ),
        ("It was $17.9 billion.", "| Revenue | 17,606 |", "in millions › Year | 2022", "17.9 billion is not in"),
    ],
)
def test_figures_that_do_not(claim: str, cited: str, heading: str, why: str) -> None:
    """Each with what is wrong, in words."""
    lacking = found(claim, cited, heading=heading)
    assert lacking
    assert why in lacking.why


def test_what_stands_beside_the_cited_sentence_can_be_cleared() -> None:
    """And what stands nowhere cannot: no judge makes a figure or a quotation true."""
    beside = found("It took 30 minutes.", "They spoke on the phone.", "It took 30 minutes.")
    assert beside
    assert not beside.firm
    nowhere = found("It took 31 minutes.", "They spoke on the phone.", "It took 30 minutes.")
    assert nowhere
    assert nowhere.firm
    quoted = found("They had a “very long talk”.", "They had a long talk.")
    assert quoted
    assert quoted.firm


SUMMIT = "Lee invited Xi to the summit, which will be held in Gyeongju in November."


@pytest.mark.parametrize(
    ("claim", "cited", "why"),
    [
        ("Employees may carry over their unused vacation days.", "Vacation days may not be carried over.", "not carried"),
        ("Lee did not call for better ties with Beijing.", "Lee called for better ties with Beijing.", "“called”"),
        ("The board approved the new plant.", "The board may consider a new plant next year.", "not “approved”"),
        ("The project will be finished in May.", "The project could be finished in May.", "not “will”"),
        ("All members voted for the change.", "Most members voted for the change.", "not “All”"),
        ("Xi asked Lee to play a constructive role.", "Lee asked Xi to play a constructive role.", "says of"),
        ("In May Norway defeated Sweden.", "In May Sweden defeated Norway.", "says of"),
        ("It is not possible to remove heads without loss.", "It is possible to remove heads without loss.", "not possible"),
        (
            "Berlin is the largest city, and Hamburg the second largest port.",
            "Hamburg is the largest city, and Berlin the second largest port.",
            "says of",
        ),
        (
            "Lee invited Xi to the summit, since talks between rivals have been stalled for years.",
            SUMMIT,
            "“since talks between rivals have been stalled for years” is not in the cited sentence",
        ),
        ("Trump invited Xi to the summit.", SUMMIT, "“Trump” is not in the cited sentence"),
    ],
)
def test_sense(claim: str, cited: str, why: str) -> None:
    """A "not", certainty, quantity, roles, what is added: without any figure or new name."""
    lacking = found(claim, cited)
    assert lacking
    assert why in lacking.why
    assert not lacking.firm


@pytest.mark.parametrize(
    ("claim", "cited"),
    [
        ("Xi was asked by Lee to play a constructive role.", "Lee asked Xi to play a constructive role."),
        ("Up to five vacation days can be carried over.", "Vacation days may be carried over, at most five."),
        ("The contract is void without a signature.", "An unsigned contract is not valid."),
        ("Relations are badly strained at the moment.", "The call comes at a time of deep tensions."),
        ("No dogs are allowed.", "Dogs are prohibited."),
        ("In May Norway met Sweden.", "In May Sweden met Norway."),
        ("Smoking is not allowed.", "Smoking is not allowed here, but drinking is allowed."),
        ("The summit takes place in Gyeongju in November.", SUMMIT),
        (
            "The CEO said that EPS grew in Q4.",
            "Our chief executive officer said that earnings per share grew in the fourth quarter.",
        ),
        ("The IT department pays.", "The information technology department pays."),
        ("See Vacation_Policy.md for the rest.", "See the vacation policy for the rest."),
        ("Lee a demandé à Xi de jouer un rôle constructif dans la péninsule.", "Lee asked Xi to play a constructive role."),
        ("DPRK soldiers came.", "The soldiers of North Korea came."),
    ],
)
def test_other_words_for_the_same(claim: str, cited: str) -> None:
    """A mark that is wrong teaches people to ignore it."""
    assert found(claim, cited) is None


def test_the_neighbour_that_is_meant() -> None:
    """Cited is the sentence beside the one that says it."""
    lacking = found(
        "Lee asked Xi to play a constructive role in denuclearisation.",
        "President Lee invited Xi to travel to South Korea.",
        "Lee asked Xi to play a constructive role in denuclearisation.",
    )
    assert lacking == Doubt("the sentence beside the cited one says it, not the cited one")


def test_a_translated_name_is_compared_where_it_is_known() -> None:
    """Putin for Xi in a German answer; what is translated itself is not asked for."""
    around = "Then Putin called Lee."
    assert found("Das Gespräch von Lee mit Xi war in Seoul und nicht lang.", "Lee spoke to Xi in Seoul.", around) is None
    lacking = found("Putin hat Lee um eine Rolle gebeten und das ist neu.", "Xi asked Lee for a role.", "x", "y", around)
    assert lacking
    assert "Putin" in lacking.why


DOCUMENTS = json.loads((Path(__file__).parent / "claims.json").read_text("utf-8"))
UNSEEN = {
    "Vacation is paid out in cash when you ask for it.",  # another condition
    "Version 2.1 added support for Azure.",  # another thing, which stands beside
    "Copies are compressed with gzip.",  # another word in small letters
}
"""What words alone do not see; a judge has to."""


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document["text"][:20])
def test_answers_in_own_words(document: dict[str, Any]) -> None:
    """Honest ones are not marked, and of wrong ones only those pass that are known to."""
    text = document["text"]
    hit = Hit(Place("a.md", 0, len(text), 1), "", "", text, tuple(sentences(text)), 0.0)
    marked = set()
    for case in document["claims"]:
        spans = [span for span in hit.sentences if hit.sentence(span).lstrip().startswith(tuple(case["cites"]))]
        assert len(spans) == len(case["cites"])
        if doubt(case["claim"], Evidence([SentenceRef(hit, span) for span in spans], Sent([hit]))):
            marked.add(case["claim"])
    wrong = {case["claim"] for case in document["claims"] if not case["holds"]}
    assert marked == wrong - UNSEEN


@pytest.mark.parametrize(
    "unit",
    ["A ", "not ", "XIV ", "1 - ", "1  -  1 ", "a, b, ", "one ", "may ", "= 1 ", "“a b ", "Lee was asked by Lee ", "(1", "½"],
)
def test_long_claims_take_no_longer(unit: str) -> None:
    """As long as one may be, of one thing; without bounds these take minutes."""
    for _ in range(3):
        found((unit * 10_000)[:9_900], "Lee asked Xi to play a role in 2025, and 30 people came.")
