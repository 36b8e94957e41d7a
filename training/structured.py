"""Questions about tables, settings and contacts, made by rule: what people keep in folders, and no public set has.

Owns the words they are made of. Each is written as `index/read` writes it: a row between bars below the names of its columns,
behind them, or a line for each cell; "key: value" a line. Those without an answer ask for another row, another column,
another year, another place than the table is about, or what is not told of somebody.
"""

import random
import re
from collections.abc import Callable, Iterator

Row = dict[str, object]

_FIRST = "Ada Ben Carla Dev Elena Femi Grace Hugo Ingrid Jonas Kemal Lena Marek Nadia Olga Pavel Quentin Rosa Samir Tanja Uma Viktor Wanda Yusuf Zoe".split()
_LAST = "Abbott Brandt Castillo Dietrich Eriksen Ferrari Gupta Haddad Ivanov Jensen Kowalski Larsen Moreau Novak Okafor Petrov Quinn Rossi Silva Tanaka Ueda Vance Weber Xu Young Zimmer".split()
_TEAMS = "Sales,Marketing,Finance,Legal,Support,Engineering,Design,Logistics,Purchasing,Research,Production,Catering,Human Resources,Security".split(
    ","
)
_MONTHS = "January,February,March,April,May,June,July,August,September,October,November,December".split(",")
_DAYS = "Monday,Tuesday,Wednesday,Thursday,Friday,Saturday,Sunday".split(",")
_CITIES = "Bergen,Lyon,Porto,Gdansk,Bristol,Turin,Graz,Leiden,Tartu,Cork,Malmo,Ghent,Split,Denver,Osaka,Perth".split(",")
_GOODS = "hex bolt M8,desk lamp,office chair,copy paper A4,oak shelf,garden hose,pump P-20,filter F7,cable reel,paint roller,first aid kit,steel beam,wall clock,kettle,toner cartridge,safety vest".split(
    ","
)
_TASKS = "order the new laptops,book the venue,renew the insurance,repair the gate,update the handbook,call the auditor,clean the tanks,paint the hall,send the invoices,test the alarms".split(
    ","
)
_KEYS = "port,timeout,retries,log level,cache size,user name,host,workers,interval,data folder,max connections,theme,language,buffer size".split(
    ","
)
_DOCS = "Budget,Inventory,Price list,Staff,Opening hours,Travel,Maintenance,Project plan,Rates,Stock".split(",")


_PLACES = "library,swimming pool,museum,town hall,archive,clinic,canteen,gym,workshop,school,harbour office,post office,bakery,theatre,depot,laboratory,hostel,garage".split(
    ","
)


def _person() -> str:
    return f"{random.choice(_FIRST)} {random.choice(_LAST)}"


def _money() -> str:
    amount = random.choice([random.randint(3, 99), random.randint(100, 999), random.randint(1000, 99999)])
    text = f"{amount:,}" if random.random() < 0.5 else str(amount)
    return random.choice(["{}", "£{}", "${}", "{} EUR", "€{}"]).format(text)


def _date() -> str:
    return random.choice(
        [f"{random.randint(1, 28)} {random.choice(_MONTHS)}", f"2025-{random.randint(1, 12):02}-{random.randint(1, 28):02}"]
    )


def _hours() -> str:
    return f"{random.randint(7, 11)}:{random.choice(['00', '30'])} to {random.randint(15, 21)}:00"


def _phone() -> str:
    return f"0{random.randint(100, 999)} {random.randint(100000, 999999)}"


_TABLES: list[tuple[str, Callable[[], list[str]], dict[str, tuple[Callable[[], str], list[str]]]]] = [
    ("Department", lambda: _TEAMS, {
        m: (_money, [f"what did {{r}} spend in {m}?", f"how much did {{r}} cost in {m}?", f"{{r}} {m}", f"{m} figure for {{r}}"])
        for m in _MONTHS}),
    ("Item", lambda: _GOODS, {
        "Price": (_money, ["what does the {r} cost?", "how much is the {r}?", "price of {r}", "how expensive is a {r}?"]),
        "In stock": (lambda: str(random.randint(0, 400)), ["how many of the {r} do we have?", "{r} stock", "is the {r} available?"]),
        "Supplier": (lambda: random.choice(_LAST) + " Ltd", ["who delivers the {r}?", "where do we buy the {r}?"]),
        "Shelf": (lambda: f"{random.choice('ABCDEF')}{random.randint(1, 30)}", ["where is the {r} kept?", "shelf of the {r}"])}),
    ("Name", lambda: [_person() for _ in range(14)], {
        "Role": (lambda: random.choice(_TEAMS) + " manager", ["what does {r} do?", "which role has {r}?", "who is {r}?"]),
        "Phone": (_phone, ["what is {r}'s phone number?", "phone number of {r}", "how can I call {r}?"]),
        "E-mail": (lambda: f"{random.choice(_LAST).lower()}@example.org", ["e-mail of {r}", "what is {r}'s mail address?"]),
        "Since": (lambda: str(random.randint(1995, 2024)), ["when did {r} start here?", "since when does {r} work here?"]),
        "Salary": (_money, ["what does {r} earn?", "salary of {r}"]),
        "Birthday": (_date, ["when is {r}'s birthday?"])}),
    ("Day", lambda: _DAYS, {
        "Hours": (_hours, ["when is it open on {r}?", "when does it close on {r}?", "{r} opening hours"]),
        "On duty": (_person, ["who is on duty on {r}?", "who works on {r}?"])}),
    ("Task", lambda: _TASKS, {
        "Who": (_person, ["who is to {r}?", "whose task is it to {r}?"]),
        "Until": (_date, ["by when do we have to {r}?", "deadline to {r}"]),
        "Status": (lambda: random.choice(["open", "done", "started", "waits for parts"]), ["is it done to {r}?"])}),
    ("City", lambda: _CITIES, {
        "Limit per night": (_money, ["what may a hotel in {r} cost?", "hotel limit in {r}"]),
        "Contact": (_person, ["who is our contact in {r}?"]),
        "Population": (lambda: f"{random.randint(20, 900)},000", ["how many people live in {r}?"]),
        "Flight": (lambda: f"{random.choice('KLTB')}{random.randint(100, 999)}", ["which flight goes to {r}?"])}),
]  # fmt: skip


def table() -> Row:
    """A row is asked for by what it is about and one of the columns; it is written in one of the ways of `_WRITTEN`."""
    first, subjects, columns = random.choice(_TABLES)
    names = random.sample(list(columns), min(len(columns), random.randint(2, 4)))
    pool = subjects()
    rows = random.sample(pool, min(len(pool) - 2, random.randint(3, 8)))
    cells = [[subject, *(columns[n][0]() for n in names)] for subject in rows]
    text, places = random.choice(_WRITTEN)([first, *names], cells)
    way, column, subject = random.random(), random.choice(names), random.choice(rows)
    question = random.choice(columns[column][1]).format(r=subject)
    start, end = places[rows.index(subject), names.index(column) + 1]
    if random.random() < 0.5:
        return _of_a_place(question, text, start, end)
    if way < 0.6:
        return _row(question, text, start, end)
    others = [n for n in columns if n not in names]
    if way < 0.8 or not others:
        missing = random.choice([p for p in pool if p not in rows])
        return _row(random.choice(columns[column][1]).format(r=missing), text)
    return _row(random.choice(columns[random.choice(others)][1]).format(r=subject), text)


def _of_a_place(question: str, text: str, start: int, end: int) -> Row:
    """The table is about a place, which is told before it; it is asked about that one, about none, or about another one."""
    place, other = random.sample(_PLACES, 2)
    head = random.choice(["{}. ", "{}: ", "# {}\n", "{}\n\n", "About the {}.\n", "{} › "]).format(
        random.choice([place, place.title()])
    )
    asked = random.choices([place, "", other], [0.45, 0.15, 0.4])[0]
    if asked:
        way = random.choice(["{q} at the {p}?", "{q} of the {p}?", "{q} in the {p}?", "at the {p}, {q}?"])
        question = way.format(q=question.rstrip("?"), p=asked)
        question = re.sub(
            r"^(when (?:is|does)|is) it\b(.*) (?:at|of|in) (the [\w ]+\?)$", lambda m: f"{m[1]} {m[3][:-1]}{m[2]}?", question
        )
    return _row(question, head + text) if asked == other else _row(question, head + text, start + len(head), end + len(head))


_Places = dict[tuple[int, int], tuple[int, int]]
"""Where the cell of a row and a column is in a text."""


def _barred(head: list[str], cells: list[list[str]]) -> tuple[str, _Places]:
    """Between bars, below the names of the columns: Markdown, HTML, pages."""
    title = f"{random.choice(_DOCS)} {random.randint(2018, 2026)}" if random.random() < 0.4 else random.choice(_DOCS)
    rule = "\n|" + "---|" * len(head) if random.random() < 0.4 else ""
    return _joined(
        f"{title}. | {' | '.join(head)} |{rule}\n", [["| ", *[""] * (len(head) - 1)] for _ in cells], cells, " | ", " |\n"
    )


def _named(head: list[str], cells: list[list[str]]) -> tuple[str, _Places]:
    """Each cell behind the name of its column: sheets and CSV."""
    before = [[("| " if not i else "") + f"{name}: " for i, name in enumerate(head)] for _ in cells]
    return _joined(f"{random.choice(_DOCS)}. " if random.random() < 0.5 else "", before, cells, " | ", " |\n")


def _records(head: list[str], cells: list[list[str]]) -> tuple[str, _Places]:
    """A line for each cell, behind its path: JSON and YAML."""
    name = random.choice(["rows", "items", "entries", random.choice(_DOCS).lower().replace(" ", "_")])
    keys = [h.lower().replace(" ", "_") for h in head]
    return _joined("", [[f"{name}[{i}].{key}: " for key in keys] for i in range(len(cells))], cells, "\n", "\n")


def _cards(head: list[str], cells: list[list[str]]) -> tuple[str, _Places]:
    """A block of lines for each row: forms, address books, lists of properties."""
    return _joined("", [[f"{name}: " for name in head] for _ in cells], cells, "\n", "\n\n")


_WRITTEN = (_barred, _barred, _named, _named, _records, _cards)


def _joined(text: str, before: list[list[str]], cells: list[list[str]], between: str, behind: str) -> tuple[str, _Places]:
    """The cells one behind the other, each with what stands before it."""
    places = {}
    for i, row in enumerate(cells):
        for k, cell in enumerate(row):
            text += before[i][k]
            places[i, k] = len(text), len(text) + len(cell)
            text += cell + (between if k < len(row) - 1 else behind)
    return text, places


def settings() -> Row:
    """Lines of a configuration or a record."""
    keys = random.sample(_KEYS, random.randint(4, 9))
    style = random.choice(["{} = {}", "{}: {}", "server.{}: {}", "{}={}"])
    written = [k.replace(" ", random.choice(["_", "-"])) for k in keys]
    lines = [
        style.format(k, random.choice([str(random.randint(1, 9000)), random.choice(_CITIES).lower(), "30s", "true"]))
        for k in written
    ]
    text = "\n".join(lines)
    key = random.choice(keys)
    asked = random.choice(["what is the {}?", "which {} is set?", "show me the {}", "{}", "what value does the {} have?"])
    if random.random() < 0.65:
        line = lines[keys.index(key)]
        start = text.index(line) + max(line.rfind("="), line.rfind(": ")) + 1
        return _row(asked.format(key), text, start + (text[start] == " "), text.index(line) + len(line))
    return _row(asked.format(random.choice([k for k in _KEYS if k not in keys])), text)


def contact() -> Row:
    """How somebody is reached, of which a part is not told."""
    name = _person()
    told = {
        "phone": (f"Phone: {_phone()}", ["what is {n}'s phone number?", "how can I call {n}?", "phone number of {n}"]),
        "mail": (f"Mail: {name.split()[0].lower()}@example.org", ["e-mail address of {n}", "where can I write to {n}?"]),
        "role": (f"{random.choice(_TEAMS)} manager", ["what does {n} do?", "what is {n}'s job?"]),
        "place": (f"Office: room {random.randint(100, 499)}", ["where is {n}'s office?", "which room is {n} in?"]),
        "home": (f"Lives in {random.choice(_CITIES)}", ["where does {n} live?"]),
        "age": (f"Born {_date()} {random.randint(1950, 2000)}", ["how old is {n}?", "when was {n} born?"]),
    }
    has = random.sample(list(told), random.randint(2, 3))
    before = random.choice([f"{name}\n", f"Best regards,\n{name}\n", f"Contact: {name}\n", f"{name} is new here. "])
    text = before + "\n".join(told[k][0] for k in has)
    if random.random() < 0.55:
        key = random.choice(has)
        return _row(
            random.choice(told[key][1]).format(n=name),
            text,
            text.index(told[key][0]),
            text.index(told[key][0]) + len(told[key][0]),
        )
    if random.random() < 0.7:
        return _row(random.choice(told[random.choice([k for k in told if k not in has])][1]).format(n=name), text)
    return _row(random.choice(told[random.choice(has)][1]).format(n=_person()), text)


def structured(many: int) -> Iterator[Row]:
    """So many."""
    for _ in range(many):
        yield random.choices([table, settings, contact], [0.6, 0.2, 0.2])[0]()


def _row(question: str, passage: str, start: int = -1, end: int = -1) -> Row:
    return {"source": "structured", "question": question, "passage": passage, "start": start, "end": end}
