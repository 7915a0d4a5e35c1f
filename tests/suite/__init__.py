"""Runs all tests of the project together, and reports them as one suite.

``python -m tests.suite`` is what ``make test`` calls: TypeScript unit tests, pytest, and the tests
of the built site in real browsers. Every job runs to its end even if others fail. All
failures are reported together, and the last line counts all tests. ``python -m tests.suite stress``
is ``make stress``.
"""
