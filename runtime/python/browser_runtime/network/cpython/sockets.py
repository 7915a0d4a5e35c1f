"""The methods of `_socket.socket`, on top of the endpoints and descriptors of this package.

`facade` copies them to the class on which `socket.socket` is based. Compare them with
https://github.com/python/cpython/blob/3.14/Modules/socketmodule.c.
"""

import _socket
import operator
import sys
import warnings
from typing import Any, NoReturn

from browser_runtime.network import descriptors
from browser_runtime.network.cpython import defaults, messages, naming, options
from browser_runtime.network.cpython.transfers import Transfers, endpoint_of
from browser_runtime.network.loopback.addresses import AF_INET, AF_INET6, AF_UNIX
from browser_runtime.network.loopback.datagrams import DatagramEndpoint
from browser_runtime.network.loopback.endpoints import StreamEndpoint
from browser_runtime.network.loopback.errors import failure, number_of

_STREAM, _DATAGRAM, _RAW = 1, 2, 3
_GREATEST_KIND = 10  # SOCK_PACKET; Linux reports greater types as invalid.
_NONBLOCK, _CLOEXEC = 0o4000, 0o2000000
_PROTOCOLS = {_STREAM: 6, _DATAGRAM: 17}
_DONTWAIT, _PEEK, _WAITALL, _OUT_OF_BAND = 0x40, 0x2, 0x100, 0x1


class Socket(Transfers):
    """The methods and attributes of `_socket.socket`."""

    def __init__(
        self,
        family: int = -1,
        type: int = -1,  # noqa: A002
        proto: int = -1,
        fileno: int | None = None,
    ) -> None:
        sys.audit("socket.__new__", self, family, type, proto)
        self._table = descriptors.current()
        if fileno is not None:
            self._adopt(fileno, family, type, proto)
        else:
            family = AF_INET if family == -1 else int(family)
            kind = _STREAM if type == -1 else int(type) & ~(_NONBLOCK | _CLOEXEC)
            _check_kind(family, kind, max(proto, 0))
            endpoint = self._table.network.make_endpoint(family, is_stream=kind == _STREAM)
            self._family, self._kind, self._proto = family, kind, max(proto, 0)
            self._descriptor = self._table.open(endpoint)
        self._timeout = defaults.timeout
        if type != -1 and type & _NONBLOCK:
            self._timeout = 0.0
        if self._timeout is not None:
            self._endpoint().is_blocking = False

    def _adopt(self, fileno: int, family: int, kind: int, proto: int) -> None:
        fileno = operator.index(fileno)
        if fileno < 0:
            raise ValueError("negative file descriptor")
        endpoint = endpoint_of(self._table, fileno)
        is_stream = isinstance(endpoint, StreamEndpoint)
        self._family = endpoint.family if family == -1 else family
        self._kind = (_STREAM if is_stream else _DATAGRAM) if kind == -1 else kind
        self._proto = options.protocol_of(endpoint) if proto == -1 else proto
        self._descriptor = fileno

    # --- the object itself ------------------------------------------------------------------------

    def __repr__(self) -> str:
        return (
            f"<socket object, fd={self._descriptor}, family={self._family}, type={self._kind}, "
            f"proto={self._proto}>"
        )

    def __del__(self) -> None:
        # If the constructor has failed, there may be no descriptor.
        descriptor = getattr(self, "_descriptor", -1)
        if descriptor == -1 or not self._table.is_open(descriptor):
            return
        warnings.warn(f"unclosed {self!r}", ResourceWarning, stacklevel=2, source=self)
        self._descriptor = -1
        if self._table.is_open(descriptor):
            self._table.close(descriptor)

    @property
    def family(self) -> int:
        """The socket family."""
        return self._family

    @property
    def type(self) -> int:
        """The socket type."""
        return self._kind

    @property
    def proto(self) -> int:
        """The socket protocol."""
        return self._proto

    @property
    def timeout(self) -> float | None:
        """The socket timeout."""
        return self._timeout

    def fileno(self) -> int:
        """Return the integer file descriptor of the socket."""
        return self._descriptor

    def detach(self) -> int:
        """Close the socket object without closing the underlying file descriptor."""
        descriptor, self._descriptor = self._descriptor, -1
        return descriptor

    def close(self) -> None:
        """Close the socket."""
        descriptor, self._descriptor = self._descriptor, -1
        if descriptor != -1:
            self._table.close(descriptor)

    # --- timeouts ---------------------------------------------------------------------------------

    def settimeout(self, timeout: float | None, /) -> None:
        """Set a timeout on socket operations."""
        self._timeout = defaults.checked(timeout)
        self._endpoint().is_blocking = self._timeout is None

    def gettimeout(self) -> float | None:
        """Return the timeout in seconds (float) associated with socket operations."""
        return self._timeout

    def setblocking(self, flag: bool, /) -> None:
        """Set the socket to blocking (flag is true) or non-blocking (false)."""
        self._timeout = None if flag else 0.0
        self._endpoint().is_blocking = bool(flag)

    def getblocking(self) -> bool:
        """Return True if socket is in blocking mode, or False if it is in non-blocking mode."""
        return self._timeout != 0.0

    # --- addresses --------------------------------------------------------------------------------

    def bind(self, address: Any, /) -> None:
        """Bind the socket to a local address."""
        endpoint = self._endpoint()
        parsed = naming.parse(self._family, address, "bind")
        sys.audit("socket.bind", self, address)
        naming.bind(self._table, endpoint, parsed)

    def getsockname(self) -> Any:
        """Return the address of the local endpoint."""
        endpoint = self._endpoint()
        return naming.shown(self._family, endpoint.name)

    def getpeername(self) -> Any:
        """Return the address of the remote endpoint."""
        endpoint = self._endpoint()
        if endpoint.peer_name is None or not naming.is_connected(endpoint):
            raise failure("ENOTCONN")
        return naming.shown(self._family, endpoint.peer_name)

    def listen(self, backlog: int = 128, /) -> None:
        """Enable a server to accept connections."""
        endpoint = self._stream()
        backlog = messages.number(backlog)
        self._table.network.check_listen(endpoint)
        endpoint.listen(backlog)
        self._table.elsewhere.listen(endpoint)

    def _accept(self) -> tuple[int, Any]:
        """Wait for an incoming connection; return its descriptor and the address of the client."""
        endpoint = self._stream()
        accepted = self._call(endpoint.accept, "accept")
        try:
            descriptor = self._table.open(accepted)
        except OSError:
            accepted.close()
            raise
        return descriptor, naming.shown(self._family, accepted.peer_name)

    def _stream(self) -> StreamEndpoint:
        endpoint = self._endpoint()
        if not isinstance(endpoint, StreamEndpoint):
            raise failure("EOPNOTSUPP")
        return endpoint

    def connect(self, address: Any, /) -> None:
        """Connect the socket to a remote address."""
        if error := self._connect(address, "connect"):
            raise failure(error)

    def connect_ex(self, address: Any, /) -> int:
        """Like `connect`, but return an error code instead of raising an error of the system."""
        try:
            error = self._connect(address, "connect_ex")
        except TimeoutError:
            error = "EAGAIN"
        except (_socket.gaierror, _socket.herror):
            raise
        except OSError as raised:
            return raised.errno or 0
        return number_of(error) if error else 0

    def _connect(self, address: Any, method: str) -> str:
        """Connect, and return an empty string, or the name of an error.

        If the socket does not block and the outcome is not known yet, the error says that.

        Raises:
            TimeoutError: the timeout of the socket has passed.
        """
        endpoint = self._endpoint()
        parsed = naming.parse(self._family, address, method)
        sys.audit("socket.connect", self, address)
        if isinstance(endpoint, DatagramEndpoint):
            naming.connect_datagram(self._table.network, endpoint, parsed)
            return ""
        error = naming.begin_to_connect(self._table.network, endpoint, parsed)
        if error is not None:
            return error
        if self._timeout == 0 and not endpoint.is_local:
            return "EINPROGRESS"
        if endpoint.is_connecting():
            # On Linux, connecting to a Unix socket of another process needs no wait. Here, even a
            # socket that does not block waits for the answer of the broker.
            is_remote = endpoint.is_local and endpoint.is_outside
            if self._timeout == 0 and not is_remote:
                return "EAGAIN"
            if not descriptors.wait_until(
                lambda: endpoint.is_closed or not endpoint.is_connecting(),
                (endpoint,),
                None if is_remote else self._timeout,
                "connect",
            ):
                raise TimeoutError("timed out")
            if endpoint.is_closed:
                return "EBADF"
        endpoint.report_connected()
        return endpoint.take_error()

    def shutdown(self, how: int, /) -> None:
        """Shut down the reading side of the socket, the writing side, or both."""
        endpoint = self._endpoint()
        how = messages.number(how)
        if how not in (0, 1, 2):
            raise failure("EINVAL")
        endpoint.shutdown(read=how != 1, write=how != 0)

    # --- options ----------------------------------------------------------------------------------

    def setsockopt(self, level: int, option: int, value: Any, optlen: int | None = None, /) -> None:
        """Set a socket option."""
        if value is None and optlen is None:
            raise TypeError("a bytes-like object is required, not 'NoneType'")
        options.set_option(self._endpoint(), level, option, value)

    def getsockopt(self, level: int, option: int, buflen: int = 0, /) -> Any:
        """Get a socket option."""
        if not 0 <= buflen <= 1024:
            raise OSError("getsockopt buflen out of range")
        return options.get_option(self._endpoint(), level, option, buflen)

    def sendmsg_afalg(self, *_: Any, **__: Any) -> NoReturn:
        """Fail, because there are no sockets for cryptography."""
        raise OSError("algset is only supported for AF_ALG")


def _check_kind(family: int, kind: int, proto: int) -> None:
    if family not in (AF_INET, AF_INET6, AF_UNIX):
        raise failure("EAFNOSUPPORT")
    if kind > _GREATEST_KIND:
        raise failure("EINVAL")
    if kind == _RAW and family != AF_UNIX:
        raise failure("EPERM")
    if kind not in _PROTOCOLS:
        raise failure("ESOCKTNOSUPPORT")
    if proto and (family == AF_UNIX or proto != _PROTOCOLS[kind]):
        raise failure("EPROTONOSUPPORT")
