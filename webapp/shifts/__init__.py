"""Who is on which post, and when a shift is (P2-3.1, P2-4.4.7a). Taking a post is evidence of presence, not attendance."""
