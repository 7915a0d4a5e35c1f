/** The tracer in browsers: the same true reasons and lines as on CPython, for the same programs. */
// suite: light
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { describe, test } from "node:test";
import type { RunResult } from "../../../runtime/harness/runner.ts";
import type { StoredTrace, TraceRow } from "../../../runtime/timeline/model/trace_events.ts";
import { readLive } from "../../../runtime/timeline/model/live.ts";
import { engines, useRunner } from "../support/runner.ts";

const CASES = new URL("../../cases/timelines/", import.meta.url);
const cases = readdirSync(CASES).filter((name) => name.endsWith(".py"));

/** What the comments of a program say: `# Task-1 waits: sleep`. */
function expected(source: string): string[] {
  return source.split("\n").flatMap((text, index) => {
    const comment = text.slice(text.includes("#") ? text.indexOf("#") : text.length);
    return [...comment.matchAll(/([\w-]+) waits: ([\w/ -]+)/g)].map(
      ([, lane, reason]) => `${index + 1} ${lane}: ${reason!.trim()}`,
    );
  });
}

/** The rows of each process. */
function rowsOf(ran: RunResult): Map<number, TraceRow[]> {
  const processes = new Map<number, TraceRow[]>();
  for (const event of ran.events) {
    if (event.type !== "trace") continue;
    const clocks = { start: 0, begun: 0, origin: 0 };
    const rows = readLive(event.rows, event.steps, clocks) as TraceRow[];
    processes.set(event.process, [...(processes.get(event.process) ?? []), ...rows]);
  }
  return processes;
}

function waits(ran: RunResult): string[] {
  const found = new Set<string>();
  for (const rows of rowsOf(ran).values()) {
    const names = new Map(rows.flatMap((row) => (row[0] === "lane" ? [[row[1], row[4]]] : [])));
    for (const row of rows) {
      if (row[0] !== "wait" && row[0] !== "step") continue;
      const [reason, of, line] = row.slice(-3) as [string, string, number];
      if (line > 0 && reason !== "") {
        found.add(`${line} ${names.get(row[1])}: ${`${reason} ${of}`.trim()}`);
      }
    }
  }
  return [...found];
}

/** What the collections held, line by line; without times, and so without what is only due by now. */
function holdings(rows: TraceRow[]): string[] {
  const found: string[] = [];
  let last = "";
  for (const row of rows) {
    if (row[0] !== "state") continue;
    const values = JSON.stringify(row[4]).replaceAll(/"(?:in [\d.]+ s|due): /g, '"');
    if (values !== last) found.push(`${row[3]} ${values}`);
    last = values;
  }
  return found;
}

/** When each thread ran, of one process: from, to and its name, in order. */
function turns(rows: TraceRow[]): [from: number, to: number, name: string][] {
  const found: [number, number, string][] = [];
  for (const [, lane, , kind, name] of rows.filter((row) => row[0] === "lane")) {
    if (kind !== "thread") continue;
    let since: number | undefined;
    for (const row of rows) {
      if (row[1] !== lane || !["run", "wait", "ready", "end"].includes(row[0])) continue;
      const at = row[2] as number;
      if (row[0] !== "run" && since !== undefined) found.push([since, at, name]);
      since = row[0] === "run" ? at : undefined;
    }
  }
  // One that took less than the clock shows has ended where it began.
  return found.sort(([one, ended], [other, end]) => one - other || ended - end);
}

/** The second runs, though it waited when the turn of the first was over. */
const WAKES = `
import sys, threading, time
sys.setswitchinterval(0.1)
def compute(seconds):
    end = time.perf_counter() + seconds
    while time.perf_counter() < end: pass
def burst():
    time.sleep(0.15)
    compute(0.06)
threads = [threading.Thread(target=burst, name="burst")]
threads.append(threading.Thread(target=compute, args=[0.8], name="computes"))
for thread in threads: thread.start()
for thread in threads: thread.join()
`;

/** Whoever starts a busy thread has to wait for its turn. */
const STARTS = `
import threading, time
def compute():
    end = time.perf_counter() + 0.1
    while time.perf_counter() < end: pass
threads = [threading.Thread(target=compute, name=name) for name in "abc"]
for thread in threads: thread.start()
for thread in threads: thread.join()
`;

for (const engine of engines) {
  describe(engine, () => {
    const stage = useRunner({ engine });

    /** The rows of all processes. */
    const traced = async (source: string, clockRate = 1): Promise<TraceRow[]> => {
      const ran = await stage.runner.run({ source, filename: "demo.py", trace: true, clockRate });
      return [...rowsOf(ran).values()].flat();
    };

    test("steps stand in their order, and who wakes a task from another thread is told", async () => {
      const source =
        "import asyncio, threading\n" +
        "async def main():\n" +
        "    await asyncio.sleep(0)\n" +
        '    await asyncio.create_task(asyncio.sleep(0), name="timer")\n' +
        "    loop = asyncio.get_running_loop()\n" +
        "    future = loop.create_future()\n" +
        "    wake = lambda: loop.call_soon_threadsafe(future.set_result, 1)\n" +
        '    threading.Thread(target=wake, name="other").start()\n' +
        "    await future\n" +
        "asyncio.run(main())\n";
      const rows = await traced(source, 0);
      const lanes = rows.flatMap((row) => (row[0] === "lane" ? [row] : []));
      const main = lanes.find((row) => row[4] === "Task-1")![1];
      const steps = rows.flatMap((row) => (row[0] === "step" && row[1] === main ? [row] : []));
      const waits = steps.map(([, , , , , , reason, of]) => `${reason} ${of}`.trim());
      assert.deepEqual(waits, ["turn", "task timer", "future", ""]);
      assert.equal(steps[3]![3], lanes.find((row) => row[4] === "other")![1]);
    });

    test("what the loop calls itself is not told as if it were idle", async () => {
      const source =
        "import asyncio, time\n" +
        "async def main():\n" +
        "    loop = asyncio.get_running_loop()\n" +
        "    loop.call_soon(time.sleep, 0.05)\n" +
        "    loop.call_later(0.1, time.sleep, 0.05)\n" +
        "    await asyncio.sleep(0.2)\n" +
        "asyncio.run(main())\n";
      const rows = await traced(source, 0);
      const waits = rows.flatMap((row) => (row[0] === "wait" ? [row[3]] : []));
      assert.deepEqual(waits, ["sleep", "idle", "sleep", "idle"]);
    });

    test("a worker in a function of the library waits as that does", async () => {
      const rows = await traced(
        "import time\nfrom concurrent.futures import ThreadPoolExecutor\n" +
          "with ThreadPoolExecutor(1, 'pool') as pool:\n" +
          "    pool.submit(time.sleep, 0.1).result()\n    time.sleep(0.05)\n",
      );
      const worker = rows.find((row) => row[0] === "lane" && row[4] === "pool_0")![1];
      const waits = rows.flatMap((row) => (row[0] === "wait" && row[1] === worker ? [row[3]] : []));
      assert.deepEqual(waits.slice(0, 2), ["sleep", "work"]);
    });

    test("a callback prints for its thread, and wakes for who wanted it", async () => {
      const rows = await traced(
        "import asyncio\n" +
          "async def main():\n" +
          "    loop = asyncio.get_running_loop()\n" +
          "    future = loop.create_future()\n" +
          "    loop.call_soon(lambda: (print('called'), future.set_result(1)))\n" +
          "    await future\n" +
          "asyncio.run(main())\n",
      );
      const lanes = rows.flatMap((row) => (row[0] === "lane" ? [row] : []));
      const main = lanes.find((row) => row[4] === "Task-1")![1];
      const printed = rows.flatMap((row) => (row[0] === "output" ? [row[1]] : []));
      assert.deepEqual(printed, [1]);
      const steps = rows.flatMap((row) => (row[0] === "step" && row[1] === main ? [row[3]] : []));
      assert.equal(steps[1], main);
    });

    test("what computes in the same line again is seen there again", async () => {
      const rows = await traced(
        "import asyncio, time\n" +
          "def crunch():\n" +
          "    end = time.perf_counter() + 0.3\n" +
          "    while time.perf_counter() < end: pass\n" +
          "async def work():\n" +
          "    for _ in range(2):\n" +
          "        crunch()\n" +
          "        await asyncio.sleep(0)\n" +
          "async def main():\n" +
          "    await asyncio.gather(work(), work())\n" +
          "asyncio.run(main())\n",
      );
      const long = rows.flatMap((row) => (row[0] === "step" && row[5] - row[4] >= 50 ? [row] : []));
      assert.equal(long.length, 4);
      for (const [, , , , start, end] of long) {
        const lines = rows.flatMap((row) =>
          row[0] === "seen" && row[2] >= start && row[2] <= end ? [row[3]] : [],
        );
        // A busy machine leaves few looks to a step, and one of them may be at its first line.
        assert.ok(lines.includes(4), lines.join());
      }
    });

    for (const [how, text, last] of [
      ["failed", "ZeroDivisionError", "1 / 0"],
      ["done", "", "raise SystemExit(3)"],
      ["done", "", "print('end')"],
      ["failed", "deadlock", "import queue; queue.Queue().get()"],
      [
        "failed",
        "deadlock",
        "import threading; threading.Thread(target=threading.Event().wait).start()",
      ],
    ] as const) {
      test(`the main thread of a program that ends with ${last} is ${how}`, async () => {
        const rows = await traced(`import time\ntime.sleep(0.01)\n${last}\n`);
        assert.deepEqual(rows.at(-1)!.toSpliced(2, 1), ["end", 1, how, text]);
      });
    }

    for (const [what, source] of [
      ["a thread that wakes while another one computes", WAKES],
      ["a thread that starts others", STARTS],
    ] as const) {
      test(`one thread runs at a time: ${what}`, async () => {
        const ran = turns(await traced(source));
        assert.ok(
          new Set(ran.map(([, , name]) => name)).size < ran.length - 2,
          JSON.stringify(ran),
        );
        ran.slice(1).forEach((turn, index) => {
          const before = ran[index]!;
          // The times of another unit may be rounded.
          assert.ok(before[1] <= turn[0] + 0.002, JSON.stringify([before, turn]));
        });
      });
    }

    test("a wait lasts as long as it does, even if telling of it took longer than a slice", async () => {
      const source =
        "import time\n" +
        "print('\\n'.join(map(str, range(20_000))))\n" +
        "time.sleep(0.5)\n" +
        "print('end')\n";
      const rows = await traced(source);
      const start = rows.find(([type]) => type === "wait")!;
      const ready = rows.slice(rows.indexOf(start)).find(([type]) => type === "ready")!;
      // It was over with the first slice once; a busy machine may begin a few ms late.
      assert.ok(Number(ready[2]) - Number(start[2]) > 250, JSON.stringify([start, ready]));
    });

    test("nothing is lost of what one thread tells while another one ends the program", async () => {
      const source = `
import threading, time
done = False
def work():
    global done
    time.sleep(0.1)
    print("\\n".join(f"line {n} of what takes longer than a turn to tell" for n in range(12_000)))
    done = True
    threading.Event().wait()
threading.Thread(target=work, daemon=True).start()
while not done: pass
`;
      const rows = await traced(source);
      const lines = rows.filter((row) => row[0] === "output" && row[4].startsWith("line"));
      assert.equal(lines.length, 12_000);
    });

    test("each line that is printed is told once, however long, and however it is printed", async () => {
      const source = `
for n in range(3):
    print("\\n".join(f"line {n} " + "x" * 1500 for n in range(n * 500, (n + 1) * 500)))
print("line", 1500, end="")
print()
print()
`;
      const rows = await traced(source);
      const lines = rows.flatMap((row) => (row[0] === "output" ? [row[4].split(" x")[0]] : []));
      const expected = Array.from({ length: 1501 }, (_, n) => `line ${n}`);
      assert.equal(lines.join("\n"), `${expected.join("\n")}\n`);
    });

    for (const name of ["callbacks", "tasks"]) {
      test(`loop/${name}: its collections hold at each line what is recorded`, async () => {
        const text = readFileSync(`snippets/loop/${name}.trace.json`, "utf8");
        const recorded = holdings((JSON.parse(text) as StoredTrace).processes[0]!.rows);
        assert.ok(recorded.length > 20);
        const source = readFileSync(`snippets/loop/${name}.py`, "utf8");
        // In virtual time nothing is late, however busy the machine is.
        const program = { source, filename: `${name}.py`, trace: true, clockRate: 0 };
        const ran = await stage.runner.run(program);
        assert.deepEqual(ran.outcome, { type: "finished", status: 0 }, ran.stderr);
        assert.deepEqual(holdings([...rowsOf(ran).values()].flat()), recorded);
      });
    }

    for (const name of cases) {
      test(`${name}: each wait has its true reason and line`, async () => {
        const source = readFileSync(new URL(name, CASES), "utf8");
        const ran = await stage.runner.run({ source, filename: name, trace: true });
        assert.deepEqual(ran.outcome, { type: "finished", status: 0 }, ran.stderr);
        assert.deepEqual(waits(ran).sort(), [...new Set(expected(source))].sort());
      });
    }
  });
}
