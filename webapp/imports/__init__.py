"""CSV files brought in at the desk: people, items, inventories of flats, opening balances (P2-3.1, P2-4.4.2c).

A row is one or more operations through the ledger, by the proof `import`; all of a file or nothing.
"""
