"""Lets the use of TLS fail with an error that libraries expect.

Pyodide's `ssl` is a stub, without OpenSSL. Its contexts can be created and configured, which many
libraries do even for addresses that begin with `http://`. Only what would encrypt a connection
fails; see https://github.com/pyodide/pyodide/blob/main/src/py/ssl.py.
"""

from types import ModuleType
from typing import Any, NoReturn

from browser_runtime.trace_hooks import hidden

TEXT = "this page offers no TLS: connect without it, for example with http:// instead of https://"


def install(ssl: ModuleType) -> None:
    """Replace the methods of `ssl` that would encrypt a connection.

    Args:
        ssl: the module, which is changed.
    """
    own: Any = ssl

    class SSLObject(own.SSLObject):  # type: ignore[misc]
        """What `SSLContext.wrap_bio` returns, with which asyncio and AnyIO encrypt data."""

        @hidden
        def do_handshake(self) -> NoReturn:
            raise own.SSLError(own.SSL_ERROR_SSL, TEXT)

    @hidden
    def wrap_socket(*_: object, **__: object) -> NoReturn:
        raise own.SSLError(own.SSL_ERROR_SSL, TEXT)

    @hidden
    def wrap_bio(*_: object, **__: object) -> Any:
        return SSLObject.__new__(SSLObject)

    # True with every OpenSSL that CPython supports. Otherwise, urllib3 cannot configure a context.
    own.HAS_NEVER_CHECK_COMMON_NAME = True
    SSLObject.__qualname__, SSLObject.__module__ = "SSLObject", "ssl"
    for method in (wrap_socket, wrap_bio):
        method.__qualname__, method.__module__ = f"SSLContext.{method.__name__}", "ssl"
        setattr(own.SSLContext, method.__name__, method)
