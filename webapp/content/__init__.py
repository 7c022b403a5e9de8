"""Documents in versions and three languages: checklists and spoken lines (P2-4.4.2c, P2-4.4.3a, P2-4.4.4; design.md section 3a).

A version never changes. The approval of a version comes before its publication and finds its place between the two operations.
"""
