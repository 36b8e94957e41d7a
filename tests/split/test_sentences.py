"""Where a sentence ends: full stops behind abbreviations, in dates, names and paths, in several languages."""

import pytest

from index.split.sentences import sentences

CASES = """\
Run ./configure and ../x first.|Then #!/bin/sh is read.
Use `.[]` here.|It helps.
He said (e.g.) so.|It is true.
Der Kläger verlangt gem. § 823 Abs. 1 S. 1 BGB Schadensersatz.|Er gewann.
The Defs. moved to dismiss under Fed. R. Civ. P. 12(b)(6) on Monday.|They lost.
El Sr. García vive en EE. UU. desde 1990.|Trabaja allí.
The .NET runtime loads the assemblies.|It is fast.
The drag follows from Eq. (4) at low speed.|See Fig. 3 for more.
The site runs on ASP.NET since May.|Nobody minds.
Approx. 30 kg of No. 2 fuel oil were used.|The rest stayed.
Tel. 555-0134 is the number of the night desk.|Call it.
Das Dach wurde am 3. 5. 2020 von der Firma Holm geliefert.|Es hielt.
Add 2 tbsp. sugar to the dough.|Stir well.
The shop is open Mon. to Fri. 9-5 all year.|It is closed on Sun.
Am 3. Oktober war Feiertag.|Am 4. war Arbeit.
J. K. Rowling wrote it.|She lives in the U.K. and writes.
He moved to the U.S. in 1990.|There he met Dr. A. B. Smith.
He lives in the U.S.|The house is large.
It was made by Acme Inc. in 1990.|It was sold to Bolt Ltd.|The firm grew.
It happened at 5 p.m. on Friday.|At 6 p.m. it ended.
Mr. and Mrs. Jones left.|Prof. Dr. Meier stayed.
See pp. 12-14 and Vol. 3 of the work.|It is long.
Die Firma z. B. kauft ca. 30 t Stahl.|Das ist viel.
Vgl. hierzu Abb. 4.|Danach sinkt der Wert.
Er wurde 1980 geb. und starb 2010.|Er war 30 J. alt.
He asked "Why?" and left.|She said "No."|Then she slept.
Is it true?|Yes!|It is.
Version 2.3.1 is out.|It needs Python 3.11.
The file a.b.c is here.|Call x.y() twice.
He left the room...|Then came back.
Smith et al. found that it holds.|Others (cf. Jones 1990) disagree.
The meeting of 12 Jan. 2024 was short.|The next is on Feb. 3.
St. Louis is large.|Mt. Everest is high.
It weighs 3 kg.|The box is red.
Die Sitzung vom 12.03.2024 war kurz.|Die nächste folgt am 5. Mai.
In § 5 Abs. 2 Nr. 3 lit. a) DSGVO steht mehr.|Es gilt.
The U.S. Senate met.|The U.N. Security Council voted.
Inc. 5000 companies grew.|Good.
He has a Ph.D. in physics.|She has an M.D. from Yale.
Der Preis beträgt 5 Mio. Euro.|Er stieg um 3 Mrd. Euro.
Siehe S. 12.|Dort steht es.
Prices rose 3.5 percent vs. 2 percent.|That is more.
The 3. item is odd.|So is No. 4.
Call 1-800-555.|Ask for Jim.
La Sra. Pérez y el Dr. Ruiz llegaron.|Se fueron.
M. Dupont et Mme. Martin sont là.|Ils parlent.
Das Buch erschien in der 3. Aufl. 1999 in Berlin.|Es ist gut.
It costs $5.00.|It is cheap.
Dr. med. Anna Klein hat Zeit.|Sie wartet.
Am 1. Jan. 2020 begann es.|Am 31. Dez. endete es.
Der 2. Weltkrieg endete 1945.|Der 1. begann 1914.
Go to https://a.org/b.html now.|It loads.
I saw Bob.|Mr. Smith left.
"""
"""A text a line, its sentences parted by |."""


@pytest.mark.parametrize("line", CASES.splitlines())
def test_sentences_end_where_a_person_says(line: str) -> None:
    """Neither earlier nor later."""
    expected = line.split("|")
    text = " ".join(expected)
    assert [text[start:end].strip() for start, end in sentences(text)] == expected


@pytest.mark.parametrize("width", [72, 100, 130, 160, 220])
def test_a_text_wrapped_at_any_width_is_one_paragraph(width: int) -> None:
    """Also beyond what people use."""
    import textwrap

    sentence = "It was a bright cold day in April and the clocks were striking thirteen when Winston Smith came home."
    assert len(sentences(textwrap.fill(" ".join([sentence] * 12), width))) == 12


def test_thai_is_cut_at_its_spaces() -> None:
    """It has no full stops; pieces of a clause or two can be read and cited."""
    clause = "ผู้จัดการโรงงานชื่อสมชายทำงานที่นี่มาสิบปีแล้วและชอบงานของเขามาก"
    assert len(sentences(" ".join([clause] * 5))) == 5


@pytest.mark.parametrize(
    "entry",
    [
        "2024-01-01 10:00:0{n} ERROR the pump of the quay has failed again\n",
        "Nov 28 11:12:5{n} quay pump[12]: it failed because it was cold\n",
        '10.0.0.1 - - [28/Nov/2026:11:12:5{n} +0000] "GET /index.html HTTP/1.1" 200\n',
    ],
)
def test_each_entry_of_a_log_stands_by_itself(entry: str) -> None:
    """Though two lines of about the same length look as if they had been wrapped."""
    entries = [entry.format(n=n) for n in range(2)]
    log = "".join(entries)
    assert [log[start:end] for start, end in sentences(log)] == entries
