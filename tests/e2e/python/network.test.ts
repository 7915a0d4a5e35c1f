/** Sockets, pipes and selectors behave as on CPython, within the page and without leaving it. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { engines, useRunner } from "../support/runner.ts";

/** Programs with what CPython prints, which they print in every browser. */
const PROGRAMS: [name: string, source: string, stdout: string][] = [
  [
    "an echo server in a thread answers two clients",
    `
import socket, threading
server = socket.create_server(("127.0.0.1", 8000))
def serve():
    for _ in range(2):
        connection, _ = server.accept()
        with connection:
            while data := connection.recv(1024): connection.sendall(data.upper())
thread = threading.Thread(target=serve)
thread.start()
for text in (b"first", b"second"):
    with socket.create_connection(("localhost", 8000)) as client:
        client.sendall(text)
        print(client.recv(1024).decode())
thread.join()
server.close()`,
    "FIRST\nSECOND\n",
  ],
  [
    "a pair of sockets carries more than its buffers hold, in order",
    `
import socket, threading
a, b = socket.socketpair()
data = bytes(range(256)) * 20_000
thread = threading.Thread(target=lambda: (a.sendall(data), a.close()))
thread.start()
received = bytearray()
while part := b.recv(70_000): received += part
thread.join()
print(len(received), received == data)`,
    "5120000 True\n",
  ],
  [
    "pipes and select let one thread wait for another",
    `
import os, select, threading
r, w = os.pipe()
threading.Timer(0.05, os.write, (w, b"hello")).start()
print(select.select([r], [w], [], 1) == ([], [w], []))
print(select.select([r], [], [], 5)[0] == [r], os.read(r, 10))
with os.fdopen(r) as source, os.fdopen(w, "w") as target:
    print("a line", file=target)
    target.close()
    print(repr(source.read()))`,
    "True\nTrue b'hello'\n'a line\\n'\n",
  ],
  [
    "UDP messages keep their boundaries and their sender",
    `
import socket
server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
server.bind(("127.0.0.1", 0))
client = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
client.sendto(b"one", server.getsockname())
client.sendto(b"two", server.getsockname())
for _ in range(2):
    message, address = server.recvfrom(100)
    server.sendto(message[::-1], address)
print(client.recv(100), client.recv(100))
server.close(), client.close()`,
    "b'eno' b'owt'\n",
  ],
  [
    "http.server in a thread answers urllib.request",
    `
import threading, urllib.error, urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        status = 200 if self.path == "/found" else 404
        body = f"{self.command} {self.path}\\n".encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def log_message(self, *args): pass
with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    url = f"http://127.0.0.1:{server.server_port}"
    with urllib.request.urlopen(f"{url}/found") as answer: print(answer.status, answer.read())
    try: urllib.request.urlopen(f"{url}/lost")
    except urllib.error.HTTPError as error: print(error.code, error.read()); error.close()
    server.shutdown()
    thread.join()`,
    "200 b'GET /found\\n'\n404 b'GET /lost\\n'\n",
  ],
  [
    "socketserver serves clients at the same time",
    `
import socket, socketserver, threading, time
class Handler(socketserver.StreamRequestHandler):
    def handle(self):
        line = self.rfile.readline()
        time.sleep(0.3)
        self.wfile.write(line.upper())
with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
    threading.Thread(target=server.serve_forever, args=(0.01,)).start()
    clients = [socket.create_connection(server.server_address) for _ in range(5)]
    start = time.monotonic()
    for n, client in enumerate(clients): client.sendall(b"line %d\\n" % n)
    print(*(client.recv(100).decode().strip() for client in clients), sep=", ")
    print(time.monotonic() - start < 1.2)
    for client in clients: client.close()
    server.shutdown()`,
    "LINE 0, LINE 1, LINE 2, LINE 3, LINE 4\nTrue\n",
  ],
  [
    "timeouts end calls that wait",
    `
import socket, time
a, b = socket.socketpair()
server = socket.create_server(("127.0.0.1", 0))
for waiting, call in ((a, lambda: a.recv(1)), (server, server.accept)):
    waiting.settimeout(0.05)
    start = time.monotonic()
    try: call()
    except TimeoutError as error: print(error, 0.05 <= time.monotonic() - start < 5)
a.setblocking(False)
try: a.recv(1)
except BlockingIOError as error: print(error.strerror)`,
    "timed out True\ntimed out True\nResource temporarily unavailable\n",
  ],
  [
    "a refused connection and a foreign host raise CPython's errors",
    `
import errno, socket
def attempt(call, *args):
    try: call(*args)
    except OSError as error: print(type(error).__name__, error.strerror)
attempt(socket.create_connection, ("127.0.0.1", 9))
attempt(socket.create_connection, ("example.com", 80))
attempt(socket.create_connection, ("93.184.215.14", 80))
attempt(socket.create_connection, ("2001:db8::1", 80))
with socket.create_server(("127.0.0.1", 8000)) as server:
    attempt(socket.create_server, ("127.0.0.1", 8000))
attempt(server.accept)
a, b = socket.socketpair()
b.close()
attempt(a.send, b"x")`,
    "ConnectionRefusedError Connection refused\n" +
      "gaierror Temporary failure in name resolution\n" +
      "OSError Network is unreachable\nOSError Network is unreachable\n" +
      "OSError Address already in use (while attempting to bind on address ('127.0.0.1', 8000))\n" +
      "OSError Bad file descriptor\nBrokenPipeError Broken pipe\n",
  ],
  [
    "a selector waits for several clients in one thread",
    `
import selectors, socket
with selectors.DefaultSelector() as selector:
    print(type(selector).__name__)
    pairs = [socket.socketpair() for _ in range(3)]
    for n, (a, _) in enumerate(pairs): selector.register(a, selectors.EVENT_READ, n)
    for n in (2, 0): pairs[n][1].send(b"x")
    print(sorted(key.data for key, events in selector.select()))
    for n in (2, 0): pairs[n][0].recv(1)
    print(selector.select(0))`,
    "EpollSelector\n[0, 2]\n[]\n",
  ],
  [
    "a Unix socket is a file that disappears when it is removed",
    `
import os, socket
server = socket.socket(socket.AF_UNIX)
server.bind("server.sock")
server.listen()
client = socket.socket(socket.AF_UNIX)
client.connect("server.sock")
there, address = server.accept()
client.sendall(b"hello")
print(there.recv(10), repr(address), os.path.exists("server.sock"))
os.remove("server.sock")
try: socket.socket(socket.AF_UNIX).connect("server.sock")
except FileNotFoundError as error: print(error.strerror)`,
    "b'hello' '' True\nNo such file or directory\n",
  ],
  [
    // The numbers are not those of Linux, but names, texts and types agree with one another.
    "errors have the same number, name, text and type in the network, in files and in errno",
    `
import errno, os, socket
errors = []
def fail(function, *arguments):
    try: function(*arguments)
    except OSError as error: errors.append(error)
here, there = socket.socketpair()
here.setblocking(False)
fail(here.recv, 1)
there.close()
fail(here.send, b"x")
closed = here.detach()
os.close(closed)
fail(os.read, closed, 1)
fail(os.read, 999, 1)
fail(socket.create_connection, ("127.0.0.1", 9))
server = socket.create_server(("127.0.0.1", 0))
fail(socket.socket().bind, server.getsockname())
fail(open, "missing")
fail(os.mkdir, "/tmp")
open("file", "w").close()
fail(os.listdir, "file")
for error in errors:
    name = errno.errorcode[error.errno]
    made = OSError(error.errno, error.strerror)
    print(name, type(error).__name__, type(made) is type(error), error.strerror)
    assert getattr(errno, name) == error.errno
    assert error.strerror.startswith(os.strerror(error.errno))
with server, socket.socket() as client:
    client.setblocking(False)
    code = client.connect_ex(("127.0.0.1", 9))
    print(errno.errorcode[code], "-", os.strerror(code))
print(errno.EWOULDBLOCK == errno.EAGAIN, errno.ENOTSUP == errno.EOPNOTSUPP)`,
    [
      "EAGAIN BlockingIOError True Resource temporarily unavailable",
      "EPIPE BrokenPipeError True Broken pipe",
      "EBADF OSError True Bad file descriptor",
      "EBADF OSError True Bad file descriptor",
      "ECONNREFUSED ConnectionRefusedError True Connection refused",
      "EADDRINUSE OSError True Address already in use",
      "ENOENT FileNotFoundError True No such file or directory",
      "EEXIST FileExistsError True File exists",
      "ENOTDIR NotADirectoryError True Not a directory",
      "EINPROGRESS - Operation now in progress",
      "True True",
      "",
    ].join("\n"),
  ],
];

for (const engine of engines) {
  describe(engine, () => {
    const shared = useRunner({ engine });
    const run = (source: string, seconds = 60) =>
      shared.runner.run({ source, filename: "demo.py" }, { seconds });

    for (const [name, source, stdout] of PROGRAMS) {
      test(name, async () => {
        const ran = await run(source);
        assert.equal(ran.stderr, "");
        assert.equal(ran.stdout, stdout);
        assert.deepEqual(ran.outcome, { type: "finished", status: 0 });
      });
    }

    test("a program that leaves its server open does not occupy the port in the next run", async () => {
      const source = `
import socket, threading
server = socket.create_server(("127.0.0.1", 80))
threading.Thread(target=server.accept, daemon=True).start()
print(server.getsockname()[1], server.fileno())`;
      const outputs = [(await run(source)).stdout, (await run(source)).stdout];
      assert.equal(outputs[0], "80 4096\n");
      assert.equal(outputs[1], outputs[0]);
    });

    test("a program whose only thread waits for data that only this thread could send is a deadlock", async () => {
      const ran = await run("import socket\na, b = socket.socketpair()\na.recv(1)");
      assert.match(ran.stderr, /^Deadlock: every thread is waiting/);
      assert.match(ran.stderr, /demo\.py", line 3, in <module>\n {4}a\.recv\(1\)/);
      assert.deepEqual(ran.outcome, { type: "finished", status: 1 });
    });

    test("a program that is only a server runs until Stop", async () => {
      const ran = await shared.runner.run(
        {
          source:
            'import socket\nserver = socket.create_server(("127.0.0.1", 0))\nprint("ready")\nserver.accept()',
          filename: "demo.py",
        },
        { seconds: 60, stopWhen: "ready\n" },
      );
      assert.equal(ran.stdout, "ready\n");
      assert.match(ran.stderr, /KeyboardInterrupt/);
      assert.doesNotMatch(ran.stderr, /Deadlock/);
    });
  });
}

describe("loading", () => {
  const shared = useRunner({ engine: "chromium" });
  test("a program without sockets loads no code of the network", async () => {
    const ran = await shared.runner.run(
      {
        source: `
import asyncio, sys
asyncio.run(asyncio.sleep(0))
ours = {name for name in sys.modules if name.startswith("browser_runtime.network")}
print(sorted(name.rpartition(".")[2] for name in ours))`,
        filename: "demo.py",
      },
      { seconds: 60 },
    );
    assert.equal(
      ran.stdout,
      "['constants', 'facade', 'late_code', 'network', 'settings', 'tls']\n",
    );
  });
});
