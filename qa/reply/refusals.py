"""Sentences that claim nothing about the documents: that they don't say, that one doesn't know, and talk around an answer.

Owns the wordings, by language; what a document itself leaves open ("the price was not disclosed") is told by its own negation.
"""

import re

_SOURCE = (
    r"(?:passages?|documents?|texts?|sources?|excerpts?|articles?|files?|context|contents?|materials?|snippets?"
    r"|sections?|reports?"
    r"|handbooks?|guides?|excerpts?|statements?|chapters?|letters?|mails?|emails?|contracts?|polic(?:y|ies)|manuals?"
    r"|pages?|papers?|notes?|records?|minutes|data|information)"
)
_TOLD = (
    r"(?:mention|stat|specif|sa(?:ys?|id)\b|tell|told|indicat|contain|includ|provid|giv|address|cover|discuss|explain"
    r"|answer|reveal"
    r"|disclos|describ|list|nam|refer|clarif|identif|detail|known?\b|knows\b|show|found|find|determin|available|clear|inferr"
    r"|locat|confirm|offer|elaborat|touch|speak|talk|deal|sure|certain|recorded|reported|ha(?:ve"
    r"|s) (?:any )?(?:information|an answer))"
)
_TELLING = rf"(?:\w+\s){{0,5}}?{_TOLD}"

_SILENT = re.compile(
    "|".join(
        [
            r"\bnone of (?:them|these|those)\b.{0,20}\b(?:" + _TOLD + r"|quot|discloses?)",
            rf"\b(?:is|are)(?:n['’]t| not) (?:a )?(?:part of|among|in) (?:this|the|these|any|your) (?:\w+ )?{_SOURCE}\b",
            # the passages do not say who paid; of what a report or a contract does not, only that it does not tell it
            r"\b(?:passages?|excerpts?|snippets?|context|(?:provided|given) \w+)\b.{0,40}\b(?:do|does|did|is"
            r"|are)(?:n['’]t| not)\b",
            rf"\b{_SOURCE}\b.{{0,60}}\b(?:do|does|did|is|are|was|were|has|have|can|could)(?:n['’]t| ?not)\b\s{_TELLING}",
            rf"\b(?:no|none of the|neither(?: of the)?|nothing in the"
            rf"|nowhere in the) (?:\w+ ){{0,2}}(?:{_SOURCE}) (?:\w+ )?(?:{_TOLD}|answer|of)",
            rf"\b(?:none of the|nothing in the|nowhere in the) (?:\w+ ){{0,2}}(?:{_SOURCE})",
            rf"\b{_SOURCE}\b.{{0,20}}\b(?:leaves?|says? nothing|(?:is|are) silent|lacks?|makes? no|gives? no|contains? no"
            r"|provides? no|offers? no|has no|have no|fails? to)\b",
            r"\b(?:outside|beyond) (?:of )?(?:the )?(?:scope|what)\b",
            rf"\babsent from (?:the )?(?:\w+ )?{_SOURCE}",
            r"\b(?:passagen?|dokumente?n?|texte?n?|quellen?|abschnitte?n?|auszüg\w*|unterlagen|dateien?)\b.{0,60}"
            r"\b(?:nicht|keine?[nmrs]?|nichts|offen)\b",
            r"\b(?:passages?|documents?|textes?|sources?|extraits?|articles?)\b.{0,30}\b(?:ne\b|n['’]).{0,30}\b(?:pas"
            r"|aucune?|rien)\b",
            r"\b(?:pasajes?|documentos?|textos?|fuentes?|fragmentos?|trechos?|passagens?)\b.{0,20}\b(?:no|não)\b",
            r"\b(?:passaggi|documenti?|testi?|font[ei]|brani?)\b.{0,20}\bnon\b",
            r"\b(?:passages?|documenten|document|tekst(?:en)?|bronnen|fragmenten)\b.{0,40}\b(?:niet|geen|niets)\b",
            r"(?:文件|文档|文檔|文本|段落|资料|資料|材料|文中|文章|上下文).{0,12}(?:没有|没|未|沒有|無|无|ません|ない)",
        ]
    ),
    re.IGNORECASE,
)
"""A sentence about what the documents leave open."""

_UNTOLD = re.compile(
    "|".join(
        [
            r"^\W*no (?!data\b|records?\b)\w+(?: [\w’'-]+){0,5} (?:is|are|was|were) (?:given|named|listed|mentioned"
            r"|stated|disclosed|specified"
            r"|provided|described|indicated|quoted)\b",
            r"\b(?:found|see|find) no (?:reference|mention|information|indication|trace|answer|data|details?)\b",
            r"\b(?:(?:is|are|was|were|has|have|be)(?:n['’]t|\s(?:\w+\s)?(?:not|never|nowhere))|can(?:no|['’])t"
            r"|could(?:n['’]t| not)|never)"
            r"\s(?:be |been )?(?:\w+\s){0,2}?(?:said|stated|mentioned|specified|named|given|clear|described|disclosed|provided"
            r"|available|included|known|found|determined|answered|addressed|covered|discussed|listed|indicated|inferred"
            r"|identified"
            r"|recorded|explained|revealed)\b",
            r"\b(?:there|it)(?:['’]s| is| are| was| were)(?:n['’]t)? (?:no|not any|not enough|nothing|insufficient"
            r"|not possible|impossible"
            r"|unclear|unknown|not clear|any|enough)\b.{0,60}(?:\b(?:mention|information|indication|evidence|data"
            r"|record|reference|answer"
            r"|details?|statement|word|description|specifics?|basis|way|say|tell|determine|know|discussion|whether|who"
            r"|when|what|where"
            r"|why|how)\b)|\b(?:it|that)(?:['’]s| is) (?:unclear|unknown|impossible|not possible)\b|\bthere(?:['’]s"
            r"| is) (?:nothing|no answer)\b",
            r"^\W*(?:(?:unfortunately|sorry|however|based on|according to)\b[^,]{0,60},? )?(?:no|not enough"
            r"|insufficient|no relevant"
            r"|no specific) (?:information|mention|details?|data|evidence|answer|reference|record|indication)\b"
            r"(?= (?:about|on|regarding|concerning|of|for|in|to|is|was|were|are|as|that) ?(?:this|that|the|it|given"
            r"|found|available|provided"
            r"|whether|when|who|how|what|where|why|any|answer)|\W*$)",
            r"\b(?:remains?|(?:is|are|was|were|left)) (?:un(?:known|clear|specified|answered|stated|disclosed"
            r"|determined|mentioned)"
            r"|open|missing)\b",
            rf"\b(?:i|we)(?:['’]m| am| are|['’]re| was| were)? ?(?:do|did|can|could|was|were|am|have|would)? ?"
            rf"(?:(?:n['’]t|not|unable|afraid|no|never)\b).{{0,30}}?\b{_TOLD}",
            r"\b(?:i|we) (?:do not|don['’]t|have no|haven['’]t any|haven['’]t a) (?:have (?:any |an )?)?(?:know|idea"
            r"|clue|information|answer)\b",
            r"\b(?:i|we) (?:cannot|can['’]t|could not|couldn['’]t|am unable to|are unable to|was unable to|were unable to)"
            r" (?:\w+ ){0,2}?(?:answer|say|tell|determine|find|help|see|locate|know|confirm|identify|provide|give)",
            r"\b(?:question|answer|this|that|it) (?:cannot|can['’]t|could not|couldn['’]t) be (?:\w+ )?"
            r"(?:answered|determined|found|given|derived|inferred|known|established|said|told|deduced|ascertained|verified)\b",
            r"^\W*(?:they|it|this) (?:do|does)(?:n['’]t| not) (?:say|state|mention|tell|specify|explain|name)\b",
            r"\bunable to (?:find|determine|answer|locate|provide|say|tell)\b",
            # German
            r"\b(?:wird|werden|wurde|ist|sind|geht|gehen|gibt|steht|stehen|lässt|kann|können|findet|finden|liegt|liegen"
            r"|enthält)\b.{0,50}"
            r"\b(?:nicht|keine?[nmrs]?|nirgends|nichts)\b.{0,40}(?:\b(?:erwähnt|genannt|angegeben|hervor|gesagt"
            r"|beantwort\w*|bestimm\w*"
            r"|angaben?|informationen?|hinweise?|antwort|finden|gefunden|sagen|bekannt|entnehmen|ersichtlich|enthalten"
            r"|vor|dazu|darüber"
            r"|dokument\w*|text\w*|passage\w*|unterlagen|quelle\w*)\b)",
            r"\bweiß (?:ich |es |das )*nicht\b|\bich weiß (?:es |das )?nicht\b|^\W*(?:dazu |darüber |hierzu )?(?:keine"
            r"|gibt es keine)"
            r" (?:angaben?|informationen?|antwort|hinweise?|auskunft)\b|^\W*nicht (?:erwähnt|angegeben|genannt|bekannt"
            r"|bestimmbar)\b",
            # French
            r"\b(?:ne|n['’])\s?(?:\w+\s){0,4}(?:pas|aucune?|rien|jamais)\b.{0,40}\b(?:mention|disponible|indiqu|précis"
            r"|trouv|répon|information|sais\b"
            r"|donn|connu|détermin|évoqu|fourni|dit|dire)|\b(?:ne|n['’])\s?(?:\w+['’ ]){0,3}(?:sais|mentionn\w+"
            r"|indiqu\w+|précis\w+|dit"
            r"|disent|trouve|figure|contien\w+)\b.{0,12}\b(?:pas|aucune?|rien|nulle part)\b"
            r"|^\W*(?:aucune? (?:information|mention|"
            r"réponse|indication|donnée)|pas (?:mentionn|précis|indiqu|d['’]information)|non (?:mentionn|précis|indiqu"
            r"|spécifi))",
            # Spanish, Portuguese, Italian
            r"\b(?:no|não) (?:se |lo |o |me |ha |há |hay |puedo |posso |está |es |é |foi |fue |tengo |tenho |existe "
            r"|existen |existem )*"
            r"(?:menciona|dice|diz|dizem|indica|especifica|encuentr|encontr|contien|contém|respond|informa|sabe|sé\b"
            r"|sei\b|consta|aparece"
            r"|proporciona|fornec|puede|pode|determin|disponible|disponível|mención|menção|datos|dados|posible|possível"
            r"|tiene|precisa"
            r"|mencionad|conocid|conhecid|respuesta|resposta|claro)",
            r"\bnon (?:\w+ ){0,3}?(?:menzion|dic[ae]|dicono|indica|specifica|trov|contien|contengono|rispond"
            r"|informazion|so\b|sa\b|noto"
            r"|risult|possibile|fornisc|precisa|present)|^\W*(?:nessuna|sin|sem) (?:informaz|informac|informaç|menzion)",
            # Dutch, Polish, Russian, Turkish
            r"\b(?:niet|geen|niets)\b.{0,30}\b(?:vermeld|genoemd|gezegd|informatie|antwoord|bekend|gevonden|vinden"
            r"|bepalen|beschikbaar"
            r"|bepaald|beantwoord\w*|duidelijk)\b|\b(?:staat|weet|wordt|zegt)\b.{0,20}\bniet\b|\bgeen (?:informatie"
            r"|vermelding|antwoord)\b",
            r"\bnie (?:\w+ ){0,3}?(?:wspomin|mówi|podan|podaj|zawier|ma (?:informacji|odpowiedzi|wzmianki)|wiem|wiadomo"
            r"|znal|określ"
            r"|odpowied|wynika|można)|\bbrak (?:informacji|odpowiedzi|danych|wzmianki)",
            r"\bне (?:\w+ ){0,3}?(?:упом|указ|сказ|говор|содерж|знаю|извест|найд|найти|отве|определ|сообща|опис|могу)"
            r"|\bнет (?:\w+ ){0,2}?(?:информац|данных|ответ|упомин|сведен)|\bневозможно (?:определ|ответ|сказать)",
            r"\b(?:belirtilm|bahsedilm|bilinm|bulunam|bulunmu|geçm|verilm)\w*\b|\b(?:bilgi|yanıt|cevap)\w* (?:yok"
            r"|bulunm)|\bbilmiyorum\b",
            # Chinese, Japanese, Korean, Arabic, Hindi
            r"(?:没有|没|並?未|并未|沒有|无法|無法|不能|不)(?:\w{0,4})(?:提到|提及|说明|說明|指出|提供|回答|确定|確定|知道|找到|涉及|记载|記載"
            r"|得知|得出|判断|判斷)|(?:没有|沒有|无|無)(?:\w{0,4})(?:信息|資訊|资讯|答案|相关|相關|内容|內容)",
            r"(?:述べ|書か|記載さ|言及さ|触れ|示さ|含ま|明らかにさ)れてい(?:ません|ない)|(?:記載|言及|情報|記述|回答|答え)\w{0,4}(?:は|が)?"
            r"(?:ありません|見当たりません|見つかりません|ない)|(?:わか|分か|判)りません|わからない"
            r"|不明です|(?:回答|お答え|特定|判断)(?:は|が)?できません",
            r"(?:언급|나와|명시|설명|기재|제시|포함|나타나)\S* (?:있지 |되지 |되어 있지 )?(?:않|없)"
            r"|(?:정보|언급|내용|답변?)\S* (?:없|찾을 수 없)"
            r"|알 수 없|모르겠|모릅니다|찾을 수 없|답할 수 없",
            r"\b(?:لا|لم|ليس|ليست|غير)\b.{0,20}(?:تذكر|يذكر|معروف|توجد|يوجد|معلومات|أعرف|اعرف|أعلم|مذكور|تحتوي|يحتوي"
            r"|يحدد|تحدد|إجابة|متوفر)",
            r"(?:उल्लेख|जानकारी|पता|बताया|दिया|मालूम|ज्ञात|उत्तर)\S*.{0,20}नहीं|नहीं.{0,20}(?:उल्लेख|जानकारी|पता|बताया"
            r"|मालूम|उत्तर)",
        ]
    ),
    re.IGNORECASE,
)
"""Likewise without a word for the documents; with an id behind it, it may be what a document says."""

_SAID_NOT = re.compile(
    r"\b(?:(?:is|are|was|were)(?:n['’]t| not)|can(?:not|['’]t) be) (?:\w+ ){0,2}?(?:said|stated|mentioned|specified"
    r"|named|given|disclosed"
    r"|provided|known|determined|answered|listed|indicated|revealed)\b|^\W*(?:they|it|this) (?:do|does)(?:n['’]t| not) "
    r"(?:give|say|state|mention|tell|specify|list|name|quote)|^\W*(?:do|does)(?:n['’]t| not) (?:give|say|state|mention"
    r"|specify|list|name|quote)",
    re.IGNORECASE,
)
"""The one kind of it that is no claim with an id either, unless the cited sentence denies something itself."""

_ALONE = re.compile(
    r"\W*(?:(?:final )?answer\W+)?(?:the answer is )?(?:"
    r"(?:it['’]s |it is )?(?:un(?:known|clear|specified|answerable|stated|determined|available|disclosed)|none|n/?a|nil"
    r"|no answer"
    r"|no information|no data|no mention|no idea|no results?|nothing(?: found| relevant(?: found)?)?|none of the above"
    r"|insufficient (?:information|data|evidence|context)|cannot (?:be (?:determined|answered|said)|answer|say|tell|determine)"
    r"|not? (?:\w+ ){0,2}?(?:mentioned|stated|specified|found|available|given|known|provided|applicable|answerable"
    r"|disclosed|sure"
    r"|addressed|covered|possible|clear|enough information|in (?:the|these|any|your) .{3,40})(?: (?:in|by|from"
    r"|within) .{3,40})?)"
    r"|not[\s_-]{0,2}found|unbekannt|keine angaben?|inconnue?|desconocid[oa]|desconhecid[oa]|sconosciut[oa]|onbekend"
    r"|nieznan[eya]|brak"
    r"|неизвестно|не знаю|нет|ninguno|ninguna|aucune?|nessuno|bilinmiyor|未知|不知道|不清楚|无|無|なし|不明"
    r"|없음|알 수 없음|غير معروف|अज्ञात"
    r")\W*",
    re.IGNORECASE,
)
"""All that a reply, or a sentence without ids, says."""

_NEGATED = re.compile(
    r"\b(?:not|no|never|none|nor|neither|without|cannot|un(?:known|clear|disclosed|specified|able)|declin\w+|refus\w+"
    r"|withh\w+|nicht"
    r"|keine?[nmrs]?|ohne|pas|aucune?|rien|sans|sin|não|non|niet|geen|nie|не|нет)\b|n['’]t\b|没|未|無|无|不|ない|ません|않|없|नहीं|لا|لم",
    re.IGNORECASE,
)

_BUT = re.compile(r";|\b(?:but|however|although|though|whereas|aber|jedoch|sondern|mais|pero)\b|但|が、", re.IGNORECASE)
_TALK = re.compile(
    r"\W*(?:(?:i['’]?m |i am )?sorry|(?:that['’]s )?(?:an? )?(?:great|good|excellent|interesting) question|sure"
    r"|certainly|of course|hello|hi|thank you|thanks|i hope (?:this|that) helps"
    r"|let me know\b.*|here (?:is|are)\b.*|(?:please|feel free to)\b.*"
    r"|(?:if you|would you|do you)\b.{0,80}\b(?:like|want|need|have|more|other|help|share|provide)\b.*)\W*",
    re.IGNORECASE | re.DOTALL,
)

LONGEST_TALK = 1000
"""Characters: nobody says in more that nothing is said."""


def claims_nothing(text: str, *, cites: bool, evidence: str = "") -> bool:
    """What the documents don't say; and, of a sentence without ids, a lead-in, a question or talk that has no figure in it.

    `evidence` is what a sentence with ids cites: where that is negative too, the sentence is what a document says.
    """
    if len(text) > LONGEST_TALK:
        return False
    if refuses(_BUT.split(text)[-1], cites=cites, evidence=evidence):
        return True
    if cites or re.search(r"\d\d", text) or re.search('[“”"「」«»]', text):
        return False
    return text.rstrip("*_ ").endswith((":", "：", "?", "？")) or _TALK.fullmatch(text) is not None


def refuses(text: str, *, cites: bool = False, evidence: str = "") -> bool:
    """Whether a sentence says that the documents don't say, or that one doesn't know."""
    if len(text) > LONGEST_TALK or (cites and _NEGATED.search(evidence)):
        return False
    bare = re.sub(r"[*_`]", "", text)
    if cites:  # "there was not enough evidence" may well be what a document says
        return _SILENT.search(bare) is not None or _SAID_NOT.search(bare) is not None
    return any(sign.search(bare) for sign in (_SILENT, _UNTOLD)) or _ALONE.fullmatch(bare) is not None
