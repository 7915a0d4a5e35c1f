/** Three hundred programs of many kinds run in one tab without leaking memory or workers. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import process from "node:process";
import { test } from "node:test";
import { Runner } from "../../../runtime/harness/runner.ts";

/** Programs that run one after another, again and again. Those with `stopWhen` are stopped. */
const PROGRAMS: Record<string, { source: string; stopWhen?: string }> = {
  "prints a lot": { source: "for n in range(2000): print(n)" },
  "asyncio with many tasks": {
    source: `
import asyncio
async def main():
    async with asyncio.TaskGroup() as group:
        for n in range(200): group.create_task(asyncio.sleep(0.01))
asyncio.run(main())`,
  },
  "fills memory and drops it": { source: "data = [bytes(1000) for _ in range(20_000)]" },
  "exceeds the recursion limit": { source: "def f(n): return f(n + 1)\nf(0)" },
  "a pool of threads": {
    source: `
from concurrent.futures import ThreadPoolExecutor
import time
with ThreadPoolExecutor(8) as pool: list(pool.map(time.sleep, [0.005] * 40))`,
  },
  "threads that compute at the same time": {
    source: `
import threading
def count():
    n = 0
    for _ in range(20_000): n += 1
threads = [threading.Thread(target=count) for _ in range(4)]
for t in threads: t.start()
for t in threads: t.join()`,
  },
  "daemon threads are left behind": {
    source: `
import threading, time
for _ in range(5): threading.Thread(target=time.sleep, args=(99,), daemon=True).start()`,
  },
  "a failed task and a coroutine that is never awaited": {
    source: `
import asyncio
async def fail(): raise ValueError
async def main():
    asyncio.create_task(fail()); fail()
    await asyncio.sleep(0)
asyncio.run(main())`,
  },
  "a deadlock": {
    source: "import threading\nlock = threading.Lock()\nlock.acquire(); lock.acquire()",
  },
  "imports many modules": {
    source: "import decimal, email.message, html.parser, sqlite3.dump, unittest, xml.dom",
  },
  "leaves cycles and finalizers": {
    source: `
class Node:
    def __init__(self): self.me, self.data = self, bytearray(10_000)
    def __del__(self): pass
for _ in range(500): Node()`,
  },
  "is stopped in a loop": { source: "print('ready')\nwhile True: pass", stopWhen: "ready" },
  "is stopped in a sleep": {
    source: "import time\nprint('ready')\ntime.sleep(99)",
    stopWhen: "ready",
  },
};
/** This program can only be stopped by force, so its worker ends, and the next program needs another. */
const IGNORES_STOP = `
print('ready')
while True:
    try:
        while True: pass
    except BaseException: pass`;

/**
 * Returns the resident memory of the browser's renderer processes, which run pages and their workers, in
 * MB. Those are the processes that descend from the browser; Linux lists all processes in `/proc`.
 */
function rendererMemory(browserPid: number): number {
  const pageSize = 4096; // of the memory pages that statm counts
  let resident = 0;
  for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    try {
      const command = readFileSync(`/proc/${pid}/cmdline`, "utf8");
      if (!command.includes("--type=renderer")) continue;
      let parent = pid;
      while (parent !== "0" && parent !== String(browserPid)) {
        parent = readFileSync(`/proc/${parent}/stat`, "utf8")
          .replace(/^.*\) /, "")
          .split(" ")[1]!;
      }
      if (parent === "0") continue;
      resident += Number(readFileSync(`/proc/${pid}/statm`, "utf8").split(" ")[1]) * pageSize;
    } catch {
      // The process has ended in the meantime.
    }
  }
  return resident / 1e6;
}

test(
  "memory does not grow over 300 programs, and no worker is left over",
  { timeout: 600_000, skip: process.platform !== "linux" && "reads /proc" },
  async () => {
    const runner = await Runner.open();
    try {
      const pid = runner.page.browser().process()!.pid!;
      const kinds = Object.entries(PROGRAMS);
      const measured: number[] = [];
      for (let run = 0; run < 300; run++) {
        // Every fiftieth program is the one that ignores Stop.
        const [name, { source, ...options }] =
          run % 50 === 49
            ? (["ignores Stop", { source: IGNORES_STOP, stopWhen: "ready" }] as const)
            : kinds[run % kinds.length]!;
        const { outcome } = await runner.run({ source, filename: "demo.py" }, options);
        assert.notEqual(outcome.type, "failed", `run ${run}, ${name}: ${JSON.stringify(outcome)}`);
        // After 20 programs, all code and libraries that the programs need have been loaded.
        if (run === 19 || run === 299) measured.push(rendererMemory(pid));
      }
      const after = await runner.run({ source: "print('still here')", filename: "demo.py" });
      assert.equal(after.stdout, "still here\n");
      // Beside the worker of the last program there may be a spare worker.
      const workers = runner.page.workers().length;
      assert.ok(workers === 1 || workers === 2, `${workers} workers`);
      const [early, late] = measured as [number, number];
      console.log(
        `renderers: ${early.toFixed(0)} MB after 20 programs, ${late.toFixed(0)} after 300`,
      );
      assert.ok(early > 20, "no renderer was measured");
      assert.ok(late < early * 1.25, `${early.toFixed(0)} → ${late.toFixed(0)} MB`);
    } finally {
      await runner.close();
    }
  },
);
