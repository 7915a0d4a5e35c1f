/**
 * What a reader sees of a program's network: errors and notes for what is outside, a note for a program
 * that is only a server, and programs that used to fail. The programs behave as on CPython.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { describeDifferences, type Fact } from "../../../runtime/page/workbench/differences.ts";
import type { RunResult } from "../../../runtime/harness/runner.ts";
import { engines, useRunner } from "../support/runner.ts";

const declaring = (library: string, source: string): string =>
  `# /// script\n# dependencies = ["${library}"]\n# ///\n${source}`;

/** The sentences beside a run, without the one about threads that get turns, which depends on the machine. */
function notes(ran: RunResult): string[] {
  const facts = ran.events.flatMap((event): Fact[] => (event.type === "note" ? [event] : []));
  return describeDifferences(facts.filter(({ fact }) => fact !== "took-turns"));
}

const OWN_NETWORK =
  "Programs on this page have a network of their own, which reaches no other machine: " +
  "start the server in the program itself, and connect to it at 127.0.0.1.";

/** Programs with what CPython prints, and with the notes beside their runs. */
const PROGRAMS: [name: string, source: string, stdout: string, notes: string[]][] = [
  [
    "an echo server and its client share an event loop",
    `
import asyncio
async def handle(reader, writer):
    while line := await reader.readline():
        writer.write(line.upper()); await writer.drain()
    writer.close()
async def main():
    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"hello\\n"); print(await reader.readline())
        writer.close(); await writer.wait_closed()
asyncio.run(main())`,
    "b'HELLO\\n'\n",
    [],
  ],
  [
    "the header of a program makes its network slow",
    `# /// script
# [tool.runnable]
# network = { latency = 0.1, bandwidth = 100_000 }
# ///
import asyncio
from time import monotonic
async def handle(reader, writer):
    writer.write(await reader.readexactly(20_000))
    writer.close(); await writer.wait_closed()
async def main():
    async with await asyncio.start_server(handle, "127.0.0.1", 0) as server:
        start = monotonic()
        reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
        connected = monotonic()
        writer.write(bytes(20_000))
        await reader.read()
        ended = monotonic()
        writer.close(); await writer.wait_closed()
    # The connection takes two journeys; data and answer take one each, and 0.2 s on the wire.
    print(connected - start >= 0.2, ended - connected >= 0.6)
asyncio.run(main())`,
    "True True\n",
    [
      "The program's header asks for a slow network: everything that is sent takes 100 ms to arrive, " +
        "and each connection carries 100,000 bytes per second.",
    ],
  ],
  [
    "a note says that the header describes the network wrongly",
    `# /// script
# [tool.runnable]
# network = { latency = "slow" }
# ///
import socket
with socket.create_server(("127.0.0.1", 0)) as server:
    with socket.create_connection(server.getsockname()): print("connected")`,
    "connected\n",
    [
      "The network of this run has no delay, because the option network in the program's header is not valid. " +
        'It expects a latency in seconds, a bandwidth in bytes per second, or both: "# network = { latency = 0.05, bandwidth = 125_000 }".',
    ],
  ],
  [
    "pipes are read by a thread, a callback and a stream",
    `
import os, threading, asyncio, select, selectors
r, w = os.pipe()
threading.Timer(0.05, lambda: os.write(w, b"hello")).start()
print(os.read(r, 10))
print(select.select([], [w], [], 0.1)[1] == [w])
async def main():
    loop = asyncio.get_running_loop(); f = loop.create_future()
    loop.add_reader(r, lambda: f.done() or f.set_result(os.read(r, 5)))
    loop.call_later(0.02, os.write, w, b"again"); print(await asyncio.wait_for(f, 1)); loop.remove_reader(r)
    reader = asyncio.StreamReader(); await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(r, "rb"))
    os.write(w, b"line\\n"); print(await reader.readline())
asyncio.run(main())`,
    "b'hello'\nTrue\nb'again'\nb'line\\n'\n",
    [],
  ],
  [
    "HTTPX translates the error of a foreign host",
    declaring(
      "httpx",
      `
import asyncio, httpx
async def fetch(client, n):
    try: return (await client.get(f"https://api.invalid/{n}")).status_code
    except httpx.HTTPError as error: return type(error).__name__
async def main():
    async with httpx.AsyncClient(timeout=5) as client:
        print(await asyncio.gather(*(fetch(client, n) for n in range(3))))
asyncio.run(main())`,
    ),
    "['ConnectError', 'ConnectError', 'ConnectError']\n",
    [OWN_NETWORK],
  ],
  [
    "signals have handlers, also in event loops",
    `
import signal, os, time, threading, asyncio
def note(number, frame): print("handler", signal.Signals(number).name)
signal.signal(signal.SIGUSR1, note)
signal.raise_signal(signal.SIGUSR1)
os.kill(os.getpid(), signal.SIGUSR1)
print(signal.getsignal(signal.SIGUSR1) is note, signal.getsignal(signal.SIGINT) is signal.default_int_handler)
try:
    signal.raise_signal(signal.SIGINT)
    time.sleep(0.01)
except KeyboardInterrupt: print("KeyboardInterrupt")
def wrong():
    try: signal.signal(signal.SIGUSR1, note)
    except ValueError as e: print(e)
t = threading.Thread(target=wrong); t.start(); t.join()
async def main():
    loop = asyncio.get_running_loop(); ev = asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, ev.set)
    signal.raise_signal(signal.SIGTERM)
    await asyncio.wait_for(ev.wait(), 1); print("asyncio handler")
    loop.remove_signal_handler(signal.SIGTERM)
try: asyncio.run(main())
except Exception as e: print(type(e).__name__, e)`,
    "handler SIGUSR1\nhandler SIGUSR1\nTrue True\nKeyboardInterrupt\n" +
      "signal only works in main thread of the main interpreter\nasyncio handler\n",
    [],
  ],
  [
    "HTTPX serves http:// addresses although it prepares for TLS, which fails when it is used",
    declaring(
      "httpx",
      `
import asyncio, http.server, httpx, ssl, threading
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200); self.send_header("Content-Length", "2"); self.end_headers()
        self.wfile.write(b"ok")
    def log_message(self, *args): pass
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
threading.Thread(target=server.serve_forever, daemon=True).start()
url = f"127.0.0.1:{server.server_port}"
with httpx.Client() as client:
    print(client.get(f"http://{url}").text)
    try: client.get(f"https://{url}")
    except httpx.ConnectError as error: print(error)
async def main():
    async with httpx.AsyncClient() as client:
        print((await client.get(f"http://{url}")).text)
        try: await client.get(f"https://{url}")
        except httpx.ConnectError as error: print(error)
    try: await asyncio.open_connection("127.0.0.1", server.server_port, ssl=True)
    except ssl.SSLError as error: print(type(error).__name__, error)
asyncio.run(main())
server.shutdown()`,
    ),
    (() => {
      const text =
        "this page offers no TLS: connect without it, for example with http:// instead of https://";
      return `ok\n${text}\nok\n${text}\nSSLError ${text}\n`;
    })(),
    [],
  ],
  [
    "tracebacks contain frames of the program and of CPython only",
    `
import asyncio, os, selectors, socket, traceback
def attempt(function, *args):
    try: function(*args)
    except Exception as error:
        frames = traceback.extract_tb(error.__traceback__)
        own = [frame.filename for frame in frames if "browser_runtime" in frame.filename]
        print(type(error).__name__, own, frames[-1].name)
attempt(socket.create_connection, ("127.0.0.1", 9))
attempt(socket.create_connection, ("example.com", 80))
attempt(socket.socket, 99)
attempt(os.read, 5000, 1)
attempt(selectors.DefaultSelector().register, 5000, 1)
attempt(asyncio.run, asyncio.open_connection("127.0.0.1", 9))`,
    "ConnectionRefusedError [] create_connection\ngaierror [] getaddrinfo\nOSError [] __init__\n" +
      "OSError [] attempt\nOSError [] register\nConnectionRefusedError [] _sock_connect_cb\n",
    [OWN_NETWORK],
  ],
];

/** Programs that are only servers: they print "ready" and wait. Processes run in real time only. */
const SERVERS: [name: string, source: string, clockRates?: number[], fact?: string][] = [
  [
    "a socket",
    `
import socket
server = socket.create_server(("127.0.0.1", 8000))
print("ready")
server.accept()`,
  ],
  [
    "an HTTP server",
    `
import http.server
server = http.server.ThreadingHTTPServer(("", 8000), http.server.SimpleHTTPRequestHandler)
print("ready")
server.serve_forever()`,
  ],
  [
    "a server of asyncio with a timer",
    `
import asyncio
async def main():
    await asyncio.start_server(lambda reader, writer: None, "127.0.0.1", 8000)
    print("ready")
    while True: await asyncio.sleep(0.1)
asyncio.run(main())`,
  ],
  [
    "a server in a joined child process",
    `
import multiprocessing, socket
def serve():
    socket.create_server(("127.0.0.1", 8000)).accept()
if __name__ == "__main__":
    child = multiprocessing.Process(target=serve)
    child.start()
    print("ready")
    child.join()`,
    [1],
    "child-serves",
  ],
];

/** Snippets that wait for more than a minute if each sleep lasts one, and after how many seconds to stop them. */
const SNIPPETS: [name: string, seconds: number][] = [
  ["stations", 0.5],
  ["http_threads", 0.5],
  ["slow_reader", 0.5],
  ["no_answer", 0.3], // Its clients wait for at most 0.5 s.
  ["child_process", 2], // The child needs some time to start.
];

for (const engine of engines) {
  describe(engine, () => {
    const shared = useRunner({ engine });
    const run = (source: string) =>
      shared.runner.run({ source, filename: "demo.py" }, { seconds: 60 });

    for (const [name, source, stdout, expected] of PROGRAMS) {
      test(name, async () => {
        const ran = await run(source);
        assert.equal(ran.stderr, "");
        assert.equal(ran.stdout, stdout);
        assert.deepEqual(notes(ran), expected);
        assert.deepEqual(ran.outcome, { type: "finished", status: 0 });
      });
    }

    test("a refused connection has CPython's error, and a traceback that ends in asyncio", async () => {
      const ran = await run(`
import asyncio
async def main():
    reader, writer = await asyncio.open_connection("127.0.0.1", 9)
asyncio.run(main())`);
      assert.match(
        ran.stderr,
        /ConnectionRefusedError: \[Errno \d+\] Connect call failed \('127\.0\.0\.1', 9\)\n$/,
      );
      assert.match(ran.stderr, /demo\.py", line 4, in main/);
      assert.doesNotMatch(ran.stderr, /browser_runtime/);
      assert.deepEqual(notes(ran), []);
      assert.deepEqual(ran.outcome, { type: "finished", status: 1 });
    });

    for (const [name, source, clockRates = [1, 0], fact = "serves"] of SERVERS) {
      for (const clockRate of clockRates) {
        const time = clockRate === 0 ? "virtual" : "real";
        test(`${name} that has no client in ${time} time gets a note, and Stop ends it`, async () => {
          // The first run leaves a server at the port of the second one.
          for (let time = 0; time < 2; time++) {
            const ran = await shared.runner.run(
              { source, filename: "demo.py", clockRate },
              { seconds: 60, stopAt: fact },
            );
            assert.equal(ran.stdout, "ready\n");
            assert.match(notes(ran)[0]!, /^This program waits for a client at 127\.0\.0\.1:8000\./);
            assert.doesNotMatch(ran.stderr, /Deadlock|Address already in use/);
            assert.deepEqual(ran.outcome, { type: "stopped" });
          }
        });
      }
    }

    for (const [name, seconds] of SNIPPETS) {
      test(`Stop ends the snippet ${name} while it waits`, async () => {
        const recorded = readFileSync(`snippets/network/${name}.py`, "utf8");
        const source = recorded
          .replaceAll(/(?<=sleep\()0\.\d+/g, "60")
          .replace(/(?<=LOOK_UP = ).*/, (delays) => delays.replaceAll(/0\.\d+/g, "60"));
        assert.notEqual(source, recorded);
        const ran = await shared.runner.run({ source, filename: `${name}.py` }, { seconds });
        // Some servers only end when their handlers have ended, as on CPython, so Stop ends Python.
        assert.equal(ran.outcome.type, "stopped", ran.stderr);
      });
    }
  });
}
