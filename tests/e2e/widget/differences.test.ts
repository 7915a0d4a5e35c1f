/**
 * Below the output of a run, the page lists how this browser differs from CPython, but only the
 * differences that mattered to the program.
 */
// suite: light
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { describeDifferences } from "../../../runtime/page/workbench/differences.ts";
import { chromiumTest, engines, useRunner } from "../support/runner.ts";

/** The beginning of programs whose threads compute for longer than a time slice. */
const BUSY = `
import threading
def work():
    for _ in range(8_000_000): pass
`;

/**
 * The name of a program that runs in Chromium only. The limit is the same in all browsers, and so many
 * processes take long.
 */
const ONLY_IN_CHROMIUM = "more processes than can run at the same time";

/** Programs, and the lines that the page has to list for each of them. */
const programs: [name: string, source: string, differences: RegExp[]][] = [
  ["plain code", "print(sum(range(1000)))", []],
  [
    "threads that wait overlap as they do on CPython",
    "import threading, time\nts = [threading.Thread(target=time.sleep, args=[0.05]) for _ in range(3)]\nfor t in ts: t.start()\nfor t in ts: t.join()",
    [],
  ],
  [
    "busy threads one after the other",
    `${BUSY}for _ in range(2):\n    t = threading.Thread(target=work)\n    t.start(); t.join()`,
    [],
  ],
  [
    "busy threads side by side",
    `${BUSY}ts = [threading.Thread(target=work) for _ in range(3)]\nfor t in ts: t.start()\nfor t in ts: t.join()`,
    [/^3 threads alternated on one core/],
  ],
  [
    "a busy thread beside one that is busy for less than a time slice",
    // `work` computes until `burst` has ended, so the test does not depend on the speed of the machine.
    // `burst` computes for 0.25 s, and a time slice is 0.4 s long.
    `import sys, threading, time
sys.setswitchinterval(0.4)
over = False
def work():
    while not over: pass
def burst():
    global over
    time.sleep(0.1)
    end = time.perf_counter() + 0.25
    while time.perf_counter() < end: pass
    over = True
ts = [threading.Thread(target=work), threading.Thread(target=burst)]
for t in ts: t.start()
for t in ts: t.join()`,
    [/^2 threads alternated on one core/],
  ],
  [
    "subprocesses",
    "import subprocess\nsubprocess.run(['ls'])",
    [/^subprocess\.Popen\(\) does not/],
  ],
  [
    "a fork of the process",
    "import os\ntry:\n    os.fork()\nexcept OSError: pass",
    [/^os\.fork\(\) does not/],
  ],
  [
    "a server",
    "import socket\nwith socket.socket() as s:\n    try: s.bind(('127.0.0.1', 0)); s.listen()\n    except OSError: pass",
    [/^s\.listen\(\) does not/],
  ],
  [
    "an event loop that is asked to watch a file",
    "import asyncio\nasync def main(): asyncio.get_running_loop().add_reader(0, print)\nasyncio.run(main())",
    [/^AbstractEventLoop\.add_reader\(\) does not/],
  ],
  [
    "asyncio subprocesses",
    "import asyncio\nasyncio.run(asyncio.create_subprocess_exec('ls'))",
    [/^BaseEventLoop\.subprocess_exec\(\) does not/],
  ],
  ["a command that fails silently", "import os\nos.system('ls')", [/^os\.system\(\) does not/]],
  [
    "counting cores",
    "import os\nassert os.cpu_count() >= 1",
    [/^Python sees \d+ cores? here, the number that this browser reports/],
  ],
  [
    "os.cpu_count() called by the standard library only",
    "import multiprocessing\nmultiprocessing.cpu_count()",
    [],
  ],
  [
    "processes",
    `import multiprocessing
def work(): print(multiprocessing.current_process().name)
if __name__ == "__main__":
    p = multiprocessing.Process(target=work); p.start(); p.join()`,
    [],
  ],
  [
    "a process that writes a file, which the others do not see",
    `import multiprocessing
def write(): open("note.txt", "w").write("mine")
if __name__ == "__main__":
    p = multiprocessing.Process(target=write); p.start(); p.join()`,
    [/^Each process has its own files here/],
  ],
  [
    ONLY_IN_CHROMIUM,
    `import multiprocessing
if __name__ == "__main__":
    go = multiprocessing.Event()
    ps = [multiprocessing.Process(target=go.wait) for _ in range(17)]
    for p in ps: p.start()
    go.set()
    for p in ps: p.join()
    assert [p.exitcode for p in ps] == [0] * 17`,
    [/^At most 16 processes run at the same time here/],
  ],
  [
    "a module that is not available in browsers",
    "import curses",
    [/^The module curses of the standard library is not available in a browser\.$/],
  ],
  [
    "the tests of CPython, which are not available either",
    "import test.support",
    [/^The module test of the standard library is not available in a browser\.$/],
  ],
  ["time zones", "import zoneinfo\nprint(zoneinfo.ZoneInfo('Europe/Oslo'))", []],
  [
    "time zones, if no import shows before the run that the program needs them",
    "import importlib\nprint(importlib.import_module('zone' + 'info').available_timezones())",
    [/^The data of the time zones was not loaded, because no import of zoneinfo was found/],
  ],
  ["an error that the program raises itself", "def move(): raise NotImplementedError\nmove()", []],
  ["an error because a file is missing", "open('nothing')", []],
  [
    "a measurement that is shorter than a step of the clock",
    "import time\nfor _ in range(50):\n    start = time.perf_counter()\n    end = time.perf_counter()",
    [/^This browser's clock advances in steps of [\d.]+ ms/],
  ],
  [
    "a measurement that is long enough",
    "import time\nstart = time.perf_counter()\ntime.sleep(0.05)\nprint(time.perf_counter() - start > 0.04)",
    [],
  ],
];

for (const engine of engines) {
  describe(engine, () => {
    const testInChromium = chromiumTest(engine);
    const shared = useRunner({ engine });
    for (const [name, source, expected] of programs) {
      const define = name === ONLY_IN_CHROMIUM ? testInChromium : test;
      define(name, async () => {
        const { events } = await shared.runner.run({ source, filename: "demo.py" });
        const lines = describeDifferences(events.filter((event) => event.type === "note"));
        assert.equal(lines.length, expected.length, lines.join("\n"));
        expected.forEach((pattern, index) => assert.match(lines[index]!, pattern));
      });
    }
  });
}
