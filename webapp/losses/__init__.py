"""What tablets recorded and we do not have: gaps, stores that are gone, declared losses, completeness (P2-4.4.7b)."""
