"""Text that is not ours within a prompt: what it must not be taken for, and the form in which a model sees it.

Owns the signs: ids of sentences, tags of the prompt, the marks by which models tell who speaks, and characters that nobody
sees. What is shown to the user is the text as it is; knows nothing of prompts.
"""

import re

from index.passage import COLOURS

TAGS = ("passages", "passage", "question", "claim", "answer", "follow-up", "sample")
"""All that a prompt is fenced with; `qa/model/prompt.py` knows no other."""

_BREAK = re.compile("\r\n|[\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
_UNSEEN = re.compile(
    rf"{COLOURS.pattern}|["
    "\x00-\x08\x0e-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    "\u3164\ud800-\udfff\ufe00-\ufe0f\ufeff\uffa0\ufff0-\uffff\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
"""What nobody sees: colours of terminals, control, zero-width, direction, fillers, variants, tags and halves of characters."""

_OPEN, _CLOSE = (
    "[\\[\u2045\u2772\u27e6\u2983\u2985\u298b-\u298f\u3010\u3014\u3016\u3018\u301a\ufe39\ufe3b\ufe3d\ufe47\ufe5d\uff3b]",
    "[\\]\u2046\u2773\u27e7\u2984\u2986\u298c-\u2990\u3011\u3015\u3017\u3019\u301b\ufe3a\ufe3c\ufe3e\ufe48\ufe5e\uff3d]",
)
"""Brackets that are square, or look it to a model: ⟦ 〔 〖 〚 【 ［ and the like."""

_DIGIT = "[\\d\u00b2\u00b3\u00b9\u2070\u2074-\u2079\u2080-\u2089\u2460-\u2468\u24ea\u2776-\u277e]"
_DOT = (
    "[.\u00b7\u0387\u2022\u2024\u2027\u2218\u2219\u22c5\u2e31\u2e33\u3002\u30fb\ua78f\ufe52\uff0e\uff61\uff65\u066b\u06d4"
    "\u0701\u0702]"
)
_FORGED = re.compile(
    rf"{_OPEN}(\s*+\^?\s*+(?:(?:id|passage|sentence)s?[\s:]*)?{_DIGIT}+\s*{_DOT}\s*{_DIGIT}"
    rf"(?:{_DIGIT}|{_DOT}|[\s,;&，；、–—-]|and|und)*(?:†[^\[\]【】［］\n]*)?){_CLOSE}",
    re.IGNORECASE,
)
"""What `qa/reply/cite.py`, or a model, could take for ids, and a little more."""

_SPEAKERS = """system user assistant human model developer tool tools tool_calls? tool_response tool_results? function_calls?
function_response think thinking s bos eos pad unk sop eop gmask mask bos_token eos_token end_of_text endoftext im_start im_end
start_of_turn end_of_turn start_of_image end_of_image turn eot_id eom_id sys inst""".split()
_LESS, _BAR = "[<\ufe64\uff1c]", "[|\u00a6\u01c0\u2223\u23d0\u2502\u2503\u2758\uff5c\uffe8]"
_NAMES = "|".join([*(f"{tag}s?" for tag in TAGS), *_SPEAKERS])
_TAG = re.compile(
    rf"{_LESS}(?={_LESS}?\s*+/?\s*+(?:{_NAMES})\b|\s*+/?\s*+{_BAR})"
    r"|\[(?=\s*+/?\s*+(?:inst|system_prompt|available_tools|tool_calls|tool_results|tool_content|model_settings|args|call_id"
    r"|think|img|img_break|img_end|audio|prefix|suffix|middle|gmask|smask)\s*\])",
    re.IGNORECASE,
)
"""What begins like the prompt's tags or like the marks of models: <|im_start|>, <｜User｜>, [INST], <<SYS>>, <end_of_turn>."""

_ID = re.compile(rf"{_OPEN}\s*{_DIGIT}{{1,6}}\s*{_DOT}\s*{_DIGIT}{{1,6}}\s*{_CLOSE}")
_MARK = re.compile(
    rf"{_LESS}\s*+/?\s*+(?:passages?|question|claim|system|user|assistant|(?:start|end)_of_turn)\b"
    rf"|{_LESS}\s*+/?\s*+{_BAR}[\w \u2581]{{1,40}}{_BAR}>|\[\s*+/?\s*+inst\s*\]|<<\s*+/?\s*+sys\s*>>",
    re.IGNORECASE,
)
"""Such of them as hardly stand in a document by chance."""


def as_data(text: str) -> str:
    """A text as a model is to see it: it can neither close a fence nor forge an id or another speaker, and hides nothing."""
    shown = _UNSEEN.sub("", _BREAK.sub("\n", text))
    return _TAG.sub("‹", _FORGED.sub(r"(\1)", shown))


def forges(text: str) -> bool:
    """Whether a text holds an id, a tag of the prompt or the mark of a model, with hidden characters in it or not."""
    seen = _UNSEEN.sub("", text)
    return _ID.search(seen) is not None or _MARK.search(seen) is not None
