"""``python -m mkdocs_runnable``: see :mod:`mkdocs_runnable.cli`.

Python 3.8 can still parse this file, so that older versions print an error that explains itself.
"""

import sys

if sys.version_info < (3, 12):  # noqa: UP036 - this check is for older versions
    version = f"{sys.version_info[0]}.{sys.version_info[1]} ({sys.executable})"
    sys.exit(f"mkdocs_runnable needs Python 3.12 or newer; this is Python {version}.")

from mkdocs_runnable.cli import main

sys.exit(main())
