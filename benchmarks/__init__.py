"""What `make bench` runs: our ways beside the least that could do the same work."""
