"""Replaces a site only after a complete build, which is made in a folder next to it."""

import shutil
from pathlib import Path


class Staging:
    """The folder in which the next site is built, next to the site that it will replace.

    Args:
        site: The folder of the site.
    """

    def __init__(self, site: Path) -> None:
        self.site = site
        self.next = site.with_name(f".{site.name}.next")
        self._old = site.with_name(f".{site.name}.old")

    def publish(self) -> None:
        """Replace the old site with the new one."""
        shutil.rmtree(self._old, ignore_errors=True)
        if self.site.exists():
            self.site.rename(self._old)
        self.next.rename(self.site)
        shutil.rmtree(self._old, ignore_errors=True)

    def discard(self) -> None:
        """Delete the new site, and leave the old one as it is."""
        shutil.rmtree(self.next, ignore_errors=True)
