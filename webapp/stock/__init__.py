"""Things and how many there are: shoe covers and supplies (P2-4.1.5a, P2-4.4.2c, P2-4.4.3b, P2-4.3.2f; domain section 0.2 and 0.3).

Covers go store → clean → in use → soiled → laundry → clean. An arrival writes clean → in use; that a party's covers are soiled
when it is gone is derived (webapp/tours/queries.py), never written, so `in_use` here is all that ever went out.
"""
