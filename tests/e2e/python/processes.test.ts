/**
 * `multiprocessing`, process pools and interpreters behave as on CPython. Each process has a web worker
 * of its own.
 */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { engines, useRunner } from "../support/runner.ts";

/**
 * The beginning of every program. Each process executes it again, and so finds these functions. Some
 * tests expect `fail` in line 7 of the program.
 */
const COMMON = `
import multiprocessing as mp, os, sys, threading, time
from concurrent.futures import ProcessPoolExecutor, as_completed
def square(n): return n * n
def pid(_=None): return os.getpid()
def exit_with(status): sys.exit(status)
def fail(n): raise ValueError(n)
def spin():
    while True: pass
`;

/**
 * Programs, and what they print. `functions` is added to COMMON, and `main` is executed in the main
 * process only.
 */
const programs: [name: string, functions: string, main: string, stdout: string | RegExp][] = [
  [
    "a pool returns results in order, and computes them in other processes",
    "",
    `with ProcessPoolExecutor(2) as pool:
    print(list(pool.map(square, range(6))), os.getpid() in set(pool.map(pid, range(4))))
    print(sorted(f.result() for f in as_completed([pool.submit(square, n) for n in (3, 4)])))`,
    "[0, 1, 4, 9, 16, 25] False\n[9, 16]\n",
  ],
  [
    "an exception comes back with the traceback of the other process as its cause",
    "",
    `with ProcessPoolExecutor(1) as pool:
    try: pool.submit(fail, 7).result()
    except ValueError as error: print(repr(error), "line 7, in fail" in str(error.__cause__))
    try: pool.submit(lambda: 1).result()
    except Exception as error: print(type(error).__name__, str(error).splitlines()[0])`,
    /^ValueError\(7\) True\n(PicklingError|AttributeError) .*lambda/,
  ],
  [
    "the monotonic clocks of all processes show the same time",
    "def look(_=None): return time.perf_counter(), time.monotonic()\ndef of_child(_): return [ProcessPoolExecutor(1).submit(look).result(), look()]",
    `with ProcessPoolExecutor(1) as pool:
    before, [grandchild, child], after = look(), pool.submit(of_child, 0).result(), look()
    print(all(a <= g <= c <= b for a, g, c, b in zip(before, grandchild, child, after)))`,
    "True\n",
  ],
  [
    "each process executes the module again, and runs the initializer before its first call",
    "state = []\ndef note(x): state.append(x)\ndef look(_): return state",
    `state.append("main")
with ProcessPoolExecutor(1, initializer=note, initargs=["worker"]) as pool:
    print(pool.submit(look, 0).result(), state)`,
    "['worker'] ['main']\n",
  ],
  [
    "a process has a name, a PID, an exit code and a sentinel",
    "",
    `from multiprocessing.connection import wait
p = mp.Process(target=exit_with, args=[3], name="three")
print(p.is_alive(), p.exitcode, p.pid)
p.start()
print(p.pid != os.getpid(), p in mp.active_children(), wait([p.sentinel]) == [p.sentinel])
p.join()
print(p.exitcode, p.is_alive(), p.name, mp.active_children())
p.close()
try: p.exitcode
except ValueError as error: print(error)`,
    "False None None\nTrue True True\n3 False three []\nprocess object is closed\n",
  ],
  [
    "a time slice may end in a __subclasshook__ while a process receives an object from another one",
    `from collections.abc import MutableSequence
class Slow(MutableSequence):
    @classmethod
    def __subclasshook__(cls, other):
        end = time.perf_counter() + 0.3
        while time.perf_counter() < end: pass
        return NotImplemented
    __getitem__ = __setitem__ = __delitem__ = __len__ = insert = None
def brew(orders, tray): tray.put(orders.get() + " tea")`,
    `orders, tray = mp.SimpleQueue(), mp.SimpleQueue()
p = mp.Process(target=brew, args=(orders, tray))
p.start()
orders.put("green")
print(tray.get())
p.join()
print(p.exitcode)`,
    "green tea\n0\n",
  ],
  [
    "terminate and kill end busy processes",
    "",
    `busy = [mp.Process(target=spin) for _ in range(2)]
for p in busy: p.start()
busy[0].terminate(); busy[1].kill()
for p in busy: p.join()
print([p.exitcode for p in busy])`,
    "[-15, -9]\n",
  ],
  [
    "a pipe carries objects in both directions until its other end is closed",
    `def echo(connection):
    while True:
        try: connection.send(connection.recv() * 2)
        except EOFError: break
    print("done")`,
    `here, there = mp.Pipe()
p = mp.Process(target=echo, args=[there])
p.start(); there.close()
for value in ([1], "ab", b"c" * 300_000):
    here.send(value)
    print(len(here.recv()), here.poll(0.01))
here.close()
p.join()
reader, writer = mp.Pipe(duplex=False)
reader.close()
try: writer.send(1)
except BrokenPipeError as error: print(error.strerror)`,
    "2 False\n4 False\n600000 False\ndone\nBroken pipe\n",
  ],
  [
    "connections can be sent through connections",
    "def answer(connection):\n    with connection.recv() as other: other.send(os.getpid())",
    `here, there = mp.Pipe()
p = mp.Process(target=answer, args=[there])
p.start()
reader, writer = mp.Pipe(duplex=False)
here.send(writer); writer.close()
print(reader.recv() == p.pid)
try: reader.recv()
except EOFError: print("end")
p.join()`,
    "True\nend\n",
  ],
  [
    "queues pass objects between processes, and wait while they are full or empty",
    `def produce(queue):
    for n in range(3): queue.put(n)
    queue.put(None)
def consume(queue):
    while queue.get() is not None: queue.task_done()
    queue.task_done()`,
    `import queue
q = mp.Queue(2)
p = mp.Process(target=produce, args=[q]); p.start()
print(list(iter(q.get, None)))
p.join()
q.put(1); q.put(2)
print(q.full(), q.qsize(), q.empty() if q.get() else 0)
q.put("x")
try: q.put("y", timeout=0.01)
except queue.Full: print("full")
for _ in range(2): q.get()
try: q.get(timeout=0.01)
except queue.Empty: print("empty")
j = mp.JoinableQueue()
p = mp.Process(target=consume, args=[j]); p.start()
for n in (1, 2, None): j.put(n)
j.join(); p.join()
print(p.exitcode)`,
    "[0, 1, 2]\nTrue 2 False\nfull\nempty\n0\n",
  ],
  [
    "locks, semaphores, events, conditions and barriers work across processes",
    `def add(lock, box, times):
    for _ in range(times):
        with lock: box.put(box.get() + 1)
def wait_for(event, go, barrier):
    event.wait()
    with go: go.wait_for(lambda: True)
    barrier.wait()`,
    `lock, box = mp.Lock(), mp.SimpleQueue()
box.put(0)
ps = [mp.Process(target=add, args=[lock, box, 20]) for _ in range(2)]
for p in ps: p.start()
for p in ps: p.join()
print(box.get(), lock)
event, go, barrier = mp.Event(), mp.Condition(), mp.Barrier(2)
p = mp.Process(target=wait_for, args=[event, go, barrier]); p.start()
print(p.join(0.01), p.is_alive(), event.is_set())
event.set()
barrier.wait()
p.join()
print(p.exitcode, barrier.n_waiting, barrier.broken)
s = mp.BoundedSemaphore(1)
try: s.release()
except ValueError as error: print(error)
r = mp.RLock()
with r:
    with r: print(r)
try: r.release()
except AssertionError as error: print(error)`,
    "40 <Lock(owner=None)>\nNone True False\n0 0 False\nsemaphore or lock released too many times\n" +
      "<RLock(MainProcess, 2)>\nattempt to release recursive lock not owned by thread\n",
  ],
  [
    "processes share a Value and an Array that have locks",
    `def add(value, array, times):
    for _ in range(times):
        with value.get_lock(): value.value += 1
        with array.get_lock():
            for i in range(len(array)): array[i] += i`,
    `value, array = mp.Value("i", 5), mp.Array("d", 3)
ps = [mp.Process(target=add, args=[value, array, 20]) for _ in range(2)]
for p in ps: p.start()
for p in ps: p.join()
print(value.value, array[:])`,
    "45 [0.0, 40.0, 80.0]\n",
  ],
  [
    "a manager shares objects with other processes from a process of its own",
    "def note(seen, shared, lock, n):\n    with lock: shared['sum'] += n\n    seen.append(n)",
    `with mp.Manager() as manager:
    seen, shared, lock = manager.list(), manager.dict(sum=0), manager.Lock()
    ps = [mp.Process(target=note, args=[seen, shared, lock, n]) for n in (1, 2)]
    for p in ps: p.start()
    for p in ps: p.join()
    print(sorted(seen), shared["sum"])
print(mp.active_children())`,
    "[1, 2] 3\n[]\n",
  ],
  [
    "multiprocessing.Pool supports map, starmap, apply, imap and apply_async",
    "def double(n): return n * 2",
    `with mp.Pool(2) as pool:
    print(pool.map(double, range(4)), pool.starmap(pow, [(2, 3), (3, 2)]), pool.apply(double, [4]))
    print(list(pool.imap(double, range(3))), sorted(pool.imap_unordered(double, range(3))))
    waiting = pool.apply_async(fail, [1])
    try: waiting.get()
    except ValueError as error: print(error, waiting.successful())
    pool.close(); pool.join()`,
    "[0, 2, 4, 6] [8, 9] 8\n[0, 2, 4] [0, 2, 4]\n1 False\n",
  ],
  [
    "spawn is the only start method, and multiprocessing counts as many cores as os does",
    "",
    `print(mp.get_start_method(), mp.get_all_start_methods(), mp.get_context("spawn").get_start_method())
try: mp.set_start_method("fork", force=True)
except ValueError as error: print(error)
print(mp.cpu_count() == os.cpu_count() == os.process_cpu_count(), mp.parent_process(), mp.current_process().name)
mp.freeze_support()`,
    "spawn ['spawn'] spawn\ncannot find context for 'fork'\nTrue None MainProcess\n",
  ],
  [
    "an event loop keeps running tasks while it waits for a process pool",
    "",
    `import asyncio
async def main():
    loop = asyncio.get_running_loop()
    ticks = 0
    with ProcessPoolExecutor(1) as pool:
        working = loop.run_in_executor(pool, square, 12)
        while not working.done():
            await asyncio.sleep(0.01)
            ticks += 1
    print(await working, ticks > 1)
asyncio.run(main())`,
    "144 True\n",
  ],
  [
    "a program waits at its end for processes that are not daemons",
    "def late():\n    time.sleep(0.05)\n    print('late')\ndef never():\n    time.sleep(1e6)",
    `mp.Process(target=late).start()
mp.Process(target=never, daemon=True).start()
print("end of main")`,
    "end of main\nlate\n",
  ],
  [
    "a process starts with a copy of its parent's files",
    "def look(): print(open('note.txt').read()); open('note.txt', 'w').write('mine')",
    `open("note.txt", "w").write("hello")
p = mp.Process(target=look); p.start(); p.join()
print(open("note.txt").read())`,
    "hello\nhello\n",
  ],
  [
    "a process starts processes of its own",
    `def parent():
    with ProcessPoolExecutor(1) as pool: print(pool.submit(os.getppid).result() == os.getpid())`,
    "p = mp.Process(target=parent); p.start(); p.join(); print(p.exitcode)",
    "True\n0\n",
  ],
  [
    "a process that calls os._exit breaks its pool",
    "def die(status): os._exit(status)",
    `from concurrent.futures.process import BrokenProcessPool
with ProcessPoolExecutor(1) as pool:
    try: pool.submit(die, 1).result()
    except BrokenProcessPool as error: print("broken")
p = mp.Process(target=die, args=[9]); p.start(); p.join()
print(p.exitcode)`,
    "broken\n9\n",
  ],
  [
    "a process that crashes its interpreter does not affect its parent",
    `def break_down():
    sys.setrecursionlimit(10 ** 9)
    def down(n): return sorted([n, n], key=lambda _: down(n + 1))
    down(0)`,
    `p = mp.Process(target=break_down); p.start(); p.join()
print(p.exitcode not in (None, 0))`,
    /(^|\n)True\n$/,
  ],
  [
    "an interpreter has a __main__ module of its own, and executes code and functions in it",
    "from concurrent import interpreters\nclass Point:\n    def __init__(self, x): self.x = x",
    `other = interpreters.create()
print(interpreters.list_all() == [interpreters.get_main(), other], interpreters.get_current().id)
other.prepare_main(y=7)
other.exec("x = 5; print('x + y =', x + y)")
print(other.call(square, 3), other.call(Point, 4).x, other.call(lambda: 6 * 7), other.is_running())
print(other.call(pid) == os.getpid())
try: other.exec("1/0")
except interpreters.ExecutionFailed as error: print(error.excinfo.formatted)
other.call_in_thread(print, "from a thread").join()
other.close()
try: other.exec("")
except interpreters.InterpreterNotFoundError: print("closed", interpreters.list_all())`,
    "True 0\nx + y = 12\n9 4 42 False\nTrue\nZeroDivisionError: division by zero\nfrom a thread\n" +
      "closed [Interpreter(0)]\n",
  ],
  [
    "interpreters share queues, in which the items that a closed interpreter has added become UNBOUND",
    "from concurrent import interpreters\ndef feed(queue, many):\n    for n in range(many): queue.put(n)",
    `q = interpreters.create_queue(3)
other = interpreters.create()
q.put("mine")
other.call(feed, q, 2)
print(q.full(), q.qsize(), q.get(), q.get())
other.close()
print(q.get(), q.empty())
try: q.get_nowait()
except interpreters.QueueEmpty: print("empty")`,
    "True 3 mine 0\nconcurrent.interpreters._queues.UNBOUND True\nempty\n",
  ],
  [
    "a pool of interpreters executes calls in other interpreters of the same process, and reports what cannot be shared",
    "from concurrent.futures import InterpreterPoolExecutor\nfrom concurrent import interpreters\ndef where(_): return interpreters.get_current().id, os.getpid()\nclass Unloadable:\n    def __getstate__(self): return 1\n    def __setstate__(self, state): raise ValueError\n    def __call__(self): pass",
    `with InterpreterPoolExecutor(2) as pool:
    seen = list(pool.map(where, range(4)))
    print(0 in {n for n, _ in seen}, {p for _, p in seen} == {os.getpid()})
    try: pool.submit(fail, 3).result()
    except ValueError as error: print(repr(error))
    for work in (Unloadable(), threading.Lock):
        try: pool.submit(work).result()
        except interpreters.NotShareableError as error: print("not shareable")`,
    "False True\nValueError(3)\nnot shareable\nnot shareable\n",
  ],
  [
    "sharing memory without a lock fails with an explanation",
    "",
    `from multiprocessing import RawValue
try: mp.Process(target=square, args=[RawValue("i", 1)]).start()
except NotImplementedError as error: print(error)
from multiprocessing.shared_memory import SharedMemory
try: SharedMemory(create=True, size=10)
except OSError as error: print(error.strerror)`,
    /^shared memory without a lock: in a browser.*\nprocesses cannot share memory in a browser/,
  ],
];

/** Returns a program with these functions, whose `main` is executed in the main process only. */
const guarded = (functions: string, main: string) =>
  `${COMMON}${functions}\nif __name__ == "__main__":\n${main.replace(/^/gm, "    ")}\n`;

for (const engine of engines) {
  describe(engine, () => {
    const shared = useRunner({ engine });

    const run = (source: string, seconds = 120) =>
      shared.runner.run({ source, filename: "demo.py" }, { seconds });

    for (const [name, functions, main, stdout] of programs) {
      test(name, async () => {
        const ran = await run(guarded(functions, main));
        if (typeof stdout === "string") assert.equal(ran.stdout, stdout, ran.stderr);
        else assert.match(ran.stdout, stdout, ran.stderr);
        assert.deepEqual(ran.outcome, { type: "finished", status: 0 });
      });
    }

    test("the last output of a process is shown before what its parent prints after join()", async () => {
      const ran = await run(
        guarded(
          "def talk(): print('from the child'); print('an error', file=sys.stderr)",
          "p = mp.Process(target=talk); p.start(); p.join(); print('from the parent')",
        ),
      );
      assert.equal(ran.stdout, "from the child\nfrom the parent\n");
      assert.equal(ran.stderr, "an error\n");
    });

    test("an exception that ends a process is printed by this process", async () => {
      const ran = await run(
        guarded(
          "",
          "p = mp.Process(target=fail, args=[5]); p.start(); p.join(); print(p.exitcode)",
        ),
      );
      assert.equal(ran.stdout, "1\n");
      assert.match(
        ran.stderr,
        /^Process Process-1:\nTraceback [^]*line 7, in fail\n[^]*ValueError: 5\n$/,
      );
    });

    test("if a program has no __main__ guard, its child process fails with the error of CPython", async () => {
      const ran = await run(
        `${COMMON}\np = mp.Process(target=square, args=[1])\np.start()\np.join()`,
      );
      assert.match(ran.stderr, /RuntimeError: \n +An attempt has been made to start a new process/);
      assert.deepEqual(ran.outcome, { type: "finished", status: 0 });
    });

    test("five pools, one after the other, leave no process and no thread behind", async () => {
      const ran = await run(
        guarded(
          "",
          `for n in range(5):
    with ProcessPoolExecutor(1) as pool: print(pool.submit(square, n).result(), end=" ")
print(mp.active_children(), threading.active_count())`,
        ),
      );
      const squares = Array.from({ length: 5 }, (_, n) => n * n);
      assert.equal(ran.stdout, `${squares.join(" ")} [] 1\n`, ran.stderr);
    });

    test("the next program sees neither processes nor the start method of an earlier one", async () => {
      await run(
        guarded(
          "",
          "mp.Process(target=time.sleep, args=[1e6], daemon=True).start(); mp.set_start_method('spawn')",
        ),
      );
      const ran = await run(
        guarded(
          "",
          "print(mp.active_children(), mp.get_start_method(allow_none=True)); p = mp.Process(); print(p.name, threading.active_count())",
        ),
      );
      assert.equal(ran.stdout, "[] None\nProcess-1 1\n", ran.stderr);
    });

    const stoppable: [name: string, functions: string, main: string][] = [
      [
        "busy processes",
        "",
        "ps = [mp.Process(target=spin) for _ in range(2)]\nfor p in ps: p.start()\nprint('ready')\nfor p in ps: p.join()",
      ],
      [
        "a pool",
        "",
        "with ProcessPoolExecutor(2) as pool:\n    fs = [pool.submit(spin) for _ in range(2)]\n    print('ready')\n    fs[0].result()",
      ],
      [
        "processes that ignore KeyboardInterrupt",
        "def stubborn():\n    while True:\n        try: spin()\n        except KeyboardInterrupt: pass",
        "p = mp.Process(target=stubborn)\np.start()\nprint('ready')\np.join()",
      ],
    ];
    for (const [name, functions, main] of stoppable) {
      test(`Stop ends a program with ${name}`, async () => {
        const ran = await shared.runner.run(
          { source: guarded(functions, main), filename: "demo.py" },
          { seconds: 60, stopWhen: "ready\n" },
        );
        assert.equal(ran.outcome.type, "stopped");
        assert.equal((await run("print('next')")).stdout, "next\n");
      });
    }
  });
}
