/** Python starts from a snapshot if it can, and on later visits from files in the browser's cache. */
import assert from "node:assert/strict";
import type { IncomingMessage, ServerResponse } from "node:http";
import { join } from "node:path";
import { after, afterEach, before, beforeEach, describe, test } from "node:test";
import { gunzipSync, gzipSync } from "node:zlib";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import type { Browser, Page } from "puppeteer-core";
import type { Engine } from "../../../runtime/harness/browsers.ts";
import { Runner } from "../../../runtime/harness/runner.ts";
import { runtimeCache } from "../../../runtime/host/cache_names.ts";
import type { RunEvent } from "../../../runtime/host/types.ts";
import { cacheName, deleteCache } from "../support/caches.ts";
import { testOfPage, WITHOUT_STACK_SWITCHING } from "../support/runner.ts";
import {
  freshPage,
  launch as launchBrowser,
  serveSite,
  siteDirectory,
  untilText,
  Widget,
  type Site,
} from "../support/site.ts";

const RUNTIME = "build/runtime";

/** Returns the name of the only file of the runtime whose name begins with `name`. */
function published(name: string): string {
  const [file, ...more] = readdirSync(RUNTIME).filter((file) => file.startsWith(name));
  assert.ok(file !== undefined && more.length === 0, name);
  return file;
}

/** How the server answers a request. */
type Answer = (response: ServerResponse) => void;
const missing: Answer = (response) => response.writeHead(404).end();
const damaged: Answer = (response) => response.end("not what was published");
const truncated: Answer = (response) => {
  response.writeHead(200, { "content-length": 1000 });
  response.write("begin", () => response.destroy());
};

/**
 * The most bytes that the first run of a program may fetch if the program needs only what the snapshot
 * contains. Scripts and styles count as servers send them, compressed. The number may grow with the
 * runtime, but not beyond 8,000,000. Lower it when the snapshot becomes smaller.
 */
const FIRST_RUN_BYTES = 7_900_000;

/** Returns how many bytes a server sends for a file. */
function sentFor(file: string): number {
  const content = readFileSync(file);
  return /\.(?:js|css)$/.test(file) ? gzipSync(content).length : content.length;
}

/**
 * Checks that these files, which a first run has fetched, are the runtime's without the standard library,
 * and are within the limit.
 */
function checkFirstRun(files: readonly string[]): void {
  const sizes = files.map((file): [string, number] => [file, sentFor(file)]);
  const bytes = sizes.reduce((sum, [, size]) => sum + size, 0);
  const list = `${bytes} bytes: ${JSON.stringify(sizes)}`;
  assert.ok(!files.some((file) => file.includes("python_stdlib")), list);
  // Python itself has more than 3 MB, so with fewer, something was not counted.
  assert.ok(bytes > 3_000_000 && bytes <= FIRST_RUN_BYTES, list);
}

/** Programs of this kind are what most readers run first. None of them needs the standard library. */
const FIRST_PROGRAMS: Record<string, { source: string; stdout: string; stderr?: RegExp }> = {
  "the shortest program": { source: "print('first')", stdout: "first\n" },
  "an asyncio program": {
    source: `
import asyncio
import time

async def station(name):
    await asyncio.sleep(0.01)
    print(name)

async def main():
    async with asyncio.TaskGroup() as group:
        group.create_task(station("Oslo"))
    print(time.perf_counter() > 0)

asyncio.run(main())
`,
    stdout: "Oslo\nTrue\n",
  },
  "a program with threads": {
    source: `
import asyncio, os.path, queue, random, threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

with ThreadPoolExecutor(2) as pool:
    print(list(pool.map(abs, [-1, -2])))
thread = threading.Thread(target=print, args=("thread",))
thread.start()
thread.join()
print(asyncio.run(asyncio.to_thread(abs, -3)))
`,
    stdout: "[1, 2]\nthread\n3\n",
  },
  "a program that fails": {
    source: `
import asyncio

async def main():
    async with asyncio.TaskGroup() as group:
        group.create_task(asyncio.sleep(1))
        raise ValueError("Oslo")

asyncio.run(main())
`,
    stdout: "",
    // The lines of the library are shown as on CPython.
    stderr:
      /asyncio\/runners\.py", line \d+, in run\n[ |]+return runner\.run\(main\)[^]*ValueError: Oslo/,
  },
  "a program in which a thread and a pool fail": {
    source: `
import asyncio, threading
from concurrent.futures import ThreadPoolExecutor

thread = threading.Thread(target=int, args=("tea",))
thread.start()
thread.join()
with ThreadPoolExecutor() as pool:
    pool.submit(int, "milk").result()
`,
    stdout: "",
    stderr:
      /threading\.py", line \d+, in run\n +self\._target\([^]*: 'tea'\n[^]*_base\.py", line \d+, in result\n +return self[^]*: 'milk'\n/,
  },
  "a program that times out": {
    source: `
import asyncio

async def main():
    async with asyncio.timeout(0.01):
        await asyncio.sleep(1)

asyncio.run(main())
`,
    stdout: "",
    stderr: /tasks\.py", line \d+, in sleep\n +return await future[^]*TimeoutError\n$/,
  },
  "a program that forgets an await": {
    source: "import asyncio\n\nasyncio.sleep(1)",
    stdout: "",
    stderr:
      /RuntimeWarning: coroutine 'sleep' was never awaited\n +asyncio\.sleep\(1\)\nRuntime.*tracemalloc/,
  },
  "a program with a misspelt keyword": {
    source: "whille True:\n    pass",
    stdout: "",
    stderr: /SyntaxError: invalid syntax. Did you mean 'while'\?\n$/,
  },
};

/** The program that also runs in Firefox every time. */
const ONE_PROGRAM = "a program that fails";

const HELLO = { source: "print('hello')", filename: "demo.py" };

// The last column is the snapshot that the browser needs; there is one with stack switching and one
// without.
for (const [name, engine, launch, snapshot] of [
  ["chromium", "chromium", {}, "python-switching"],
  ["firefox", "firefox", {}, "python-switching"],
  ["firefox without stack switching", "firefox", WITHOUT_STACK_SWITCHING, "python-plain"],
] as const) {
  const canSwitchStacks = snapshot === "python-switching";

  describe(name, () => {
    let runner: Runner;
    let warnings: string[];
    let requests: string[];
    /** The server's answers to requests for certain files, by the beginnings of the files' names. */
    let answers: Record<string, Answer>;
    const intercept = (request: IncomingMessage, response: ServerResponse): boolean => {
      const file = (request.url ?? "/").slice(1);
      requests.push(file);
      const found = Object.keys(answers).find((name) => file.startsWith(name));
      if (found !== undefined) answers[found]!(response);
      return found !== undefined;
    };
    before(async () => {
      [requests, answers] = [[], {}];
      // A time zone in which no snapshot was made.
      const env = { ...process.env, TZ: "Asia/Kolkata" };
      runner = await Runner.open({
        engine: engine as Engine,
        launch: { ...launch, env },
        intercept,
      });
      runner.page.on("console", (message) => warnings.push(message.text()));
    });
    after(() => runner.close());
    /** Each test begins like a first visit, without files of the runtime in the cache. */
    beforeEach(async () => {
      [warnings, requests, answers] = [[], [], {}];
      await deleteCache(runner.page, runtimeCache, "/");
      await runner.reload();
    });
    // Downloads do not depend on stack switching, so one fault is enough without it.
    const faults: Record<string, Answer> = canSwitchStacks
      ? { missing, damaged, truncated }
      : { missing };
    const snapshotWarnings = () =>
      warnings.filter((text) => text.startsWith("Python starts without its snapshot"));

    test("Python starts from the snapshot for this browser, and fetches neither wheels nor the other snapshot", async () => {
      const { stdout } = await runner.run(HELLO);
      assert.equal(stdout, "hello\n");
      assert.deepEqual(warnings, []);
      assert.ok(requests.includes(published(snapshot)));
      const others = requests.filter((file) => /^python-|\.whl/.test(file));
      assert.deepEqual(others, [published(snapshot)]);
    });

    if (snapshot === "python-switching") {
      for (const [what, { source, stdout, stderr = /^$/ }] of Object.entries(FIRST_PROGRAMS)) {
        // The libraries decide what is fetched, and not the engine, so one program is enough in Firefox.
        const testHere = what === ONE_PROGRAM ? test : testOfPage(engine);
        testHere(
          `the first run of ${what} fetches few bytes, and no standard library`,
          async () => {
            // Like on a page, where each run has a timeline.
            const ran = await runner.run({ source, filename: "demo.py", trace: true });
            assert.equal(ran.stdout, stdout, ran.stderr);
            assert.match(ran.stderr, stderr);
            await runner.page.waitForNetworkIdle();
            checkFirstRun(requests.map((file) => `${RUNTIME}/${file}`).filter(existsSync));
          },
        );
      }

      test("a module that only the library contains is fetched when it is imported by a computed name", async () => {
        const source = "import importlib\nprint(importlib.import_module('c' + 'sv').DictReader)";
        const { stdout } = await runner.run({ source, filename: "demo.py" });
        assert.match(stdout, /^<class 'csv\.DictReader'>/);
        assert.ok(requests.includes(published("python_stdlib")));
      });

      test("modules that only the start of Python has used can be imported again", async () => {
        const source = `
import bz2, io, lzma, statistics, zipfile
from compression import zstd
from importlib import metadata
for module in bz2, lzma, zstd:
    print(module.decompress(module.compress(b"tea")))
with zipfile.ZipFile(io.BytesIO(), "w") as archive:
    archive.writestr("tea", "green")
    print(archive.namelist(), statistics.mean([1, 3]), metadata.PackageNotFoundError.__name__)
`;
        const { stdout, stderr } = await runner.run({ source, filename: "demo.py" });
        assert.equal(stdout, "b'tea'\n".repeat(3) + "['tea'] 2 PackageNotFoundError\n", stderr);
      });

      test("a child process can import a module that only the library contains", async () => {
        const source = `
import multiprocessing

def work():
    import csv
    print(csv.__name__)

if __name__ == "__main__":
    process = multiprocessing.Process(target=work)
    process.start()
    process.join()
`;
        const { stdout, stderr } = await runner.run({ source, filename: "demo.py" });
        assert.equal(stdout, "csv\n", stderr);
      });
    }

    for (const [how, answer] of Object.entries(faults)) {
      const testHere = how === "missing" ? test : testOfPage(engine);
      testHere(
        `if the snapshot is ${how}, Python starts without it, and the console shows a warning`,
        async () => {
          answers[snapshot] = answer;
          const { stdout, outcome } = await runner.run(HELLO);
          assert.equal(stdout, "hello\n");
          assert.deepEqual(outcome, { type: "finished", status: 0 });
          assert.equal(snapshotWarnings().length, 1);
          assert.match(snapshotWarnings()[0]!, new RegExp(`/${snapshot}`));
        },
      );
    }

    test("if the snapshot is complete but belongs to another build, Python starts without it", async () => {
      // The file begins with four numbers, of which the last is `count`, and the bounds of `count` parts.
      // Then comes the header of Pyodide, in which the number of its build is at offset 20. Pyodide
      // compares it with its own.
      const file = gunzipSync(readFileSync(`${RUNTIME}/${published(snapshot)}`));
      const count = new Uint32Array(file.buffer, file.byteOffset, 4)[3]!;
      file[16 + 8 * count + 20]! ^= 1;
      answers[snapshot] = (response) => response.end(gzipSync(file));
      // Without this API, the host cannot notice by a hash that the file was changed.
      await runner.page.evaluate(() =>
        Object.defineProperty(crypto, "subtle", { value: undefined }),
      );
      const ran = await runner.run(HELLO);
      assert.equal(ran.stdout, "hello\n", JSON.stringify([ran, warnings]));
      assert.equal(snapshotWarnings().length, 1);
    });

    for (const file of ["pyodide.wasm", "worker.js"]) {
      for (const [how, answer] of Object.entries(faults)) {
        const testHere = how === "missing" ? test : testOfPage(engine);
        testHere(
          `if ${file} is ${how}, the message names the file, and the next run fetches it again`,
          async () => {
            answers[file] = answer;
            const { outcome } = await runner.run(HELLO);
            assert.ok(outcome.type === "failed");
            assert.match(outcome.message, new RegExp(`^/${file}.* (could not be loaded|damaged)`));
            answers = {};
            assert.equal((await runner.run(HELLO)).stdout, "hello\n");
            const fetched = requests.filter((name) => name === published(snapshot));
            assert.equal(
              fetched.length,
              1,
              "the snapshot, which has arrived, is not fetched again",
            );
          },
        );
      }
    }

    test("if the standard library is missing, programs that need it fail until it can be fetched", async () => {
      answers["python_stdlib"] = missing;
      const program = {
        source: "print('begins')\nimport csv\nprint('ends')",
        filename: "d.py",
      };
      const { stdout, stderr, outcome } = await runner.run(program);
      // Without stack switching, programs cannot wait for the library when they import from it, so the
      // host fetches the library before it starts the program.
      if (!canSwitchStacks) {
        assert.match(outcome.type === "failed" ? outcome.message : "", /python_stdlib.* 404/);
      } else {
        assert.equal(stdout, "begins\n");
        assert.match(stderr, /ImportError: the standard library could not be loaded; .*404/);
      }
      answers = {};
      assert.equal((await runner.run(program)).stdout, "begins\nends\n");
    });

    if (canSwitchStacks) {
      test("code that JavaScript calls cannot wait for the standard library, but code after it can", async () => {
        // The server answers only when the program has shown that it could not wait.
        const held = Promise.withResolvers<void>();
        answers["python_stdlib"] = (response) =>
          void held.promise.then(() => {
            response.end(readFileSync(`${RUNTIME}/${published("python_stdlib")}`));
          });
        const source = `import js
def read(*_):
    import csv
try:
    js.Array.of(1).forEach(read)
except ImportError as error:
    print(error, flush=True)
import csv
print(csv.__name__)`;
        const listen = ({ type }: RunEvent): void => {
          if (type === "stdout") held.resolve();
        };
        const program = { source, filename: "demo.py" };
        const { stdout, stderr } = await runner.run(program, { listen });
        assert.equal(stderr, "");
        assert.match(stdout, /^the standard library is still being loaded, .*\ncsv\n$/);
      });
    }

    test("a later visit fetches no large file of the runtime", async () => {
      await runner.run({ ...HELLO, source: "import csv" });
      await runner.page.waitForFunction(
        // The worker, Pyodide, the snapshot and the standard library.
        async (name) => (await (await caches.open(name)).keys()).length === 4,
        {},
        cacheName(runner.page, runtimeCache, "/"),
      );
      await runner.reload();
      requests.length = 0;
      assert.equal((await runner.run({ ...HELLO, source: "import csv; print(1)" })).stdout, "1\n");
      assert.deepEqual(
        requests.filter((file) => file.endsWith(".bin")),
        [],
      );
    });

    test("files of earlier versions are removed from the cache", async () => {
      const cacheOfRuntime = cacheName(runner.page, runtimeCache, "/");
      await runner.page.evaluate(async (name) => {
        const cache = await caches.open(name);
        await cache.put("/pyodide.wasm-old.gz.bin", new Response("old"));
      }, cacheOfRuntime);
      await runner.run({ ...HELLO, source: "import csv" });
      await runner.page.waitForFunction(
        async (name) => {
          const cache = await caches.open(name);
          return !(await cache.keys()).some(({ url }) => url.includes("-old"));
        },
        {},
        cacheOfRuntime,
      );
    });

    test("random numbers, the time and the time zone are those of the visit, and not of the snapshot", async () => {
      const source = `
import logging, os, random, time, uuid
print(random.random(), uuid.uuid4(), os.urandom(4).hex())
print(time.tzname[0], time.timezone, time.localtime(0).tm_hour, time.strftime("%z %Z"))
print(abs(time.process_time()) < 5, 0 <= logging.makeLogRecord({}).relativeCreated < 60_000)
`;
      const first = (await runner.run({ source, filename: "demo.py" })).stdout.split("\n");
      await runner.reload();
      const second = (await runner.run({ source, filename: "demo.py" })).stdout.split("\n");
      // The first line has random numbers, which differ from visit to visit.
      for (const [index, value] of first[0]!.split(" ").entries()) {
        assert.notEqual(value, second[0]!.split(" ")[index]);
      }
      assert.deepEqual(first.slice(1), second.slice(1));
      assert.deepEqual(first.slice(1, 3), ["UTC+0530 -19800 5 +0530 UTC+0530", "True True"]);
    });

    test("Python can be started before the first run, and starts again after a worker was ended by force", async () => {
      await runner.prepare();
      const endless = await runner.run(
        { source: "print('on')\nsum(iter(int, 1))", filename: "demo.py" },
        { stopWhen: "on" },
      );
      assert.equal(endless.outcome.type, "stopped");
      assert.equal((await runner.run(HELLO)).stdout, "hello\n");
      assert.deepEqual(warnings, []);
    });
  });
}

for (const engine of ["chromium", "firefox"] as const) {
  describe(`on a page of the site, in ${engine}`, () => {
    let site: Site;
    let browser: Browser;
    let requests: string[];
    let page: Page;
    let widget: Widget;
    before(async () => {
      site = await serveSite(undefined, ({ url }) => {
        requests.push(url ?? "");
        return false;
      });
      browser = await launchBrowser(engine);
    });
    after(async () => {
      await browser?.close();
      await site?.close();
    });
    beforeEach(async () => {
      requests = [];
      page = await freshPage(browser);
      await page.goto(`${site.url}/tutorials/first-overlap/`, { waitUntil: "networkidle0" });
      widget = new Widget(page);
    });
    afterEach(() => page.browserContext().close());

    test("the first run of a program with asyncio and time fetches few bytes, and no standard library, for its output and its timeline", async () => {
      const source = readFileSync("snippets/overlap/in_turn.py", "utf8");
      assert.match(source, /^import asyncio\nimport time\n/);
      requests = [];
      const { text } = await widget.run();
      assert.match(text, /Lima/);
      await untilText(page, `${widget.selector} .runnable-timeline`, /Timeline of this run/);
      await page.waitForNetworkIdle();
      checkFirstRun(requests.map((path) => join(siteDirectory, path)));
    });

    test("a program that imports another module gets the standard library with its first run, and later runs fetch no file of Python", async () => {
      await widget.write("import csv\nprint(list(csv.reader(['tea,milk'])))\n");
      const { text } = await widget.run();
      assert.match(text, /\[\['tea', 'milk'\]\]/);
      assert.equal(requests.filter((path) => path.includes("python_stdlib")).length, 1);
      requests = [];
      await widget.run();
      // On a slow machine, the modules that draw the timeline of the first run may arrive this late.
      assert.deepEqual(
        requests.filter((path) => !path.includes("/chunks/")),
        [],
      );
    });
  });
}
