"""Tests of the modules that programs import, and of when the code behind them is loaded."""

import builtins
import errno
import importlib
import io
import marshal
import os
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.browser_runtime import harness
from tests.browser_runtime.network.programs import NetworkLibrary, descriptors, facade, run

PACKAGE = "browser_runtime.network"
late_code: Any = importlib.import_module(f"{PACKAGE}.late_code")


@pytest.fixture
def fresh(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Forget the network's modules, as after a program, and restore them for the other tests."""
    kept = {name: module for name, module in sys.modules.items() if name.startswith(PACKAGE)}
    package = dict(vars(sys.modules[PACKAGE]))
    for name, module in harness.javascript_modules().items():
        monkeypatch.setitem(sys.modules, name, module)
    facade._load("sockets")
    facade.end()
    yield
    facade.end()
    sys.modules.update(kept)
    vars(sys.modules[PACKAGE]).update(package)


def loaded() -> set[str]:
    own = {name for name in sys.modules if name.startswith(f"{PACKAGE}.")}
    return {name.rpartition(".")[2] for name in own} - {
        *("facade", "constants", "settings", "late_code", "tls")
    }


@pytest.mark.usefixtures("fresh")
def test_importing_socket_and_selectors_loads_no_code_of_the_network() -> None:
    library = NetworkLibrary()
    assert library.selectors.DefaultSelector is library.selectors.EpollSelector
    assert hasattr(library.socket.socket, "sendmsg")
    assert loaded() == set()


@pytest.mark.usefixtures("fresh")
def test_the_first_socket_loads_the_code_and_the_end_of_the_program_forgets_it() -> None:
    library = NetworkLibrary()
    with library.socket.socket() as socket:
        assert socket.getsockname() == ("0.0.0.0", 0)
        assert {"sockets", "descriptors", "endpoints"} <= loaded()
        assert builtins.open is facade.open_file
    facade.end()
    assert loaded() == set()
    assert builtins.open is io.open is facade._open
    assert "__del__" not in vars(facade.socket)
    with library.socket.socket() as again:
        assert again.fileno() == facade.FIRST


@pytest.mark.usefixtures("fresh")
def test_the_code_of_the_next_program_is_loaded_anew() -> None:
    first = facade._load("sockets")
    first.Socket.bind = None
    facade.end()
    assert facade._load("sockets") is not first
    assert facade.socket.bind is not None


@pytest.mark.usefixtures("fresh")
def test_the_default_timeout_ends_with_the_program() -> None:
    socket = NetworkLibrary().socket
    socket.setdefaulttimeout(5)
    assert socket.getdefaulttimeout() == 5
    facade.end()
    assert socket.getdefaulttimeout() is None


def late_codes() -> dict[str, tuple[bool, bytes]]:
    """Return the code of all modules of the network, as runtime/bundle/pack.py packs it."""
    codes = {}
    folder = Path(facade.__file__).parent
    for source in folder.rglob("*.py"):
        is_package = source.stem == "__init__"
        module = source.parent if is_package else source.with_suffix("")
        name = ".".join((PACKAGE, *module.relative_to(folder).parts))
        code = compile(source.read_text(encoding="utf-8"), str(source), "exec")
        codes[name] = is_package, marshal.dumps(code)
    return codes


@pytest.mark.usefixtures("fresh")
def test_the_code_is_loaded_from_an_archive(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = tmp_path / "library.zip"
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("browser_runtime/network.marshal", marshal.dumps(late_codes(), 2))
    importing = late_code.importing_from(PACKAGE, str(archive))
    monkeypatch.setattr(facade, "_importing", importing)
    monkeypatch.setattr(sys.modules[PACKAGE], "__path__", [])
    finders = list(sys.meta_path)
    library = NetworkLibrary()
    a, b = library.socket.socketpair()
    a.sendall(b"sent")
    assert b.recv(10) == b"sent"
    assert "descriptors" in loaded()
    assert not hasattr(sys.modules[f"{PACKAGE}.loopback.streams"], "__file__")
    assert sys.meta_path == finders
    a.close()
    b.close()
    # The next program needs no archive.
    facade.end()
    archive.unlink()
    assert facade._load("sockets").Socket


@pytest.mark.usefixtures("fresh")
def test_fcntl_knows_sockets_and_files(tmp_path: Path) -> None:
    library = NetworkLibrary()
    control = library._own["fcntl"]
    with library.socket.socket() as socket:
        assert control.fcntl(socket, control.F_GETFD) == control.FD_CLOEXEC
        assert control.fcntl(socket.fileno(), control.F_SETFD, 0) == 0
        assert control.fcntl(socket, control.F_GETFD) == 0
    with (tmp_path / "file").open("wb") as file:
        assert control.fcntl(file, control.F_GETFL) & os.O_ACCMODE == os.O_WRONLY
    with pytest.raises(TypeError, match="must be an int, or have a fileno"):
        control.fcntl(object(), control.F_GETFD)


def test_functions_of_os_still_work_for_files(tmp_path: Any) -> None:
    functions = facade.os_functions()
    path = tmp_path / "file"
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT)
    assert functions["write"](descriptor, b"abc") == 3
    assert functions["fstat"](descriptor).st_size == 3
    assert functions["isatty"](descriptor) is False
    with facade.fdopen(descriptor, "rb") as file:
        file.seek(0)
        assert file.read() == b"abc"
    with facade.open_file(path, "r", encoding="utf-8") as text:
        assert text.read() == "abc"
    with pytest.raises(OSError, match="Bad file descriptor"):
        functions["close"](descriptor)


def test_the_functions_look_like_those_of_cpython() -> None:
    socket = facade.make_socket_module(importlib.import_module("_socket"))
    assert repr(socket.getaddrinfo) == "<built-in function getaddrinfo>"
    assert socket.socket.__module__ == "_socket"
    assert socket.gaierror is importlib.import_module("_socket").gaierror

    class Holder:
        function = socket.gethostname

    assert isinstance(Holder().function(), str)  # It does not become a method.


@pytest.mark.usefixtures("fresh")
def test_the_modules_have_the_names_and_the_numbers_of_those_on_linux() -> None:
    native = importlib.import_module("_socket")
    ours = facade.make_socket_module(native)
    assert set(dir(native)) - set(dir(ours)) <= {"__file__"}
    assert set(dir(native.socket)) <= {*dir(facade.socket), "__del__"}
    for name, value in vars(native).items():
        if isinstance(value, int):
            assert getattr(ours, name) == value, name
    select = importlib.import_module("select")
    own = facade.make_select_module(select)
    for name, value in vars(select).items():
        if isinstance(value, int):
            assert getattr(own, name) == value, name


@pytest.mark.skipif(sys.platform != "linux", reason="compares texts with those of Linux")
def test_texts_of_errors_are_those_of_linux(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = facade.constants.ERROR_TEXTS
    assert texts == {name: os.strerror(getattr(errno, name)) for name in texts}
    monkeypatch.setattr(facade, "_strerror", lambda code: f"Text {code} of another library")
    assert facade.strerror(errno.EADDRINUSE) == "Address already in use"
    assert facade.strerror(errno.ENOENT) == f"Text {errno.ENOENT} of another library"
    assert facade.strerror(-1) == "Text -1 of another library"


def test_everything_is_closed_at_the_end_of_a_program() -> None:
    kept: list[object] = []

    def program(library: NetworkLibrary) -> Any:
        kept.extend([library.socket.create_server(("127.0.0.1", 0)), library.os.pipe()])
        return descriptors.current()

    table = run(program)
    assert table._open == {}
    assert table.network._bound == {}
