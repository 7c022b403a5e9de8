"""Which browsers are no browsers of their own, and what is asked of one before it becomes a tablet."""

import pytest

from webapp.tablets.fitness import POINTS, in_app

IPAD = "Mozilla/5.0 (iPad; CPU OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
ANDROID = "Mozilla/5.0 (Linux; Android 13; SM-X700) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/116.0.0.0 "


@pytest.mark.parametrize(("agent", "app"), [
    (IPAD + "Mobile/15E148 MicroMessenger/8.0.49(0x18003130) NetType/WIFI Language/zh_CN", "WeChat"),
    (ANDROID + "Safari/537.36 wxwork/4.1.22 MicroMessenger/7.0.1 Language/zh", "WeCom"),
    (IPAD + "Mobile/15E148 AliApp(DingTalk/7.5.20) com.laiwang.DingTalk/32827467", "DingTalk"),
    (ANDROID + "MQQBrowser/6.2 TBS/046247 Mobile Safari/537.36 V1_AND_SQ_8.9.80 QQ/8.9.80.12440", "QQ"),
    (ANDROID + "Mobile Safari/537.36 Lark/7.20.6 LarkLocale/zh_CN", "Feishu"),
    (IPAD + "Mobile/15E148 AliApp(AP/10.5.96) AlipayClient/10.5.96", "Alipay"),
    (ANDROID + "Mobile Safari/537.36 Weibo (samsung-SM-X700__weibo__14.6.3)", "Weibo"),
])  # fmt: skip
def test_a_browser_inside_another_app_is_known(agent: str, app: str):
    assert in_app(agent) == app


@pytest.mark.parametrize("agent", [
    "", IPAD + "Version/17.5 Mobile/15E148 Safari/604.1",
    "Mozilla/5.0 (Linux; Android 13) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36",
    ANDROID + "MQQBrowser/15.1 Mobile Safari/537.36", "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Safari/605.1.15",
])  # fmt: skip
def test_a_browser_of_its_own_is_let_be(agent: str):
    assert in_app(agent) == ""


def test_each_point_has_its_remedy():
    assert len({key for key, *_ in POINTS}) == len(POINTS) == 9
    assert all(holds and mend and tone in ("soon", "over") for _key, holds, mend, tone in POINTS)
