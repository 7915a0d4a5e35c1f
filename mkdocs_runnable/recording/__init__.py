"""Runs snippets, records what they print, and checks recordings."""
