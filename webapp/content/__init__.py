"""Documents in versions and three languages: lists, spoken lines, scripts, conduct cards (P2-4.2.2a to P2-4.4.4; design.md 3a).

A version never changes. One writes it, another approves it, and it is in force from a day; what a site is set up with is in force
at once. What became of a version is read from what was done with it.
"""
