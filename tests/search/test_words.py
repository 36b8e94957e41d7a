"""Words are found however they are written: by words alone, the vectors have no part in it."""

import re
import sqlite3
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.catalog.catalog import Catalog
from index.catalog.words import any_of, folded
from index.embed.choice import open_embedder
from index.letters.typed import plain, plainer
from index.search.candidates import search
from index.search.forms import read
from index.search.near import Index
from index.search.question import STOPWORDS
from index.update.run import update
from index.update.target import Target

PAIRS = {
    # letters
    "sharp s": ("Die Weißgerberstraße ist gesperrt.", "Weissgerberstrasse", "WEISSGERBERSTRASSE", "weißgerberstraße"),
    "ss": ("Das Schloss Grossgörschen ist offen.", "Großgörschen", "GROẞGÖRSCHEN"),
    "dotted I": ("DİYARBAKIR'da toplantı yapıldı.", "diyarbakır", "Diyarbakir toplanti"),
    "dotless i": ("Işıkkent istasyonu kapandı.", "Isikkent", "ışıkkent", "IŞIKKENT"),
    "ligatures": ("The of\ufb01ce of the ef\ufb01gy was re\ufb02oored.", "effigy", "refloored"),
    "width": ("ＷＩＤＥＴＥＸＴ ９７５３ is here.", "widetext", "9753"),
    "typed wide": ("The codeword is narrowband 86420.", "ｎａｒｒｏｗｂａｎｄ", "８６４２０"),
    "soft hyphens": ("Die Kranken\u00adgeld\u00adzu\u00adschlag\u00adliste liegt aus.", "Krankengeldzuschlagliste"),
    "zero width": ("Class Foo\u200bQux\u200bHandler logs.", "FooQuxHandler", "fooquxhandler"),
    "accents apart": (unicodedata.normalize("NFD", "Écrêtement décrété."), "écrêtement", "ecretement", "ÉCRÊTEMENT"),
    "accents left out": ("Le réaménagement complet.", "reamenagement", unicodedata.normalize("NFD", "réaménagement")),
    "strokes": ("Zażółć gęślą jaźń w Łodzi, na Bornholmsk Ærøskøbing.", "Lodzi", "aeroskobing", "ŁODZI"),
    "raised": ("Turnover fell in 1873² once more.", "1873"),
    "greek": ("Η Αθήνα είναι πρωτεύουσα.", "ΑΘΗΝΑ", "αθηνα πρωτευουσα"),
    "russian": ("Новый самолёт взлетел.", "самолет", "САМОЛЁТ", "новый"),
    "korean apart": (unicodedata.normalize("NFD", "조선소를 방문했다."), "조선소"),
    "arabic marks": ("وَقَّعَ المُدِيرُ الكِتَابَ.", "المدير", "الكتاب"),
    "arabic letters": ("تم حفظ أوراق المكتبة.", "اوراق", "المكتبه"),
    "hebrew marks": ("שָׁלוֹם עוֹלָם", "שלום"),
    "hindi": ("पुस्तकालय सुबह खुलता है।", "पुस्तकालय कब खुलता है?"),
    "other hindi": ("पाठशाला शाम को बंद होती है।", "पाठशाला"),
    "digits": ("عدد الموظفين ٤٨٢٧ موظفا.", "4827"),
    "traditional": ("臺灣的圖書館位於臺北。", "台湾的图书馆", "图书馆"),
    "simplified": ("银行的总部设在上海。", "銀行總部"),
    "in chinese": ("新版iPhone手机在2031年上市。", "iphone", "2031"),
    "thai": ("ผู้จัดการโรงงานชื่อสมชาย", "ผู้จัดการโรงงานชื่ออะไร"),
    "khmer": ("បណ្ណាល័យបើកនៅម៉ោងប្រាំបី។", "បណ្ណាល័យ"),
    "lao": ("ຫໍສະໝຸດເປີດແປດໂມງ", "ຫໍສະໝຸດ"),
    "burmese": ("စာကြည့်တိုက်ကိုဖွင့်သည်။", "စာကြည့်တိုက်"),
    # hyphens and compounds
    "hyphen": ("Pre-processing removes the noise.", "preprocessing", "pre-processing", "pre processing"),
    "no hyphen": ("Postprocessing adds the labels.", "post-processing", "post processing"),
    "e-mail": ("Send an e-mail to the porter.", "email the porter", "e mail"),
    "email": ("The janitor reads no email.", "e-mail janitor"),
    "at the end of a line": ("The quick disam-\nbiguation of terms.", "disambiguation"),
    "two words": ("The data base of the depot.", "database depot"),
    "one word": ("Our timesheet is due on Monday.", "time sheet"),
    "german compound": (
        "Der Krankenversicherungsbeitrag steigt.",
        "Beitrag zur Krankenversicherung",
        "Wie hoch sind Beiträge?",
    ),
    "german parts": ("Die Erstattung der Umzugskosten dauert.", "Umzugskostenerstattung"),
    "german inflection": ("Die Kündigungen wurden verschickt.", "Wann wurde die Kündigung verschickt?"),
    "german umlaut": ("Alle Urlaubsanträge liegen beim Amt.", "Wo liegt der Antrag auf Urlaub?"),
    "english inflection": ("The auditors were inspecting ledgers.", "who inspects the ledger", "inspected"),
    "umlaut": ("Frau Schröderhoff leitet das Lager.", "Schroederhoff", "Wer ist Frau Schroederhoff?"),
    "no umlaut": ("Herr Kaestnerbach wohnt hier.", "Kästnerbach"),
    "known in one": ("The health care of the miners.", "healthcare miners"),
    "irregular verb": ("The captain swore an oath.", "when did the captain swear?", "sworn oath"),
    "irregular noun": ("The mice left the barn.", "mouse in the barn", "which mouse left?"),
    "known": ("The healthcare of the sailors.", "healthcare sailors"),
    # identifiers
    "camel": ("void deleteAccount(User u) {}", "delete account", "delete_account", "which method deletes an account"),
    "snake": ("def archive_invoice(path): pass", "archiveInvoice", "archive invoice", "archive-invoice", "archiveinvoice"),
    "acronym in one": ("class HTTPServerPool {}", "http server pool", "HTTPServerPool"),
    "dotted": ("The backend runs on node.js only.", "nodejs", "node js backend"),
    "letters and digits": ("We use the GPT-7 model.", "gpt7", "GPT 7"),
    "and sign": ("The R&D budget doubled.", "R&D", "budget of R & D"),
    "abbreviation": ("Exports to the U.S.S.R. ended.", "USSR", "U.S.S.R."),
    "abbreviation in one": ("Members of NATO met in Oslo.", "N.A.T.O."),
    # signs
    "C++": ("The C++ compiler is called cpx.", "C++ compiler", "what is the c++ compiler called?"),
    "C#": ("The C# compiler is called csx.", "C# compiler", "what is the c# compiler called?"),
    "C": ("The C compiler is called cc.", "C compiler", "what is the c compiler called?"),
    ".NET": ("The .NET runtime loads assemblies.", ".NET runtime", "what does .net load?"),
    "net": ("The net of the fisherman loads fish.", "fisherman net"),
    # versions and numbers
    "1.2.3": ("Release 1.2.3 repaired the export.", "what was repaired in version 1.2.3?", "v1.2.3"),
    "1.2.30": ("Release 1.2.30 repaired the printer.", "1.2.30"),
    "2.1.3": ("Release 2.1.3 repaired the mail queue.", "2.1.3"),
    "1.23": ("Release 1.23 repaired the scanner.", "what was repaired in 1.23?"),
    "3.10": ("Release 3.10 repaired the parser.", "3.10"),
    "3.1": ("Release 3.1 repaired the lexer.", "3.1", "v3.1"),
    "v4.5.6": ("Tag v4.5.6 repaired the linker.", "4.5.6", "version 4.5.6"),
    "commas": ("The town has 1,520,000 people.", "1520000", "1.520.000", "1 520 000", "1'520'000"),
    "no separators": ("The village has 2630000 bees.", "2,630,000", "2.630.000"),
    "spaces": ("Il y a 3\u202f740\u202f000 abeilles.", "3740000", "3,740,000"),
    "lakhs": ("The fund holds 48,50,000 rupees.", "4850000", "4,850,000"),
    "decimal comma": ("Der Satz beträgt 17,25 Prozent.", "17.25"),
    # dates
    "date": (
        "The bridge opened on 5 March 2024.",
        "2024-03-05",
        "March 5, 2024",
        "5. März 2024",
        "05.03.2024",
        "5th of March 2024",
    ),
    "iso date": ("Closed 2023-11-17T09:00 by order.", "17 November 2023", "Nov 17, 2023", "17.11.2023"),
    "german date": ("Am 9. Mai 2022 begann der Umbau.", "May 9, 2022", "2022-05-09", "9 mai 2022"),
    "american date": ("Signed 07/28/2021 in Boston.", "28 July 2021", "July 28th, 2021"),
    "spanish date": ("El 3 de octubre de 2020 cerró.", "3 October 2020", "2020-10-03"),
    "chinese date": ("会议于2019年8月21日举行。", "21 August 2019", "2019-08-21"),
    "month": ("The mill burnt down in August 2017.", "2017-08", "08/2017", "August 2017"),
    "month in figures": ("Invoice 2016-12 is overdue.", "December 2016", "Dezember 2016"),
    "short date": ("Delivered 14-Feb-2018 at noon.", "14 February 2018", "14.02.18", "Feb 14, 2018"),
    "korean date": ("2015년 4월 9일에 시작했다.", "9 April 2015"),
    "another date": ("The bridge closed on 6 March 2024.", "2024-03-06"),
    "no year": ("The feast is on 24 June each year.", "24.06.", "06/24", "June 24"),
    # names made of short words
    "World War I": ("World War I began in the summer.", "World War I", "what began World War I?", "world war i"),
    "World War II": ("World War II began in autumn.", "World War II"),
    "vitamin A": ("Carrots hold vitamin A in plenty.", "vitamin A", "what holds vitamin A?", "vitamin a"),
    "vitamin C": ("Lemons hold a vitamin, which is C.", "vitamin C"),
    "vitamin D": ("Sunlight makes vitamin D in the skin.", "vitamin D", "what makes vitamin D?"),
    "No Doubt": ("No Doubt recorded it in Anaheim.", "Where did No Doubt record?"),
    "US": ("The US budget grew.", "US budget", "How did the budget of the US grow?"),
    "us": ("They told us that their budget grew.", "told budget"),
    "The Who": ("The Who played in Leeds.", "The Who", "Where did The Who play?", "the who"),
    "IT": ("The IT policy forbids toys.", "IT policy", "what does the IT policy forbid?"),
    "it": ("The travel policy says it forbids taxis.", "travel policy"),
}
"""What is written, and how it is asked for."""


@pytest.fixture
def index(tmp_path: Path) -> Iterator[Index]:
    """All that is written, each in a file of its own, among others that say nothing; without vectors."""
    (tmp_path / "docs").mkdir()
    for n, (written, *_) in enumerate(PAIRS.values()):
        (tmp_path / "docs" / f"{n:02}.txt").write_text(written, encoding="utf-8")
    for n in range(40):
        (tmp_path / "docs" / f"z{n}.txt").write_text(f"Who is it? I see a cat in room {n}. It was what it was, and I left.")
    target = Target(tmp_path / "docs", tmp_path / "home")
    update(target, lambda: open_embedder("static", None))
    with Catalog(target.home) as catalog:
        yield Index(catalog, target.vectors, None)


def test_words_are_found_first_however_they_are_written(index: Index) -> None:
    """And the second look sees them where the index found them."""
    wrong = []
    for kind, (written, *questions) in PAIRS.items():
        for asked in questions:
            hits = search(index, asked, 3).hits
            if not hits or hits[0].text != written or "sentence" not in dict(hits[0].why):
                wrong.append((kind, asked, hits[0].text if hits else "", dict(hits[0].why) if hits else {}))
    assert wrong == []


BAD = {
    "marks": "a" + "\u0301\u0323" * 500_000,
    "word": "x" * 1_000_000,
    "humps": "aB" * 100_000,
    "hyphens": "a-" * 100_000,
    "figures": "1," * 100_000,
    "traditional": "圖" * 100_000,
    "signs": "C+" * 100_000,
    "hidden": "\u200d" * 100_000,
    "emoji": "😀" * 100_000,
}
"""Texts that nobody writes."""


def test_no_text_and_no_question_is_too_odd(tmp_path: Path) -> None:
    """What stands beside such a text is found, at its place, and such a question finds what it also says."""
    (tmp_path / "docs").mkdir()
    for name, text in BAD.items():
        (tmp_path / "docs" / f"{name}.txt").write_text(f"{text}\n\nThe quokka of {name} sleeps.\n", encoding="utf-8")
    target = Target(tmp_path / "docs", tmp_path / "home")
    assert update(target, lambda: open_embedder("static", None)).left_out == 0
    with Catalog(target.home) as catalog:
        index = Index(catalog, target.vectors, None)
        for name in BAD:
            place = search(index, f"quokka {name}", 1).hits[0].place
            assert place.source == f"{name}.txt"
            whole = (tmp_path / "docs" / place.source).read_text(encoding="utf-8")
            assert whole[place.start : place.end].endswith(f"The quokka of {name} sleeps.")
        for odd in ("\ud800", "😀👍🏽", "\x00", "C" * 60 + "++", "99/99/9999 0000-00-00", "'", "+", "#", ".", *BAD.values()):
            assert "quokka" in search(index, f"quokka {odd} sleeps", 1).hits[0].text


LETTERS = st.text(st.sampled_from("aéßıIİ\u0301\u00ad\u200bﬁ²圖ｦﾞＡกำ\u0e31अाकُأ가\u1100\u1161-_'.5 \n\x1b[m"), max_size=40)


@settings(max_examples=300, deadline=None)
@given(LETTERS)
def test_every_letter_keeps_its_place(text: str) -> None:
    """A text as people type it is the same with its places and without, they go up, and it is so already."""
    typed, places = plainer(text)
    assert typed == plain(text)
    assert len(places) == len(typed)
    assert places == sorted(places)
    assert all(0 <= place < len(text) for place in places)


@settings(max_examples=200, deadline=None)
@given(LETTERS, LETTERS)
def test_any_question_can_be_read(question: str, text: str) -> None:
    """Each of its forms is a pattern, and what is sought of them is no syntax."""
    db = sqlite3.connect(":memory:")
    db.execute("CREATE VIRTUAL TABLE t USING fts5(x)")
    for form in read(f"{question} {text}", STOPWORDS).forms:
        re.compile(form.pattern).search(folded(plain(text)))
        db.execute("SELECT 1 FROM t WHERE t MATCH ?", (any_of([*form.sought, *form.known]) or '""',)).fetchall()
