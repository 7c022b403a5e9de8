"""Who holds which key, radio, card or umbrella, and what has become of it (保管, P2-4.3.1f). State is a fold over events."""
