"""Refusals in any wording and language, and what only looks like one."""

import pytest
from replied import HITS

from index.passage import Hit
from qa.reply.cite import Citer
from qa.reply.refusals import claims_nothing, refuses

REFUSALS = """
The provided passages do not mention when Xi visited Seoul.
I couldn't find any information about this in the provided passages.
There is no information about that in the passages.
This information is not available in the provided text.
The answer cannot be determined from the passages.
It is not stated when Xi visited Seoul.
Based on the provided passages, I cannot determine when Xi visited Seoul.
I don't know.
I do not know the answer to this question.
I cannot answer this question based on the passages provided.
Unfortunately, the document does not specify this.
The report does not say when Xi visited Seoul.
Unknown.
None.
Not mentioned.
Not specified in the passages.
Answer: NOT_FOUND
Not_Found
Das steht nicht in den Dokumenten.
Les passages ne disent pas quand Xi a visité Séoul.
No se menciona.
文中没有提到习近平何时访问首尔。
資料には記載されていません。
わかりません。
None of the above.
There is no mention of Xi visiting Seoul.
The date of a visit by Xi to Seoul is not mentioned.
NOT FOUND
The passages contain no information on this.
No information is given about the visit.
No relevant information was found.
The text doesn't provide that detail.
Nothing in the passages answers this.
That is not covered by the documents.
I'm sorry, but I can't find that in the text.
I was unable to find an answer.
I'm unable to determine this from the context.
The context does not contain enough information to answer.
There isn't enough information to answer the question.
Insufficient information.
It is unclear from the passages.
The date remains unknown.
The passages are silent on this point.
The question cannot be answered from the given text.
This question can't be answered with the passages.
The article makes no mention of a visit.
The documents give no date for it.
No answer.
N/A
Not applicable.
We don't have information about that.
I have no information about that.
It's impossible to say.
It is not possible to determine this.
There's nothing about that in the documents.
The provided excerpts lack this information.
Neither passage mentions it.
None of the passages mention a visit.
No passage says when he came.
The visit is not discussed in these documents.
That information isn't included in the passages.
The passages only discuss a phone call and do not mention a visit.
Keine Angabe.
Dazu gibt es keine Informationen.
Darüber sagen die Dokumente nichts.
Das geht aus den Passagen nicht hervor.
Das weiß ich nicht.
Ich weiß es nicht.
In den Texten wird nicht erwähnt, wann Xi Seoul besuchte.
Die Frage lässt sich anhand der Passagen nicht beantworten.
Es wird nicht angegeben, wann Xi Seoul besucht hat.
Je ne sais pas.
Aucune information à ce sujet.
Cela n'est pas mentionné.
Cette information n'est pas disponible dans les documents.
Ce n'est pas précisé.
Je n'ai pas trouvé de réponse.
No lo sé.
El texto no lo dice.
No hay información sobre eso.
Los documentos no mencionan cuándo visitó Seúl.
No se especifica en los pasajes.
Desconocido.
I documenti non lo dicono.
Non è specificato.
Non lo so.
Não há informação sobre isso.
O texto não menciona.
Não sei.
Dat staat niet in de documenten.
Er is geen informatie over.
Tego nie podano w dokumentach.
Nie wiem.
Brak informacji.
В тексте не указано, когда Си посетил Сеул.
Я не знаю.
Нет информации.
Неизвестно.
Bilinmiyor.
Belgelerde bundan bahsedilmiyor.
Belgelerde bu bilgi yok.
未提及。
文件中未說明。
没有相关信息。
我不知道。
无法回答。
资料中没有找到答案。
言及されていません。
その情報はありません。
不明です。
문서에 언급되어 있지 않습니다.
알 수 없습니다.
정보가 없습니다.
لا توجد معلومات عن ذلك.
لا أعرف.
दस्तावेज़ों में इसका उल्लेख नहीं है।
मुझे नहीं पता।
जानकारी उपलब्ध नहीं है।
""".strip().splitlines()

STATEMENTS = """
Lee asked Xi to play a constructive role.
Lee did not call for improved ties with Beijing.
Employees may not carry over vacation days.
The company does not pay dividends.
The fee is not refundable.
No employee may share a password.
The policy does not apply to contractors.
He said he did not know about the plan and resigned.
The plan was not approved by the board.
Nobody was hurt.
The server returns 404 when the file is not present.
The device is not waterproof.
There is no smoking in the building.
There are no fees for students.
The contract is not transferable.
It is not allowed to park here.
Password reuse is never permitted.
The meeting was not held in May.
The results do not support the hypothesis.
Der Vertrag ist nicht übertragbar.
Der Chef kam nicht.
Le service n'est pas gratuit.
El servicio no es gratuito.
Il servizio non è gratuito.
该服务不是免费的。
このサービスは無料ではありません。
Yes, employees can work from home.
No.
No, it is not allowed.
The office is not open on Sundays.
The policy covers remote work; no approval is needed.
No data is collected.
No records are kept after 30 days.
The report found no evidence of fraud.
The commission did not find any wrongdoing.
The data is not shared with third parties.
The files are not deleted until the trash is emptied.
The documents are not signed.
It is stated in the passages that Lee asked Xi.
Here is what I found:
The price is given in the document.
The date was mentioned by Lee.
The passages say that Lee asked Xi.
The report states that sales rose.
According to the document, the fee is 5 euros.
I found that Lee asked Xi for help.
The information is available online.
There is a mention of Lee.
There are three answers to the question.
The answer is 30 minutes.
The documents mention the visit.
It can be determined from the logs.
Das steht in Abschnitt 5.
Es gibt drei Angaben.
Le texte mentionne la visite.
El documento indica la fecha.
文中提到了李在明。
資料に記載されています。
Not only Lee but also Xi was there.
The policy is known to all.
The data is stored for 30 days.
We found the results in the log.
Nothing changed in May.
""".strip().splitlines()


@pytest.mark.parametrize("text", REFUSALS)
def test_a_refusal(text: str) -> None:
    """That the documents don't say, or that one doesn't know."""
    assert refuses(text)
    citer = Citer(HITS)
    citer.feed(text)
    assert citer.finish()[1].refused


@pytest.mark.parametrize("text", STATEMENTS)
def test_a_statement(text: str) -> None:
    """A "not" alone, or a word for documents, makes none."""
    assert not refuses(text)


def test_with_an_id() -> None:
    """Where the cited sentence is negative too, it is what a document says."""
    assert claims_nothing("The price is not mentioned.", cites=True, evidence="The price is high.")
    assert not claims_nothing("The price was not disclosed.", cites=True, evidence="They did not disclose the price.")


@pytest.mark.parametrize(
    ("reply", "refused"),
    [
        ("I'm sorry, but the passages do not say who paid. Let me know if you need more!", True),
        ("The passages do not say who paid. They tell of a call only.", True),
        ("The passages do not say who paid, but Lee asked Xi [1.1].", False),
        ("NOT_FOUND. However, Kim stayed at home [2.1].", False),
        ("Kim stayed at home [2.1]. Who paid is not mentioned.", False),
        ("Who paid is not mentioned [2.1].", True),
        ("Answer: not found", True),
    ],
)
def test_beside_other_text(reply: str, refused: bool) -> None:
    """A reply is one if nothing else in it cites the documents."""
    citer = Citer(HITS)
    citer.feed(reply)
    assert citer.finish()[1].refused is refused


def test_not_found_is_an_answer_where_a_document_has_it() -> None:
    """What a service returns, say."""
    hit: Hit = HITS[0].__class__(HITS[0].place, "", "", "It returns NOT_FOUND.", ((0, 21),), 1.0)
    for hits, refused in (([hit], False), (HITS, True)):
        citer = Citer(hits)
        citer.feed("NOT_FOUND [1.1]")
        assert citer.finish()[1].refused is refused
