"""Remarks of a shift and its handover (P2-4.4.6a, P2-5.1; domain section 0.7). A handover is facts: two acceptances both stand."""
