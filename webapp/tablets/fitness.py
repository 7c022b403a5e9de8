"""What a browser has to be able to do before it is made a tablet, in words: each point, and how it is mended.

A file of its own, for a page with nobody's name on it is no part of enrolment. The script tries each point by its key.
"""

from webapp.base.i18n import N_

APPS = (
    ("DingTalk", N_("DingTalk")),
    ("wxwork/", N_("WeCom")),
    ("MicroMessenger/", N_("WeChat")),
    (" QQ/", N_("QQ")),
    ("Lark/", N_("Feishu")),
    ("Feishu", N_("Feishu")),
    ("AlipayClient/", N_("Alipay")),
    ("Weibo", N_("Weibo")),
)
"""How apps name themselves that have a browser inside. QQ’s real browser says MQQBrowser/ alone; WeCom says WeChat’s name too."""


def in_app(agent: str) -> str:
    """The app inside which this page was opened, '' in a browser proper. On an iPad such a page has no worker at all."""
    return next((name for mark, name in APPS if mark in agent), "")


HOME_SCREEN = N_("In Safari tap Share, then Add to Home Screen, in Chrome ⋮, then Install app; then open it from the home screen.")
POINTS = (
    (
        "secure",
        N_("The address is trusted"),
        N_("Open the address with https. On a site with a root of its own, trust that root first."),
        "over",
    ),
    (
        "browser",
        N_("The browser is new enough"),
        N_("Bring the tablet up to date: iPadOS 16.4, Chrome or Edge 111, or newer."),
        "over",
    ),
    (
        "store",
        N_("What is recorded can be kept"),
        N_("Leave the private window; allow this site to keep data in the settings of the browser."),
        "over",
    ),
    (
        "worker",
        N_("Pages open without a network"),
        N_("Leave the private window and the browsers inside other apps: use Safari on an iPad, Chrome on Android."),
        "over",
    ),
    (
        "installed",
        N_("Opened from the home screen"),
        HOME_SCREEN,
        "soon",
    ),
    (
        "persist",
        N_("The browser keeps it for good"),
        N_("The browser may clear what it keeps when it needs room. Add the site to the home screen and open it from there."),
        "soon",
    ),
    (
        "space",
        N_("There is room on the tablet"),
        N_("Less than 500 MB are left: delete films and apps that are not needed."),
        "over",
    ),
    (
        "clock",
        N_("The clock is right"),
        N_("It is more than two minutes off: in the settings, let date and time be set automatically."),
        "over",
    ),
    (
        "camera",
        N_("The camera can be used"),
        N_("Tap the button. If it stays like this, allow the camera for this site in the settings."),
        "soon",
    ),
)
"""Key, what holds, what to do where it does not, and how loud (soon, over)."""
