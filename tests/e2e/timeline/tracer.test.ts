/** In browsers, the tracer reports the same reasons for waiting, and the same lines, as on CPython. */
// suite: light
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { describe, test } from "node:test";
import type { RunResult } from "../../../runtime/harness/runner.ts";
import type { StoredTrace, TraceRow } from "../../../runtime/timeline/model/trace_events.ts";
import { readLive } from "../../../runtime/timeline/model/live.ts";
import { chromiumTest, engines, useRunner } from "../support/runner.ts";

const CASES = new URL("../../cases/timelines/", import.meta.url);
const cases = readdirSync(CASES).filter((name) => name.endsWith(".py"));

/**
 * The waits that the comments in a program announce, such as `# Task-1 waits: sleep`. Each result has the
 * form "LINE LANE: REASON".
 */
function expected(source: string): string[] {
  return source.split("\n").flatMap((text, index) => {
    const comment = text.slice(text.includes("#") ? text.indexOf("#") : text.length);
    return [...comment.matchAll(/([\w-]+) waits: ([\w/ .:-]+)/g)].map(
      ([, lane, reason]) => `${index + 1} ${lane}: ${reason!.trim()}`,
    );
  });
}

/** A port that the system chooses for a client, which differs between runs. */
const CHOSEN_PORT = /:(?:3[2-9]|[4-6]\d)\d{3}\b/;

/**
 * The events of each process, by its number, as the rows that recorded traces have. The times are those
 * on the clock of the process.
 */
function rowsOf(result: RunResult): Map<number, TraceRow[]> {
  const processes = new Map<number, TraceRow[]>();
  for (const event of result.events) {
    if (event.type !== "trace") continue;
    const clocks = { start: 0, begun: 0, origin: 0 };
    const rows = readLive(event.rows, event.steps, clocks) as TraceRow[];
    processes.set(event.process, [...(processes.get(event.process) ?? []), ...rows]);
  }
  return processes;
}

/** The line, lane and reason of each wait, as `expected` writes them. */
function waits(result: RunResult): string[] {
  const found = new Set<string>();
  for (const rows of rowsOf(result).values()) {
    const names = new Map(rows.flatMap((row) => (row[0] === "lane" ? [[row[1], row[4]]] : [])));
    for (const row of rows) {
      if (row[0] !== "wait" && row[0] !== "step") continue;
      const [reason, target, line] = row.slice(-3) as [string, string, number];
      if (line > 0 && reason !== "") {
        const what = `${reason} ${target}`.trim().replace(CHOSEN_PORT, ":client");
        found.add(`${line} ${names.get(row[1])}: ${what}`);
      }
    }
  }
  return [...found];
}

/**
 * The contents of the collections that the program's header names, at each line where they had changed.
 * The times of timers are left out, so a timer that becomes due is not a change.
 */
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

/** When the threads of one process ran: the start, end and thread of each turn, in order. */
function turns(rows: TraceRow[]): [from: number, to: number, name: string][] {
  const found: [number, number, string][] = [];
  // The elements of a row are its type, its lane, and others that depend on the type.
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
  // A turn that is shorter than the clock's resolution has the same start and end. It comes before
  // the turn that starts at the same time.
  return found.sort(([startA, endA], [startB, endB]) => startA - startB || endA - endB);
}

/** `burst` still sleeps when the first time slice of `computes` ends, and wakes in a later slice. */
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

/** After starting a busy thread, the main thread has to wait for its own next turn. */
const STARTS = `
import threading, time
def compute():
    end = time.perf_counter() + 0.1
    while time.perf_counter() < end: pass
threads = [threading.Thread(target=compute, name=name) for name in "abc"]
for thread in threads: thread.start()
for thread in threads: thread.join()
`;

/** The cases that run in each engine, because they use threads, timers of event loops, or processes. */
const IN_EACH_ENGINE = [
  "what_sockets_wait_for.py",
  "what_threads_wait_for.py",
  "what_tasks_wait_for.py",
  "process_pool.py",
];

for (const engine of engines) {
  describe(engine, () => {
    const shared = useRunner({ engine });
    const testInChromium = chromiumTest(engine);

    /** Runs a program and returns the rows of all its processes. */
    const traced = async (source: string, clockRate = 1): Promise<TraceRow[]> => {
      const result = await shared.runner.run({
        source,
        filename: "demo.py",
        trace: true,
        clockRate,
      });
      return [...rowsOf(result).values()].flat();
    };

    testInChromium(
      "the steps of a task say what it waited for, and which thread woke it",
      async () => {
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
        const waits = steps.map(([, , , , , , reason, target]) => `${reason} ${target}`.trim());
        assert.deepEqual(waits, ["turn", "task timer", "future", ""]);
        assert.equal(steps[3]![3], lanes.find((row) => row[4] === "other")![1]);
      },
    );

    testInChromium(
      "time that a plain callback takes is not reported as idle time of the event loop",
      async () => {
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
      },
    );

    testInChromium("a pool thread that runs time.sleep waits for sleep, not for work", async () => {
      const rows = await traced(
        "import time\nfrom concurrent.futures import ThreadPoolExecutor\n" +
          "with ThreadPoolExecutor(1, 'pool') as pool:\n" +
          "    pool.submit(time.sleep, 0.1).result()\n    time.sleep(0.05)\n",
        // In virtual time, the pool thread waits for work before the program goes on to end the pool.
        0,
      );
      const worker = rows.find((row) => row[0] === "lane" && row[4] === "pool_0")![1];
      const waits = rows.flatMap((row) => (row[0] === "wait" && row[1] === worker ? [row[3]] : []));
      // On a busy machine, the time slice of the main thread may end while it holds the lock of an event
      // or a condition, for which the pool thread then waits, too.
      const sleepsAndIdling = waits.filter((reason) => reason === "sleep" || reason === "work");
      assert.deepEqual(sleepsAndIdling.slice(0, 2), ["sleep", "work"]);
    });

    testInChromium(
      "what a callback prints belongs to its thread, and a task woken by a callback counts as woken by the task that scheduled the callback",
      async () => {
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
      },
    );

    test("if two steps of a task compute in the same line, samples are taken there in both steps", async () => {
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
      // The steps that took at least 50 ms, and the lines at which the tracer sampled each of them.
      const longSteps = rows.flatMap((row) =>
        row[0] === "step" && row[5] - row[4] >= 50 ? [row] : [],
      );
      assert.equal(longSteps.length, 4);
      for (const [, , , , start, end] of longSteps) {
        const lines = rows.flatMap((row) =>
          row[0] === "seen" && row[2] >= start && row[2] <= end ? [row[3]] : [],
        );
        // On a busy machine, a step is sampled only a few times, and one of the samples may be at
        // its first line.
        assert.ok(lines.includes(4), lines.join());
      }
    });

    for (const [ending, text, lastLine] of [
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
      testInChromium(
        `the lane of the main thread ends as ${ending} if the program ends with ${lastLine}`,
        async () => {
          const rows = await traced(`import time\ntime.sleep(0.01)\n${lastLine}\n`);
          assert.deepEqual(rows.at(-1)!.toSpliced(2, 1), ["end", 1, ending, text]);
        },
      );
    }

    for (const [what, source] of [
      ["a thread that wakes while another one computes", WAKES],
      ["a thread that starts others", STARTS],
    ] as const) {
      test(`according to the trace, one thread runs at a time: ${what}`, async () => {
        const found = turns(await traced(source));
        // The threads have had at least three turns more than there are threads.
        assert.ok(
          new Set(found.map(([, , name]) => name)).size < found.length - 2,
          JSON.stringify(found),
        );
        found.slice(1).forEach((turn, index) => {
          const before = found[index]!;
          // The times in ms were rounded to µs.
          assert.ok(before[1] <= turn[0] + 0.002, JSON.stringify([before, turn]));
        });
      });
    }

    test("a wait keeps its length even if sending the recorded events at its start takes longer than a time slice", async () => {
      const source =
        "import time\n" +
        "print('\\n'.join(map(str, range(20_000))))\n" +
        "time.sleep(0.5)\n" +
        "print('end')\n";
      const rows = await traced(source);
      const start = rows.find(([type]) => type === "wait")!;
      const ready = rows.slice(rows.indexOf(start)).find(([type]) => type === "ready")!;
      // If the end of a time slice ended the wait, the wait would be much shorter. The limit is below 500
      // ms because a busy machine may begin the wait late.
      assert.ok(Number(ready[2]) - Number(start[2]) > 250, JSON.stringify([start, ready]));
    });

    testInChromium(
      "no output of a thread is lost from the trace when another thread ends the program",
      async () => {
        const source = `
import threading, time
done = False
def work():
    global done
    time.sleep(0.1)
    print("\\n".join(f"line {n} of output that takes longer than a turn" for n in range(12_000)))
    done = True
    threading.Event().wait()
threading.Thread(target=work, daemon=True).start()
while not done: pass
`;
        const rows = await traced(source);
        const lines = rows.filter((row) => row[0] === "output" && row[4].startsWith("line"));
        assert.equal(lines.length, 12_000);
      },
    );

    testInChromium(
      "each printed line is one event, however long it is and however it was printed",
      async () => {
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
      },
    );

    for (const name of ["callbacks", "tasks"]) {
      testInChromium(
        `snippets/loop/${name}: the collections have the recorded contents at each line`,
        async () => {
          const text = readFileSync(`snippets/loop/${name}.trace.json`, "utf8");
          const recorded = holdings((JSON.parse(text) as StoredTrace).processes[0]!.rows);
          assert.ok(recorded.length > 20);
          const source = readFileSync(`snippets/loop/${name}.py`, "utf8");
          // In virtual time no timer is late, however busy the machine is.
          const program = { source, filename: `${name}.py`, trace: true, clockRate: 0 };
          const result = await shared.runner.run(program);
          assert.deepEqual(result.outcome, { type: "finished", status: 0 }, result.stderr);
          assert.deepEqual(holdings([...rowsOf(result).values()].flat()), recorded);
        },
      );
    }

    for (const name of cases) {
      const define = IN_EACH_ENGINE.includes(name) ? test : testInChromium;
      define(
        `${name}: each wait has the reason that the comment on its line announces`,
        async () => {
          const source = readFileSync(new URL(name, CASES), "utf8");
          const result = await shared.runner.run({ source, filename: name, trace: true });
          assert.deepEqual(result.outcome, { type: "finished", status: 0 }, result.stderr);
          assert.deepEqual(waits(result).sort(), [...new Set(expected(source))].sort());
        },
      );
    }
  });
}
