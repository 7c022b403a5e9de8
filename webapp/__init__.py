"""Threshold (迎門): a property developer's show flat, from the door to the supervisor, offline."""
