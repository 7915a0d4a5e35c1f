"""Makes a build all or nothing: it is written beside the site and takes its place at the end."""

import shutil
from pathlib import Path


class Staging:
    """The folder in which the next site is made, beside the one it will replace."""

    def __init__(self, site: Path) -> None:
        self.site = site
        self.next = site.with_name(f".{site.name}.next")
        self._old = site.with_name(f".{site.name}.old")

    def publish(self) -> None:
        """Put the new site in the place of the old one."""
        shutil.rmtree(self._old, ignore_errors=True)
        if self.site.exists():
            self.site.rename(self._old)
        self.next.rename(self.site)
        shutil.rmtree(self._old, ignore_errors=True)

    def discard(self) -> None:
        """Remove what has been written; the old site stays as it is."""
        shutil.rmtree(self.next, ignore_errors=True)
