"""Checks of the claim ledger: each finds an answer by running something."""
