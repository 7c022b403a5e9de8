"""Photos by the SHA-256 of their bytes: an entry names them, they come by a request of their own (E1, P2-4.4.2c; design 3a)."""
