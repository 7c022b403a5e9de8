"""The demo site of the pages' tests, for those who are not meant to come in."""

from tests.pages.conftest import demo_template, shown, site  # noqa: F401 - fixtures
