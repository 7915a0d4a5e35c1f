"""Explains what to do if a program needs the data of time zones, and this data was not loaded.

In the browser, Python finds no data about time zones, except in the library tzdata. The page
installs this library for programs that import `zoneinfo`; see runtime/host/needs/time_zones.ts. A
program that imports `zoneinfo` in a way that the page cannot see, for example by a computed name,
has to declare tzdata.
"""

import sys
from typing import Any

from runnable_tracer.imports import when_imported
from runnable_tracer.required_names import require

from browser_runtime import advice, facts

_ADVICE = (
    "Here, the data of the time zones is loaded only for programs in which an import of zoneinfo "
    "is seen before they run. Other programs can declare it with these lines at the top:\n"
    + advice.declaration("tzdata")
)


def begin() -> None:
    """Replace the two functions that read the data, when a program imports `zoneinfo`."""
    when_imported("zoneinfo._common", _adapt_common)
    when_imported("zoneinfo._tzpath", _adapt_path)


def _are_missing() -> bool:
    """Return whether the data is missing. `zoneinfo` must have tried to import it before."""
    return "tzdata" not in sys.modules


def _adapt_common(module: Any) -> None:
    load = require(module, "ZoneInfoNotFoundError", "load_tzdata").load_tzdata

    def load_tzdata(key: str) -> Any:
        try:
            return load(key)
        except module.ZoneInfoNotFoundError as error:
            if _are_missing():
                facts.time_zones_missing()
                # Pyodide's message advises to call `pyodide.loadPackage`.
                error.args = (f"No time zone found with key {key}",)
                error.add_note(_ADVICE)
            raise

    module.load_tzdata = load_tzdata


def _adapt_path(module: Any) -> None:
    list_zones = require(module, "available_timezones").available_timezones

    def available_timezones() -> set[str]:
        """Return a set containing all available time zones."""
        zones: set[str] = list_zones()
        if not zones and _are_missing():
            facts.time_zones_missing()
        return zones

    module.available_timezones = available_timezones
