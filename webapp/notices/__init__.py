"""The inbox of whoever works at a desk: what wants to be known or seen to, told once each (P2-4.1.3, P2-4.4.2c, P2-4.4.6b)."""
