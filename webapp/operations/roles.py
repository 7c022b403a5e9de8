"""Role names, as they stand in memberships and operations (guideline: who does what), and in words."""

from webapp.base.i18n import N_

GREETER = "greeter"
WATER_BAR = "water_bar"
SUPERVISOR = "supervisor"
DEPUTY = "supervisor_deputy"
MARKETING = "marketing_editor"
ADMIN = "admin"

FRONT = frozenset({GREETER, WATER_BAR})
DESK = frozenset({SUPERVISOR, DEPUTY, ADMIN})
EVERYONE = FRONT | DESK
OFFICE = DESK | {MARKETING}
"""Whoever signs in with an account."""
ALL_ROLES = EVERYONE | {MARKETING}

ROLE_NAMES = {
    GREETER: N_("Greeter"),
    WATER_BAR: N_("Water bar"),
    SUPERVISOR: N_("Sales-centre manager"),
    DEPUTY: N_("Deputy"),
    MARKETING: N_("Marketing editor"),
    ADMIN: N_("Administrator"),
}
