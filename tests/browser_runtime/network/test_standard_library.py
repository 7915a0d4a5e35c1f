"""Tests of modules of the standard library that are built on sockets."""

import pytest

from tests.browser_runtime.network.programs import NetworkLibrary, run

pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning")


def test_socketserver_serves_each_client_in_a_thread() -> None:
    def program(library: NetworkLibrary) -> list[bytes]:
        socketserver = library.load("socketserver")

        class Handler(socketserver.StreamRequestHandler):  # type: ignore[misc,name-defined]
            def handle(self) -> None:
                for line in self.rfile:
                    library.time.sleep(1)
                    self.wfile.write(line.upper())

        class Server(socketserver.ThreadingTCPServer):  # type: ignore[misc,name-defined]
            daemon_threads = True

        start = library.time.monotonic()
        answers: list[bytes] = []
        with Server(("127.0.0.1", 0), Handler) as server:
            thread = library.threading.Thread(target=server.serve_forever)
            thread.start()
            clients = [library.socket.create_connection(server.server_address) for _ in range(3)]
            for number, client in enumerate(clients):
                client.sendall(b"line %d\n" % number)
            for client in clients:
                answers.append(client.makefile("rb").readline())
                client.close()
            # The three handlers have slept at the same time.
            assert library.time.monotonic() - start < 2
            server.shutdown()
            thread.join()
        return answers

    assert run(program, clock_rate=0) == [b"LINE 0\n", b"LINE 1\n", b"LINE 2\n"]


def test_a_selector_waits_in_one_thread_for_many_clients() -> None:
    source = """
import selectors, socket, threading
selector = selectors.DefaultSelector()
server = socket.create_server(("127.0.0.1", 0))
server.setblocking(False)
def accept(listener):
    connection, _ = listener.accept()
    connection.setblocking(False)
    selector.register(connection, selectors.EVENT_READ, echo)
def echo(connection):
    if data := connection.recv(100):
        connection.send(data[::-1])
    else:
        selector.unregister(connection)
        connection.close()
selector.register(server, selectors.EVENT_READ, accept)
answers = []
def ask(number):
    with socket.create_connection(server.getsockname()) as client:
        client.sendall(b"abc%d" % number)
        answers.append(client.recv(100))
threads = [threading.Thread(target=ask, args=(n,)) for n in range(5)]
for thread in threads: thread.start()
while any(thread.is_alive() for thread in threads):
    for key, _ in selector.select(0.01):
        key.data(key.fileobj)
print(sorted(answers))
"""
    expected = str([b"%dcba" % number for number in range(5)])
    assert run(lambda library: library.execute(source)) == [expected]
