"""Checks prose against the house style: ``python -m tests.prose`` reads every text of the guide.

:mod:`~tests.prose.passages` finds the prose in a file, whatever its format; ``phrases.toml`` lists
the phrases that the house style excludes; :mod:`~tests.prose.check` brings the two together.
The style itself is described in ``docs/contributing/language.md``.
"""
