"""Corrective actions (整改): what was found wrong, who mends it until when, and who looked at it afterwards (P2-4.1.3, P2-4.4.2c,
P2-4.4.6a, P2-4.4.6b; domain.md 1.4).

That it was opened, done or judged are facts; how it stands is derived from them (rules.py).
"""
