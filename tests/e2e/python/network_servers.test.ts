/** Servers and clients of libraries work on the sockets of the page, with their default settings. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { engines, useRunner } from "../support/runner.ts";

const HEADER =
  '# /// script\n# dependencies = ["fastapi", "flask", "httpx", "requests", "uvicorn", "websockets"]\n# ///\n';

/** Programs with what CPython prints, or several parts of it, which they print in every browser. */
const PROGRAMS: [name: string, source: string, stdout: string | string[]][] = [
  [
    "uvicorn serves FastAPI to many clients at the same time",
    `
import asyncio, time
import httpx, uvicorn
from fastapi import FastAPI
app = FastAPI()
@app.get("/slow")
def slow():
    time.sleep(0.3)
    return "done"
@app.get("/items/{number}")
async def item(number: int):
    await asyncio.sleep(0.3)
    return {"number": number}
async def main():
    server = uvicorn.Server(uvicorn.Config(app, port=8000, log_level="warning"))
    task = asyncio.create_task(server.serve())
    while not server.started: await asyncio.sleep(0.01)
    limits = httpx.Limits(max_connections=100)
    async with httpx.AsyncClient(base_url="http://127.0.0.1:8000", limits=limits, timeout=60) as client:
        answers = await asyncio.gather(*(client.get(f"/items/{n}") for n in range(20)))
        print([answer.json()["number"] for answer in answers] == list(range(20)))
        for count in (40, 41):
            start = time.perf_counter()
            answers = await asyncio.gather(*(client.get("/slow") for _ in range(count)))
            took = time.perf_counter() - start
            print(count, {answer.status_code for answer in answers}, took >= 0.3 * (1 + (count > 40)))
        print((await client.get("/items/x")).status_code, (await client.get("/lost")).status_code)
    server.should_exit = True
    await task
asyncio.run(main())`,
    "True\n40 {200} True\n41 {200} True\n422 404\n",
  ],
  [
    "uvicorn serves in a thread until it is told to exit",
    `
import threading, time
import httpx, uvicorn
async def app(scope, receive, send):
    assert scope["type"] == "http"
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": scope["path"].encode()})
server = uvicorn.Server(uvicorn.Config(app, port=8000, lifespan="off", log_level="warning"))
thread = threading.Thread(target=server.run)
thread.start()
while not server.started: time.sleep(0.01)
with httpx.Client(base_url="http://localhost:8000", timeout=60) as client:
    print(client.get("/hello").text)
try: httpx.get("http://127.0.0.1:8001")
except httpx.ConnectError as error: print(error.args[0].partition("] ")[2])
try: httpx.get("http://example.com")
except httpx.ConnectError as error: print(error.args[0].partition("] ")[2])
server.should_exit = True
thread.join()`,
    "/hello\nConnection refused\nTemporary failure in name resolution\n",
  ],
  [
    "uvicorn serves the WebSocket endpoints of FastAPI",
    `
import asyncio
import uvicorn
from fastapi import FastAPI, WebSocket
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus
app = FastAPI()
@app.websocket("/rooms/{room}")
async def enter(websocket: WebSocket, room: str):
    await websocket.accept()
    async for text in websocket.iter_text():
        await websocket.send_json({"room": room, "text": text})
    print("left", room)
async def talk(room):
    async with connect(f"ws://localhost:8000/rooms/{room}") as websocket:
        for text in ("hello", "goodbye"):
            await websocket.send(text)
        return [await websocket.recv() for _ in range(2)]
async def main():
    server = uvicorn.Server(uvicorn.Config(app, port=8000, log_level="warning"))
    task = asyncio.create_task(server.serve())
    while not server.started: await asyncio.sleep(0.01)
    for answers in await asyncio.gather(talk("red"), talk("blue")): print(*answers)
    try: await connect("ws://localhost:8000/lost")
    except InvalidStatus as error: print(error)
    server.should_exit = True
    await task
asyncio.run(main())`,
    `left red
left blue
{"room":"red","text":"hello"} {"room":"red","text":"goodbye"}
{"room":"blue","text":"hello"} {"room":"blue","text":"goodbye"}
server rejected WebSocket connection: HTTP 403
`,
  ],
  [
    "Flask's development server answers in threads or one after another, until Ctrl+C",
    `
import logging, os, signal, threading, time, urllib.error, urllib.request
from concurrent.futures import ThreadPoolExecutor
from flask import Flask, jsonify, render_template_string, request
logging.getLogger("werkzeug").setLevel(logging.ERROR)
app = Flask(__name__)
counting, at_a_time, most, seen = threading.Lock(), 0, 0, []
@app.post("/slow/<int:number>")
def slow(number):
    global at_a_time, most
    with counting: most = max(most, at_a_time := at_a_time + 1)
    time.sleep(0.2)
    with counting: at_a_time -= 1
    return jsonify(number=number, body=request.get_data(as_text=True))
@app.get("/page")
def page(): return render_template_string("{{ text }}", text="<i>")
def ask(path, data=None):
    with urllib.request.urlopen(f"http://127.0.0.1:5000{path}", data, 60) as answer:
        return answer.read().decode().strip()
def visit():
    while True:
        try: seen.append(ask("/page"))
        except urllib.error.URLError: time.sleep(0.05)
        else: break
    with ThreadPoolExecutor(4) as clients:
        seen.extend(clients.map(ask, [f"/slow/{n}" for n in range(4)], [b"x"] * 4))
    os.kill(os.getpid(), signal.SIGINT)
for options in ({}, {"threaded": False}, {"debug": True, "use_reloader": False}):
    most, seen = 0, []
    client = threading.Thread(target=visit)
    client.start()
    app.run(**options)
    client.join()
    print(most, len(seen), seen[0], "".join(seen[-1].split()))`,
    [4, 1, 4].map((most) => `${most} 5 &lt;i&gt; {"body":"x","number":3}\n`),
  ],
  [
    "Requests reaches a server of the program, and no other one",
    `
import http.server, json, threading
import requests
class Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.end_headers()
        self.wfile.write(body[::-1])
    def log_message(self, *_): pass
with http.server.ThreadingHTTPServer(("127.0.0.1", 8000), Handler) as server:
    thread = threading.Thread(target=server.serve_forever, args=[0.01])
    thread.start()
    with requests.Session() as session:
        print([session.post("http://localhost:8000", data=f"{n}abc").text for n in range(3)])
    for address in ("http://127.0.0.1:8001", "http://example.com", "https://127.0.0.1:8000"):
        try: requests.get(address, timeout=5)
        except requests.RequestException as error: print(type(error).__name__)
    server.shutdown()
    thread.join()`,
    "['cba0', 'cba1', 'cba2']\nConnectionError\nConnectionError\nSSLError\n",
  ],
  [
    "WebSockets work in threads, at addresses and paths, with and without messages",
    `
import socket, threading
from websockets.exceptions import ConnectionClosedOK
from websockets.sync.client import connect, unix_connect
from websockets.sync.server import serve, unix_serve
def echo(websocket):
    for message in websocket: websocket.send(message[::-1])
for server in (serve(echo, "localhost", 8765), unix_serve(echo, "echo.sock")):
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    path = server.socket.getsockname()
    with unix_connect(path) if isinstance(path, str) else connect("ws://localhost:8765") as client:
        try: client.recv(timeout=0.05)
        except TimeoutError as error: print("nothing yet")
        for message in ("abc", bytes(300_000)):
            client.send(message)
            print(len(answer := client.recv()), answer[:3])
        print(client.ping().wait(10))
        server.shutdown()
        try: client.recv()
        except ConnectionClosedOK as error: print(error)
    thread.join()
with socket.create_server(("127.0.0.1", 8765)):
    try: connect("wss://127.0.0.1:8765", legacy=True)
    except OSError as error: print(type(error).__name__, error.args[1][:23])
`,
    (
      "nothing yet\n3 cba\n300000 b'\\x00\\x00\\x00'\nTrue\n" +
      "received 1001 (going away); then sent 1001 (going away)\n"
    ).repeat(2) + "SSLError this page offers no TLS\n",
  ],
];

for (const engine of engines) {
  describe(engine, () => {
    const shared = useRunner({ engine });

    for (const [name, source, stdout] of PROGRAMS) {
      test(name, async () => {
        const program = { source: HEADER + source, filename: "demo.py" };
        const ran = await shared.runner.run(program, { seconds: 120 });
        assert.doesNotMatch(ran.stderr, /Traceback|Warning/);
        for (const part of [stdout].flat()) {
          assert.ok(ran.stdout.includes(part), ran.stdout + ran.stderr);
        }
        assert.deepEqual(ran.outcome, { type: "finished", status: 0 });
      });
    }

    test("uvicorn.run serves until Stop, and shuts down in order", async () => {
      const source = `${HEADER}
import threading, time
import httpx, uvicorn
from fastapi import FastAPI
app = FastAPI()
def watch():
    while True:
        try: print("ready", httpx.get("http://127.0.0.1:8000/lost").status_code)
        except httpx.ConnectError: time.sleep(0.05)
        else: return
threading.Thread(target=watch).start()
uvicorn.run(app)
print("after")`;
      const ran = await shared.runner.run(
        { source, filename: "demo.py" },
        { seconds: 120, stopWhen: "ready 404\n" },
      );
      assert.match(ran.stderr, /Uvicorn running on http:\/\/127\.0\.0\.1:8000/);
      assert.match(ran.stderr, /Application shutdown complete/);
    });
  });
}
