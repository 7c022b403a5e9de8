"""Projects, their places, show flats and posts (P2-1, P2-4.3.1): the reference data everything else names."""
