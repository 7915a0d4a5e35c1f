"""Notebooks whose outputs are recordings, saved in the notebooks themselves."""
