"""How a CSV file is read: which encoding it is in, which of its columns are which, what is wrong with it by line and column."""

import csv
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from io import StringIO

BYTES_MOST, ROWS_MOST, CELL_MOST = 1024 * 1024, 2_000, 1_000
UTF8, GB, BIG5 = "utf-8-sig", "gb18030", "big5hkscs"
ENCODINGS = (UTF8, GB, BIG5)
CALCULATED = ("=", "+", "-", "@", "\t", "＝", "＋", "－", "＠")
SEPARATORS = ",;\t"
FRACTION = re.compile(r"[.．]\d*[1-9１-９]")
Words = Mapping[str, str]


def _words(hant: str, hans: str, en: str) -> Words:
    return {"zh-Hant": hant, "zh-Hans": hans, "en": en}


@dataclass(frozen=True)
class Column:
    """A column of a kind of file. `choices`: the word that pages have for each value that may stand there; `also`: other words
    that are taken for it. `several`: of more than one, between semicolons. `is_amount`: a minus before it is no formula.
    `is_whole`: counted one by one, as at a tablet."""

    key: str
    titles: Words
    example: str | Words
    optional: bool = False
    choices: Mapping[str, Words] = field(default_factory=dict)
    also: Mapping[str, Sequence[str]] = field(default_factory=dict)
    several: bool = False
    is_amount: bool = False
    is_whole: bool = False

    def shown(self, language: str) -> str:
        """The example as somebody who reads this language would type it."""
        if isinstance(self.example, str):
            return self.choices[self.example][language] if self.choices else self.example
        return self.example[language]


@dataclass(frozen=True)
class Kind:
    """What a file may hold: its columns, and the operation whose roles may bring it in."""

    key: str
    operation: str
    columns: Sequence[Column]


LANGUAGE_NAMES = {
    "zh-Hant": _words("繁體", "繁體", "繁體"),
    "zh-Hans": _words("简体", "简体", "简体"),
    "en": _words("English", "English", "English"),
}
LANGUAGES_ALSO = {
    "zh-Hant": ("繁體中文", "繁体中文", "繁体", "Traditional Chinese"),
    "zh-Hans": ("簡體中文", "简体中文", "簡體", "Simplified Chinese"),
    "en": ("英文", "英語", "英语"),
}
ROLE_NAMES = {
    "greeter": _words("迎賓", "迎宾", "Greeter"),
    "water_bar": _words("水吧", "水吧", "Water bar"),
    "supervisor": _words("主管", "主管", "Sales-centre manager"),
    "supervisor_deputy": _words("主管代理", "主管代理", "Deputy"),
    "marketing_editor": _words("營銷編輯", "营销编辑", "Marketing editor"),
    "admin": _words("管理員", "管理员", "Administrator"),
}
ROLES_ALSO = {
    "greeter": ("樣板房迎賓接待員", "样板房迎宾接待员"),
    "water_bar": ("水吧接待員", "水吧接待员"),
    "supervisor": ("前期賣場經理", "前期卖场经理"),
    "supervisor_deputy": ("副經理", "副经理"),
}
CATEGORY_NAMES = {
    "beverage": _words("飲料", "饮料", "Drinks"),
    "tea": _words("茶葉", "茶叶", "Tea"),
    "cup_supplies": _words("杯具及配套", "杯具及配套", "Cups and accessories"),
    "toiletry": _words("衛生用品", "卫生用品", "Toiletries"),
    "cleaning": _words("清潔用品", "清洁用品", "Cleaning"),
    "shoe_cover": _words("鞋套", "鞋套", "Shoe covers"),
    "other": _words("其他", "其他", "Something else"),
}
CATEGORIES_ALSO = {"cup_supplies": ("杯具", "Cups"), "other": ("Other",)}
TRACKING_NAMES = {
    "consumable": _words("消耗品", "消耗品", "Used up"),
    "reusable": _words("重複使用", "重复使用", "Used again"),
}
TRACKINGS_ALSO = {"consumable": ("消耗", "一次性"), "reusable": ("清洗後重複使用", "清洗后重复使用")}
STATE_NAMES = {
    "store": _words("儲藏間", "储藏间", "Store room"),
    "clean": _words("可用", "可用", "Ready for use"),
    "soiled": _words("待洗", "待洗", "Soiled"),
}
STATES_ALSO = {"store": ("庫房", "库房")}


def _names(hant: str, hans: str, en: str) -> tuple[Column, ...]:
    """The three columns of a name; one of them is enough."""
    return (
        Column("name_hant", _words("名稱（繁）", "名称（繁）", "Name (traditional)"), hant, optional=True),
        Column("name_hans", _words("名稱（簡）", "名称（简）", "Name (simplified)"), hans, optional=True),
        Column("name_en", _words("名稱（英）", "名称（英）", "Name (English)"), en, optional=True),
    )


PEOPLE = Kind("people", "staff.add_person", (
    Column("key", _words("工號", "工号", "Staff number"), "A017"),
    Column("name", _words("姓名", "姓名", "Name"), _words("李雅雯", "李雅雯", "Li Yawen")),
    Column("call_name", _words("稱呼", "称呼", "Called"), _words("雅雯", "雅雯", "Yawen")),
    Column("language", _words("語言", "语言", "Language"), "zh-Hant", choices=LANGUAGE_NAMES, also=LANGUAGES_ALSO),
    Column("roles", _words("崗位", "岗位", "Roles"), "greeter", choices=ROLE_NAMES, also=ROLES_ALSO, several=True),
))  # fmt: skip
ITEMS = Kind("items", "stock.add_item", (
    Column("sku", _words("物品編號", "物品编号", "Item code"), "cover.cloth"),
    *_names("布鞋套", "布鞋套", "Cloth shoe covers"),
    Column("category", _words("類別", "类别", "Category"), "shoe_cover", choices=CATEGORY_NAMES, also=CATEGORIES_ALSO),
    Column("unit", _words("單位", "单位", "Unit"), _words("雙", "双", "pairs")),
    Column("tracking", _words("使用方式", "使用方式", "How it is used"), "reusable", choices=TRACKING_NAMES, also=TRACKINGS_ALSO),
    Column("minimum", _words("最低庫存", "最低库存", "Minimum"), "120", is_amount=True),
    Column("par", _words("標準庫存", "标准库存", "Full"), "300", is_amount=True),
))  # fmt: skip
INVENTORY = Kind("inventory", "stock.list_thing", (
    Column("flat", _words("樣板房", "样板房", "Show flat"), "A"),
    Column("code", _words("物品編號", "物品编号", "Item code"), "living.vase"),
    *_names("花瓶", "花瓶", "Vase"),
    Column("placing", _words("擺放", "摆放", "Placing"),
           _words("茶几中央", "茶几中央", "Middle of the coffee table"), optional=True),
    Column("expected", _words("應有數量", "应有数量", "Expected"), "1", is_amount=True, is_whole=True),
))  # fmt: skip
BALANCES = Kind("balances", "stock.count", (
    Column("place", _words("地點", "地点", "Place"), "store"),
    Column("item", _words("物品編號", "物品编号", "Item code"), "cover.cloth"),
    Column("state", _words("狀態", "状态", "State"), "store", choices=STATE_NAMES, also=STATES_ALSO),
    Column("counted", _words("數量", "数量", "Quantity"), "120", is_amount=True, is_whole=True),
))  # fmt: skip
KINDS = {kind.key: kind for kind in (PEOPLE, ITEMS, INVENTORY, BALANCES)}


@dataclass(frozen=True)
class Problem:
    """What is wrong, by line of the file and key of the column ('' the whole line); a word for it, and what it is about."""

    line: int
    column: str
    code: str
    about: str = ""


@dataclass(frozen=True)
class Row:
    """One line: its number in the file, and its cells by the key of their column, choices as their values, as they were typed
    where there is no such choice."""

    line: int
    cells: Mapping[str, str]


@dataclass(frozen=True)
class Sheet:
    """A file as its rows, and everything that is wrong with its shape and its choices. `heads`: the keys of its columns as they
    stand in it. A row with something wrong is among the rows: what else is wrong with it is told in the same round."""

    heads: Sequence[str]
    rows: Sequence[Row]
    problems: Sequence[Problem]


def in_order(problems: Iterable[Problem], heads: Sequence[str]) -> list[Problem]:
    """What is wrong as somebody goes through the file: by line, then by column; of one cell only what was found first."""
    first: dict[tuple[int, str, str], Problem] = {}
    for each in problems:
        first.setdefault((each.line, each.column, "" if each.column else each.about), each)
    places = {key: place for place, key in enumerate(heads)}
    return sorted(first.values(), key=lambda each: (each.line, places.get(each.column, len(places)) if each.column else -1))


def encodings(raw: bytes) -> list[str]:
    """The encodings in which these bytes are a text, the likeliest first; UTF-8 alone where they are that."""
    possible = [each for each in ENCODINGS if _decodes(raw, each)]
    if UTF8 in possible:
        return [UTF8]
    return sorted(possible, key=lambda each: (-_known_heads(raw.decode(each)), -_plain(raw, each)))


def _decodes(raw: bytes, encoding: str) -> bool:
    try:
        text = raw.decode(encoding)
    except UnicodeDecodeError:
        return False
    return "\0" not in text


def _known_heads(text: str) -> int:
    """How many heads of columns we know in the first line."""
    first = text.partition("\n")[0]
    known = {_plain_title(title) for kind in KINDS.values() for column in kind.columns for title in _titles(column)}
    return sum(_plain_title(cell) in known for cell in re.split(f"[{SEPARATORS}]", first))


def _plain(raw: bytes, encoding: str) -> float:
    """The share of its two-byte signs that are in everyday use: the first plane of either character set."""
    pairs = re.findall(rb"[\x81-\xfe][\x40-\x7e\x80-\xfe]", raw)
    low, high, least = (0xB0, 0xD7, 0xA1) if encoding == GB else (0xA4, 0xC6, 0x40)
    return sum(1 for pair in pairs if low <= pair[0] <= high and pair[1] >= least) / (len(pairs) or 1)


def _titles(column: Column) -> set[str]:
    return {column.key, *column.titles.values()}


def _plain_title(text: str) -> str:
    return "".join(text.replace("(", "（").replace(")", "）").split()).strip('"').casefold()


def read(text: str, kind: Kind) -> Sheet:
    """A file as it was sent."""
    lines, problems = _lines(text)
    if problems or not lines:
        return Sheet((), (), problems or [Problem(1, "", "empty")])
    heads, problems = _heads(lines[0][1], kind)
    keys = [column.key for column in heads]
    if problems:
        return Sheet(keys, (), problems)
    if len(lines) == 1 or len(lines) - 1 > ROWS_MOST:
        too_many = Problem(ROWS_MOST + 2, "", "too_many", str(ROWS_MOST))
        return Sheet(keys, (), [Problem(2, "", "empty") if len(lines) == 1 else too_many])
    rows = [_row(line, cells, heads) for line, cells in lines[1:]]
    return Sheet(keys, rows, [each for line, cells in lines[1:] for each in _wrong_cells(line, cells, heads)])


def _lines(text: str) -> tuple[list[tuple[int, list[str]]], list[Problem]]:
    """Every line that is not blank, with the number it begins at."""
    first = text.partition("\n")[0]
    reader = csv.reader(StringIO(text, newline=""), delimiter=max(SEPARATORS, key=first.count), strict=True)
    found, begins = [], 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                found.append((begins, [cell.strip() for cell in cells]))
            begins = reader.line_num + 1
    except csv.Error:
        return [], [Problem(begins, "", "broken")]
    return found, []


def _heads(cells: Sequence[str], kind: Kind) -> tuple[list[Column], list[Problem]]:
    by_title = {_plain_title(title): column for column in kind.columns for title in _titles(column)}
    found: list[Column] = []
    problems = []
    for cell in cells:
        column = by_title.get(_plain_title(cell))
        if column is None or column in found:
            problems.append(Problem(1, "", "unknown_column" if column is None else "twice", cell[:40]))
        else:
            found.append(column)
    missing = [column for column in kind.columns if not column.optional and column not in found]
    return found, problems + [Problem(1, column.key, "missing_column") for column in missing]


def _wrong_cells(line: int, cells: Sequence[str], heads: Sequence[Column]) -> Iterator[Problem]:
    if len(cells) > len(heads) and any(cells[len(heads) :]):
        yield Problem(line, "", "too_many_cells", str(len(heads)))
    for place, column in enumerate(heads):
        cell = cells[place] if place < len(cells) else ""
        if not cell and not column.optional:
            yield Problem(line, column.key, "required")
        elif len(cell) > CELL_MOST:
            yield Problem(line, column.key, "too_long", str(CELL_MOST))
        elif cell.startswith(CALCULATED) and not (column.is_amount and cell[0] in "-－"):
            yield Problem(line, column.key, "formula", cell[0])
        elif column.is_whole and FRACTION.search(cell):
            yield Problem(line, column.key, "fraction", "1")
        elif cell and column.choices and None in _chosen(column, cell):
            yield Problem(line, column.key, "not_offered")


def _row(line: int, cells: Sequence[str], heads: Sequence[Column]) -> Row:
    padded = [*cells, *[""] * len(heads)]
    return Row(line, {column.key: _value(column, cell) for column, cell in zip(heads, padded, strict=False)})


def _chosen(column: Column, cell: str) -> list[str | None]:
    parts = [part for part in re.split("[;；、,，/]", cell) if part.strip()] if column.several else [cell]
    known = {
        word.casefold(): value
        for value, words in column.choices.items()
        for word in (value, *words.values(), *column.also.get(value, ()))
    }
    return [known.get(part.strip().casefold()) for part in parts] or [None]


def _value(column: Column, cell: str) -> str:
    if not column.choices or not cell:
        return cell
    chosen = _chosen(column, cell)
    return cell if None in chosen else ";".join(dict.fromkeys(str(value) for value in chosen))


def template(kind: Kind, language: str) -> str:
    """A file with the heads of its columns in a language and one line as an example."""
    text = StringIO()
    write = csv.writer(text)
    write.writerow([column.titles[language] for column in kind.columns])
    write.writerow([column.shown(language) for column in kind.columns])
    return text.getvalue()
