"""Runs CPython's own tests of the network in the page: ``make conformance``."""
