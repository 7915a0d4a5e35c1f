/**
 * Libraries that a program declares are fetched and installed for this program, and for no other. The
 * same holds for the data of the time zones, which need not be declared.
 */
import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import type { Intercept } from "../../../runtime/harness/server.ts";
import { librariesCache } from "../../../runtime/host/cache_names.ts";
import type { Host } from "../../../runtime/host/types.ts";
import { cacheName, deleteCache } from "../support/caches.ts";
import { engines, useRunner } from "../support/runner.ts";

/** Returns a program with a header that declares libraries. */
const declaring = (libraries: string[], source: string) =>
  `# /// script\n# dependencies = ${JSON.stringify(libraries)}\n# ///\n${source}`;

/** A FastAPI application and its client, which sends a valid and an invalid request. */
const STATION = `
import asyncio
import httpx
from fastapi import FastAPI
app = FastAPI()
@app.get("/trains/{number}")
async def train(number: int) -> dict[str, int]:
    await asyncio.sleep(0.01)
    return {"number": number}
async def main():
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://station") as client:
        for number in ("7", "seven"):
            answer = await client.get(f"/trains/{number}")
            print(answer.status_code, answer.json() if answer.is_success else "")
asyncio.run(main())
`;

/** Uses time zones in the main interpreter, in a thread, in a process and in another interpreter. */
const NOON = `
import sys
from concurrent.futures import InterpreterPoolExecutor, ProcessPoolExecutor, ThreadPoolExecutor
from datetime import datetime, timezone
from importlib import resources
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones
def noon(key):
    return str(datetime(2024, 7, 1, 12, tzinfo=timezone.utc).astimezone(ZoneInfo(key)))[11:]
if __name__ == "__main__":
    print(noon("Europe/Berlin"), datetime(2024, 10, 27, 2, 30, fold=1, tzinfo=ZoneInfo("Europe/Berlin")))
    with ThreadPoolExecutor() as pool:
        print(*pool.map(noon, ["Asia/Tokyo", "UTC"]))
    with ProcessPoolExecutor(1) as pool:
        print(*pool.map(noon, ["Africa/Cairo"]))
    with InterpreterPoolExecutor(1) as pool:
        print(*pool.map(noon, ["America/Lima"]))
    print(resources.files("tzdata.zoneinfo").joinpath("Europe/Oslo").read_bytes()[:4])
    print(len(available_timezones()) > 500, "Europe/Oslo" in available_timezones())
    try:
        ZoneInfo("Mars/Base")
    except ZoneInfoNotFoundError as error:
        print(error, getattr(error, "__notes__", ""))
`;

const NOON_PRINTED = `14:00:00+02:00 2024-10-27 02:30:00+01:00
21:00:00+09:00 12:00:00+00:00
15:00:00+03:00
07:00:00-05:00
b'TZif'
True True
'No time zone found with key Mars/Base' 
`;

/** Uses time zones, but the host cannot see this in the source, in which no import names zoneinfo. */
const UNFORESEEN = `
import importlib
zoneinfo = importlib.import_module("zone" + "info")
print(zoneinfo.available_timezones())
zoneinfo.ZoneInfo("Europe/Berlin")
`;

/**
 * Provokes each message in which Pyodide advises readers to load packages with its own functions. These
 * functions do not work here.
 */
const PYODIDE_ADVICE = `
import js, pyodide_js
def find(*_):
    import tkinter
try:
    js.Array.of(1).forEach(find)
except ModuleNotFoundError as error:
    print(error, getattr(error, "__notes__", ""))
for load in (pyodide_js.loadPackage, pyodide_js.loadPackagesFromImports):
    try:
        load("import numpy")
    except Exception as error:
        print(error)
import micropip
`;

// Imports a tiny library, which loads quickly. The tests add a header that declares the library.
const SMALL = "import annotated_doc\nprint(annotated_doc.__name__)";

for (const engine of engines) {
  describe(engine, () => {
    let requests: string[] = [];
    /** Answers some requests in place of the server; each test may replace it. */
    let intercept: Intercept = () => false;
    const shared = useRunner({
      engine,
      intercept: (request, response) => {
        requests.push(request.url ?? "");
        return intercept(request, response);
      },
    });
    beforeEach(() => {
      requests = [];
      intercept = () => false;
    });

    const run = (source: string, options = {}) =>
      shared.runner.run({ source, filename: "demo.py" }, options);

    test("a program that declares no libraries fetches none", async () => {
      assert.equal((await run("print('plain')")).stdout, "plain\n");
      assert.ok(requests.length > 0);
      assert.deepEqual(
        // The module that installs libraries, and archives of libraries, but not python_stdlib.zip.
        requests.filter((url) => /packages-|[^b]\.zip-/.test(url)),
        [],
      );
    });

    test("if the module that installs libraries cannot be fetched, the next run fetches it again", async () => {
      let tries = 0;
      intercept = ({ url }, response) => {
        if (!url?.includes("/packages-") || ++tries > 1) return false;
        response.writeHead(503).end();
        return true;
      };
      const source = declaring(["annotated-doc"], SMALL);
      assert.equal((await run(source)).outcome.type, "failed");
      assert.equal((await run(source)).stdout, "annotated_doc\n");
    });

    test("FastAPI validates requests and answers them; a second run fetches nothing", async () => {
      const source = declaring(["fastapi", "httpx"], STATION);
      const first = await run(source);
      assert.equal(first.stderr, "");
      assert.equal(first.stdout, "200 {'number': 7}\n422 \n");
      assert.ok(requests.some((url) => url.includes("pydantic-core"))); // FastAPI needs this library
      requests = [];
      assert.equal((await run(source)).stdout, first.stdout);
      // The warm snapshot is for later runs, and may be requested at any time.
      assert.deepEqual(
        requests.filter((url) => !url.includes("/python-libraries-")),
        [],
      );
    });

    /**
     * Prints whether Python has started from the warm snapshot, in which FastAPI, HTTPX and what they need are
     * already imported.
     */
    const IMPORTED = declaring(["fastapi", "httpx"], "import sys\nprint('fastapi' in sys.modules)");

    test("later runs start from the warm snapshot, but only if they declare all libraries that it contains", async () => {
      // The warm snapshot is downloaded in the background, so the first runs may start without it.
      let tries = 0;
      while ((await run(IMPORTED)).stdout !== "True\n") assert.ok(++tries < 50);
      const imported = await run(declaring(["fastapi", "httpx"], STATION));
      assert.deepEqual([imported.stderr, imported.stdout], ["", "200 {'number': 7}\n422 \n"]);
      const other = await run(declaring(["fastapi"], "import fastapi, httpx"));
      assert.match(other.stderr, /No module named 'httpx'\nhttpx is available to programs/);
      const plain = await run("import sys\nprint('fastapi' in sys.modules)");
      assert.equal(plain.stdout, "False\n");
      assert.equal((await run(IMPORTED)).stdout, "True\n");
    });

    test("FastAPI runs forty calls of a def endpoint at the same time in threads, and the forty-first call waits", async () => {
      const { stdout, stderr } = await run(
        declaring(
          ["fastapi", "httpx"],
          `
import asyncio, threading, time
import httpx
from fastapi import FastAPI
app = FastAPI()
lock, running, most = threading.Lock(), 0, 0
@app.get("/")
def slow():
    global running, most
    with lock:
        running += 1
        most = max(most, running)
    time.sleep(0.3)
    with lock:
        running -= 1
async def main():
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://s") as client:
        await asyncio.gather(*(client.get("/") for _ in range(41)))
    print(most)
asyncio.run(main())
`,
        ),
      );
      assert.equal(stderr, "");
      assert.equal(stdout, "40\n");
    });

    /** The address of the cached warm snapshot, if there is one. */
    const snapshotAddress = () =>
      shared.runner.page.evaluate(
        async (name) => {
          const cache = await caches.open(name);
          return (await cache.keys()).find(({ url }) => url.includes("/python-libraries-"))?.url;
        },
        cacheName(shared.runner.page, librariesCache, "/"),
      );

    test("on a later visit, a program starts from the warm snapshot, but its child processes and other programs do not", async () => {
      // The warm snapshot is cached in the background.
      const end = performance.now() + 60_000;
      while (!(await snapshotAddress())) {
        assert.ok(performance.now() < end, "the warm snapshot was not cached within 60 s");
        await run(IMPORTED);
      }
      await shared.runner.reload();
      requests = [];
      assert.equal((await run(IMPORTED)).stdout, "True\n");
      assert.deepEqual(
        requests.filter((url) => url.endsWith(".bin")), // the large files of the runtime
        [],
      );
      await shared.runner.reload();
      const children = `
import sys
from concurrent.futures import ProcessPoolExecutor
def has_fastapi() -> bool:
    return "fastapi" in sys.modules
if __name__ == "__main__":
    with ProcessPoolExecutor(1) as pool:
        print(has_fastapi(), pool.submit(has_fastapi).result())
`;
      const { stdout, stderr } = await run(declaring(["fastapi", "httpx"], children));
      assert.deepEqual([stderr, stdout], ["", "True False\n"]);
      assert.equal((await run("import sys\nprint('fastapi' in sys.modules)")).stdout, "False\n");
    });

    test("the module that installs libraries is fetched only once, even if it is needed twice at the same time", async () => {
      await shared.runner.reload();
      requests = [];
      await shared.runner.page.evaluate(
        (source) => {
          const { host } = window as unknown as { host: Host };
          // What the page does when it opens, and when a reader comes near Run.
          host.open([source]);
          host.prepare(source);
        },
        declaring(["fastapi", "httpx"], "import fastapi"),
      );
      assert.equal((await run(IMPORTED)).stdout, "True\n");
      assert.equal(requests.filter((url) => url.includes("/packages-")).length, 1);
    });

    test("before any run, a page reads the warm snapshot from the cache if a program needs all libraries in it", async () => {
      await shared.runner.reload();
      // The addresses of the snapshots that the page looks up in the cache.
      const addresses = await shared.runner.page.evaluateHandle(() => {
        const addresses: string[] = [];
        const { match } = Cache.prototype;
        Cache.prototype.match = function (url) {
          if (String(url).includes("/python-")) addresses.push(String(url));
          return match.call(this, url);
        };
        return addresses;
      });
      const open = (source: string) =>
        shared.runner.page.evaluate((source) => {
          (window as unknown as { host: Host }).host.open(["print(1)", source]);
        }, source);
      const count = () => addresses.evaluate(({ length }) => length);
      await open("print(2)");
      await open(declaring(["fastapi"], "import fastapi"));
      assert.equal((await run("import sys\nprint('fastapi' in sys.modules)")).stdout, "False\n");
      assert.ok((await addresses.jsonValue()).every((url) => !url.includes("/python-libraries-")));
      await open(declaring(["fastapi", "httpx"], "import fastapi"));
      await shared.runner.page.waitForFunction(
        (addresses) => addresses.some((url) => url.includes("/python-libraries-")),
        { polling: 50 },
        addresses,
      );
      const before = await count();
      assert.equal((await run(IMPORTED)).stdout, "True\n");
      assert.ok((await count()) <= before + 1, "the warm snapshot is read from the cache once");
      await shared.runner.reload(); // restores Cache.prototype.match
    });

    test("if the cached warm snapshot is damaged, the program runs without it, and later ones start from an intact one", async () => {
      const url = await snapshotAddress();
      await shared.runner.page.evaluate(
        async (name, url) => {
          const cache = await caches.open(name);
          await cache.put(url!, new Response("damaged"));
        },
        cacheName(shared.runner.page, librariesCache, "/"),
        url,
      );
      await shared.runner.reload();
      const source = declaring(["fastapi", "httpx"], STATION);
      assert.equal((await run(source)).stdout, "200 {'number': 7}\n422 \n");
      let tries = 0;
      while ((await run(IMPORTED)).stdout !== "True\n") assert.ok(++tries < 50);
    });

    test("a program cannot import libraries that only an earlier program declared", async () => {
      const { stderr, outcome } = await run("import fastapi");
      assert.deepEqual(outcome, { type: "finished", status: 1 });
      assert.match(
        stderr,
        /No module named 'fastapi'\nfastapi is available to programs that declare it with .*\n# \/\/\/ script\n# dependencies = \["fastapi"\]\n# \/\/\/\n$/,
      );
      const other = await run(declaring(["httpx"], "import httpx, pydantic"));
      assert.match(other.stderr, /No module named 'pydantic'\npydantic is available to programs/);
    });

    test("preparing for a program with an unknown library reports no error", async () => {
      await shared.runner.reload();
      const title = await shared.runner.page.title();
      // From now on, an error that nothing handles becomes the title of the page.
      await shared.runner.page.evaluate(() => {
        addEventListener("unhandledrejection", ({ reason }) => (document.title = String(reason)));
      });
      await shared.runner.prepare(declaring(["numpy"], "print('never')"));
      assert.equal((await run("print('plain')")).stdout, "plain\n");
      assert.equal(await shared.runner.page.title(), title);
    });

    test("an unknown library or version is reported before the program runs", async () => {
      const unknown = await run(declaring(["numpy", "httpx"], "print('never')"));
      assert.deepEqual(unknown.outcome, {
        type: "failed",
        message:
          "The program declares numpy, but only " +
          "anyio, fastapi, flask, greenlet, httpx, pydantic, requests, starlette, tzdata, uvicorn and websockets are available in the browser.",
      });
      const version = await run(declaring(["httpx<0.1"], "print('never')"));
      assert.equal(version.outcome.type, "failed");
      assert.match(JSON.stringify(version.outcome), /declares httpx<0\.1, but only httpx 0\./);
      assert.deepEqual([unknown.events, version.events, requests], [[], [], []]);
    });

    test("an archive whose download is cut off is reported, and the next run fetches it again", async () => {
      await shared.runner.reload();
      await deleteCache(shared.runner.page, librariesCache, "/");
      intercept = ({ url }, response) => {
        if (!url?.includes("/h11-")) return false;
        response.destroy();
        return true;
      };
      const source = declaring(["h11"], "import h11\nprint(h11.__name__)");
      const { outcome } = await run(source);
      assert.equal(outcome.type, "failed");
      assert.match(JSON.stringify(outcome), /\/h11-[^ ]* could not be loaded/);
      assert.equal((await run("print('next')")).stdout, "next\n");
      intercept = () => false;
      assert.equal((await run(source)).stdout, "h11\n");
    });

    test("greenlets pass values and exceptions to one another, but only within one thread", async () => {
      const { stdout, stderr } = await run(
        declaring(
          ["greenlet"],
          `
import contextvars, threading
from greenlet import GreenletExit, error, getcurrent, greenlet
place = contextvars.ContextVar("place", default="nowhere")
place.set("main")
def work(first):
    print("got", first, place.get())
    place.set("work")
    try:
        second = main.switch(first + 1)
    except KeyError as caught:
        second = main.switch("caught", caught.args)
    sorted([2, 1], key=lambda value: main.switch(value) or value)
    raise LookupError("at the end")
main = getcurrent()
worker = greenlet(work)
print(bool(worker), worker.dead)
print(worker.switch(1))
print(place.get(), worker.gr_frame.f_code.co_name)
print(worker.throw(KeyError, "key"))
print(worker.switch(), worker.switch())
try:
    worker.switch()
except LookupError as caught:
    print(caught, worker.dead, bool(worker))
print(worker.switch("the greenlet has ended"))
print(repr(greenlet(lambda: 1 / 0).throw()), greenlet(lambda *a, **k: (a, k)).switch(1, b=2))
def elsewhere():
    print(getcurrent() is main)
    child = greenlet(lambda: getcurrent().parent.switch(7))
    print(child.switch())
    try:
        main.switch()
    except error as caught:
        print(caught)
thread = threading.Thread(target=elsewhere)
thread.start()
thread.join()
`,
        ),
      );
      assert.equal(stderr, "");
      assert.equal(
        stdout,
        [
          "False False",
          "got 1 nowhere",
          "2",
          "main work",
          "('caught', ('key',))",
          "2 1",
          "at the end True False",
          "the greenlet has ended",
          "GreenletExit() ((1,), {'b': 2})",
          "False",
          "7",
          "cannot switch to a different thread",
          "",
        ].join("\n"),
      );
    });

    test("Stop interrupts a greenlet that waits, and the next program runs although another greenlet was suspended", async () => {
      const { stdout, stderr, outcome } = await run(
        declaring(
          ["greenlet"],
          `
import time
from greenlet import getcurrent, greenlet
main = getcurrent()
greenlet(lambda: main.switch()).switch()
def wait():
    print("waiting")
    time.sleep(60)
greenlet(wait).switch()
`,
        ),
        { stopWhen: "waiting" },
      );
      assert.deepEqual(outcome, { type: "stopped" });
      assert.equal(stdout, "waiting\n");
      assert.match(stderr, /KeyboardInterrupt\n$/);
      assert.equal((await run("print('next')")).stdout, "next\n");
    });

    test("time zones work in threads, processes and interpreters, and their data is fetched once", async () => {
      const first = await run(NOON, { seconds: 60 });
      assert.deepEqual([first.stderr, first.stdout], ["", NOON_PRINTED]);
      assert.equal(requests.filter((url) => url.includes("/tzdata-")).length, 1);
      requests = [];
      assert.equal((await run(NOON, { seconds: 60 })).stdout, NOON_PRINTED);
      assert.deepEqual(requests, []);
      await shared.runner.reload();
      requests = [];
      assert.equal((await run(NOON, { seconds: 60 })).stdout, NOON_PRINTED);
      assert.deepEqual(
        requests.filter((url) => url.endsWith(".bin")),
        [],
      );
    });

    test("a program that uses no time zones finds no traces of an earlier program that used them", async () => {
      // Assembled from parts, because the host would load the data if it found the names in the source.
      const names = `["zone" + "info", "zone" + "info._common", "tz" + "data"]`;
      const { stdout } = await run(
        `import importlib.util, os, sys\nprint([name for name in ${names} if name in sys.modules])\nprint(os.path.exists("/home/packages"), importlib.util.find_spec("tz" + "data"))`,
      );
      assert.equal(stdout, "[]\nFalse None\n");
    });

    test("if the host could not foresee that a program uses time zones, the error says how to declare their data", async () => {
      const unforeseen = await run(UNFORESEEN);
      assert.equal(unforeseen.stdout, "set()\n");
      assert.match(
        unforeseen.stderr,
        /ZoneInfoNotFoundError: 'No time zone found with key Europe\/Berlin'\nHere, the data .*\n# \/\/\/ script\n# dependencies = \["tzdata"\]\n# \/\/\/\n$/,
      );
      assert.doesNotMatch(unforeseen.stderr, /pyodide/i);
      const declared = await run(declaring(["tzdata"], UNFORESEEN));
      assert.equal(declared.stderr, "");
      assert.match(declared.stdout, /'Europe\/Berlin'/);
    });

    test("a program that declares libraries can also use time zones", async () => {
      const clock = `
import fastapi, httpx
from zoneinfo import ZoneInfo
import pydantic
print(pydantic.TypeAdapter(ZoneInfo).validate_python("Europe/Berlin"))
`;
      // The second run may start from the warm snapshot.
      for (let round = 0; round < 2; round++) {
        const { stdout, stderr } = await run(declaring(["fastapi", "httpx"], clock));
        assert.deepEqual([stderr, stdout], ["", "Europe/Berlin\n"]);
      }
    });

    test("no message advises readers to load packages in a way that is impossible here", async () => {
      const { stdout, stderr } = await run(PYODIDE_ADVICE);
      const refused = /^Error: Programs cannot load packages here\. Declare the libraries/;
      const [missing, ...refusals] = stdout.trimEnd().split("\n");
      assert.equal(missing, "No module named 'tkinter' ");
      assert.equal(refusals.length, 2);
      for (const refusal of refusals) assert.match(refusal, refused);
      assert.match(stderr, /\n'micropip' is not installed here\. Programs can use [^\n]*\n$/);
    });
  });
}
