/** asyncio's streams, servers, datagrams and pipes work on the sockets of the page, as on CPython. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { engines, useRunner } from "../support/runner.ts";

/** Programs with what CPython prints, which they print in every browser. */
const PROGRAMS: [name: string, source: string, stdout: string][] = [
  [
    "an echo server answers several clients at the same time",
    `
import asyncio
async def shout(reader, writer):
    while line := await reader.readline():
        await asyncio.sleep(0.1)
        writer.write(line.upper())
        await writer.drain()
    writer.close()
async def ask(name):
    reader, writer = await asyncio.open_connection("localhost", 8000)
    writer.write(f"{name}\\n".encode())
    answer = await reader.readline()
    writer.close()
    await writer.wait_closed()
    return answer.decode().strip()
async def main():
    loop = asyncio.get_running_loop()
    async with await asyncio.start_server(shout, "localhost", 8000) as server:
        print(len(server.sockets))
        start = loop.time()
        print(*await asyncio.gather(*map(ask, ["ada", "bob", "eve"])))
        print(0.1 <= loop.time() - start < 5)
asyncio.run(main())`,
    "2\nADA BOB EVE\nTrue\n",
  ],
  [
    "drain waits for a slow reader",
    `
import asyncio
async def main():
    sent = 0
    async def pump(reader, writer):
        nonlocal sent
        for _ in range(80):
            writer.write(bytes(65_536))
            await writer.drain()
            sent += 65_536
        writer.close()
    async with await asyncio.start_server(pump, "127.0.0.1", 0) as server:
        reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
        await asyncio.sleep(0.2)
        print(sent < 4_000_000)
        received = 0
        while data := await reader.read(100_000): received += len(data)
        print(received, sent)
        writer.close()
asyncio.run(main())`,
    "True\n5242880 5242880\n",
  ],
  [
    "a datagram endpoint receives messages and errors",
    `
import asyncio
class Server(asyncio.DatagramProtocol):
    def connection_made(self, transport): self.transport = transport
    def datagram_received(self, data, address): self.transport.sendto(data[::-1], address)
class Client(asyncio.DatagramProtocol):
    def __init__(self): self.got = asyncio.Queue()
    def datagram_received(self, data, address): self.got.put_nowait(data)
    def error_received(self, error): self.got.put_nowait(type(error).__name__)
async def main():
    loop = asyncio.get_running_loop()
    server, _ = await loop.create_datagram_endpoint(Server, local_addr=("127.0.0.1", 9999))
    transport, client = await loop.create_datagram_endpoint(Client, remote_addr=("127.0.0.1", 9999))
    for text in (b"one", b"two"): transport.sendto(text)
    print(await client.got.get(), await client.got.get())
    server.close()
    await asyncio.sleep(0.01)
    transport.sendto(b"nobody")
    print(await client.got.get())
    transport.close()
asyncio.run(main())`,
    "b'eno' b'owt'\nConnectionRefusedError\n",
  ],
  [
    "a Unix server replaces what another one has left, and removes its file",
    `
import asyncio, os, stat
async def answer(reader, writer):
    writer.write(await reader.readline())
    writer.close()
async def main():
    server = await asyncio.start_unix_server(answer, "app.sock", cleanup_socket=False)
    server.close()
    print(stat.S_ISSOCK(os.stat("app.sock").st_mode))
    async with await asyncio.start_unix_server(answer, "app.sock"):
        reader, writer = await asyncio.open_unix_connection("app.sock")
        writer.write(b"hello\\n")
        print(await reader.read())
        writer.close()
    print(os.path.exists("app.sock"))
asyncio.run(main())`,
    "True\nb'hello\\n'\nFalse\n",
  ],
  [
    "a server that is closed while a client waits serves that client to the end",
    `
import asyncio
async def slow(reader, writer):
    await reader.readline()
    await asyncio.sleep(0.1)
    writer.write(b"late")
    writer.close()
async def main():
    server = await asyncio.start_server(slow, "127.0.0.1", 8000)
    serving = asyncio.create_task(server.serve_forever())
    reader, writer = await asyncio.open_connection("127.0.0.1", 8000)
    writer.write(b"x\\n")
    await asyncio.sleep(0.02)
    server.close()
    print(server.is_serving())
    try: await asyncio.open_connection("127.0.0.1", 8000)
    except ConnectionRefusedError as error: print(error.strerror)
    print(await reader.read())
    writer.close()
    await server.wait_closed()
    print((await asyncio.gather(serving, return_exceptions=True))[0].__class__.__name__)
asyncio.run(main())`,
    "False\nConnect call failed ('127.0.0.1', 8000)\nb'late'\nCancelledError\n",
  ],
  [
    "errors are CPython's",
    `
import asyncio, errno, socket
async def attempt(*address):
    try: await asyncio.open_connection(*address)
    except OSError as error: print(type(error).__name__, errno.errorcode.get(error.errno))
async def main():
    await attempt("127.0.0.1", 9)
    await attempt("example.com", 80)
    await attempt("93.184.215.14", 80)
    server = await asyncio.start_server(print, "127.0.0.1", 8000)
    try: await asyncio.start_server(print, "127.0.0.1", 8000)
    except OSError as error: print(errno.errorcode[error.errno])
    server.close()
    a, b = socket.socketpair()
    reader, writer = await asyncio.open_connection(sock=a)
    b.close()
    print(await reader.read())
    writer.write(b"x")
    try:
        await writer.drain()
        writer.write(b"x")
        await writer.drain()
        await writer.wait_closed()
    except OSError as error: print(type(error).__name__)
    writer.close()
asyncio.run(main())`,
    "ConnectionRefusedError ECONNREFUSED\ngaierror None\nOSError ENETUNREACH\nEADDRINUSE\nb''\nConnectionResetError\n",
  ],
  [
    "another thread wakes a loop that waits for sockets",
    `
import asyncio, socket, threading
async def main():
    loop, event = asyncio.get_running_loop(), asyncio.Event()
    async with await asyncio.start_server(lambda r, w: w.close(), "127.0.0.1", 0) as server:
        threading.Timer(0.05, loop.call_soon_threadsafe, (event.set,)).start()
        await event.wait()
        def connect():
            with socket.create_connection(server.sockets[0].getsockname()) as client:
                return client.recv(10)
        print(await asyncio.to_thread(connect))
asyncio.run(main())`,
    "b''\n",
  ],
  [
    "pipes and callbacks for descriptors",
    `
import asyncio, os, socket
async def main():
    loop = asyncio.get_running_loop()
    r, w = os.pipe()
    reader = asyncio.StreamReader()
    transport, _ = await loop.connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(r, "rb", 0))
    writing, _ = await loop.connect_write_pipe(asyncio.BaseProtocol, os.fdopen(w, "wb", 0))
    writing.write(b"through a pipe")
    writing.close()
    print(await reader.read())
    a, b = socket.socketpair()
    done = loop.create_future()
    loop.add_reader(a, lambda: (loop.remove_reader(a), done.set_result(a.recv(10))))
    loop.call_later(0.02, b.send, b"later")
    print(await done)
    a.close(), b.close()
asyncio.run(main())`,
    "b'through a pipe'\nb'later'\n",
  ],
  [
    "a selector of the program's own is used for sockets and wake-ups",
    `
import asyncio, selectors
class Counting(selectors.DefaultSelector):
    calls = 0
    def select(self, timeout=None):
        Counting.calls += 1
        return super().select(timeout)
async def main():
    async with await asyncio.start_server(lambda r, w: w.close(), "127.0.0.1", 0) as server:
        reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
        print(await reader.read(), await asyncio.to_thread(str, 5))
        writer.close()
with asyncio.Runner(loop_factory=lambda: asyncio.SelectorEventLoop(Counting())) as runner:
    runner.run(main())
print(Counting.calls > 3)`,
    "b'' 5\nTrue\n",
  ],
];

for (const engine of engines) {
  describe(engine, () => {
    const shared = useRunner({ engine });
    const run = (source: string, options: object = {}) =>
      shared.runner.run({ source, filename: "demo.py", ...options }, { seconds: 60 });

    for (const [name, source, stdout] of PROGRAMS) {
      test(name, async () => {
        const ran = await run(source);
        assert.equal(ran.stderr, "");
        assert.equal(ran.stdout, stdout);
        assert.deepEqual(ran.outcome, { type: "finished", status: 0 });
      });
    }

    test("timeouts of sockets pass in virtual time", async () => {
      const source = `
import asyncio
async def main():
    loop = asyncio.get_running_loop()
    async def silent(reader, writer):
        await reader.read()
        writer.close()
    async with await asyncio.start_server(silent, "127.0.0.1", 0) as server:
        reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
        start = loop.time()
        try: await asyncio.wait_for(reader.read(), 3600)
        except TimeoutError: print(loop.time() - start)
        writer.close()
asyncio.run(main())`;
      const ran = await run(source, { clockRate: 0 });
      assert.equal(ran.stderr, "");
      assert.equal(ran.stdout, "3600.0\n");
    });

    test("a program that only serves runs until Stop, which runs its clean-up", async () => {
      const source = `
import asyncio
async def main():
    server = await asyncio.start_server(print, "127.0.0.1", 8000)
    print("ready", flush=True)
    try: await server.serve_forever()
    finally: print("closing")
asyncio.run(main())`;
      const ran = await shared.runner.run(
        { source, filename: "demo.py" },
        { seconds: 60, stopWhen: "ready\n" },
      );
      assert.equal(ran.stdout, "ready\nclosing\n");
      assert.match(ran.stderr, /KeyboardInterrupt/);
      assert.doesNotMatch(ran.stderr, /Deadlock/);
    });
  });
}

describe("descriptors that a program leaves open", () => {
  const shared = useRunner({ engine: "chromium" });
  test("are warned about, and closed before the next run", async () => {
    const source = `
import asyncio
async def main():
    server = await asyncio.start_server(print, "127.0.0.1", 8000)
    reader, writer = await asyncio.open_connection("127.0.0.1", 8000)
    await asyncio.sleep(0.01)
loop = asyncio.new_event_loop()
loop.run_until_complete(main())
import warnings
warnings.simplefilter("always")
loop.close()`;
    for (let turn = 0; turn < 2; turn += 1) {
      const ran = await shared.runner.run({ source, filename: "demo.py" }, { seconds: 60 });
      assert.match(ran.stderr, /ResourceWarning: unclosed <socket\.socket fd=4096/);
      assert.doesNotMatch(ran.stderr, /Address already in use|Bad file descriptor/);
      assert.deepEqual(ran.outcome, { type: "finished", status: 0 });
    }
  });
});
