"""Three languages, edited by hand. Tags in addresses (zh-Hant), folders with an underscore (zh_Hant), msgids in English."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from io import BytesIO
from pathlib import Path

from babel import Locale, UnknownLocaleError
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations
from flask import Flask, g, has_request_context, request
from flask_babel import Babel, Domain, force_locale, get_locale

LANGUAGES = ("zh-Hant", "zh-Hans", "en")
NAMES = {"zh-Hant": "繁體", "zh-Hans": "简体", "en": "English"}
DEFAULT = "zh-Hans"
CATALOGUES = Path(__file__).parent.parent.parent / "translations"


def N_(message: str) -> str:  # noqa: N802 - gettext's own name for "mark, do not translate yet"
    """Mark a text for the catalogues where it is declared; it is translated where it is shown."""
    return message


def negotiate(accepted: Iterable[tuple[str, float]], default: str = DEFAULT) -> str:
    """Our language for what a browser accepts. werkzeug's best_match sends zh-HK and zh-TW to the wrong script."""
    for tag, quality in accepted:
        if quality <= 0:
            continue
        try:
            locale = Locale.parse(tag.replace("-", "_"), sep="_", resolve_likely_subtags=True)
        except (ValueError, UnknownLocaleError):
            continue
        if locale.language == "en":
            return "en"
        if locale.language in {"zh", "yue"}:
            traditional = locale.script == "Hant" or (not locale.script and locale.territory in {"HK", "TW", "MO"})
            return "zh-Hant" if traditional else "zh-Hans"
    return default


def language() -> str:
    """The language of this answer: set by the address or the account, else negotiated."""
    if not has_request_context():
        return "en"
    chosen = g.get("language")
    return str(chosen) if chosen in LANGUAGES else negotiate(request.accept_languages)


@contextmanager
def written_in(tag: str) -> Iterator[None]:
    """What is worded within is in this language, whatever the reader's is: a sheet of paper has one of its own."""
    before = g.get("language")
    g.language = tag
    try:
        with force_locale(tag.replace("-", "_")):
            yield
    finally:
        g.language = before


def words(texts: Mapping[str, str], wanted: str | None = None) -> str:
    """A recorded text in the reader's language, else in whichever it has (content is never withheld for want of a translation)."""
    tag = wanted or language()
    return texts.get(tag) or next((texts[each] for each in LANGUAGES if texts.get(each)), "")


@lru_cache
def catalogue(folder: Path) -> NullTranslations:
    """The texts of a language, read once a process; none for English, whose texts stand in the code."""
    source = folder / "LC_MESSAGES" / "messages.po"
    return Translations(BytesIO(compiled(source.read_bytes()))) if source.exists() else NullTranslations()


def compiled(texts: bytes) -> bytes:
    """What gettext reads, made of an edited .po file."""
    made = BytesIO()
    write_mo(made, read_po(BytesIO(texts)))
    return made.getvalue()


@lru_cache
def spoken(locale: Locale | None) -> NullTranslations:
    """The texts that are asked for some hundred times a page."""
    return catalogue(CATALOGUES / str(locale or "en"))


class Catalogues(Domain):
    """The edited .po files as they are: nothing is compiled beside them, for a service cannot write where its program stands."""

    def get_translations(self) -> NullTranslations:
        return spoken(get_locale())


class _Babel(Babel):
    domain_instance = Catalogues()  # type: ignore[no-untyped-call]


def init_app(app: Flask) -> None:
    """Translate by the language of the address, the account or the browser, in that order."""
    app.config.update(BABEL_DEFAULT_LOCALE="en", BABEL_DEFAULT_TIMEZONE="UTC")
    _Babel(app, locale_selector=lambda: language().replace("-", "_"))  # type: ignore[no-untyped-call]
    app.jinja_env.globals.update(language=language, LANGUAGES=LANGUAGES, LANGUAGE_NAMES=NAMES)
    app.jinja_env.filters["words"] = words
