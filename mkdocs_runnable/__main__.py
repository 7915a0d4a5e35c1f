"""``python -m mkdocs_runnable``: see :mod:`mkdocs_runnable.cli`.

Even Python 3.8 can parse this file, so versions that are too old print the error message below.
"""

import sys

if sys.version_info < (3, 12):  # noqa: UP036 - this check is for older versions
    version = f"{sys.version_info[0]}.{sys.version_info[1]} ({sys.executable})"
    sys.exit(f"mkdocs_runnable needs Python 3.12 or newer; this is Python {version}.")

from mkdocs_runnable.cli import main

sys.exit(main())
