"""Decides which thread runs, for how long, and what time it is."""
