/**
 * Threads, locks, signals and Ctrl+C behave as on CPython, although the runtime's own scheduler switches
 * between the threads of a program. Deadlocks are reported, which CPython does not do.
 */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { RunResult } from "../../../runtime/harness/runner.ts";
import { engines, useRunner } from "../support/runner.ts";

for (const engine of engines) {
  describe(engine, () => {
    const shared = useRunner({ engine });

    const run = (source: string, seconds = 30) =>
      shared.runner.run({ source, filename: "demo.py" }, { seconds });

    /** Runs a program and presses Stop as soon as it has printed "ready". */
    async function stopWhenReady(source: string): Promise<RunResult> {
      return shared.runner.run(
        { source, filename: "demo.py" },
        { seconds: 60, stopWhen: "ready\n" },
      );
    }

    const programs: [name: string, source: string, stdout: string | RegExp][] = [
      [
        "a pool of threads overlaps waits",
        `
import time
from concurrent.futures import ThreadPoolExecutor, as_completed
running, most = 0, 0
def fetch(n):
    global running, most
    running += 1
    most = max(most, running)
    time.sleep(0.05)
    running -= 1
    return n * n
with ThreadPoolExecutor(3) as pool:
    print(list(pool.map(fetch, range(6))))
    print(sorted(f.result() for f in as_completed([pool.submit(fetch, n) for n in (1, 2)])))
print(most)`,
        "[0, 1, 4, 9, 16, 25]\n[1, 4]\n3\n",
      ],
      [
        "updates without a lock are lost, and updates with a lock are not",
        `
import threading
count = 0
lock = threading.Lock()
def same(n): return n
def unlocked():
    global count
    for _ in range(200_000): count = same(count) + 1
def locked():
    global count
    for _ in range(20_000):
        with lock: count = same(count) + 1
for work in (unlocked, locked):
    count = 0
    threads = [threading.Thread(target=work) for _ in range(3)]
    for t in threads: t.start()
    for t in threads: t.join()
    print(count < 600_000 if work is unlocked else count)`,
        "True\n60000\n",
      ],
      [
        "a busy thread does not keep a sleeping thread from waking",
        `
import threading, time
done = False
def spin():
    while not done: pass
thread = threading.Thread(target=spin)
thread.start()
for _ in range(3): time.sleep(0.01)
done = True
thread.join(5)
print(thread.is_alive())`,
        "False\n",
      ],
      [
        "each thread has its own local data, context, exception, identifier and event loop",
        `
import asyncio, contextvars, sys, threading, time
local, user = threading.local(), contextvars.ContextVar("user", default="nobody")
local.name = "main"
seen = []
async def loop_of(n):
    await asyncio.sleep(0.01)
    return id(asyncio.get_running_loop())
def work(n):
    user.set(n)
    local.name = n
    try:
        raise KeyError(n)
    except KeyError:
        time.sleep(0.05)
        loop = asyncio.run(loop_of(n))
        seen.append((local.name, user.get(), repr(sys.exception()), threading.get_ident(), loop))
threads = [threading.Thread(target=work, args=(n,)) for n in range(3)]
for t in threads: t.start()
for t in threads: t.join()
print(sorted(entry[:3] for entry in seen))
print(len({entry[3] for entry in seen}), local.name, user.get())`,
        "[(0, 0, 'KeyError(0)'), (1, 1, 'KeyError(1)'), (2, 2, 'KeyError(2)')]\n3 main nobody\n",
      ],
      [
        "to_thread, call_soon_threadsafe and run_coroutine_threadsafe connect threads with a loop",
        `
import asyncio, threading, time
async def main():
    ticks, enough = 0, threading.Event()
    async def tick():
        nonlocal ticks
        while True:
            await asyncio.sleep(0.001)
            ticks += 1
            if ticks == 5: enough.set()
    task = asyncio.create_task(tick())
    # The thread blocks until the task has ticked five times, however long that takes.
    print(await asyncio.to_thread(lambda: enough.wait(60) and threading.current_thread().name))
    task.cancel()
    print(ticks >= 5)
    loop, done = asyncio.get_running_loop(), asyncio.Event()
    threading.Timer(0.05, loop.call_soon_threadsafe, [done.set]).start()
    await done.wait()
    def ask(): return asyncio.run_coroutine_threadsafe(asyncio.sleep(0.05, "answer"), loop).result()
    print(await loop.run_in_executor(None, ask))
asyncio.run(main())`,
        "asyncio_0\nTrue\nanswer\n",
      ],
      [
        "asyncio.to_thread works in a program that runs after another one that used it",
        "import asyncio\nprint(asyncio.run(asyncio.to_thread(len, 'abc')))",
        "3\n",
      ],
      [
        "the garbage collector can run while many threads wait",
        `
import gc, random, threading, time
gc.set_threshold(50)
class Knot:
    def __init__(self): self.me = self
def work():
    for _ in range(20):
        Knot()
        time.sleep(random.random() * 1e-3)
threads = [threading.Thread(target=work) for _ in range(100)]
for t in threads: t.start()
for t in threads: t.join()
print(gc.collect() >= 0)`,
        "True\n",
      ],
      [
        "locks, queues and thread-local data have the names, signatures and errors of CPython",
        `
import gc, queue, threading, weakref, _thread
lock, rlock = threading.Lock(), threading.RLock()
with rlock, rlock: print(repr(rlock).split(" object ")[0], rlock.locked())
print(type(lock), type(queue.SimpleQueue()), threading.get_ident.__module__)
for wrong in (lambda: lock.acquire(timeout=float("nan")), rlock.release, lock.release):
    try: wrong()
    except Exception as error: print(type(error).__name__, error)
class Self: pass
local = threading.local()
local.me = Self()
local.me.local = local
seen = weakref.ref(local.me)
del local
gc.collect()
print(seen())
local = threading.local()
def leave():
    local.mine = Self()
    leave.seen = weakref.ref(local.mine)
thread = threading.Thread(target=leave)
thread.start()
thread.join()
print(leave.seen())
def fail(): raise ValueError("lost")
import sys, time
sys.unraisablehook = lambda args: print(args.err_msg.split(" at ")[0], repr(args.exc_value))
_thread.start_new_thread(fail, ())
time.sleep(0.05)`,
        `<locked _thread.RLock True
<class '_thread.lock'> <class '_queue.SimpleQueue'> _thread
ValueError Invalid value NaN (not a number)
RuntimeError cannot release un-acquired lock
RuntimeError release unlocked lock
None
None
Exception ignored in thread started by <function fail ValueError('lost')
`,
      ],
      [
        "a signal from another thread interrupts the wait of the main thread",
        `
import os, signal, threading, _thread
signal.signal(signal.SIGTERM, lambda *_: print("handled in", threading.current_thread().name))
for send in (lambda: os.kill(os.getpid(), signal.SIGTERM), _thread.interrupt_main):
    thread = threading.Thread(target=send)
    try:
        thread.start()
        thread.join()
    except KeyboardInterrupt:
        print("interrupted")
    thread.join()
try: _thread.interrupt_main()
except KeyboardInterrupt: print("in the main thread")`,
        "handled in MainThread\ninterrupted\nin the main thread\n",
      ],
      [
        "a busy thread is suspended wherever its time slice ends, even in the runtime's own code",
        `
import threading, time
end, holder, turns = time.perf_counter() + 20, None, 0
def spin(me):
    global holder, turns
    # The runtime replaces perf_counter with Python code, which takes half of this loop's time.
    while turns <= 4 and time.perf_counter() < end:
        if holder != me: holder, turns = me, turns + 1
threads = [threading.Thread(target=spin, args=(n,)) for n in range(2)]
for t in threads: t.start()
for t in threads: t.join()
print(turns > 4)`,
        "True\n",
      ],
      [
        "no other thread runs during a call into C, as if the call held the GIL",
        `
import math, threading, time
beats, done = [], threading.Event()
def beat():
    while not done.wait(0.001): beats.append(time.perf_counter())
threading.Thread(target=beat).start()
while len(beats) < 2: time.sleep(0.001)
begin = time.perf_counter()
math.factorial(30_000)
end = time.perf_counter()
done.set()
print([t for t in beats if begin < t < end])`,
        "[]\n",
      ],
      [
        "a loop of short calls into C lets other threads run",
        `
import threading, time
beats, done = 0, threading.Event()
def beat():
    global beats
    while not done.wait(0.001): beats += 1
threading.Thread(target=beat).start()
end, product = time.monotonic() + 20, 1 << 100_000
while beats <= 3 and time.monotonic() < end:
    product * product
before = beats
done.set()
print(before > 3)`,
        "True\n",
      ],
      [
        "a callback from C may compute and sleep, and gets an error if it waits for another thread",
        `
import ctypes, threading, time
lock, held, done = threading.Lock(), threading.Event(), threading.Event()
def hold():
    with lock:
        held.set()
        done.wait(60)
threading.Thread(target=hold).start()
held.wait()
@ctypes.CFUNCTYPE(ctypes.c_int)
def called_back():
    end = time.perf_counter() + 0.1
    while time.perf_counter() < end: pass
    time.sleep(0.01)
    print(lock.acquire(timeout=0.01))
    try: lock.acquire()
    except RuntimeError as error: print(error)
    return 7
print(called_back())
done.set()
print(lock.acquire())`,
        "False\ncannot wait for other threads in code called by ctypes or JavaScript\n7\nTrue\n",
      ],
      [
        "PyThreadState_SetAsyncExc raises an exception in another thread, after its wait",
        `
import ctypes, sys, threading, time
from ctypes import c_long, py_object
set_exception = ctypes.pythonapi.PyThreadState_SetAsyncExc
class Kill(Exception): pass
def kill(thread, exception=Kill): return set_exception(c_long(thread.ident), py_object(exception))
def run(work):
    thread = threading.Thread(target=work); thread.start()
    time.sleep(0.05)
    return thread
def spin():
    try:
        while True: pass
    except Kill: print("spinning ended")
    finally: print("cleaned up")
thread = run(spin)
print(kill(thread)); thread.join(10); print(thread.is_alive(), kill(thread))
def sleep():
    start = time.monotonic()
    try:
        time.sleep(0.4); time.sleep(60); print("not reached")
    except Kill as error: print(repr(error), 0.39 < time.monotonic() - start < 30)
thread = run(sleep); print(kill(thread)); thread.join(10)
lock = threading.Lock(); lock.acquire()
def acquire():
    try: lock.acquire(); print("not reached")
    except Kill: print("acquired", lock.locked()); lock.release()
thread = run(acquire); print(kill(thread), thread.is_alive()); lock.release(); thread.join(10)
def cancelled():
    time.sleep(0.3)
    for _ in range(100_000): pass
    print("not cancelled")
thread = run(cancelled); print(kill(thread), set_exception(c_long(thread.ident), None)); thread.join(10)
try:
    set_exception(c_long(threading.get_ident()), py_object(Kill))
    print("not reached")
except Kill: print("in itself")
print(set_exception(ctypes.c_ulong(-1), py_object(Kill)))
threading.excepthook = lambda args: print(args.exc_type.__name__, args.exc_value)
def endless():
    while True: pass
for exception in (Kill, SystemExit, 3):
    thread = run(endless); kill(thread, exception); thread.join(10); print(thread.is_alive())
typed = ctypes.PyDLL(None).PyThreadState_SetAsyncExc
typed.argtypes = (ctypes.c_ulong, ctypes.py_object)
main = threading.main_thread().ident
try:
    t = threading.Thread(target=typed, args=(main, KeyboardInterrupt)); t.start()
    while True: pass
except KeyboardInterrupt: print("main interrupted")`,
        `1
spinning ended
cleaned up
False 0
1
Kill() True
1 True
acquired True
1 1
not cancelled
in itself
0
Kill 
False
SystemExit 
False
SystemError _PyErr_SetObject: exception 3 is not a BaseException subclass
False
main interrupted
`,
      ],
      [
        "processor time starts at zero in each program, and never decreases",
        `
import time
print(time.process_time() < 1)
last = 0.0
for _ in range(300):
    time.sleep(0.001)
    now = time.process_time()
    assert now >= last, (now, last)
    last = now`,
        "True\n",
      ],
      [
        "waiting takes no processor time, and sys._current_frames() has the frames of all threads",
        `
import sys, threading, time
def wait_at_the_door(): time.sleep(0.2)
thread = threading.Thread(target=wait_at_the_door)
begin, used = time.perf_counter(), time.process_time()
thread.start()
time.sleep(0.05)
frame = sys._current_frames()[thread.ident]
print(frame.f_code.co_name, sys._current_frames()[threading.get_ident()].f_code.co_name)
thread.join()
print(time.process_time() - used < (time.perf_counter() - begin) / 2)
print(type(time.process_time_ns()), sorted(sys._current_frames()))`,
        "wait_at_the_door <module>\nTrue\n<class 'int'> [1]\n",
      ],
      [
        "threads that write to the same stream or file do not corrupt its contents",
        `
import sys, threading
lines = open("lines", "w", buffering=64)
def write(me):
    for n in range(500):
        sys.stdout.write(f"{me} {n}\\n")
        lines.write(f"{me} {n}\\n")
threads = [threading.Thread(target=write, args=(me,)) for me in range(8)]
for t in threads: t.start()
for t in threads: t.join()
lines.close()
print(len(open("lines").readlines()))`,
        /(?:\d \d+\n){4000}4000\n$/,
      ],
      [
        "timers interrupt waits and computations, and handlers belong to the main thread",
        `
import asyncio, os, signal, threading, time
class TooSlow(Exception): pass
def ring(number, frame): raise TooSlow(frame.f_code.co_name)
def note(number, frame): print(signal.Signals(number).name, threading.current_thread().name)
signal.signal(signal.SIGALRM, ring)
signal.setitimer(signal.ITIMER_REAL, 0.05)
try: time.sleep(20)
except TooSlow as error: print("interrupted in", error)
signal.alarm(1)
try:
    while True: pass
except TooSlow: print("interrupted")
signal.signal(signal.SIGALRM, note)
signal.setitimer(signal.ITIMER_REAL, 0.02)
start = time.monotonic()
time.sleep(0.1)
print(time.monotonic() - start >= 0.1)
signal.signal(signal.SIGUSR1, note)
def other():
    os.kill(os.getpid(), signal.SIGUSR1)
    try: signal.signal(signal.SIGUSR1, note)
    except ValueError as error: print(error)
    async def main(): asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, print)
    try: asyncio.run(main())
    except RuntimeError as error: print(error)
t = threading.Thread(target=other); t.start(); t.join()
async def main():
    loop, event = asyncio.get_running_loop(), asyncio.Event()
    loop.add_signal_handler(signal.SIGALRM, event.set)
    signal.setitimer(signal.ITIMER_REAL, 0.02)
    await event.wait()
    print(loop.remove_signal_handler(signal.SIGALRM), loop.remove_signal_handler(signal.SIGALRM))
asyncio.run(main())
print(signal.getsignal(signal.SIGALRM), len(os.sched_getaffinity(0)) == os.cpu_count())`,
        /^interrupted in <module>\ninterrupted\nSIGALRM MainThread\nTrue\n(?:SIGUSR1 MainThread\n|signal only works in main thread of the main interpreter\n|set_wakeup_fd only works in main thread of the main interpreter\n){3}True False\n0 True\n$/,
      ],
      [
        "a connection of sqlite3 belongs to the thread that created it",
        `
import sqlite3, threading
print(sqlite3.threadsafety)
def use(db):
    try: print(db.execute("select 1").fetchone())
    except sqlite3.ProgrammingError as error: print(str(error)[:78])
with sqlite3.connect(":memory:") as own, sqlite3.connect(":memory:", check_same_thread=False) as free:
    for db in (own, free):
        t = threading.Thread(target=use, args=(db,)); t.start(); t.join()
        use(db)`,
        "3\nSQLite objects created in a thread can only be used in that same thread. The o\n(1,)\n(1,)\n(1,)\n",
      ],
      [
        "2000 threads can exist beside the main thread, and the error for one more names the limit",
        `
import threading
stop = threading.Event()
threads = [threading.Thread(target=stop.wait) for _ in range(2000)]
for t in threads: t.start()
print(threading.active_count())
try: threading.Thread(target=print).start()
except RuntimeError as error: print(error)
stop.set()
for t in threads: t.join()
print(threading.active_count())`,
        "2001\ncan't start new thread: at most 2001 threads can exist at the same time here\n1\n",
      ],
      [
        "a program waits at its end for threads that are not daemons, and for no others",
        `
import threading, time
threading.Thread(target=lambda: (time.sleep(0.1), print("worker done"))).start()
threading.Thread(target=lambda: (time.sleep(99), print("never")), daemon=True).start()
def spin():
    while True: pass
threading.Thread(target=spin, daemon=True).start()
print([t.name for t in threading.enumerate()])`,
        "['MainThread', 'Thread-1 (<lambda>)', 'Thread-2 (<lambda>)', 'Thread-3 (spin)']\nworker done\n",
      ],
    ];
    for (const [name, source, stdout] of programs) {
      test(name, async () => {
        const ran = await run(source);
        assert.equal(ran.stderr, "");
        if (typeof stdout === "string") assert.equal(ran.stdout, stdout);
        else assert.match(ran.stdout, stdout);
        assert.deepEqual(ran.outcome, { type: "finished", status: 0 });
      });
    }

    test("each thread has a current event loop of its own, and a program starts without one", async () => {
      const source = `
import asyncio, threading
def look():
    try:
        return asyncio.get_event_loop()
    except RuntimeError as error:
        return error
def other():
    print(look())
    asyncio.set_event_loop(asyncio.new_event_loop())
print(look())
loop = asyncio.new_event_loop()
asyncio.set_event_loop(loop)
thread = threading.Thread(target=other)
thread.start()
thread.join()
print(look() is loop)
`;
      for (let repetition = 0; repetition < 2; repetition++) {
        const { stdout } = await run(source);
        assert.equal(
          stdout,
          "There is no current event loop in thread 'MainThread'.\n" +
            "There is no current event loop in thread 'Thread-1 (other)'.\nTrue\n",
        );
      }
    });

    test("an exception in a thread is reported and ends only that thread", async () => {
      const { stdout, stderr, outcome } = await run(`
import threading
def fail(): raise ValueError("no board")
thread = threading.Thread(target=fail, name="judge")
thread.start()
thread.join()
print("main continues")`);
      assert.match(stderr, /^Exception in thread judge:[^]*ValueError: no board\n$/);
      assert.equal(stdout, "main continues\n");
      assert.deepEqual(outcome, { type: "finished", status: 0 });
    });

    test("after a deadlock, no other thread gets what the main thread releases while it ends", async () => {
      const { stdout, stderr, outcome, events } = await run(`
import queue, threading
a, b, gone, left = threading.Lock(), threading.Lock(), threading.Event(), queue.SimpleQueue()
both = threading.Barrier(4)
def one():
    with a:
        both.wait()
        with b: print("one")
def two():
    both.wait()
    gone.wait()
    print("two")
def three():
    both.wait()
    print("three", left.get())
for work in (one, two, three): threading.Thread(target=work, name=work.__name__).start()
try:
    with b:
        both.wait()
        with a: print("main")
finally:
    gone.set()
    left.put(1)
    print("over")
`);
      assert.match(
        stderr,
        /^Deadlock: [^]*one is waiting here:[^]*two is waiting here:[^]*three is waiting here:/,
      );
      assert.equal(stderr.match(/Deadlock/g)!.length, 1);
      assert.equal(stdout, "over\n");
      assert.ok(
        !events.some(({ type }) => type === "waiting"),
        "the program does not wait for its threads",
      );
      assert.deepEqual(outcome, { type: "finished", status: 1 });
      assert.equal((await run("print('next')")).stdout, "next\n");
    });

    test("a deadlock is reported with the position of each thread, and ends the program", async () => {
      const ran = await run(`
import threading
fork, spoon, seated = threading.Lock(), threading.Lock(), threading.Barrier(2)
def eat(first, second):
    with first:
        seated.wait()
        with second: pass
a = threading.Thread(target=eat, args=(fork, spoon), name="Ada")
b = threading.Thread(target=eat, args=(spoon, fork), name="Bob")
a.start(); b.start(); a.join()`);
      assert.match(
        ran.stderr,
        /^Deadlock: [^]*MainThread is waiting here:[^]*Ada is waiting here:[^]*line 7[^]*Bob is waiting here:[^]*line 7/,
      );
      assert.deepEqual(ran.outcome, { type: "finished", status: 1 });
      assert.equal((await run("print('next')")).stdout, "next\n");
    });

    const stoppable: [name: string, body: string][] = [
      ["a busy loop", "while True: pass"],
      ["a sleep", "import time; time.sleep(1e9)"],
      [
        "a wait for a lock whose holder sleeps",
        `
    import threading, time
    lock = threading.Lock()
    def hold():
        with lock: time.sleep(1e9)
    threading.Thread(target=hold, daemon=True).start()
    lock.acquire()`,
      ],
      [
        "a sleeping main thread beside a busy thread",
        `
    import threading, time
    def spin():
        while True: pass
    threading.Thread(target=spin, daemon=True).start()
    time.sleep(1e9)`,
      ],
      ["an event loop that waits forever", "import asyncio; asyncio.run(asyncio.Event().wait())"],
    ];
    for (const [name, body] of stoppable) {
      test(`Stop raises KeyboardInterrupt in ${name}, and the next program runs in the same worker`, async () => {
        // Prints when the monotonic clock was 0. That is when the worker started, so equal outputs mean
        // that the worker is the same.
        const printStart = "import time; print(round(time.time() - time.monotonic(), 1))";
        const before = await run(printStart);
        const { stdout, outcome } = await stopWhenReady(
          `print("ready")\ntry:\n    ${body.trim()}\nexcept KeyboardInterrupt:\n    print("stopped")\nfinally:\n    print("finally")\n`,
        );
        assert.equal(stdout, "ready\nstopped\nfinally\n");
        assert.deepEqual(outcome, { type: "stopped" });
        assert.equal((await run(printStart)).stdout, before.stdout);
      });
    }

    test("Stop works while an asynchronous exception is pending, and the next program gets none", async () => {
      const pending = `
import ctypes, threading, time
main, set_exception = threading.get_ident(), ctypes.pythonapi.PyThreadState_SetAsyncExc
def kill(): set_exception(ctypes.c_long(main), ctypes.py_object(LookupError)); print("ready")
threading.Thread(target=kill).start()
try: time.sleep(1e9)
except KeyboardInterrupt: print("stopped")
`;
      const stopped = await stopWhenReady(pending);
      assert.deepEqual(stopped.outcome, { type: "stopped" });
      assert.match(
        stopped.stdout + stopped.stderr,
        /^ready\n(stopped\n|Traceback[^]*LookupError\n)/,
      );
      const left = `
import ctypes, threading
ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_long(threading.get_ident()), None)
t = threading.Thread(target=lambda: None); t.start(); t.join()
ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_long(t.ident), ctypes.py_object(LookupError))
print("end")`;
      assert.equal((await run(left)).stdout, "end\n");
      const next = await run("for _ in range(100_000): pass\nprint('next')");
      assert.deepEqual([next.stdout, next.stderr], ["next\n", ""]);
    });

    test("a program that ignores Stop is ended by force", async () => {
      const { outcome } = await stopWhenReady(`
print("ready")
while True:
    try:
        while True: pass
    except KeyboardInterrupt:
        pass
`);
      assert.deepEqual(outcome, { type: "stopped", forced: true });
      assert.equal((await run("print('next')")).stdout, "next\n");
    });
  });
}
