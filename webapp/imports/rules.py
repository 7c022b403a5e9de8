"""How a CSV file is read: which encoding it is in, which of its columns are which, what is wrong with it by line and column."""

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from io import StringIO

BYTES_MOST, ROWS_MOST, CELL_MOST = 1024 * 1024, 2_000, 1_000
UTF8, GB, BIG5 = "utf-8-sig", "gb18030", "big5hkscs"
ENCODINGS = (UTF8, GB, BIG5)
CALCULATED = ("=", "+", "-", "@", "\t", "＝", "＋", "－", "＠")
SEPARATORS = ",;\t"
Words = Mapping[str, str]


def _words(hant: str, hans: str, en: str) -> Words:
    return {"zh-Hant": hant, "zh-Hans": hans, "en": en}


@dataclass(frozen=True)
class Column:
    """A column of a kind of file. `choices`: words of each value that may stand there; `several`: of more than one, between
    semicolons. `is_amount`: a minus before it is no formula."""

    key: str
    titles: Words
    example: str
    optional: bool = False
    choices: Mapping[str, Words] = field(default_factory=dict)
    several: bool = False
    is_amount: bool = False


@dataclass(frozen=True)
class Kind:
    """What a file may hold: its columns, and the operation whose roles may bring it in."""

    key: str
    operation: str
    columns: Sequence[Column]


LANGUAGE_NAMES = {
    "zh-Hant": _words("繁體中文", "繁体中文", "Traditional Chinese"),
    "zh-Hans": _words("簡體中文", "简体中文", "Simplified Chinese"),
    "en": _words("英文", "英文", "English"),
}
ROLE_NAMES = {
    "greeter": _words("樣板房迎賓接待員", "样板房迎宾接待员", "Greeter"),
    "water_bar": _words("水吧接待員", "水吧接待员", "Water bar"),
    "supervisor": _words("前期賣場經理", "前期卖场经理", "Sales-centre manager"),
    "supervisor_deputy": _words("副經理", "副经理", "Deputy"),
    "marketing_editor": _words("營銷編輯", "营销编辑", "Marketing editor"),
    "admin": _words("管理員", "管理员", "Administrator"),
}
CATEGORY_NAMES = {
    "beverage": _words("飲料", "饮料", "Drinks"),
    "tea": _words("茶葉", "茶叶", "Tea"),
    "cup_supplies": _words("杯具", "杯具", "Cups"),
    "toiletry": _words("衛生用品", "卫生用品", "Toiletries"),
    "cleaning": _words("清潔用品", "清洁用品", "Cleaning"),
    "shoe_cover": _words("鞋套", "鞋套", "Shoe covers"),
    "other": _words("其他", "其他", "Other"),
}
TRACKING_NAMES = {
    "consumable": _words("消耗", "消耗", "Used up"),
    "reusable": _words("重複使用", "重复使用", "Used again"),
}
STATE_NAMES = {
    "store": _words("庫房", "库房", "Store room"),
    "clean": _words("可用", "可用", "Ready for use"),
    "soiled": _words("待洗", "待洗", "Soiled"),
}
NAMES = (
    Column("name_hant", _words("名稱（繁）", "名称（繁）", "Name (traditional)"), "布鞋套", optional=True),
    Column("name_hans", _words("名稱（簡）", "名称（简）", "Name (simplified)"), "布鞋套", optional=True),
    Column("name_en", _words("名稱（英）", "名称（英）", "Name (English)"), "Cloth shoe covers", optional=True),
)
PEOPLE = Kind("people", "staff.add_person", (
    Column("key", _words("工號", "工号", "Staff number"), "A017"),
    Column("name", _words("姓名", "姓名", "Name"), "林靜怡"),
    Column("call_name", _words("稱呼", "称呼", "Called"), "靜怡"),
    Column("language", _words("語言", "语言", "Language"), "zh-Hant", choices=LANGUAGE_NAMES),
    Column("roles", _words("崗位", "岗位", "Roles"), "greeter", choices=ROLE_NAMES, several=True),
))  # fmt: skip
ITEMS = Kind("items", "stock.add_item", (
    Column("sku", _words("物品編號", "物品编号", "Item code"), "cover.cloth"),
    *NAMES,
    Column("category", _words("類別", "类别", "Category"), "shoe_cover", choices=CATEGORY_NAMES),
    Column("unit", _words("單位", "单位", "Unit"), "雙"),
    Column("tracking", _words("使用方式", "使用方式", "How it is used"), "reusable", choices=TRACKING_NAMES),
    Column("minimum", _words("最低庫存", "最低库存", "Minimum"), "30", is_amount=True),
    Column("par", _words("標準庫存", "标准库存", "Full"), "90", is_amount=True),
))  # fmt: skip
INVENTORY = Kind("inventory", "stock.list_thing", (
    Column("flat", _words("樣板房", "样板房", "Show flat"), "A"),
    Column("code", _words("物品編號", "物品编号", "Item code"), "living.vase"),
    *NAMES,
    Column("placing", _words("擺放", "摆放", "Placing"), "茶几中央", optional=True),
    Column("expected", _words("應有數量", "应有数量", "Expected"), "2", is_amount=True),
))  # fmt: skip
BALANCES = Kind("balances", "stock.count", (
    Column("place", _words("地點", "地点", "Place"), "store"),
    Column("item", _words("物品編號", "物品编号", "Item code"), "cover.cloth"),
    Column("state", _words("狀態", "状态", "State"), "store", choices=STATE_NAMES),
    Column("counted", _words("數量", "数量", "Quantity"), "120", is_amount=True),
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
    """One line: its number in the file, and its cells by the key of their column, choices as their values."""

    line: int
    cells: Mapping[str, str]


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


def read(text: str, kind: Kind) -> tuple[list[Row], list[Problem]]:
    """The rows of a file, and everything that is wrong with its shape and its choices."""
    lines, problems = _lines(text)
    if problems or not lines:
        return [], problems or [Problem(1, "", "empty")]
    heads, problems = _heads(lines[0][1], kind)
    if problems:
        return [], problems
    rows = []
    if len(lines) - 1 > ROWS_MOST:
        return [], [Problem(ROWS_MOST + 2, "", "too_many", str(ROWS_MOST))]
    for line, cells in lines[1:]:
        found = list(_wrong_cells(line, cells, heads))
        problems += found
        if not found:
            rows.append(Row(line, {column.key: _value(column, cell) for column, cell in zip(heads, cells, strict=False)}))
    if not rows and not problems:
        problems.append(Problem(2, "", "empty"))
    return rows, problems


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
        elif cell and column.choices and None in _chosen(column, cell):
            yield Problem(line, column.key, "not_offered")


def _chosen(column: Column, cell: str) -> list[str | None]:
    parts = [part for part in re.split("[;；、,，/]", cell) if part.strip()] if column.several else [cell]
    known = {word.casefold(): value for value, words in column.choices.items() for word in (value, *words.values())}
    return [known.get(part.strip().casefold()) for part in parts] or [None]


def _value(column: Column, cell: str) -> str:
    if not column.choices or not cell:
        return cell
    return ";".join(dict.fromkeys(value for value in _chosen(column, cell) if value))


def template(kind: Kind, language: str) -> str:
    """A file with the heads of its columns in a language and one line as an example."""
    text = StringIO()
    write = csv.writer(text)
    write.writerow([column.titles[language] for column in kind.columns])
    write.writerow([column.choices[column.example][language] if column.choices else column.example for column in kind.columns])
    return text.getvalue()
