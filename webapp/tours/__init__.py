"""Parties of guests: arrival, shoe covers, seen off (P2-4.4.3a to P2-4.4.3f; domain section 0.3 and 0.5).

Two taps: the number tile is the arrival, "seen off" on its row is the end. A silent party ends by itself after 60 minutes.
"""
