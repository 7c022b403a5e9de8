"""People, their memberships and how they sign in (P2-3.1, P2-4.4.7b). No sex, age, looks or mood anywhere (guideline section 4)."""
