/**
 * Measures threads, the Stop button and the speed of programs. For the speed, prints the ratio of the
 * fastest round in this runtime to the fastest round of unmodified Pyodide in the same browser. Prints
 * medians for everything else; they can only be compared on the same machine.
 *
 * Usage: node runtime/bench/threads.ts [--rounds N] [--engine chromium|firefox]…
 */
import { parseArgs } from "node:util";
import type { Page } from "puppeteer-core";
import type { Host } from "../host/types.ts";
import type { Engine } from "../harness/browsers.ts";
import { median } from "./median.ts";
import { Runner } from "../harness/runner.ts";
import { serve } from "../harness/server.ts";

/**
 * A worker with unmodified Pyodide. It answers a program with the value of the program's last expression,
 * or with the text of the error.
 */
const STOCK = `
import { loadPyodide } from "/pyodide.mjs";
const python = loadPyodide({ indexURL: "/" });
onmessage = async ({ data }) => {
  try {
    postMessage((await python).runPython(data));
  } catch (error) {
    postMessage(String(error));
  }
};
`;

/** Python functions that do several kinds of work without threads, and one that measures them. */
const WORK = `
import json, re, time
def calls():
    def step(n): return n * 3 + 1
    total, seen = 0, {}
    for n in range(60_000):
        total += step(n) & 7
        seen[n % 97] = seen.get(n % 97, 0) + 1
def arithmetic():
    x = 0.0
    for n in range(150_000): x = x * 0.5 + n % 7
def sieve():
    flags = bytearray([1]) * 100_000
    for n in range(2, 317):
        if flags[n]:
            for m in range(n * n, 100_000, n): flags[m] = 0
def comprehensions():
    words = [str(n) for n in range(40_000)]
    return sum([len(word) for word in words]) + len({n % 1000 for n in range(60_000)})
class Tree:
    def __init__(self, depth):
        self.parts = [Tree(depth - 1), Tree(depth - 1)] if depth else []
    def count(self): return 1 + sum(part.count() for part in self.parts)
def objects(): Tree(11).count()
def text():
    sensors = [{"name": f"sensor {n}", "values": list(range(20))} for n in range(600)]
    words = re.findall(r"\\w+", json.dumps(json.loads(json.dumps(sensors))))
    return sorted(words), "".join(words).upper()
def seconds(work):
    begin = time.perf_counter()
    for _ in range(3): work()
    return time.perf_counter() - begin
`;
/** The names of the functions in WORK that are measured. */
const KINDS = ["calls", "arithmetic", "sieve", "comprehensions", "objects", "text"];

/** Programs that print one line and then never end, by what they do then. */
const WAITS: Record<string, string> = {
  "a busy loop": "print('ready')\nwhile True: pass",
  "a sleep": "import time\nprint('ready')\ntime.sleep(1e9)",
  "a lock whose holder sleeps": `
import threading, time
lock = threading.Lock()
def hold():
    with lock: time.sleep(1e9)
threading.Thread(target=hold, daemon=True).start()
print('ready')
lock.acquire()`,
  "a sleep beside a busy thread": `
import threading, time
def spin():
    while True: pass
threading.Thread(target=spin, daemon=True).start()
print('ready')
time.sleep(1e9)`,
  "an event loop that waits": "import asyncio\nprint('ready')\nasyncio.run(asyncio.Event().wait())",
};

/** Name, unit and source of programs that print one number. */
const PROGRAMS: [string, string, string][] = [
  [
    "a sleeping thread beside a busy one is late by",
    "ms",
    `
import statistics, threading, time
done = False
def spin():
    while not done: pass
threading.Thread(target=spin).start()
late = []
for _ in range(40):
    begin = time.perf_counter()
    time.sleep(0.02)
    late.append(time.perf_counter() - begin - 0.02)
done = True
print(statistics.median(late) * 1000)`,
  ],
  ...[0.005, 0.05].map((interval): [string, string, string] => [
    `time slice of a busy thread, switch interval ${interval * 1000} ms`,
    "ms",
    `
import statistics, sys, threading, time
sys.setswitchinterval(${interval})
end, turns, holder, since = time.perf_counter() + 1, [], None, 0
def spin(me):
    global holder, since
    while (now := time.perf_counter()) < end:
        if holder != me:
            if holder is not None: turns.append(now - since)
            holder, since = me, now
threads = [threading.Thread(target=spin, args=(n,)) for n in range(2)]
for t in threads: t.start()
for t in threads: t.join()
print(statistics.median(turns) * 1000)`,
  ]),
  ...["c = same(c) + 1", "c += 1"].map((update): [string, string, string] => [
    `of 600 000 updates \`${update}\` in 3 threads are lost`,
    "",
    `
import threading
c = 0
def same(n): return n
def work():
    global c
    for _ in range(200_000): ${update}
threads = [threading.Thread(target=work) for _ in range(3)]
for t in threads: t.start()
for t in threads: t.join()
print(600_000 - c)`,
  ]),
  [
    "1000 threads, one after another",
    "ms",
    `
import threading, time
begin = time.perf_counter()
for _ in range(1000):
    t = threading.Thread(target=int)
    t.start()
    t.join()
print((time.perf_counter() - begin) * 1000)`,
  ],
  [
    "300 waiting threads, started and woken",
    "ms",
    `
import threading, time
begin, go = time.perf_counter(), threading.Event()
threads = [threading.Thread(target=go.wait) for _ in range(300)]
for t in threads: t.start()
go.set()
for t in threads: t.join()
print((time.perf_counter() - begin) * 1000)`,
  ],
];

function print(name: string, figure: number, unit: string): void {
  console.log(`  ${name.padEnd(62)} ${figure.toFixed(unit === "" ? 0 : 2).padStart(10)} ${unit}`);
}

/** Runs a program in unmodified Pyodide, and returns the value of its last expression. */
async function runStock(page: Page, source: string): Promise<number> {
  return page.evaluate(async (source) => {
    const shared = window as unknown as { stock?: Worker };
    const worker = (shared.stock ??= new Worker("/stock.mjs", { type: "module" }));
    return new Promise<number>((resolve, reject) => {
      worker.onmessage = ({ data }) =>
        typeof data === "number" ? resolve(data) : reject(new Error(data as string));
      worker.onerror = ({ message }) => reject(new Error(message));
      worker.postMessage(source);
    });
  }, source);
}

/** Returns the time in ms from Stop to the end of the program. */
async function stopLatency(page: Page, source: string): Promise<number> {
  return page.evaluate(async (source) => {
    const { host } = window as unknown as { host: Host };
    let pressed = 0;
    const run = host.run({ source, filename: "demo.py" }, (event) => {
      if (event.type !== "stdout") return;
      setTimeout(() => {
        pressed = performance.now();
        run.stop();
      }, 50);
    });
    await run.outcome;
    return performance.now() - pressed;
  }, source);
}

async function measure(engine: Engine, rounds: number): Promise<void> {
  console.log(engine);
  const runner = await Runner.open({ engine });
  const server = await serve("node_modules/pyodide", (request, response) => {
    const found = { "/": ["text/html", ""], "/stock.mjs": ["text/javascript", STOCK] }[
      request.url!
    ];
    if (found) response.writeHead(200, { "content-type": found[0] }).end(found[1]);
    return found !== undefined;
  });
  try {
    const printedNumber = async (source: string) => {
      const { stdout, stderr } = await runner.run({ source, filename: "demo.py" }, { seconds: 60 });
      if (stderr !== "" || stdout === "") throw new Error(stderr || "The program printed nothing.");
      return Number(stdout);
    };
    const medianOf = async (times: number, measureOnce: () => Promise<number>) => {
      const figures: number[] = [];
      for (let round = 0; round < times; round++) figures.push(await measureOnce());
      return median(figures);
    };

    const page = await runner.page.browser().newPage();
    await page.goto(server.url);
    const ratios: number[] = [];
    for (const kind of KINDS) {
      const ours: number[] = [];
      const stock: number[] = [];
      // Two rounds warm up. Alternating spreads other load on the machine evenly over both runtimes.
      for (let round = -2; round < rounds; round++) {
        const here = await printedNumber(`${WORK}print(seconds(${kind}))`);
        const there = await runStock(page, `${WORK}seconds(${kind})`);
        if (round < 0) continue;
        ours.push(here);
        stock.push(there);
      }
      // The fastest round of each, because other load on the machine can only slow a round down.
      ratios.push(Math.min(...ours) / Math.min(...stock));
      print(`plain code, ${kind}: time here / time in stock Pyodide`, ratios.at(-1)!, "×");
    }
    const mean = Math.exp(ratios.reduce((sum, each) => sum + Math.log(each), 0) / ratios.length);
    print("plain code, geometric mean", mean, "×");
    await page.close();

    for (const [name, source] of Object.entries(WAITS)) {
      const latency = await medianOf(rounds, () => stopLatency(runner.page, source));
      print(`Stop → end of ${name}`, latency, "ms");
    }
    for (const [name, unit, source] of PROGRAMS) {
      print(name, await medianOf(Math.min(rounds, 3), () => printedNumber(source)), unit);
    }
  } finally {
    await runner.close();
    await server.close();
  }
}

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "7" },
    engine: { type: "string", multiple: true, default: ["chromium", "firefox"] },
  },
});
for (const engine of values.engine) await measure(engine as Engine, Number(values.rounds));
