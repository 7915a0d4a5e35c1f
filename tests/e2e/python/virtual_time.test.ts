/**
 * Clock rates: in virtual time (rate 0), waits take no real time and durations are exact. At rates above
 * 1, waits are shorter than the clocks of the program show.
 */
// suite: light
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import type { RunResult } from "../../../runtime/harness/runner.ts";
import type { TraceRow } from "../../../runtime/timeline/model/trace_events.ts";
import { readLive } from "../../../runtime/timeline/model/live.ts";
import { engines, useRunner } from "../support/runner.ts";

/**
 * The chess exhibition: Judit plays 24 games concurrently, which takes 3655 s, and then one after
 * another, which takes 12 h.
 */
const CHESS = `
import asyncio, time
from datetime import datetime
began = datetime.now()
def judit(): time.sleep(5)
async def play():
    for _ in range(30):
        judit()
        await asyncio.sleep(55)
async def together():
    async with asyncio.TaskGroup() as group:
        for _ in range(24): group.create_task(play())
    print(asyncio.get_running_loop().time())
asyncio.run(together())
print(time.perf_counter(), time.monotonic(), time.perf_counter_ns())
for _ in range(24 * 30):
    judit()
    time.sleep(55)
print(time.perf_counter() - 3655, (datetime.now() - began).total_seconds())
print(time.process_time() < 60)
`;

/** Measures each way of waiting with every clock, and reports each wait that was too short. */
const NO_WAIT_ENDS_EARLY = `
import asyncio, queue, threading, time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from multiprocessing import Pipe, Semaphore
CLOCKS = {
    "monotonic": time.monotonic, "perf_counter": time.perf_counter, "time": time.time,
    "monotonic_ns": time.monotonic_ns, "perf_counter_ns": time.perf_counter_ns,
    "time_ns": time.time_ns, "datetime": datetime.now,
}
def read(): return {name: clock() for name, clock in CLOCKS.items()}
def check(wait, delay, begun):
    for name, now in read().items():
        least = timedelta(seconds=delay) if name == "datetime" else delay * 1e9 if "ns" in name else delay
        # A float has steps of 2**-22 s at the present date, and both readings are rounded to them.
        if name == "time": least -= 2**-22
        if now - begun[name] < least: print(wait, name, delay, "too short by", least - (now - begun[name]))
def empty(q, delay):
    try: q.get(timeout=delay)
    except queue.Empty: pass
lock = threading.Lock()
lock.acquire()
condition = threading.Condition()
hour = threading.Thread(target=time.sleep, args=(3600,), daemon=True)
hour.start()
pipe, other = Pipe()
pool = ThreadPoolExecutor(1)
def conditional(delay):
    with condition: condition.wait(delay)
WAITS = {
    "sleep": time.sleep, "lock": lambda delay: lock.acquire(timeout=delay),
    "event": threading.Event().wait, "condition": conditional, "join": hour.join, "poll": pipe.poll,
    "semaphore": lambda delay: threading.Semaphore(0).acquire(timeout=delay),
    "queue": lambda delay: empty(queue.Queue(), delay),
    "simple queue": lambda delay: empty(queue.SimpleQueue(), delay),
    "pool": lambda delay: pool.submit(time.sleep, delay).result(),
    "shared semaphore": lambda delay: Semaphore(0).acquire(timeout=delay),
}
for delay in (0.001, 0.0123, 0.02, 0.1 / 3):
    for name, wait in WAITS.items():
        begun = read()
        wait(delay)
        check(name, delay, begun)
async def later(delay):
    event = asyncio.Event()
    asyncio.get_running_loop().call_later(delay, event.set)
    await event.wait()
async def expire(delay):
    try:
        async with asyncio.timeout(delay): await asyncio.Event().wait()
    except TimeoutError: pass
async def wait_in_vain(delay):
    try: await asyncio.wait_for(asyncio.Event().wait(), delay)
    except TimeoutError: pass
async def main():
    loop = asyncio.get_running_loop()
    CLOCKS["loop"] = loop.time
    async def measure(name, wait, delay):
        begun = read()
        await wait(delay)
        check(name, delay, begun)
    for delay in (0.001, 0.0123, 0.02, 0.1 / 3):
        for name, wait in {"sleep": asyncio.sleep, "call_later": later, "timeout": expire, "wait_for": wait_in_vain}.items():
            await measure("asyncio " + name, wait, delay)
    await asyncio.gather(*(measure("together", asyncio.sleep, n / 700) for n in range(1, 40)))
asyncio.run(main())
print("checked")`;

const programs: [name: string, source: string, stdout: string][] = [
  [
    "the chess exhibition takes exactly 3655 s, and exactly 12 h one game after another",
    CHESS,
    "3655.0\n3655.0 3655.0 3655000000000\n43200.0 46855.0\nTrue\n",
  ],
  [
    "tasks wake in the order of their times, and exactly at these times",
    `
import asyncio
async def wait(seconds):
    loop = asyncio.get_running_loop()
    await asyncio.sleep(seconds)
    print(seconds, loop.time())
async def main():
    await asyncio.gather(*map(wait, (3, 0.1, 2.5, 86400, 0.2, 1e-6)))
    try:
        async with asyncio.timeout(0.3): await asyncio.sleep(1)
    except TimeoutError: print("late", asyncio.get_running_loop().time())
asyncio.run(main())`,
    "1e-06 1e-06\n0.1 0.1\n0.2 0.2\n2.5 2.5\n3 3.0\n86400 86400.0\nlate 86400.3\n",
  ],
  [
    "while a thread sleeps, the clock of an event loop that waits for it advances as well",
    `
import asyncio, time
from concurrent.futures import ThreadPoolExecutor
async def tick():
    for _ in range(3):
        await asyncio.sleep(4)
        print("tick", time.monotonic())
async def main():
    ticking = asyncio.create_task(tick())
    await asyncio.to_thread(time.sleep, 9)
    print("slept", time.monotonic())
    await ticking
asyncio.run(main())
with ThreadPoolExecutor(3) as pool:
    start = time.time()
    list(pool.map(time.sleep, [60] * 6))
    print(round(time.time() - start, 3))`,
    "tick 4.0\ntick 8.0\nslept 9.0\ntick 12.0\n120.0\n",
  ],
  [
    "no thread misses its wake-up in thousands of waits",
    `
import queue, threading, time
q, r = queue.SimpleQueue(), queue.SimpleQueue()
def serve():
    while q.get(): r.put(1)
server = threading.Thread(target=serve)
server.start()
for _ in range(5000):
    q.put(1)
    r.get()
q.put(0)
server.join()
for _ in range(300):
    threads = [threading.Thread(target=time.sleep, args=(1,)) for _ in range(5)]
    for t in threads: t.start()
    for t in threads: t.join()
print("all")`,
    "all\n",
  ],
  [
    "computing takes no virtual time, not even for another thread that waits with a timeout",
    `
import threading, time
done = threading.Event()
def compute():
    total = sum(n * n for n in range(300_000))
    done.set()
threading.Thread(target=compute).start()
print(done.wait(0.000_001), time.perf_counter())
print(sum(range(1000000)) > 0, time.perf_counter())`,
    "True 0.0\nTrue 0.0\n",
  ],
  [
    "a loop that reads the clock ends when enough virtual time has passed",
    `
import time
while time.perf_counter() < 0.25: pass
print("over")`,
    "over\n",
  ],
];

for (const engine of engines) {
  describe(engine, () => {
    const shared = useRunner({ engine });
    const run = (source: string, clockRate = 0, settings = {}): Promise<RunResult> =>
      shared.runner.run({ source, filename: "demo.py", clockRate }, { seconds: 60, ...settings });

    for (const [name, source, stdout] of programs) {
      test(name, async () => {
        const ran = await run(source);
        assert.equal(ran.stderr, "");
        assert.equal(ran.stdout, stdout);
        assert.deepEqual(ran.outcome, { type: "finished", status: 0 });
      });
    }

    for (const clockRate of [0, 1, 10, 100]) {
      test(`no wait ends early by any clock at clock rate ${String(clockRate)}`, async () => {
        const ran = await run(NO_WAIT_ENDS_EARLY, clockRate);
        assert.equal(ran.stdout, "checked\n", ran.stderr);
      });
    }

    test("a program that waits by reading the clock again and again gets a note that each reading took time", async () => {
      const facts = (ran: RunResult) =>
        ran.events.flatMap((event) => (event.type === "note" ? [event.fact] : []));
      // This loop reads the clock, but almost never a second time.
      assert.deepEqual(facts(await run("import time\nwhile time.time_ns() % 9**9 < 1: pass")), []);
      const ran = await run("import time\nwhile time.monotonic() < 0.01: pass");
      assert.deepEqual(facts(ran), ["looked-at-clock"]);
    });

    test("the timeline shows exact virtual times", async () => {
      const source = `import asyncio, time
async def cook(dish, seconds):
    await asyncio.sleep(seconds)
    time.sleep(1)
async def main():
    await asyncio.gather(cook("soup", 60), cook("rice", 90.5))
asyncio.run(main())`;
      const ran = await shared.runner.run({
        source,
        filename: "demo.py",
        trace: true,
        clockRate: 0,
      });
      const batches = ran.events.flatMap((event) => (event.type === "trace" ? [event] : []));
      // What the clock of the program showed at its start.
      assert.deepEqual([...new Set(batches.map(({ origin }) => origin))], [0]);
      const clocks = { start: 0, begun: 0, origin: 0 };
      const rows = batches.flatMap(
        ({ rows, steps }) => readLive(rows, steps, clocks) as TraceRow[],
      );
      // The start and the end of each step, in ms, and what the task waited for afterwards.
      const steps = rows.flatMap((row) => (row[0] === "step" ? [row.slice(4, 7)] : []));
      const s = 1e3;
      // The steps after these belong to tasks with which asyncio shuts down the loop.
      assert.deepEqual(steps.slice(0, 6), [
        [0, 0, "tasks"],
        [0, 0, "sleep"],
        [0, 0, "sleep"],
        [60 * s, 61 * s, ""],
        [90.5 * s, 91.5 * s, ""],
        [91.5 * s, 91.5 * s, ""],
      ]);
      // The start and the line of each time.sleep().
      const slept = rows.flatMap((row) =>
        row[0] === "wait" && row[3] === "sleep" ? [[row[2], row[5]]] : [],
      );
      assert.deepEqual(slept, [
        [60 * s, 4],
        [90.5 * s, 4],
      ]);
    });

    test("a deadlock is reported after the remaining timers have run", async () => {
      const ran = await run(`
import threading, time
a, b = threading.Lock(), threading.Lock()
def work(first, second):
    with first:
        time.sleep(10)
        with second: pass
threads = [threading.Thread(target=work, args=pair) for pair in ((a, b), (b, a))]
for t in threads: t.start()
threading.Timer(100, lambda: print("timer", time.monotonic())).start()
for t in threads: t.join()`);
      assert.equal(ran.stdout, "timer 100.0\n");
      assert.match(ran.stderr, /^Deadlock: every thread is waiting, and none can wake another\./);
      assert.deepEqual(ran.outcome, { type: "finished", status: 1 });
    });

    const endless: [name: string, source: string][] = [
      ["sleeps", "print('ready')\nwhile True: time.sleep(1)"],
      [
        "sleeps in tasks",
        `async def tick():
    while True: await asyncio.sleep(1)
async def main():
    print("ready")
    await asyncio.gather(tick(), tick())
asyncio.run(main())`,
      ],
      [
        "sleeps in threads",
        `def tick():
    while True: time.sleep(1)
for _ in range(3): threading.Thread(target=tick, daemon=True).start()
print("ready")
threading.Event().wait()`,
      ],
      [
        "passes objects between threads",
        `q, r = queue.Queue(), queue.Queue()
def serve():
    while True: r.put(q.get())
threading.Thread(target=serve, daemon=True).start()
print("ready")
while True:
    q.put(1)
    r.get(timeout=1)`,
      ],
    ];
    for (const [name, source] of endless) {
      test(`Stop ends a program that ${name} forever`, async () => {
        const ran = await run(`import asyncio, queue, threading, time\n${source}`, 0, {
          stopWhen: "ready\n",
        });
        assert.deepEqual(ran.outcome, { type: "stopped" });
        assert.match(ran.stderr, /KeyboardInterrupt/);
      });
    }

    test("a run in real time has real clocks again after a run in virtual time", async () => {
      // The last line checks that time.time() shows the present time, which replaces %s.
      const source = `import time
start, real = time.perf_counter(), time.time()
time.sleep(0.05)
print(time.perf_counter() - start < 5, 0.04 < time.time() - real < 5, time.monotonic() > 0.05)
print(time.get_clock_info("monotonic").resolution > 1e-9, abs(real - %s) < 600)`.replace(
        "%s",
        String(Date.now() / 1000),
      );
      const first = await run("import time\ntime.sleep(10**6)\nprint(time.time())");
      assert.ok(Number(first.stdout) - Date.now() / 1000 > 0.99e6, first.stdout);
      const { stdout, stderr } = await run(source, 1);
      assert.equal(stdout, "True True True\nTrue True\n", stderr);
    });

    test("at clock rate 100 waits are shorter, but the clocks show the full durations", async () => {
      const source = `import asyncio, time
async def main():
    loop = asyncio.get_running_loop()
    async with asyncio.timeout(900): await asyncio.sleep(20)
    print(loop.time() >= 20)
start = time.time()
asyncio.run(main())
time.sleep(20)
print(time.perf_counter() >= 40, time.time() - start >= 40)`;
      // In real time, the program would take longer than the 30 seconds that it is given.
      const ran = await run(source, 100, { seconds: 30 });
      assert.equal(ran.stdout, "True\nTrue True\n", ran.stderr);
    });

    for (const clockRate of [0, 10]) {
      test(`starting a process at clock rate ${String(clockRate)} fails with an explanation`, async () => {
        const ran = await run(
          `
from multiprocessing import Process
def work(): pass
if __name__ == "__main__":
    Process(target=work).start()`,
          clockRate,
        );
        assert.match(
          ran.stderr,
          /RuntimeError: a process has clocks of its own, which show real time; choose “Real time” to run this program\n$/,
        );
        assert.deepEqual(ran.outcome, { type: "finished", status: 1 });
      });
    }

    test("10,000 waits of tasks, and as many of threads, end before the run is stopped after a minute", async () => {
      const measured = await run(`
import asyncio, threading, time
async def main():
    for _ in range(10_000): await asyncio.sleep(1)
def wait():
    for _ in range(2_500): time.sleep(1)
start = time.process_time()
asyncio.run(main())
print("tasks", round(time.process_time() - start, 2))
threads = [threading.Thread(target=wait) for _ in range(4)]
for t in threads: t.start()
for t in threads: t.join()
print("threads", round(time.process_time() - start, 2), time.monotonic())`);
      assert.match(measured.stdout, / 12500\.0\n$/, measured.stderr);
    });

    test("chess/synchronous.py prints in virtual time what is recorded", async () => {
      const read = (name: string) =>
        readFileSync(new URL(`../../../snippets/chess/${name}`, import.meta.url), "utf8");
      // On CPython, where waits took real time, the times of a recording are not exact.
      const withoutTimes = (text: string) => text.replace(/\d\.\d\d s/g, "s");
      const { stdout } = await run(read("synchronous.py"));
      assert.equal(withoutTimes(stdout), withoutTimes(read("synchronous.out")));
      assert.match(stdout, /\n1\.80 s {2}all games over\n$/);
    });
  });
}
