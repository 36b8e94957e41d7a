"""Spreadsheets: a cell's value as its number format shows it.

Owns number formats: parts for positive, negative, zero and text, digits, dates, durations, fractions and powers of ten. Knows
nothing of sheets. Dates are written as 2024-05-01 where the format is one of a date alone, whatever its order.
"""

import re
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from functools import lru_cache

BUILT_IN = {"0": "General", "1": "0", "2": "0.00", "3": "#,##0", "4": "#,##0.00", "9": "0%", "10": "0.00%", "11": "0.00E+00"}
BUILT_IN |= {"12": "# ?/?", "13": "# ??/??", "14": "yyyy-mm-dd", "15": "d-mmm-yy", "16": "d-mmm", "17": "mmm-yy"}
BUILT_IN |= {"18": "h:mm AM/PM", "19": "h:mm:ss AM/PM", "20": "h:mm", "21": "h:mm:ss", "22": "yyyy-mm-dd h:mm"}
BUILT_IN |= {"37": "#,##0;(#,##0)", "38": "#,##0;(#,##0)", "39": "#,##0.00;(#,##0.00)", "40": "#,##0.00;(#,##0.00)"}
BUILT_IN |= {"45": "mm:ss", "46": "[h]:mm:ss", "47": "mm:ss.0", "48": "##0.0E+0", "49": "@"}
BUILT_IN |= dict.fromkeys(("27", "28", "29", "30", "31", "36", "50", "51", "52", "53", "54", "57", "58"), "yyyy-mm-dd")

_MONTHS = "January February March April May June July August September October November December".split()
_DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
_TOKEN = re.compile(
    r'"([^"]*)"?|\\(.)|_.|\*.|\[(h+|m+|s+)\]|\[\$([^\]-]*)[^\]]*\]|\[[^\]]*\]|(AM/PM|A/P|上午/下午)|(General)'
    r"|(y+|m+|d+|h+|s+(?:\.0+)?|e+(?![+-])|b+|g+)|(E[+-]0+)|(.)",
    re.IGNORECASE | re.DOTALL,
)
_LONGEST = 255
_DAY, _LAST_DAY = 86_400, 2_958_466

Token = tuple[str, str]
"""The kind of a piece of a format, "text", "elapsed", "half", "general", "date", "power" or "sign", and its letters."""


@lru_cache(2000)
def _sections(form: str) -> tuple[tuple[str, tuple[Token, ...]], ...]:
    """The parts of a format, each with its condition, "" where it has none."""
    parts: list[tuple[str, tuple[Token, ...]]] = []
    current: list[Token] = []
    condition = ""
    for found in _TOKEN.finditer(form[:_LONGEST]):
        token = _token(found)
        if token == ("sign", ";"):
            parts.append((condition, tuple(current)))
            current, condition = [], ""
        elif re.match(r"\[[<>=]", found[0]):
            condition = found[0][1:-1]
        elif token:
            current.append(token)
    return (*parts, (condition, tuple(current)))


def _token(found: "re.Match[str]") -> Token | None:
    quoted, escaped, elapsed, money, half, general, moment, power, sign = found.groups()
    for kind, text in (("text", quoted), ("text", escaped), ("elapsed", elapsed), ("text", money), ("half", half)):
        if text is not None:
            return kind, text
    for kind, text in (("general", general), ("date", moment), ("power", power), ("sign", sign)):
        if text is not None:
            return kind, text
    return ("text", " ") if found[0].startswith("_") else None


def shown_text(value: str, form: str) -> str:
    """A text, with what its format puts around it; as it is where the format hides it."""
    if hides(form):
        return value
    parts = _sections(form)
    part = parts[3][1] if len(parts) > 3 else parts[0][1] if ("sign", "@") in parts[0][1] else ()
    if not part:
        return "" if len(parts) > 3 else value
    return "".join(value if (kind, text) == ("sign", "@") else text for kind, text in part if kind in ("text", "sign")).strip()


def hides(form: str) -> str:
    """What a format shows nothing of: "all", "numbers", or ""."""
    bare = form.replace(" ", "")
    return "all" if bare == ";;;" else "numbers" if bare in (";", ";;") else ""


def shown_number(value: float, form: str, *, since_1904: bool = False) -> str:
    """A number, a date, a time of the day or a duration; as it is where the format hides it."""
    if form == "General" or hides(form):
        return general(value)
    parts = _sections(form)
    tokens, bare = _section(parts, value)
    kinds = {kind for kind, _ in tokens}
    if kinds & {"date", "elapsed", "half"} and "general" not in kinds:
        return _moment(value, tokens, since_1904=since_1904)
    if "general" in kinds or not form.strip():
        body = "".join(general(abs(value) if bare else value) if kind == "general" else text for kind, text in tokens)
        return body.strip() or general(value)
    if ("sign", "@") in tokens:
        return general(value)
    return _digits(value, tokens, bare=bare).strip()


def _section(parts: tuple[tuple[str, tuple[Token, ...]], ...], value: float) -> tuple[tuple[Token, ...], bool]:
    """The part for a value, and whether it has a sign of its own for what is below zero."""
    if any(condition for condition, _ in parts):
        for condition, tokens in parts:
            if not condition or _holds(condition, value):
                return tokens, bool(condition.startswith("<")) and value < 0 and len(parts) > 1
        return parts[-1][1], False
    numbers = [tokens for _, tokens in parts[:3]]
    if value < 0 and len(numbers) > 1:
        return numbers[1], True
    return (numbers[2], False) if value == 0 and len(numbers) > 2 else (numbers[0], False)


def _holds(condition: str, value: float) -> bool:
    found = re.fullmatch(r"([<>=]{1,2})\s*(-?\d{1,15}(?:\.\d{0,15})?)", condition)
    if not found:
        return False
    other = float(found[2])
    return {"<": value < other, ">": value > other, "<=": value <= other, ">=": value >= other, "=": value == other}.get(
        found[1], value != other
    )


def general(value: float) -> str:
    """A number without a format, of as many digits as a sheet shows."""
    if value == int(value) and abs(value) < 1e15:
        return str(int(value))
    text = f"{value:.15g}"
    return text.replace("e+", "E+").replace("e-", "E-")


def _digits(value: float, tokens: tuple[Token, ...], *, bare: bool) -> str:
    """A number by the digits of its format."""
    signs = "".join(text for kind, text in tokens if kind == "sign")
    percent = signs.count("%") + sum(text.count("%") for kind, text in tokens if kind == "text" and text == "%")
    places = [n for n, (kind, text) in enumerate(tokens) if kind == "power" or (kind == "sign" and text in "0#?.")]
    if not places:
        return "".join(text for _, text in tokens) if tokens else ""
    first, last = places[0], places[-1]
    inner = tokens[first : last + 1]
    body = "".join(text for kind, text in inner if kind == "sign")
    number = Decimal(repr(abs(value))) * 100**percent
    power = next((text for kind, text in inner if kind == "power"), "")
    if "/" in body:
        made = _fraction(number, body)
    elif power:
        made = _scientific(number, body, power)
    else:
        after = "".join(text for kind, text in tokens[last + 1 :] if kind == "sign")
        number /= 1000 ** (len(after) - len(after.lstrip(",")))
        made = _decimal(number, body, [text for kind, text in inner if kind == "text"])
    before = "".join(text for _, text in tokens[:first])
    behind = "".join(text for kind, text in tokens[last + 1 :] if (kind, text) != ("sign", ","))
    minus = "-" if value < 0 and not bare and re.search(r"[1-9]", made) else ""
    return f"{minus}{before}{made}{behind}"


def _decimal(number: Decimal, body: str, within: list[str]) -> str:
    """Digits with those that must be there; what stands between them, as in a number of a telephone, in its place."""
    whole, _, decimals = body.partition(".")
    decimals = "".join(char for char in decimals if char in "0#?")
    rounded = number.quantize(Decimal(1).scaleb(-len(decimals)), ROUND_HALF_UP) if number < 10**18 else number
    digits, _, rest = f"{rounded:f}".partition(".")
    least = whole.count("0")
    digits = digits.lstrip("0").rjust(least, "0")
    if "," in whole:
        digits = re.sub(r"(?<=\d)(?=(?:\d{3})+$)", ",", digits)
    elif within or re.search(r"[0#?][^0#?,.]+[0#?]", whole):
        digits = _spread(digits, whole)
    needed = decimals.rfind("0") + 1
    rest = rest[: len(decimals)]
    while len(rest) > needed and rest.endswith("0"):
        rest = rest[:-1]
    return f"{digits}.{rest}" if rest or (decimals == "" and "." in body) else digits


def _spread(digits: str, whole: str) -> str:
    """Digits from the right on into the places of a format."""
    out, left = [], digits
    for char in reversed(whole):
        if char not in "0#?":
            out.append(char)
        elif left:
            out.append(left[-1])
            left = left[:-1]
    return (left + "".join(reversed(out))).strip("-/ ")


def _scientific(number: Decimal, body: str, power: str) -> str:
    decimals = len(body.partition(".")[2])
    mantissa, _, exponent = f"{number:.{decimals}E}".partition("E")
    figure = int(exponent)
    return f"{mantissa}E{'-' if figure < 0 else '+' if '+' in power else ''}{abs(figure):0{len(power) - 2}}"


def _fraction(number: Decimal, body: str) -> str:
    above, _, below = body.partition("/")
    whole = int(number) if re.search(r"[0#?]\s+[0#?]", above) else 0
    rest = Fraction(number) - whole
    fixed = re.sub(r"\D", "", below)
    if fixed.strip("0"):
        part = (round(rest * int(fixed)), int(fixed))
    else:
        near = rest.limit_denominator(10 ** min(max(len(below.strip()), 1), 4) - 1)
        part = near.numerator, near.denominator
    if part[0] == part[1]:
        whole, part = whole + 1, (0, 1)
    said = f"{part[0]}/{part[1]}" if part[0] or not re.search(r"[0#?]\s+[0#?]", above) else ""
    return " ".join(filter(None, [str(whole) if whole else "", said])) or "0"


def _moment(value: float, tokens: tuple[Token, ...], *, since_1904: bool) -> str:
    """A date, a time or a duration."""
    seconds = round(value * _DAY, 3)
    if any(kind == "elapsed" for kind, _ in tokens):
        return _elapsed(seconds, tokens)
    days = value + (1462 if since_1904 else 0)
    if not 0 <= days < _LAST_DAY:
        return general(value)
    exact = any(kind == "date" and "." in text for kind, text in tokens)
    start = datetime(1899, 12, 30) if days >= 60 else datetime(1899, 12, 31)
    day = start + timedelta(days=int(days), seconds=round((days - int(days)) * _DAY, 3 if exact else 0))
    letters = "".join(text[0].lower() for kind, text in tokens if kind == "date")
    dated = any(char in letters for char in "yd") or ("m" in letters and not set(letters) & set("hs"))
    timed = "h" in letters or "s" in letters
    if {"y", "m", "d"} <= set(letters) or (dated and timed):
        clock = day.strftime("%H:%M:%S" if "s" in letters and day.second else "%H:%M")
        return f"{day:%Y-%m-%d}{f' {clock}' if timed and clock != '00:00' else ''}"
    return _by_letters(day, tokens)


def _by_letters(day: datetime, tokens: tuple[Token, ...]) -> str:
    """A part of a date, or a time of the day, as its format has it."""
    half = any(kind == "half" for kind, _ in tokens)
    out, before = [], ""
    moments = [text[0].lower() for kind, text in tokens if kind == "date"]
    for kind, text in tokens:
        if kind == "half":
            out.append("AM" if day.hour < 12 else "PM")
        elif kind == "date":
            small = text.lower()
            moments.pop(0)
            minute = small[0] == "m" and len(small) < 3 and (before == "h" or moments[:1] == ["s"])
            out.append(_letters(day, "minute" if minute else small, half=half))
            before = small[0]
        else:
            out.append(text)
    return "".join(out).strip()


def _letters(day: datetime, text: str, *, half: bool) -> str:
    if text == "minute":
        return f"{day.minute:02}"
    many = len(text)
    if text[0] == "h":
        return f"{(day.hour % 12 or 12) if half else day.hour:0{min(many, 2)}}"
    if text[0] == "s":
        return f"{day.second:02}" + (f".{day.microsecond:06}"[: len(text.partition(".")[2]) + 1] if "." in text else "")
    if text[0] == "m":
        name = _MONTHS[day.month - 1]
        return f"{day.month:0{min(many, 2)}}" if many < 3 else name[:3] if many == 3 else name
    if text[0] == "d":
        name = _DAYS[day.weekday()]
        return f"{day.day:0{min(many, 2)}}" if many < 3 else name[:3] if many == 3 else name
    return f"{day:%y}" if many < 3 else f"{day.year}"


def _elapsed(seconds: float, tokens: tuple[Token, ...]) -> str:
    """A duration: 30:15 for [h]:mm."""
    left = abs(seconds)
    exact = any(kind == "date" and "." in text for kind, text in tokens)
    left = left if exact else float(round(left))
    out = []
    for kind, text in tokens:
        unit = {"h": 3600, "m": 60, "s": 1}.get(text[:1].lower(), 0)
        if kind not in ("elapsed", "date") or not unit:
            out.append(text)
            continue
        amount = int(left // unit)
        left -= amount * unit
        out.append(f"{amount:0{len(text.partition('.')[0])}}")
        out += [f"{left:.3f}"[1 : 2 + len(text.partition(".")[2])]] if "." in text else []
    return f"{'-' if seconds < 0 else ''}{''.join(out).strip()}"
