"""Umbrellas at the door: a package that only a test has, to see that a new one needs no script of its own."""
