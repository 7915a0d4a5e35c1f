/**
 * The runtime on a bare page without widgets: programs see what they would see on CPython, and no program
 * affects the next one.
 */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Runner } from "../../../runtime/harness/runner.ts";
import { engines, useRunner, WITHOUT_STACK_SWITCHING } from "../support/runner.ts";

/** Two tasks that print in the sequence in which their sleeps end; `asyncio.run` has to be added. */
const INTERLEAVED = `
import asyncio
async def board(name, seconds):
    for move in (1, 2):
        await asyncio.sleep(seconds)
        print(name, move)
async def main():
    async with asyncio.TaskGroup() as group:
        group.create_task(board("slow", 0.6))
        group.create_task(board("quick", 0.1))
`;

for (const engine of engines) {
  describe(engine, () => {
    const shared = useRunner({ engine });

    /** Runs a program, and stops it if it has not ended after some seconds. */
    const run = (source: string, seconds = 20) =>
      shared.runner.run({ source, filename: "demo.py" }, { seconds });

    test("asyncio.run interleaves the steps of two tasks", async () => {
      const { stdout, stderr, outcome } = await run(`${INTERLEAVED}\nasyncio.run(main())`);
      assert.equal(stdout, "quick 1\nquick 2\nslow 1\nslow 2\n");
      assert.equal(stderr, "");
      assert.deepEqual(outcome, { type: "finished", status: 0 });
    });

    test("in asyncio, Runner, debug mode, eager tasks, timeouts and several loops work as on CPython", async () => {
      const { stdout, stderr } = await run(`
import asyncio
async def main():
    loop = asyncio.get_running_loop()
    print(isinstance(loop, asyncio.base_events.BaseEventLoop), loop.get_debug())
    loop.slow_callback_duration = 60  # however slow the machine is
    loop.set_task_factory(asyncio.eager_task_factory)
    async def greet():
        print("in create_task")
    task = loop.create_task(greet())
    print("after create_task")
    await task
    try:
        async with asyncio.timeout(0.05):
            await asyncio.Event().wait()
    except TimeoutError:
        print("timeout")
with asyncio.Runner(debug=True) as runner:
    runner.run(main())
async def second():
    print("second loop", asyncio.get_running_loop().get_debug())
asyncio.run(second())
`);
      assert.equal(
        stdout,
        "True True\nin create_task\nafter create_task\ntimeout\nsecond loop False\n",
      );
      assert.equal(stderr, "");
    });

    test("a callback that blocks the loop is reported in debug mode", async () => {
      const { stderr } = await run(`
import asyncio, time
async def main():
    time.sleep(0.2)
asyncio.run(main(), debug=True)
`);
      assert.match(stderr, /^Executing <Task finished name='Task-1'.* took \d\.\d+ seconds$/m);
    });

    test("a coroutine that is never awaited and an exception that is never retrieved are reported", async () => {
      const { stderr, outcome } = await run(`
import asyncio
async def serve():
    raise LookupError("no such table")
async def main():
    serve()
    asyncio.create_task(serve())
    await asyncio.sleep(0)
asyncio.run(main())
`);
      assert.match(stderr, /RuntimeWarning: coroutine 'serve' was never awaited/);
      assert.match(stderr, /Task exception was never retrieved[^]*LookupError: no such table/);
      assert.deepEqual(outcome, { type: "finished", status: 0 });
    });

    test("writes to stdout and stderr arrive in the sequence in which they were made, as separate events", async () => {
      const { events } = await run(`
import sys
print("one"); print("two", file=sys.stderr); print("three")
`);
      assert.deepEqual(
        events.filter(({ type }) => type !== "started"),
        [
          { type: "stdout", text: "one\n" },
          { type: "stderr", text: "two\n" },
          { type: "stdout", text: "three\n" },
        ],
      );
    });

    const endings: [name: string, source: string, status: number, stderr: RegExp][] = [
      [
        "an exception",
        "def f():\n    raise ValueError('too late')\nf()",
        1,
        /line 3[^]*line 2[^]*ValueError: too late\n$/,
      ],
      [
        "a syntax error",
        "for board in range(3)\n    pass",
        1,
        /line 1\n[^]*SyntaxError: expected ':'\n$/,
      ],
      ["SystemExit with a status", "raise SystemExit(3)", 3, /^$/],
      ["SystemExit with a message", "import sys; sys.exit('no boards')", 1, /^no boards\n$/],
      [
        "deep recursion",
        "def f(): f()\nf()",
        1,
        /RecursionError: maximum recursion depth exceeded\n$/,
      ],
      ["input()", "input('Name? ')", 1, /EOFError: EOF when reading a line\n$/],
      [
        "a missing module",
        "import django",
        1,
        /No module named 'django'\n'django' is not installed here\. Programs can use Python's/,
      ],
      ["KeyboardInterrupt", "raise KeyboardInterrupt", 130, /KeyboardInterrupt\n$/],
    ];
    for (const [name, source, status, stderr] of endings) {
      test(`${name} ends the program with the right status and message`, async () => {
        const ran = await run(source);
        assert.deepEqual(ran.outcome, { type: "finished", status });
        assert.match(ran.stderr, stderr);
        assert.equal((await run("print('next')")).stdout, "next\n");
      });
    }

    for (const [caller, call] of [
      ["the main thread", "leave(3)"],
      [
        "another thread",
        "thread = threading.Thread(target=leave, args=[3])\n    thread.start()\n    thread.join()",
      ],
      [
        "a function that C calls",
        "import ctypes\n    ctypes.CFUNCTYPE(None, ctypes.c_int)(leave)(3)",
      ],
    ]) {
      test(`os._exit in ${caller} ends the program immediately, and unflushed output is lost`, async () => {
        const source = `
import atexit, os, sys, threading
atexit.register(print, "an exit handler")
def leave(status):
    print("shown")
    sys.stdout.write("lost")
    os._exit(status)
try:
    ${call}
finally:
    print("too late")
`;
        for (const trace of [false, true]) {
          const ran = await shared.runner.run({ source, filename: "demo.py", trace });
          assert.deepEqual(ran.outcome, { type: "finished", status: 3 });
          assert.deepEqual([ran.stdout, ran.stderr], ["shown\n", ""]);
          const rows = ran.events
            .flatMap((event) => (event.type === "trace" ? [event.rows] : []))
            .join();
          // The trace ends with the end of lane 1, the main thread.
          assert.equal(/\["end", 1, \d+, "done", ""\]\]$/.test(rows), trace);
          assert.equal((await run("print('next')")).stdout, "next\n");
        }
      });
    }

    test("functions that atexit has registered run at the end, and their output is shown", async () => {
      assert.equal((await run("import atexit; atexit.register(print, 'bye')")).stdout, "bye\n");
    });

    // For Chromium, this test is in tests/e2e/widget/widget.test.ts.
    if (engine === "firefox") {
      test("endless output is cut off with a notice, and the program can be stopped", async () => {
        const { stdout, events, outcome } = await run("while True: print('again')", 2);
        assert.deepEqual(outcome, { type: "stopped" });
        // A page shows at most 5,000 lines.
        assert.ok(stdout === "again\n".repeat(5000), `${stdout.length} characters`);
        assert.deepEqual(events.at(-1), { type: "capped", lines: 5000 });
      });
    }

    test("recursion that crashes the interpreter is explained, and the next run gets a new interpreter", async () => {
      const { outcome } = await run(
        "import sys\nsys.setrecursionlimit(10**9)\nclass A:\n    def __repr__(self): return repr([self])\nrepr(A())",
        60,
      );
      // Browsers differ in the depth of their stacks, so the program may also end with an exception.
      if (outcome.type === "failed") assert.match(outcome.message, /Python .*restarted/);
      else assert.deepEqual(outcome, { type: "finished", status: 1 });
      assert.equal((await run("print('next')")).stdout, "next\n");
    });

    test("a locale that is not installed is refused, and C, POSIX, C.UTF-8 and the default are accepted", async () => {
      const { stdout, stderr } = await run(`
import locale
start = locale.setlocale(locale.LC_ALL)
for name in ("", "C", "POSIX", "C.UTF-8", start):
    locale.setlocale(locale.LC_ALL, name)
    print(locale.format_string("%.2f", 1234.5, grouping=True), locale.setlocale(locale.LC_NUMERIC))
print(locale.setlocale(locale.LC_ALL) == start)
for name in ("de_DE.UTF-8", "en_US", ("de_DE", "UTF-8"), "nonsense"):
    try:
        locale.setlocale(locale.LC_ALL, name)
    except locale.Error as error:
        print(error)
locale.setlocale(locale.LC_TIME, "de_DE.UTF-8")
`);
      assert.equal(
        stdout,
        "1234.50 C\n".repeat(5) + "True\n" + "unsupported locale setting\n".repeat(4),
      );
      assert.match(
        stderr,
        /locale\.Error: unsupported locale setting\nHere, only the locales C, POSIX and C\.UTF-8 are installed\.\n$/,
      );
    });

    test("finalizers run when an object is deleted and at the end of the program, in each of three runs", async () => {
      const source = `
import os, tempfile, weakref
class Thing: pass
thing = Thing()
weakref.finalize(thing, print, "finalized")
del thing
folder = tempfile.TemporaryDirectory()
path = folder.name
del folder
print("there:", os.path.exists(path))
thing = Thing()
weakref.finalize(thing, print, "at exit")
`;
      for (let round = 0; round < 3; round++) {
        const { stdout } = await run(source);
        assert.equal(stdout, "finalized\nthere: False\nat exit\n");
      }
    });

    test("trace, profile and monitoring hooks see the program and the standard library, but not the runtime", async () => {
      const source = `
import asyncio, queue, sys, threading, time
files = set()
def hook(frame, event, arg):
    assert sys._getframe(1) is frame
    files.add(frame.f_code.co_filename)
    return hook
def see(code, *_):
    assert sys._getframe(1).f_code is code
    files.add(code.co_filename)
def work():
    with lock:
        time.sleep(0.01)
        done.put(1)
    for _ in range(20_000):
        pass
def run_all():
    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads: thread.start()
    for thread in threads: thread.join()
    asyncio.run(main())
async def main():
    await asyncio.gather(asyncio.to_thread(input), asyncio.sleep(0.01))
lock, done = threading.RLock(), queue.SimpleQueue()
for name in ("trace", "profile"):
    for module in (threading, sys): getattr(module, f"set{name}")(hook)
    assert getattr(sys, f"get{name}")() is hook
    run_all()
    for module in (threading, sys): getattr(module, f"set{name}")(None)
    print(len(files) > 5, [file for file in files if "site-packages" in file])
    files.clear()
events = sys.monitoring.events
for tool in range(6):
    sys.monitoring.use_tool_id(tool, "mine")
for name in ("PY_START", "PY_RETURN", "LINE", "CALL", "RAISE"):
    sys.monitoring.register_callback(3, getattr(events, name), see)
    sys.monitoring.set_events(3, sys.monitoring.get_events(3) | getattr(events, name))
run_all()
sys.monitoring.set_events(3, 0)
print(len(files) > 5, [file for file in files if "site-packages" in file])
`;
      for (const trace of [false, true]) {
        const ran = await shared.runner.run(
          { source, filename: "demo.py", trace },
          { answers: ["1", "2", "3"] },
        );
        assert.equal(ran.stderr, "");
        assert.equal(ran.stdout, "True []\n".repeat(3));
        const rows = ran.events
          .flatMap((event) => (event.type === "trace" ? [event.rows] : []))
          .join();
        // The trace contains the end of lane 1, the main thread.
        assert.equal(/\["end", 1, \d+, "done", ""\]/.test(rows), trace);
      }
    });

    test("a program sees none of the changes that an earlier program made to the interpreter", async () => {
      const vandal = `
import asyncio, bdb, builtins, locale, logging, os, random, signal, sys, threading, time, types, warnings
print = builtins.print
signal.signal(signal.SIGUSR1, print)
signal.signal(signal.SIGVTALRM, print)
signal.signal(signal.SIGALRM, print)
signal.setitimer(signal.ITIMER_REAL, 0.05, 0.05)
signal.setitimer(signal.ITIMER_PROF, 9)
builtins.len = lambda thing: 99
time.sleep = None
asyncio.sleep = None
asyncio.events._event_loop_policy = None
asyncio.set_event_loop(asyncio.new_event_loop())
os.environ["LEFT"] = "1"
os.chdir("/")
open("/tmp/left", "w").close()
open(os.path.join("/home", "left"), "w").close()
warnings.simplefilter("error")
logging.basicConfig(level=10)
logging.getLogger("left").setLevel(10)
logging.getLogger("asyncio").disabled = True
sys.modules["left"] = types.ModuleType("left")
sys.path.append("/left")
sys.setrecursionlimit(5000)
sys.excepthook = None
sys.monitoring.use_tool_id(3, "left")
sys.breakpointhook = sys.settrace = sys.monitoring.register_callback = None
os.environ["PYTHONBREAKPOINT"] = "left.hook"
bdb.Breakpoint(__file__, 1)
threading.settrace_all_threads(lambda *_: None)
threading.setprofile_all_threads(lambda *_: None)
left = 1
locale.setlocale(locale.LC_ALL, "C")
sys.stdout.close()
`;
      const probe = `
import asyncio, bdb, locale, logging, os, signal, sys, threading, time, warnings
time.sleep(0); asyncio.run(asyncio.sleep(0))
print(len("four"), os.environ.get("LEFT"), os.getcwd(), os.path.exists("/tmp/left") or "left" in os.listdir("/home"))
print(logging.root.level, logging.root.handlers, logging.getLogger("left").level)
print(logging.getLogger("asyncio") is asyncio.log.logger, asyncio.log.logger.disabled)
print("left" in sys.modules, "/left" in sys.path, sys.getrecursionlimit(), sys.excepthook)
print(sys.gettrace(), sys.getprofile(), threading.gettrace(), threading.getprofile())
print(sys.breakpointhook, os.environ.get("PYTHONBREAKPOINT"), bdb.Breakpoint.bplist)
print(sys.settrace, sys.monitoring.register_callback)
print([sys.monitoring.get_tool(tool) for tool in range(6)], "left" in globals(), [f[0] for f in warnings.filters])
print([signal.getsignal(n) for n in (signal.SIGUSR1, signal.SIGVTALRM, signal.SIGALRM)])
print(signal.getitimer(signal.ITIMER_REAL), signal.getitimer(signal.ITIMER_PROF))
print(locale.setlocale(locale.LC_ALL), locale.getencoding())
`;
      const first = (await run(probe)).stdout;
      assert.match(
        first,
        /^4 None \/home\/reader False\n30 \[\] 0\nTrue False\nFalse False 1000 </,
      );
      assert.deepEqual((await run(vandal)).outcome, { type: "finished", status: 0 });
      assert.equal((await run(probe)).stdout, first);
    });
  });
}

test("without stack switching, asyncio, time.sleep, asynchronous exceptions, os._exit and Stop work, and breakpoint() explains why it does not", async () => {
  const runner = await Runner.open({
    engine: "firefox",
    launch: WITHOUT_STACK_SWITCHING,
  });
  try {
    const run = (source: string, seconds = 20) =>
      runner.run({ source, filename: "demo.py" }, { seconds });
    const hasStackSwitching = await runner.page.evaluate(() => "Suspending" in WebAssembly);
    assert.equal(hasStackSwitching, false, "the preference switches off stack switching");
    const { stdout } = await run(
      `import time; time.sleep(0.05)${INTERLEAVED}\nasyncio.run(main())`,
    );
    assert.equal(stdout, "quick 1\nquick 2\nslow 1\nslow 2\n");
    const { outcome } = await run("import asyncio\nasyncio.run(asyncio.Event().wait())", 1);
    assert.deepEqual(outcome, { type: "stopped" });
    assert.equal((await run("print('next')")).stdout, "next\n");
    const raised = await run(`
import ctypes, threading
me, error = ctypes.c_long(threading.get_ident()), ctypes.py_object(LookupError)
try:
    ctypes.pythonapi.PyThreadState_SetAsyncExc(me, error)
    for _ in range(1000): pass
except LookupError: print("raised")`);
    assert.equal(raised.stdout, "raised\n");
    const debugged = await run("breakpoint()");
    assert.match(debugged.stderr, /RuntimeError: pdb cannot ask for commands here, because/);
    const exited = await run("import os\nprint('shown')\nos._exit(3)");
    assert.deepEqual([exited.stdout, exited.outcome], ["shown\n", { type: "finished", status: 3 }]);
  } finally {
    await runner.close();
  }
});
