"""Runs snippets, records their output and timelines, and checks recordings."""
