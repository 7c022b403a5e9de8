"""A day at the water bar."""

from webapp.demo.checks import ready, tick
from webapp.demo.log import Log
from webapp.demo.names import named
from webapp.demo.places import BAR_LEFT
from webapp.demo.posts import relieve


def bar_day(log: Log, late: str) -> None:
    """A day at the bar: 蘇曉彤, in a week until 馬文靜 comes."""
    place, post = named("place", "bar"), named("post", "bar")
    log.keep(log.at("08:36"), "su", "shifts.take_post", post=post)
    ready(log, "su", "bar", log.at("08:37"))
    log.keep(log.at("08:37"), "su", "custody.take", asset=named("thing", "R-2"))
    tick(log, "su", "check.bar_opening", "bar", log.at("08:40"), {"bar_open.fridge": "4"})
    for minute, (sku, quantity) in enumerate((("milk.fresh", "3000"), ("tea.green", "250"), ("cup.paper", "100"))):
        log.keep(log.at("08:55", minute), "su", "stock.draw", item=named("item", sku), place=place, store=named("place", "store"),
                 quantity=quantity)  # fmt: skip
    log.keep(log.at("15:10"), "su", "stock.write_off", item=named("item", "milk.fresh"), place=place, state="clean",
             quantity="250", reason="spilt")  # fmt: skip
    if late != "su":
        relieve(log, "su", late, "bar", "13:30", "橙汁只夠兩天。")
        tick(log, late, "check.bar_hygiene", "bar", log.at("14:10"), {"bar_hygiene.disinfect": "36", "bar_hygiene.time": "15"})
    log.keep(log.at("15:30"), late, "duty.remark", place=place, post=post, category="stock", text="橙汁只夠兩天。")
    for minute, (sku, left) in enumerate(BAR_LEFT):
        log.keep(log.at("17:40", minute), late, "stock.count", item=named("item", sku), place=place, state="clean", counted=left)
    tick(log, late, "check.bar_closing", "bar", log.at("17:45"), {})
    log.keep(log.at("18:07"), late, "custody.give_back", asset=named("thing", "R-2"))
    log.keep(log.at("18:08"), late, "shifts.leave_post", post=post)
