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
    [
      /^subprocess\.run\(\) in line 2 does not .* no other programs can be started .* multiprocessing/,
    ],
  ],
  [
    "a fork of the process",
    "import os\ntry:\n    os.fork()\nexcept OSError: pass",
    [/^os\.fork\(\) in line 3 does not work in a browser, because .* multiprocessing\.Process/],
  ],
  [
    "a server",
    "import socket\nwith socket.socket() as s:\n    try: s.bind(('127.0.0.1', 0)); s.listen()\n    except OSError: pass",
    [],
  ],
  [
    "a foreign host",
    "import urllib.request\nurllib.request.urlopen('http://example.com')",
    [/^Programs on this page have a network of their own, .* connect to it at 127\.0\.0\.1\.$/],
  ],
  [
    "a foreign host, whose error the program handles",
    "import asyncio\nasync def main():\n    try: await asyncio.open_connection('192.0.2.1', 80)\n    except OSError as error: print(error)\nasyncio.run(main())",
    [/^Programs on this page have a network of their own/],
  ],
  [
    "a refused connection",
    "import socket\ntry: socket.create_connection(('127.0.0.1', 9))\nexcept OSError: pass",
    [],
  ],
  [
    "asyncio subprocesses",
    "import asyncio\nasyncio.run(asyncio.create_subprocess_exec('ls'))",
    [/^asyncio\.run\(\) in line 2 calls asyncio\.create_subprocess_exec\(\), which does not/],
  ],
  [
    "a command that fails silently",
    "import os\nos.system('ls')",
    [/^os\.system\(\) in line 2 does not/],
  ],
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
    "a module that is not available in browsers, with advice on what to use instead",
    "import curses",
    [
      /^The module curses of the standard library, imported in line 1, is not available in a browser, because .*; use /,
    ],
  ],
  [
    "a module that is not available in browsers, without advice on what to use instead",
    "import test.support",
    [
      /^The module test of the standard library, imported in line 1, is not available in a browser\.$/,
    ],
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

/**
 * Programs that use what no browser has: the source, the line that fails, and patterns for the name of what
 * this line calls and for words of the page's advice. The programs run in one browser, because Python finds
 * the same functions in all of them.
 */
const LACKING: [source: string, line: number, ...patterns: string[]][] = [
  ["import hashlib\nhashlib.scrypt(b'', salt=b'', n=2, r=1, p=1)", 2, "hashlib.scrypt", "OpenSSL"],
  ["from hashlib import pbkdf2_hmac", 1, "hashlib.pbkdf2_hmac", "OpenSSL"],
  ["import hashlib as h\n\nh.new('ripemd160')", 3, "h.new", "hashlib.algorithms_available"],
  ["import webbrowser\nwebbrowser.open('about:blank')", 2, "webbrowser.open", "print the address"],
  [
    "import webbrowser\nb = webbrowser.get()\nb.open_new_tab('about:blank')",
    3,
    "b.open_new_tab",
    "print",
  ],
  ["import os\nos.popen('ls')", 2, "os.popen", "multiprocessing"],
  ["import os\nos.execvp('ls', ['ls'])", 2, "os.execvp", "multiprocessing"],
  ["import os\nos.spawnlp(os.P_WAIT, 'ls', 'ls')", 2, "os.spawnlp", "multiprocessing"],
  ["import os\nos.waitpid(-1, 0)", 2, "os.waitpid", "join\\(\\)"],
  ["import os\nos.nice(1)", 2, "os.nice", "leave this call out"],
  ["import os\nos.sched_setaffinity(0, {0})", 2, "os.sched_setaffinity", "leave this call out"],
  ["import os\nos.geteuid()", 2, "os.geteuid", "users"],
  ["import os\nos.link('a', 'b')", 2, "os.link", "os.symlink"],
  ["import os\nos.mkfifo('a')", 2, "os.mkfifo", "multiprocessing.Pipe"],
  ["import os\nos.getrandom(3)", 2, "os.getrandom", "os.urandom"],
  ["import os\nos.memfd_create('a')", 2, "os.memfd_create", "tempfile.TemporaryFile"],
  ["import os\nos.sendfile(1, 2, 0, 3)", 2, "os.sendfile", "shutil.copyfileobj"],
  ["import os\nos.timerfd_create(1)", 2, "os.timerfd_create", "threading.Timer"],
  ["import os\nos.get_terminal_size()", 2, "os.get_terminal_size", "shutil.get_terminal_size"],
  ["import pty\npty.openpty()", 2, "pty.openpty", "input\\(\\)"],
  ["import sys, termios\ntermios.tcgetattr(0)", 2, "termios.tcgetattr", "input\\(\\)"],
  ["import tty\ntty.setcbreak(0)", 2, "tty.setcbreak", "input\\(\\)"],
  ["import signal\nsignal.sigwait([signal.SIGUSR1])", 2, "signal.sigwait", "signal.pause"],
  ["import time\ntime.thread_time()", 2, "time.thread_time", "time.process_time"],
  ["import time\ntime.tzset()", 2, "time.tzset", "zoneinfo.ZoneInfo"],
  ["import ctypes\nctypes.CDLL('libm.so.6')", 2, "ctypes.CDLL", "ctypes.CDLL\\(None\\)"],
  [
    "import sqlite3\nsqlite3.connect(':memory:').enable_load_extension(True)",
    2,
    "sqlite3.Connection.enable_load_extension",
    "create_function",
  ],
  [
    "from multiprocessing import shared_memory as m\nm.SharedMemory(create=True, size=9)",
    2,
    "m.SharedMemory",
    "Value and Array",
  ],
  [
    "import platform\nplatform.freedesktop_os_release()",
    2,
    "platform.freedesktop_os_release",
    "leave",
  ],
  ["import shelve\nshelve.open('x')", 2, "shelve.open", "dbm", "sqlite3"],
  ["import dbm", 1, "dbm", "sqlite3"],
  ["import readline", 1, "readline", "input\\(\\)"],
  ["import resource", 1, "resource", "tracemalloc"],
  ["import tkinter as tk", 1, "tkinter", "your own computer"],
  ["import turtle", 1, "turtle", "your own computer"],
  ["import pwd", 1, "pwd", "users"],
  ["import syslog", 1, "syslog", "logging"],
  ["import venv", 1, "venv", "first lines"],
  ["import msvcrt", 1, "msvcrt", "Windows"],
];

/** Programs whose calls look similar and work, or fail in the same way on CPython. */
const WORKING = [
  "import select\nwith select.epoll() as e: print(e.poll(0))",
  "import socket\nwith socket.socket(type=socket.SOCK_DGRAM) as s:\n    try: s.listen()\n    except OSError as error: print(error)",
  "import mmap\nwith mmap.mmap(-1, 9) as m: m[0] = 1; print(m[0])",
  "import fcntl\nwith open('lock', 'w') as f: fcntl.flock(f, fcntl.LOCK_EX)",
  "import shutil\nprint(shutil.get_terminal_size().columns)",
  "import ctypes\nprint(ctypes.CDLL(None).abs(-3))",
  "import tracemalloc\ntracemalloc.start(); x = [0] * 999; print(tracemalloc.get_traced_memory()[0] > 0)",
  "import sqlite3\nsqlite3.connect('file.db').execute('create table a(b)')",
  "import os\nr, w = os.pipe(); os.write(w, b'a'); print(os.read(r, 1))",
  "import getpass, os\ngetpass.getuser(); os.getuid(); os.getloadavg(); os.uname()",
  "import hashlib\ntry: hashlib.new('md17')\nexcept ValueError: print('unknown')",
  "import os\ntry: os.setuid(5)\nexcept PermissionError: print('not allowed')",
];

for (const engine of engines) {
  describe(engine, () => {
    const testInChromium = chromiumTest(engine);
    const shared = useRunner({ engine });
    /** Runs a program, and returns the lines that the page would show. */
    async function linesOf(source: string): Promise<string[]> {
      const { events } = await shared.runner.run({ source, filename: "demo.py" });
      return describeDifferences(events.filter((event) => event.type === "note"));
    }

    testInChromium(
      "what a browser lacks is named as in the program, with what to use",
      async () => {
        const missing: string[] = [];
        for (const [source, line, ...patterns] of LACKING) {
          const lines = await linesOf(source);
          const expected = [...patterns, ` in line ${String(line)}\\b`].map(
            (part) => new RegExp(part),
          );
          if (lines.length !== 1 || !expected.every((part) => part.test(lines[0]!))) {
            missing.push(`${source}: ${lines.join(" | ")}`);
          }
        }
        assert.deepEqual(missing, []);
      },
    );

    testInChromium("what works, or fails on CPython as well, has no note", async () => {
      const noted: string[] = [];
      for (const source of WORKING) {
        const { events, outcome } = await shared.runner.run({ source, filename: "demo.py" });
        const lines = describeDifferences(events.filter((event) => event.type === "note"));
        const isFine = outcome.type === "finished" && outcome.status === 0;
        if (lines.length > 0 || !isFine) noted.push(`${source}: ${lines.join()}`);
      }
      assert.deepEqual(noted, []);
    });

    for (const [name, source, expected] of programs) {
      const define = name === ONLY_IN_CHROMIUM ? testInChromium : test;
      define(name, async () => {
        const lines = await linesOf(source);
        assert.equal(lines.length, expected.length, lines.join("\n"));
        expected.forEach((pattern, index) => assert.match(lines[index]!, pattern));
      });
    }
  });
}
