"""Tests of what a reader sees of the network: reasons of waits, tracebacks, and notes."""

import asyncio
import importlib
import itertools
import sys
import types
from collections.abc import Callable
from multiprocessing import connection, process
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
from runnable_tracer.recorder import Recorder

from tests.browser_runtime.harness import kernel, missing, page, scheduler, tracing
from tests.browser_runtime.network.programs import NetworkLibrary, facade, run

pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning")

RATES = pytest.mark.parametrize("clock_rate", [0, 1])
popen: Any = importlib.import_module("browser_runtime.processes.popen")
tls: Any = importlib.import_module("browser_runtime.network.tls")


# --- reasons of waits -----------------------------------------------------------------------------

# In each line with a comment, the program waits. The comment is the reason and the other end.
WAITS = {
    "a client": """
server = socket.create_server(("127.0.0.1", 8000))
later(socket.create_connection, ("127.0.0.1", 8000))
server.accept()  # accept 127.0.0.1:8000
""",
    "data": """
server = socket.create_server(("::1", 8000), family=socket.AF_INET6)
client = socket.create_connection(("::1", 8000))
there, address = server.accept()
later(there.send, b"line\\n")
client.makefile("rb").readline()  # read [::1]:8000
later(client.send, b"line\\n")
there.recv_into(bytearray(10))  # read [::1]:32768
""",
    "space": """
server = socket.create_server(("127.0.0.1", 8000))
client = socket.create_connection(("127.0.0.1", 8000))
there, address = server.accept()
later(lambda: there.recv(10_000_000))
client.sendall(bytes(3_000_000))  # write 127.0.0.1:8000
""",
    "a connection": """
server = socket.create_server(("127.0.0.1", 8000), backlog=0)
first = socket.create_connection(("127.0.0.1", 8000))
later(server.accept)
second = socket.create_connection(("localhost", 8000))  # connect 127.0.0.1:8000
""",
    "a Unix socket": """
server = socket.socket(socket.AF_UNIX)
server.bind("\\0name")
server.listen()
client = socket.socket(socket.AF_UNIX)
later(client.connect, "\\0name")
there = server.accept()[0]  # accept @name
later(client.send, b"x")
there.recv(1)  # read @name
""",
    "a pair": """
one, other = socket.socketpair()
later(one.send, b"x")
other.recv(1)  # read a socket pair
""",
    "messages": """
receiver = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
receiver.bind(("127.0.0.1", 8000))
later(receiver.sendto, b"x", ("127.0.0.1", 8000))
receiver.recvfrom(1)  # read any address
""",
    "a pipe": """
readable, writable = os.pipe()
later(os.write, writable, b"x")
os.read(readable, 1)  # read a pipe
later(os.read, readable, 100_000)
os.write(writable, bytes(70_000))  # write a pipe
""",
    "one of several": """
readable, writable = os.pipe()
server = socket.create_server(("127.0.0.1", 8000))
later(os.write, writable, b"x")
select.select([server, readable], [], [])  # select 127.0.0.1:8000 and 1 more
os.read(readable, 1)
poller = select.poll()
poller.register(readable, select.POLLIN)
later(os.write, writable, b"x")
poller.poll()  # select a pipe
os.read(readable, 1)
selector = selectors.DefaultSelector()
selector.register(server, selectors.EVENT_READ)
selector.select(0.1)  # select 127.0.0.1:8000
""",
}
_BEGINNING = """
import os, select, selectors, socket, threading, time
def later(function, *args):
    def call():
        time.sleep(0.1)
        function(*args)
    threading.Thread(target=call).start()
"""


class Observer:
    """Collects why threads wait."""

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder
        self.waits: list[tuple[int, str]] = []

    def wait(self, ident: int, frame: FrameType | None, *, is_last: bool) -> None:  # noqa: ARG002
        why = tracing.reason_of(frame, self._recorder)
        if why is not None and ident == scheduler.MAIN and why[2]:
            reason, of, line = why
            self.waits.append((line, f"{reason} {of}"))

    def __getattr__(self, name: str) -> Callable[..., None]:
        return lambda *_, **__: None


@pytest.mark.parametrize("program", WAITS.values(), ids=WAITS)
@RATES
def test_the_reason_of_a_wait_names_the_other_end(program: str, clock_rate: float) -> None:
    source = _BEGINNING + program
    announced = [
        (number, line.partition("  # ")[2])
        for number, line in enumerate(source.splitlines(), start=1)
        if "  # " in line
    ]

    def execute(library: NetworkLibrary) -> list[tuple[int, str]]:
        recorder = Recorder("program.py", lambda: 0, scheduler.get_ident)
        scheduler.observer = observer = Observer(recorder)
        try:
            library.execute(source)
        finally:
            scheduler.observer = None
        return observer.waits

    assert [wait for wait in run(execute, clock_rate=clock_rate) if "sleep" not in wait[1]] == (
        announced
    )


# --- tracebacks -----------------------------------------------------------------------------------

FAILURES = {
    "refused": "socket.create_connection(('127.0.0.1', 9))",
    "unknown name": "socket.getaddrinfo('example.com', 80)",
    "no network": "socket.socket().connect(('192.0.2.1', 80))",
    "constructor": "socket.socket(99)",
    "not bound": "socket.socket(socket.AF_UNIX).listen()",
    "timeout": "one, other = socket.socketpair(); one.settimeout(0.01); one.recv(1)",
    "not a socket": "socket.socket(fileno=os.pipe()[0])",
    "pipe": "r, w = os.pipe(); os.close(r); os.write(w, b'x')",
    "file on a pipe": "r, w = os.pipe(); os.close(r); os.fdopen(w, 'wb', 0).write(b'x')",
    "select": "select.select([99999], [], [])",
    "selector": "p = os.pipe()[0]; s = selectors.DefaultSelector(); s.register(p, 1); os.close(p)\n"
    "s._selector.modify(p, 1)",
    "poll": "select.poll().register(-1)",
    "first call": "socket.inet_pton(99, '')",
}


@pytest.mark.parametrize("program", FAILURES.values(), ids=FAILURES)
def test_tracebacks_of_network_errors_show_no_frame_of_the_runtime(program: str) -> None:
    def execute(library: NetworkLibrary) -> list[str]:
        with pytest.raises((OSError, ValueError)) as raised:
            library.execute(_BEGINNING + program)
        files = []
        trace = raised.value.__traceback__
        while trace:
            files.append(trace.tb_frame.f_code.co_filename)
            trace = trace.tb_next
        return files

    files = run(execute)
    assert "program.py" in files
    runtime = str(Path(facade.__file__).parents[1])
    after = files[files.index("program.py") :]
    assert not [name for name in after if name.startswith(runtime)]


def test_a_ctrl_c_that_ends_a_call_shows_no_frame_of_the_runtime_either() -> None:
    def execute(library: NetworkLibrary) -> list[str]:
        kernel.set_timer(100, kernel.interrupt)
        with pytest.raises(KeyboardInterrupt) as raised:
            library.execute("import socket\nsocket.create_server(('127.0.0.1', 0)).accept()")
        return [entry.name for entry in raised.traceback][-2:]

    assert run(execute) == ["<module>", "accept"]


# --- notes ----------------------------------------------------------------------------------------


def _chain(*errors: BaseException) -> BaseException:
    """Return the last error, whose cause is the one before it."""
    for cause, error in itertools.pairwise(errors):
        error.__cause__ = cause
    return errors[-1]


def _error(program: Callable[[NetworkLibrary], object]) -> BaseException:
    def fail(library: NetworkLibrary) -> BaseException:
        with pytest.raises(Exception) as raised:  # noqa: PT011 - any
            program(library)
        return raised.value

    return run(fail)


def _told(error: BaseException) -> Any:
    """Return what the page is told about an error that a program, here this file, lets pass."""
    try:
        raise error
    except BaseException as raised:
        return missing.explain(raised, __file__)


FOREIGN: list[Callable[[NetworkLibrary], object]] = [
    lambda library: library.socket.create_connection(("example.com", 80)),
    lambda library: library.socket.gethostbyname("example.com"),
    lambda library: library.socket.create_connection(("192.0.2.1", 80)),
    lambda library: library.socket.create_connection(("2001:db8::1", 80)),
    lambda library: library.socket.socket(2, 2).sendto(b"x", ("192.0.2.1", 53)),
]


@pytest.mark.parametrize("program", FOREIGN)
def test_an_error_of_a_foreign_host_has_a_text_and_is_a_fact_for_the_page(
    program: Callable[[NetworkLibrary], object],
) -> None:
    error = _error(program)
    assert isinstance(error, OSError)
    assert error.strerror
    assert _told(error) == ("own-network", 0, "")
    wrapped = _chain(ExceptionGroup("all", [error]), OSError("All attempts failed"), ValueError())
    assert _told(wrapped) == ("own-network", 0, "")


LOCAL: list[Callable[[NetworkLibrary], object]] = [
    lambda library: library.socket.create_connection(("127.0.0.1", 9)),
    lambda library: library.socket.getaddrinfo("::1", 80, library.socket.AF_INET),
    lambda library: library.socket.socket(2, 2).listen(),
    lambda library: library.socket.socketpair()[0].send(b"x", 1),
]


@pytest.mark.parametrize("program", LOCAL)
def test_an_error_that_every_machine_raises_is_no_fact(
    program: Callable[[NetworkLibrary], object],
) -> None:
    assert _told(_error(program)) is None


def _serves(name: str = "serves") -> list[tuple[float, str]]:
    return [(value, detail) for fact, value, detail in page.facts if fact == name]


@pytest.fixture
def real_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let each reading of the page's clock be 100 ms later than the one before."""
    page.facts.clear()
    monkeypatch.setattr(page, "clock", itertools.count(0, 100).__next__, raising=False)


def _accept(library: NetworkLibrary) -> None:
    library.socket.create_server(("", 8000)).accept()


def _accept_in_a_thread(library: NetworkLibrary) -> None:
    server = library.socket.create_server(("127.0.0.1", 8000))
    thread = library.threading.Thread(target=server.accept)
    thread.start()
    library.time.sleep(5)
    thread.join()


def _poll(library: NetworkLibrary) -> None:
    server = library.socket.create_server(("127.0.0.1", 8000))
    while True:
        library.select.select([server], [], [], 0.5)


def _serve_in_a_loop(library: NetworkLibrary) -> None:  # noqa: ARG001 - the loop uses it
    async def main() -> None:
        async with await asyncio.start_server(lambda *_: None, "127.0.0.1", 8000) as server:
            await server.serve_forever()

    asyncio.run(main())


def _tick_in_a_loop(library: NetworkLibrary) -> None:  # noqa: ARG001 - the loop uses it
    async def main() -> None:
        await asyncio.start_server(lambda *_: None, "127.0.0.1", 8000)
        while True:  # noqa: ASYNC110 - as uvicorn does it
            await asyncio.sleep(0.1)

    asyncio.run(main())


def _sleep_for_long(library: NetworkLibrary) -> None:  # noqa: ARG001 - the loop uses it
    async def main() -> None:
        await asyncio.start_server(lambda *_: None, "127.0.0.1", 8000)
        await asyncio.sleep(3600)

    asyncio.run(main())


SERVERS = [
    *(_accept, _accept_in_a_thread, _poll),
    *(_serve_in_a_loop, _tick_in_a_loop, _sleep_for_long),
]


@pytest.mark.usefixtures("real_time")
@pytest.mark.parametrize("program", SERVERS)
def test_a_program_that_is_only_a_server_is_reported_once_with_its_address(
    program: Callable[[NetworkLibrary], None], capsys: pytest.CaptureFixture[str]
) -> None:
    kernel.set_timer(30_000, kernel.interrupt)
    with pytest.raises(KeyboardInterrupt):
        run(program)
    assert _serves() == [(1, "127.0.0.1:8000")]
    assert "Deadlock" not in capsys.readouterr().err


@pytest.mark.usefixtures("real_time")
def test_the_report_is_taken_back_when_a_client_connects() -> None:
    def program(library: NetworkLibrary) -> None:
        server = library.socket.create_server(("127.0.0.1", 8000))

        def serve() -> None:
            while True:
                if library.select.select([server], [], [], 0.5)[0]:
                    server.accept()[0].close()

        async def main() -> None:
            # A loop that waits for clients and a timer counts as a server with a timeout, so the
            # program is reported during these 30 s.
            other = await asyncio.start_server(lambda *_: None, "127.0.0.1", 8001)
            await asyncio.sleep(30)
            other.close()
            library.socket.create_connection(("127.0.0.1", 8000)).close()
            await asyncio.Event().wait()

        library.threading.Thread(target=serve, daemon=True).start()
        asyncio.run(main())

    kernel.set_timer(60_000, kernel.interrupt)
    with pytest.raises(KeyboardInterrupt):
        run(program)
    assert _serves()[:2] == [(2, "127.0.0.1:8000 127.0.0.1:8001"), (0, "")]


def _sleep_beside_a_server(library: NetworkLibrary) -> None:
    server = library.socket.create_server(("127.0.0.1", 8000))
    library.threading.Thread(target=server.accept, daemon=True).start()
    library.time.sleep(20)


def _wait_for_an_answer(library: NetworkLibrary) -> None:
    server = library.socket.create_server(("127.0.0.1", 8000))
    client = library.socket.create_connection(("127.0.0.1", 8000))
    client.settimeout(20)
    library.threading.Thread(target=lambda: (server.accept(), server.accept()), daemon=True).start()
    with pytest.raises(TimeoutError):
        client.recv(1)


def _answer_slowly(library: NetworkLibrary) -> None:  # noqa: ARG001 - the loop uses it
    async def handle(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for _turn in range(100):
            await asyncio.sleep(0.2)
        writer.close()

    async def main() -> None:
        async with await asyncio.start_server(handle, "127.0.0.1", 8000):
            reader, writer = await asyncio.open_connection("127.0.0.1", 8000)
            await reader.read()
            writer.close()

    asyncio.run(main())


def _serve_beside_processes(library: NetworkLibrary, children: set[int], parent: object) -> None:
    server = library.socket.create_server(("127.0.0.1", 8000))
    modules = types.SimpleNamespace(_children=children, parent_process=lambda: parent)
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, "multiprocessing.process", modules)
        for _ in range(60):
            library.select.select([server], [], [], 0.5)


def _have_a_process(library: NetworkLibrary) -> None:
    _serve_beside_processes(library, {1}, None)


def _have_a_parent_and_a_process(library: NetworkLibrary) -> None:
    _serve_beside_processes(library, {1}, object())


@pytest.mark.usefixtures("real_time")
@pytest.mark.parametrize(
    "program",
    [
        *(_sleep_beside_a_server, _wait_for_an_answer, _answer_slowly),
        *(_have_a_process, _have_a_parent_and_a_process),
    ],
)
@RATES
def test_a_program_that_does_something_else_is_not_reported(
    program: Callable[[NetworkLibrary], None], clock_rate: float
) -> None:
    run(program, clock_rate=clock_rate)
    assert _serves() == _serves("child-serves") == []


@pytest.mark.usefixtures("real_time")
def test_a_child_process_that_is_only_a_server_is_reported_as_such() -> None:
    run(lambda library: _serve_beside_processes(library, set(), object()))
    assert _serves() == []
    assert _serves("child-serves") == [(1, "127.0.0.1:8000")]


def _start(pid: int) -> Any:
    """Return the `Popen` object of a new child, which ends when the program waits for it."""
    kind = popen.make()
    child = kind.__new__(kind)
    child.pid, child.sentinel, child.returncode, child._popen = pid, pid, None, child
    vars(process)["_children"].add(child)
    return child


@pytest.fixture
def children(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Let processes be children of this one, and return the list of those that have ended."""
    ended: list[int] = []
    page.facts.clear()
    monkeypatch.setattr(process, "_children", set())
    monkeypatch.setattr(process, "_parent_process", None)
    monkeypatch.setattr(
        popen.broker, "status", lambda pid: 0 if pid in ended else None, raising=False
    )

    def wait(pids: list[int], _: float | None) -> list[int]:
        ended.extend(pids)
        return pids

    monkeypatch.setattr(connection, "wait", wait)
    return ended


def test_waiting_for_the_only_child_is_reported_while_it_lasts(children: list[int]) -> None:
    def program(_: NetworkLibrary) -> None:
        for number in (2, 3):
            assert _start(number).wait() == 0

    run(program)
    assert children == [2, 3]
    assert _serves("joins-child") == [(1, ""), (0, "")] * 2


def test_after_ctrl_c_the_page_still_knows_that_the_program_waited_for_a_child(
    children: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    def program(_: NetworkLibrary) -> None:
        child = _start(2)
        with monkeypatch.context() as patch:
            patch.setattr(connection, "wait", interrupt)
            with pytest.raises(KeyboardInterrupt):
                child.wait()
        assert child.wait() == 0  # As `multiprocessing` does it at the end.

    run(program)
    assert children == [2]
    assert _serves("joins-child") == [(1, "")]


def test_waiting_for_a_child_beside_something_else_is_not_reported(children: list[int]) -> None:
    def program(library: NetworkLibrary) -> None:
        first, second = _start(2), _start(3)
        assert first.wait() == 0  # The other child may be a client.
        assert second.wait(1) == 0
        assert second.wait() == 0
        library.start(library.time.sleep, 1)
        assert _start(4).wait() == 0

    run(program)
    assert children == [2, 3, 4]
    assert _serves("joins-child") == []


def test_a_child_that_waits_for_its_own_child_does_not_report_that(
    children: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process, "_parent_process", object())
    run(lambda _: _start(3).wait())
    assert children == [3]
    assert _serves("joins-child") == []


@pytest.mark.usefixtures("real_time")
def test_a_deadlock_beside_a_server_that_has_ended_is_still_reported(
    capsys: pytest.CaptureFixture[str],
) -> None:
    def program(library: NetworkLibrary) -> None:
        with library.socket.create_server(("127.0.0.1", 8000)):
            pass
        one, _other = library.socket.socketpair()
        one.recv(1)

    with pytest.raises(scheduler.DeadlockError):
        run(program)
    assert "Deadlock: every thread is waiting" in capsys.readouterr().err
    assert _serves() == []


# --- TLS ------------------------------------------------------------------------------------------


@pytest.fixture
def stub() -> Any:
    """A module with what Pyodide's stub of `ssl` has."""
    ssl: Any = types.ModuleType("ssl")

    class SSLError(OSError):
        pass

    class SSLContext:
        pass

    class SSLObject:
        def __init__(self) -> None:
            raise TypeError

    ssl.SSLError, ssl.SSLContext, ssl.SSLObject, ssl.SSL_ERROR_SSL = (
        *(SSLError, SSLContext, SSLObject),
        1,
    )
    tls.install(ssl)
    return ssl


def test_only_the_use_of_a_context_for_tls_fails(stub: Any) -> None:
    context = stub.SSLContext()
    with pytest.raises(stub.SSLError, match="this page offers no TLS") as raised:
        context.wrap_socket(object(), server_hostname="example.com")
    assert [entry.name for entry in raised.traceback] == [
        "test_only_the_use_of_a_context_for_tls_fails"
    ]
    wrapped = context.wrap_bio(object(), object(), server_side=True)
    with pytest.raises(stub.SSLError, match="http:// instead of https://"):
        wrapped.do_handshake()
