"""The demo site of the pages' tests, for those who look at photos."""

from tests.pages.conftest import demo_template  # noqa: F401 - a fixture
from tests.pages.conftest import site as demo_site  # noqa: F401 - a fixture
