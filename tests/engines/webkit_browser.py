"""A WebKitGTK browser with a profile on the disk that WebKitWebDriver may drive: `webkit_browser.py PROFILE`.

Debian's own MiniBrowser forgets everything at its end when it is driven. Run by the system's Python, which has the bindings, and
by nothing of ours: whatever WebKitWebDriver adds to the command line is left unread.
"""

import sys
from pathlib import Path

import gi

gi.require_version("Gtk", "3.0")
gi.require_version("WebKit2", "4.1")
from gi.repository import Gtk, WebKit2  # noqa: E402 - the versions come first

NAME = "MiniBrowser"
"""WebKitWebDriver drives no browser of another name than it was asked for, and asks for this one by itself."""


class Browser:
    def __init__(self, profile: Path) -> None:
        folders = {"base_data_directory": str(profile / "data"), "base_cache_directory": str(profile / "cache")}
        self.context = WebKit2.WebContext(website_data_manager=WebKit2.WebsiteDataManager(**folders))
        cookies = self.context.get_cookie_manager()
        cookies.set_persistent_storage(str(profile / "cookies.sqlite"), WebKit2.CookiePersistentStorage.SQLITE)
        self.context.set_preferred_languages(["zh-HK", "zh", "en"])
        self.context.set_automation_allowed(True)
        self.context.connect("automation-started", self.driven)
        self.window = Gtk.Window(default_width=1180, default_height=820, decorated=False)
        self.window.connect("destroy", Gtk.main_quit)

    def driven(self, _context: WebKit2.WebContext, session: WebKit2.AutomationSession) -> None:
        told = WebKit2.ApplicationInfo()
        told.set_name(NAME)
        told.set_version(WebKit2.get_major_version(), WebKit2.get_minor_version(), WebKit2.get_micro_version())
        session.set_application_info(told)
        session.connect("create-web-view", self.view)

    def view(self, _session: WebKit2.AutomationSession) -> WebKit2.WebView:
        made = WebKit2.WebView(web_context=self.context, is_controlled_by_automation=True)
        self.window.add(made)
        self.window.show_all()
        return made


if __name__ == "__main__":
    browser = Browser(Path(sys.argv[1]))
    Gtk.main()
