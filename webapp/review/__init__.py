"""The supervisor's page of a day: figures, what stands open, what was recorded (P2-4.1.3, P2-4.4.6a, P2-5.1)."""
