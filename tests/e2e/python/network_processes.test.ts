/** Sockets connect the processes of a program, each of which has a worker of its own. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { engines, useRunner } from "../support/runner.ts";

/** The beginning of every program, which each process executes. */
const COMMON = `
import asyncio, errno, http.server, multiprocessing as mp, os, socket, sys, time, urllib.request
from concurrent.futures import ProcessPoolExecutor
def ask(address, text, family=socket.AF_INET):
    with socket.socket(family) as s:
        s.connect(address)
        s.sendall(text)
        s.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: s.recv(4096), b""))
def echo(ready, address, count, family=socket.AF_INET):
    with socket.socket(family) as server:
        server.bind(address)
        server.listen()
        ready.set()
        for _ in range(count):
            connection, peer = server.accept()
            with connection:
                while data := connection.recv(65536): connection.sendall(data)
def start(function, *args):
    ready = mp.Event()
    process = mp.Process(target=function, args=(ready, *args))
    process.start()
    ready.wait()
    return process
`;

/** Programs with what CPython prints on Linux. */
const PROGRAMS: [name: string, functions: string, main: string, stdout: string][] = [
  [
    "a server in a child and clients in the parent",
    "",
    `child = start(echo, ("127.0.0.1", 8000), 3)
print(ask(("127.0.0.1", 8000), b"one"), ask(("localhost", 8000), b"two"))
with socket.create_connection(("127.0.0.1", 8000)) as s:
    print(s.getpeername(), s.getsockname()[0])
child.join()
print(child.exitcode)
try: socket.create_connection(("127.0.0.1", 8000))
except OSError as error: print(repr(error))`,
    "b'one' b'two'\n('127.0.0.1', 8000) 127.0.0.1\n0\nConnectionRefusedError(14, 'Connection refused')\n",
  ],
  [
    "asyncio in both processes",
    `async def serve(ready):
    async def handle(reader, writer):
        writer.write((await reader.readline()).upper())
        await writer.drain()
        writer.close()
        done.append(1)
        if len(done) == 20: server.close()
    done = []
    server = await asyncio.start_server(handle, "0.0.0.0", 8000)
    ready.set()
    await server.wait_closed()
def run_server(ready): asyncio.run(serve(ready))
async def client(n):
    reader, writer = await asyncio.open_connection("127.0.0.1", 8000)
    writer.write(b"line %d\\n" % n)
    answer = await reader.read()
    writer.close()
    await writer.wait_closed()
    return answer`,
    `child = start(run_server)
async def main():
    answers = await asyncio.gather(*map(client, range(20)))
    print(answers == [b"LINE %d\\n" % n for n in range(20)])
    try: await asyncio.open_connection("127.0.0.1", 8001)
    except OSError as error: print(type(error).__name__)
asyncio.run(main())
child.join()
print(child.exitcode)`,
    "True\nConnectionRefusedError\n0\n",
  ],
  [
    "a server in the parent and clients in a pool of processes",
    "def get(n): return ask(('127.0.0.1', 8000), b'%d' % n)",
    `import threading
server = socket.create_server(("", 8000), backlog=1)
def serve():
    for _ in range(8):
        connection, _ = server.accept()
        with connection: connection.sendall(connection.recv(100) * 2)
thread = threading.Thread(target=serve)
thread.start()
with ProcessPoolExecutor(2) as pool: print(list(pool.map(get, range(8))))
thread.join()
server.close()`,
    "[b'00', b'11', b'22', b'33', b'44', b'55', b'66', b'77']\n",
  ],
  [
    "http.server in a child, and urllib in the parent",
    `class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = self.path.encode() * 3
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def log_message(self, *_): pass
def run_server(ready):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 8000), Handler)
    ready.set()
    server.serve_forever()`,
    `child = start(run_server)
print([urllib.request.urlopen(f"http://127.0.0.1:8000/{n}").read() for n in range(3)])
child.terminate()
child.join()
try: urllib.request.urlopen("http://127.0.0.1:8000/")
except OSError as error: print(error.reason.strerror)`,
    "[b'/0/0/0', b'/1/1/1', b'/2/2/2']\nConnection refused\n",
  ],
  [
    "IPv6, both families, Unix sockets and abstract addresses",
    `def both(ready):
    with socket.create_server(("", 8000), family=socket.AF_INET6, dualstack_ipv6=True) as server:
        ready.set()
        for _ in range(2):
            connection, peer = server.accept()
            with connection: connection.sendall(peer[0].encode())`,
    `child = start(both)
print(ask(("127.0.0.1", 8000), b""), ask(("::1", 8000), b"", socket.AF_INET6))
child.join()
child = start(echo, ("::1", 8001), 1, socket.AF_INET6)
try: ask(("127.0.0.1", 8001), b"")
except ConnectionRefusedError: print("refused")
print(ask(("::1", 8001), b"six", socket.AF_INET6))
child.join()
for path in ("echo.sock", "\\0echo"):
    child = start(echo, path, 1, socket.AF_UNIX)
    print(ask(path, b"unix", socket.AF_UNIX))
    child.join()
try: ask("lost.sock", b"", socket.AF_UNIX)
except OSError as error: print(repr(error))`,
    "b'::ffff:127.0.0.1' b'::1'\nrefused\nb'six'\nb'unix'\nb'unix'\nFileNotFoundError(44, 'No such file or directory')\n",
  ],
  [
    "5 MB each way, while a slow reader lets the writer wait",
    `def slow(ready):
    with socket.create_server(("127.0.0.1", 8000)) as server:
        ready.set()
        connection, _ = server.accept()
        time.sleep(0.5)
        with connection:
            while data := connection.recv(65536): pass
            connection.sendall(b"end")`,
    `import hashlib, threading
data = os.urandom(5_000_000)
child = start(echo, ("127.0.0.1", 8001), 1)
with socket.create_connection(("127.0.0.1", 8001)) as s:
    def send():
        s.sendall(data)
        s.shutdown(socket.SHUT_WR)
    thread = threading.Thread(target=send)
    thread.start()
    back = b"".join(iter(lambda: s.recv(65536), b""))
    thread.join()
print(hashlib.sha256(back).digest() == hashlib.sha256(data).digest())
child.join()
child = start(slow)
with socket.create_connection(("127.0.0.1", 8000)) as s:
    begun = time.monotonic()
    s.sendall(data * 2)
    s.shutdown(socket.SHUT_WR)
    print(time.monotonic() - begun > 0.3, s.recv(10))
    s.setblocking(False)
child.join()`,
    "True\nTrue b'end'\n",
  ],
  [
    "what a process has sent arrives after it has ended",
    `def send(ready):
    server = socket.create_server(("127.0.0.1", 8000))
    ready.set()
    connection, _ = server.accept()
    connection.sendall(bytes(2_000_000))`,
    `child = start(send)
with socket.create_connection(("127.0.0.1", 8000)) as s:
    child.join()
    print(sum(map(len, iter(lambda: s.recv(65536), b""))))`,
    "2000000\n",
  ],
  [
    "a process that is killed or ends, and a connection that is broken off",
    `def hold(ready):
    server = socket.create_server(("127.0.0.1", 8000))
    ready.set()
    accepted, _ = server.accept()
    accepted.sendall(b"accepted")
    time.sleep(60)
def end(ready, how):
    server = socket.create_server(("127.0.0.1", 8002))
    ready.set()
    time.sleep(60 if how == "kill" else 0.2)
    if how == "exit": os._exit(0)
def leave_unread(ready):
    server = socket.create_server(("127.0.0.1", 8001))
    ready.set()
    connection, _ = server.accept()
    while connection.recv(1, socket.MSG_PEEK) != b"x": pass
    connection.close()`,
    `child = start(hold)
s = socket.create_connection(("127.0.0.1", 8000))
print(s.recv(10))
child.kill()
print(s.recv(10))
for _ in range(3):
    try: s.sendall(b"lost")
    except OSError as error: print(type(error).__name__)
    time.sleep(0.1)
child.join()
child = start(leave_unread)
s = socket.create_connection(("127.0.0.1", 8001))
s.sendall(b"x")
try: print(s.recv(10))
except OSError as error: print(type(error).__name__)
child.join()
for how in ("kill", "exit", "return"):
    child = start(end, how)
    s = socket.create_connection(("127.0.0.1", 8002))
    if how == "kill": child.kill()
    try: print(s.recv(10))
    except OSError as error: print(how, type(error).__name__)
    child.join()`,
    "b'accepted'\nb''\nBrokenPipeError\nBrokenPipeError\nConnectionResetError\nkill ConnectionResetError\nexit ConnectionResetError\nreturn ConnectionResetError\n",
  ],
  [
    "an address that another process uses",
    `def use(ready, address, path):
    s, u = socket.create_server(address), socket.socket(socket.AF_UNIX)
    u.bind(path)
    ready.set()
    time.sleep(60)
def try_it(address, reuse_port=False):
    try:
        with socket.create_server(address, reuse_port=reuse_port) as s: return s.getsockname()[1]
    except OSError as error: return error.strerror.partition(" (")[0]
def share(ready):
    with socket.create_server(("127.0.0.1", 8002), reuse_port=True) as server:
        ready.set()
        for _ in range(2): server.accept()[0].close()`,
    `child = start(use, ("127.0.0.1", 8000), "here.sock")
print(try_it(("127.0.0.1", 8000)), try_it(("", 8000)), try_it(("127.0.0.2", 8000)))
s = socket.socket(socket.AF_UNIX)
try: s.bind("here.sock")
except OSError as error: print(error.strerror, os.path.exists("here.sock"))
child.kill()
child.join()
print(try_it(("127.0.0.1", 8000)))
with socket.create_server(("", 8001)):
    with ProcessPoolExecutor(1) as pool: print(pool.submit(try_it, ("127.0.0.1", 8001)).result())
children = [start(share), start(share)]
print(try_it(("127.0.0.1", 8002)), try_it(("127.0.0.1", 8002), True))
for _ in range(4): ask(("127.0.0.1", 8002), b"")
print([child.join() for child in children])`,
    "Address already in use Address already in use 8000\nAddress already in use False\n8000\nAddress already in use\nAddress already in use 8002\n[None, None]\n",
  ],
];

const UVICORN = `# /// script
# dependencies = ["httpx", "uvicorn"]
# ///
import multiprocessing, time
import httpx, uvicorn
async def app(scope, receive, send):
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": scope["path"].encode()})
def serve(): uvicorn.run(app, port=8000, lifespan="off", log_level="warning")
if __name__ == "__main__":
    child = multiprocessing.Process(target=serve)
    child.start()
    with httpx.Client(base_url="http://127.0.0.1:8000", timeout=60) as client:
        while True:
            try: client.get("/")
            except httpx.ConnectError: time.sleep(0.05)
            else: break
        print(client.get("/hello").text)
    child.terminate()
    child.join()`;

const program = (functions: string, main: string) => ({
  source: `${COMMON}${functions}\nif __name__ == "__main__":\n${main.replace(/^/gm, "    ")}\n`,
  filename: "demo.py",
});

for (const engine of engines) {
  describe(engine, () => {
    const shared = useRunner({ engine });

    for (const [name, functions, main, stdout] of PROGRAMS) {
      test(name, async () => {
        const ran = await shared.runner.run(program(functions, main), { seconds: 60 });
        assert.equal(ran.stdout, stdout, ran.stderr);
        assert.doesNotMatch(ran.stderr, /Traceback|crashed/);
        assert.deepEqual(ran.outcome, { type: "finished", status: 0 });
      });
    }

    test("Stop ends a server in a child, and its port is free in the next run", async () => {
      const main = `child = start(echo, ("127.0.0.1", 8000), 9)
server = socket.create_server(("127.0.0.1", 8001))
s = socket.create_connection(("127.0.0.1", 8000))
s.sendall(b"before")
print(s.recv(10), flush=True)
s.recv(10)`;
      const stopped = await shared.runner.run(program("", main), {
        seconds: 60,
        stopWhen: "b'before'\n",
      });
      assert.match(stopped.stderr, /KeyboardInterrupt/);
      const [, functions, body, stdout] = PROGRAMS[0]!;
      const next = await shared.runner.run(program(functions, body), { seconds: 60 });
      assert.equal(next.stdout, stdout, next.stderr);
      const alone = await shared.runner.run(
        {
          source:
            'import socket\nfor port in (8000, 8001): print(socket.create_server(("127.0.0.1", port)).fileno() > 0)',
          filename: "demo.py",
        },
        { seconds: 60 },
      );
      assert.equal(alone.stdout, "True\nTrue\n", alone.stderr);
    });

    test("uvicorn in a child, and httpx in the parent", async () => {
      const ran = await shared.runner.run(
        { source: UVICORN, filename: "demo.py" },
        { seconds: 120 },
      );
      assert.equal(ran.stdout, "/hello\n", JSON.stringify(ran).slice(0, 2000));
      assert.deepEqual(ran.outcome, { type: "finished", status: 0 });
    });
  });
}
