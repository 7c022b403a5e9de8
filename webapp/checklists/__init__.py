"""Checks of a day, item by item (P2-4.2.1, P2-4.4.2c, P2-4.4.6b; domain section 0.6).

A run is a checklist at a place on a local day. Each item answered is an operation of its own; the last answer by order counts,
earlier ones stay.
"""
