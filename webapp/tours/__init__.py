"""Parties of guests: arrival, covers, tour, seen off (P2-4.4.1b, P2-4.4.3a to P2-4.4.4; domain 0.3 and 0.5).

Two taps: the number tile is the arrival, "seen off" on its row is the end. A silent party ends by itself after 60 minutes.
All else may be told then or later: how a party was received, what it needs care for, which lines were said, what guests asked. A
tour is either a party's or a rehearsal; the same prompter carries both.
"""
