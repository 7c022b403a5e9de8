"""The two Chinese catalogues are whole, edited, and written as people write."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from babel.messages.catalog import Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parents[2]
HAN = "\u4e00-\u9fff"
SCRIPTS = ("zh_Hant", "zh_Hans")
METHODS = [("**.py", "python"), ("**.html", "jinja2")]
KEYWORDS = {"_": None, "gettext": None, "N_": None, "_l": None, "lazy_gettext": None, "ngettext": (1, 2)}
ONLY_HANT = frozenset("異備註複崗盤點記錄離線傳設處檢樣門賓數簽務網絡雙還後給經與這裏")
ONLY_HANS = frozenset("异备岗盘点记录离线传设处检样门宾数签务网络双还给经与这")


def messages(script: str) -> list[Message]:
    with (ROOT / "translations" / script / "LC_MESSAGES" / "messages.po").open("rb") as source:
        return [message for message in read_po(source) if message.id]


def source_of(message: Message) -> str:
    return message.id[0] if isinstance(message.id, tuple) else message.id


def texts(message: Message) -> list[str]:
    return list(message.string) if isinstance(message.string, (list, tuple)) else [message.string]


def every() -> list[tuple[str, str, str]]:
    return [(script, source_of(message), text) for script in SCRIPTS for message in messages(script) for text in texts(message)]


def faults(wrong) -> list[tuple[str, str, str]]:
    return [each for each in every() if wrong(each[2])]


@pytest.mark.parametrize("script", SCRIPTS)
def test_every_text_of_the_pages_is_translated(script):
    options = {"**.html": {"silent": "false"}}
    found = extract_from_dir(str(ROOT / "webapp"), METHODS, options, keywords=KEYWORDS)
    wanted = {each[2][0] if isinstance(each[2], tuple) else each[2] for each in found}
    assert sorted(wanted - {source_of(message) for message in messages(script)}) == []


@pytest.mark.parametrize("script", SCRIPTS)
def test_no_translation_is_missing_or_guessed(script):
    assert not [message.id for message in messages(script) if message.fuzzy or not all(texts(message))]


def test_figures_stand_in_the_translation_as_in_the_source():
    slots = re.compile(r"%\(\w+\)s")
    assert not [each for each in every() if set(slots.findall(each[1])) - {"%(num)s"} != set(slots.findall(each[2])) - {"%(num)s"}]


def test_punctuation_between_han_is_full_width():
    assert not faults(lambda text: re.search(rf"[{HAN}][,;:!?.()]|[,;:!?()][{HAN}]", re.sub(r"%\(\w+\)s", "", text)))


def test_han_and_digits_stand_apart():
    assert not faults(lambda text: re.search(rf"[{HAN}][0-9A-Za-z]|[0-9A-Za-z][{HAN}]", re.sub(r"%\(\w+\)s", "", text)))


def test_staff_are_addressed_without_a_pronoun():
    assert not faults(lambda text: re.search("[您你]", text))


def test_nothing_cheers_or_blames():
    assert not faults(
        lambda text: re.search(
            "！|!|成功|操作失敗|操作失败|未知錯誤|未知错误|(?<!置業)顧問|(?<!置业)顾问|導覽|导览|上茶|逾時|逾期", text
        )
    )


ELSEWHERE = {
    "zh_Hant": "帳號 帳戶 登錄 匯入 匯出 文件 文檔 伺服器 網路 軟體 資訊 設置 預設 列印 螢幕 視頻 数据 數據 樓盤 案場經理 "
    "部平板 聯絡 儲存 裡 臺 默認 用戶 鏈接 信息 點擊",
    "zh_Hans": "帐号 账户 登入 汇入 档案 文档 伺服器 设定 打印机 楼盘 案场经理 部平板 联络 储存 缺省 用户 点击 信息",
}
"""What others say for what has one word here: account, sign in, import, file, server, settings, project, manager, storage."""


@pytest.mark.parametrize("script", SCRIPTS)
def test_a_thing_has_one_word_in_a_language(script):
    others = ELSEWHERE[script].split()
    assert not [(each[1], word) for each in every() if each[0] == script for word in others if word in each[2]]


NOT_ENGLISH_HERE = re.compile(r"supervisor|N/A|\breadiness\b|\bmanned\b|[a-z]'", re.IGNORECASE)
"""Manager, does not apply, ready for duty, somebody at the post; and an apostrophe is curly."""


def said_in(content: object) -> Iterator[str]:
    """Every English text of content that is delivered."""
    if isinstance(content, dict):
        yield from (value for key, value in content.items() if key == "en" and isinstance(value, str))
        yield from (text for value in content.values() for text in said_in(value))
    if isinstance(content, list):
        yield from (text for value in content for text in said_in(value))


def test_a_thing_has_one_word_in_english_on_pages_and_in_content():
    files = sorted((ROOT / "webapp" / "content" / "files").glob("*.yaml"))
    content = [text for file in files for text in said_in(yaml.safe_load(file.read_text("utf-8")))]
    assert len(content) > 300
    pages = [source_of(message) for message in messages("zh_Hant")]
    assert [text for text in (*pages, *content) if NOT_ENGLISH_HERE.search(text)] == []


def test_english_imports_and_does_not_bring_in():
    assert not [each[1] for each in every() if re.search(r"\b(bring|brought) in\b", each[1], re.IGNORECASE)]


def test_quotation_marks_belong_to_the_script():
    assert not [each for each in every() if each[0] == "zh_Hant" and re.search("[“”]", each[2])]
    assert not [each for each in every() if each[0] == "zh_Hans" and re.search("[「」]", each[2])]


@pytest.mark.parametrize(("script", "strange"), [("zh_Hant", ONLY_HANS), ("zh_Hans", ONLY_HANT)])
def test_each_catalogue_keeps_its_script(script, strange):
    assert not [each for each in every() if each[0] == script and strange & set(each[2])]
