"""Role names, as they stand in memberships and operations (guideline: who does what)."""

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
