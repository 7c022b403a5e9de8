"""The one idea: every write is an operation, and reaches the database by one door, the ledger.

An operation has a name, a form, the roles that may do it, the least proof it needs and one function `apply(form, occasion)`.
"""
