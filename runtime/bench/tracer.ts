/**
 * Measures how much the tracer slows programs down, and how accurate its times are, on CPython and in
 * both browsers. Programs run alternately with and without a trace. Prints the ratio of the median run times,
 * and the median and the maximum of the errors in ms.
 *
 * Usage: node runtime/bench/tracer.ts [--rounds N]
 */
import { spawnSync } from "node:child_process";
import { parseArgs } from "node:util";
import type { Engine } from "../harness/browsers.ts";
import { median } from "./median.ts";
import { Runner } from "../harness/runner.ts";
import { readLive } from "../timeline/model/live.ts";
import type { TraceRow } from "../timeline/model/trace_events.ts";

/** Returns a program that does one kind of work, and prints how many seconds it took. */
const timed = (work: string): string => `import asyncio, threading, time
from time import perf_counter
lock = threading.Lock()
async def step(n):
    await asyncio.sleep(0)
    await asyncio.sleep(0.01)
async def tasks():
    async with asyncio.TaskGroup() as group:
        for n in range(10_000): group.create_task(step(n))
def contend():
    for _ in range(2_000):
        with lock: pass
def threads():
    all = [threading.Thread(target=contend) for _ in range(4)]
    for each in all: each.start()
    for each in all: each.join()
def compute():
    total = 0
    for n in range(2_000_000): total += n
start = perf_counter()
${work}
print(perf_counter() - start)
`;

/** Programs that are run with and without a trace, by what they do. */
const COSTS: Record<string, string> = {
  "10 000 tasks": timed("asyncio.run(tasks())"),
  "a tight loop on a contended lock": timed("threads()"),
  "a loop that computes": timed("compute()"),
};

/** Prints when each of 20 tasks starts, resumes and ends, to compare with the `step` events of the trace. */
const ERRORS = `import asyncio, random, time
from time import perf_counter
random.seed(1)
stamps = []
async def work(n):
    stamps.append((n, 0, perf_counter()))
    await asyncio.sleep(random.random() / 5)
    stamps.append((n, 1, perf_counter()))
    time.sleep(random.random() / 100)
    stamps.append((n, 2, perf_counter()))
async def main():
    async with asyncio.TaskGroup() as group:
        for n in range(20): group.create_task(work(n))
start = perf_counter()
print("start", start)
asyncio.run(main())
for stamp in stamps: print(*stamp)
`;

/** The clocks start at 0, because the benchmark uses only differences between times. */
const CLOCKS = { start: 0, begun: 0, origin: 0 };

interface Run {
  stdout: string;
  /** The events of the main process. Their times are in ms since an arbitrary moment. */
  rows: TraceRow[];
}

/**
 * Runs a program. Events from a browser are returned only if `rows` is true, because returning them takes
 * time as well.
 */
type RunProgram = (source: string, trace: boolean, rows?: boolean) => Promise<Run>;

/** Runs a program on CPython, and prints its output and its trace as JSON. */
const PYTHON = `import json, sys, tempfile
from pathlib import Path
from mkdocs_runnable.recording.execute import run
from mkdocs_runnable.recording.tracing import assemble
source, trace = json.load(sys.stdin)
with tempfile.TemporaryDirectory() as folder:
    path, rows = Path(folder, "program.py"), Path(folder, "rows")
    path.write_text(source)
    rows.mkdir()
    stdout = run(path, timeout=120, trace=rows if trace else None).text("stdout")
    text = assemble(rows, "", path) if trace else None
    found = json.loads(text)["processes"][0]["rows"] if text else []
    json.dump({"stdout": stdout, "rows": found}, sys.stdout)
`;

const native: RunProgram = (source, trace) => {
  const done = spawnSync(".venv/bin/python", ["-c", PYTHON], {
    input: JSON.stringify([source, trace]),
    encoding: "utf8",
    maxBuffer: 2 ** 28,
  });
  if (done.status !== 0) throw new Error(done.stderr);
  return Promise.resolve(JSON.parse(done.stdout) as Run);
};

const inBrowser =
  (runner: Runner): RunProgram =>
  async (source, trace, traces = false) => {
    const program = { source, filename: "program.py", trace };
    const ran = await runner.run(program, { seconds: 120, traces });
    const rows = ran.events.flatMap((event) =>
      event.type === "trace" ? (readLive(event.rows, event.steps, CLOCKS) as TraceRow[]) : [],
    );
    return { stdout: ran.stdout, rows };
  };

/** Returns how many times longer a program takes with a trace: the ratio of two medians. */
async function factor(run: RunProgram, source: string, rounds: number): Promise<number> {
  const times: Record<"plain" | "traced", number[]> = { plain: [], traced: [] };
  for (let round = 0; round < rounds; round++) {
    times.plain.push(Number((await run(source, false)).stdout));
    times.traced.push(Number((await run(source, true)).stdout));
  }
  return median(times.traced) / median(times.plain);
}

/** Returns the differences, in ms, between the times in the trace and those that the program printed. */
async function errors(run: RunProgram): Promise<number[]> {
  const { stdout, rows } = await run(ERRORS, true, true);
  const [head, ...lines] = stdout.trim().split("\n");
  /** When each task started, resumed and ended, in ms, as the program has printed it. */
  const printed = new Map<number, number[]>();
  for (const line of lines) {
    const [task, , at] = line.split(" ").map(Number) as [number, number, number];
    printed.set(task, [...(printed.get(task) ?? []), at * 1000]);
  }
  // The program prints its first line immediately after the time that this line contains. This gives the
  // difference between the program's clock and that of the trace.
  const first = rows.find(([type]) => type === "output")!;
  const shift = Number(head!.split(" ")[1]) * 1000 - Number(first[2]);
  // The lanes of the tasks, in the order in which the tasks were created. The first is that of the main task.
  const lanes = rows.flatMap((row) => (row[0] === "lane" && row[3] === "task" ? [row[1]] : []));
  return [...printed].flatMap(([task, [start, resumed, ended]]) => {
    const steps = rows.filter((row) => row[0] === "step" && row[1] === lanes[task + 1]);
    const [before, after] = steps as Extract<TraceRow, ["step", ...unknown[]]>[];
    // Positions 4 and 5 of a `step` event are its start and its end.
    return [before![4] + shift - start!, after![4] + shift - resumed!, after![5] + shift - ended!];
  });
}

async function report(name: string, run: RunProgram, rounds: number): Promise<void> {
  for (const [what, source] of Object.entries(COSTS)) {
    const times = (await factor(run, source, rounds)).toFixed(2);
    console.log(`${name.padEnd(9)} ${what.padEnd(34)} ${times} × the untraced run`);
  }
  const deviations = (await errors(run)).map(Math.abs);
  const [middle, most] = [median(deviations), Math.max(...deviations)].map((ms) => ms.toFixed(3));
  console.log(`${name.padEnd(9)} times are off by ${middle} ms (median), ${most} at most`);
}

const { values } = parseArgs({ options: { rounds: { type: "string", default: "5" } } });
const rounds = Number(values.rounds);
await report("CPython", native, rounds);
for (const engine of ["chromium", "firefox"] satisfies Engine[]) {
  const runner = await Runner.open({ engine });
  try {
    await report(engine, inBrowser(runner), rounds);
  } finally {
    await runner.close();
  }
}
