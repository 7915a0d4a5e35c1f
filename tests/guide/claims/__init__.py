"""Checks of the claim ledger. Each of them finds the answer to a question by running code."""
