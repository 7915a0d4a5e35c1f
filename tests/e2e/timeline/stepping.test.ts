/**
 * Pausing a program, resuming it, and running it one step at a time. In a program with an event loop, a
 * step is the next callback of the loop; in other programs, it is the next turn of a thread.
 */
// suite: light
import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import type { Page } from "puppeteer-core";
import type { Move } from "../../../runtime/host/types.ts";
import { asPausedState, describeState } from "../../../runtime/page/workbench/paused_state.ts";
import { frames } from "../support/limits.ts";
import { chromiumTest, engines, useRunner } from "../support/runner.ts";
import { freshPage, untilText, usePage, useSite, visitAfresh, Widget } from "../support/site.ts";
import { violations } from "../support/violations.ts";

/** A published program whose main task starts three tasks; each of them asks a weather station. */
const SNIPPET = '[data-name="overlap/together"]';

/** Converts the first duration in a text, such as 12.5 ms or 1.2 s with a no-break space, to ms. */
function inMilliseconds(text: string | null): number {
  const [, number, unit] = /([\d.]+)\s(µs|ms|s)/.exec(text!)!;
  return Number(number) * { µs: 0.001, ms: 1, s: 1000 }[unit as "s"];
}

/** Two tasks in one event loop. */
const TASKS = `
import asyncio
async def call(name, seconds):
    await asyncio.sleep(seconds)
    print(name)
async def main():
    async with asyncio.TaskGroup() as group:
        group.create_task(call("slow", 0.9), name="slow")
        group.create_task(call("quick", 0.1), name="quick")
asyncio.run(main())
`;

/** The descriptions of the steps of `TASKS`, in order and without their times. */
const STEPS = [
  "Task-1 starts main() at line 6.",
  "slow starts call() at line 3.",
  "quick starts call() at line 3.",
  "the timer that ends the sleep of quick at line 4.",
  "quick resumes at line 4.",
  "TaskGroup._on_task_done() for quick.",
  "the timer that ends the sleep of slow at line 4.",
  "slow resumes at line 4.",
  "TaskGroup._on_task_done() for slow.",
  "Task-1 resumes at line 7.",
  "_run_until_complete_cb() for Task-1.",
];

/** Two threads that need the same lock. The holder waits until the main thread has set an event. */
const LOCK = `
import threading
lock = threading.Lock()
go = threading.Event()
def hold():
    with lock:
        go.wait()
    print("held")
def want():
    with lock:
        print("had")
threads = [threading.Thread(target=hold, name="holder"), threading.Thread(target=want, name="wanter")]
for thread in threads: thread.start()
go.set()
for thread in threads: thread.join()
`;

/** Sleeps twice in the main thread. */
const SLEEPS = `
import time
print("a")
time.sleep(0.1)
print("b")
time.sleep(0.2)
print("c")
`;

for (const engine of engines) {
  const testInChromium = chromiumTest(engine);

  describe(engine, () => {
    const shared = useRunner({ engine });

    /**
     * Runs a program, and also returns the state at each pause and its description, without the time.
     * `moves` are the buttons that are pressed at the pauses, and each pause lasts for `pauseMs`.
     */
    const run = async (
      source: string,
      { moves = [] as Move[], pauseWhen = "", pauseMs = 0, seconds = 20, ...options } = {} as {
        seconds?: number;
        moves?: Move[];
        pauseWhen?: string;
        pauseMs?: number;
        paused?: boolean;
        trace?: boolean;
        clockRate?: number;
      },
    ) => {
      const program = { source, filename: "demo.py", ...options };
      const result = await shared.runner.run(program, { moves, pauseWhen, pauseMs, seconds });
      const pauses = result.events.flatMap((event) => {
        const state = event.type === "paused" ? asPausedState(event.state) : undefined;
        return event.type === "paused" && state ? [{ ...state, at: event.at }] : [];
      });
      const texts = pauses.map((pause) => describeState(pause, pause.at).text);
      return {
        ...result,
        pauses,
        texts: texts.map((text) => text.replace(/^.*?(, next)?: ?/, "")),
      };
    };
    const steps = (count: number) => Array<Move>(count).fill("step");

    for (const trace of [false, true]) {
      for (const clockRate of [1, 0]) {
        const mode = `${trace ? "traced" : "not traced"}, ${clockRate === 0 ? "virtual" : "real"} time`;
        const define = trace && clockRate === 1 ? test : testInChromium;
        define(`a step is the next callback of the event loop (${mode})`, async () => {
          const result = await run(TASKS, { paused: true, moves: steps(100), trace, clockRate });
          assert.deepEqual(result.texts.slice(0, STEPS.length), STEPS);
          assert.equal(result.stdout, "quick\nslow\n");
          assert.deepEqual(result.outcome, { type: "finished", status: 0 });
          const times = result.pauses.map(({ at }) => at);
          assert.deepEqual(
            times,
            times.toSorted((time, other) => time - other),
          );
          // In virtual time, the sleeps end after exactly 100 ms and 900 ms.
          if (clockRate === 0) assert.deepEqual([times[4], times[7]], [100, 900]);
        });
      }
    }

    test("the state at a pause contains the ready queue, the timers and the waiting tasks of the event loop", async () => {
      const { pauses } = await run(TASKS, { paused: true, moves: steps(100), clockRate: 0 });
      // The second, third and fourth pause of `STEPS`.
      const [, slow, quick, timer] = pauses;
      assert.deepEqual(slow!.ready.entries, [
        { kind: "start", name: "quick", of: "call", line: 3 },
      ]);
      assert.deepEqual(slow!.waiting.entries, [
        { name: "Task-1", reason: "task group", of: "", line: 7 },
      ]);
      const inSleep = { kind: "wake", name: "slow", of: "", line: 4 };
      assert.deepEqual(quick!.timers.entries, [{ ...inSleep, in: 900 }]);
      assert.deepEqual(timer!.timers.entries, [{ ...inSleep, in: 800 }]);
      assert.deepEqual(
        timer!.waiting.count,
        1,
        "a task that is about to be woken is not listed twice",
      );
    });

    test("after Resume the program runs to its end without further pauses", async () => {
      const { pauses, stdout } = await run(TASKS, { paused: true, moves: ["step", "resume"] });
      assert.deepEqual([pauses.length, stdout], [2, "quick\nslow\n"]);
    });

    test("in a program with an event loop in each of two threads, each callback of either loop is one step", async () => {
      const source = `
import asyncio, threading
async def count(name):
    for number in range(3):
        await asyncio.sleep(0.01)
        print(name, number)
def work(name):
    asyncio.run(count(name))
threads = [threading.Thread(target=work, args=[name], name=name) for name in "ab"]
for thread in threads: thread.start()
for thread in threads: thread.join()
`;
      const { texts, stdout, outcome } = await run(source, { paused: true, moves: steps(200) });
      assert.deepEqual(outcome, { type: "finished", status: 0 });
      const lines = ["a 0", "a 1", "a 2", "b 0", "b 1", "b 2"];
      assert.deepEqual(stdout.trim().split("\n").toSorted(), lines);
      for (const task of ["Task-1", "Task-2"]) {
        const resumed = texts.filter((text) => text === `${task} resumes at line 5.`);
        assert.equal(resumed.length, 3, texts.join("\n"));
      }
    });

    test("in a program without an event loop, a step is a turn of a thread", async () => {
      const { pauses, stdout, outcome } = await run(LOCK, { paused: true, moves: steps(60) });
      assert.equal(stdout, "held\nhad\n");
      assert.deepEqual(outcome, { type: "finished", status: 0 });
      const waits = pauses.map(({ waiting }) =>
        waiting.entries.map(({ name, reason, line }) => `${name}: ${reason} ${line}`).join(),
      );
      const bothWait = waits.indexOf("holder: event 7,wanter: lock 10");
      assert.ok(bothWait > 0, waits.join("\n"));
      const readyLater = pauses
        .slice(bothWait + 1)
        .map(({ ready }) => ready.entries.map(({ name }) => name));
      assert.ok(
        readyLater.some((names) => names.includes("holder")),
        "holder has been woken but has not resumed yet",
      );
    });

    test("a thread that has just started another thread is listed as ready", async () => {
      const { pauses, texts } = await run(LOCK, { paused: true, moves: steps(60), clockRate: 0 });
      const pause = texts.findIndex((text) => text.startsWith("holder is at line 7."));
      assert.ok(pause > 0, texts.join("\n"));
      assert.deepEqual(pauses[pause]!.ready.entries, [
        { kind: "resume", name: "MainThread", of: "", line: 13 },
      ]);
    });

    test("the description of a step in which a thread has ended names no line", async () => {
      const { texts } = await run(LOCK, { paused: true, moves: steps(60), clockRate: 0 });
      assert.deepEqual(texts.slice(-2), ["holder has ended.", "wanter has ended."]);
    });

    test("a program in which a thread is woken twice before its turn can be stepped through to its end", async () => {
      const source = `
import threading
lock = threading.Lock()
def want():
    with lock: print("had it")
lock.acquire()
thread = threading.Thread(target=want)
thread.start()
lock.release(); lock.acquire(); lock.release()
thread.join()
print("over")
`;
      const result = await run(source, { paused: true, moves: steps(60) });
      assert.equal(result.stdout, "had it\nover\n");
      assert.deepEqual(result.outcome, { type: "finished", status: 0 });
    });

    for (const [name, source, stdout] of [
      ["a program with one thread", SLEEPS, "a\nb\nc\n"],
      ["a program with several threads", LOCK, "held\nhad\n"],
    ] as const) {
      test(`in virtual time, a reader can step slowly through ${name} to the end`, async () => {
        // Longer than the 20 ms for which a thread may keep the worker from reading messages.
        const options = { paused: true, moves: steps(100), clockRate: 0, pauseMs: 40 };
        const result = await run(source, options);
        assert.deepEqual(result.outcome, { type: "finished", status: 0 });
        assert.equal(result.stdout, stdout);
        if (source === SLEEPS) {
          // A wait may be a nanosecond longer than 0.2 s, so that no program sees it end early.
          const times = result.pauses.map(({ at }) => Math.round(at));
          assert.deepEqual(times, [100, 300]);
        } else assert.ok(result.pauses.length > 4, result.texts.join("\n"));
      });
    }

    test("in virtual time, each step after Pause is a whole turn, wherever Pause has stopped the program", async () => {
      const source = `
import threading, time
rounds = 0
def count():
    global rounds
    for _ in range(4000):
        time.sleep(1)
        rounds += 1
threads = [threading.Thread(target=count, name=name) for name in "ab"]
print("ready")
for thread in threads: thread.start()
for thread in threads: thread.join()
print(rounds)
`;
      const moves = steps(6);
      const result = await run(source, { pauseWhen: "ready", moves, clockRate: 0, pauseMs: 40 });
      assert.deepEqual(result.outcome, { type: "finished", status: 0 });
      assert.equal(result.stdout, "ready\n8000\n");
      assert.equal(result.pauses.length, 7);
      // Each step is a whole turn, not the rest of a turn that was interrupted to let the browser's
      // event loop run. In each second of virtual time both threads have one turn.
      const times = result.pauses.slice(-4).map(({ at }) => at);
      assert.deepEqual([times[2]! - times[0]!, times[3]! - times[1]!], [1000, 1000], times.join());
    });

    test("a program with a very long task name and a future class of its own can be stepped through", async () => {
      const source = `
import asyncio
class Own:
    _asyncio_future_blocking = False
    def __init__(self): self.loop = asyncio.get_running_loop()
    def get_loop(self): return self.loop
    def add_done_callback(self, call, *, context=None):
        self.loop.call_later(0.01, call, self)
    def result(self): return "quack"
    def __await__(self):
        self._asyncio_future_blocking = True
        yield self
        return self.result()
async def wait(): print(await Own())
async def main():
    await asyncio.create_task(wait(), name="7" * 5000)
asyncio.run(main())
`;
      const result = await run(source, { paused: true, moves: steps(60) });
      assert.equal(result.stdout, "quack\n", result.stderr);
      assert.deepEqual(result.outcome, { type: "finished", status: 0 });
      assert.ok(result.pauses.length > 5);
    });

    test("if a program has replaced the ready queue of its event loop, a pause does not change the replacement", async () => {
      const source = `
import asyncio
from collections import deque
class Last(deque):
    def popleft(self): return self.pop()
async def main():
    loop = asyncio.get_running_loop()
    loop._ready = Last(loop._ready)
    print("ready")
    for name in "abc": loop.call_soon(print, name)
    await asyncio.sleep(0.1)
    print(type(loop._ready).__name__)
asyncio.run(main())
`;
      const { stdout } = await run(source, { pauseWhen: "ready" });
      assert.equal(stdout, "ready\nc\nb\na\nLast\n");
    });

    test("no time passes for a paused program, whatever it waits for", async () => {
      const source = (waits: string) => `
import asyncio, threading, time
clocks = time.perf_counter, time.monotonic, time.time
start = [clock() for clock in clocks]
results = []
def check(wait, *args):
    wait(*args)
    passed = [clock() - begun for clock, begun in zip(clocks, start)]
    results.append((wait, all(0.39 < each < 1 for each in passed), passed))
def compute():
    while time.perf_counter() < start[0] + 0.4: pass
print("ready")
${waits}
print(*(result[1] for result in results), results)
`;
      // The waits of several threads can share one pause. The computation has a run of its own, because
      // it would delay the end of their waits.
      const together = `
waits = [time.sleep, threading.Event().wait]
threads = [threading.Thread(target=check, args=[wait, 0.4]) for wait in waits]
for thread in threads: thread.start()
check(lambda: asyncio.run(asyncio.sleep(0.4)))
for thread in threads: thread.join()`;
      for (const [waits, expected] of [
        [together, "True True True ["],
        ["check(compute)", "True ["],
      ] as const) {
        // Each wait lasts for 0.4 s, and the pause for 1.2 s. If time passed during the pause, the clocks
        // would show more than 1 s.
        const { stdout, pauses } = await run(source(waits), { pauseWhen: "ready", pauseMs: 1200 });
        assert.ok(stdout.startsWith(`ready\n${expected}`), stdout);
        assert.equal(pauses.length, 1);
      }
    });

    test("a program is paused in the middle of a computation, and its line is reported", async () => {
      const source = 'print("ready")\nnumber = 0\nwhile number < 3_000_000:\n    number += 1\n';
      const { pauses, outcome } = await run(source, { pauseWhen: "ready" });
      assert.equal(pauses.length, 1);
      const { name, line } = pauses[0]!.running.entries[0]!;
      assert.equal(name, "MainThread");
      assert.ok(line === 3 || line === 4, `line ${line}`);
      assert.deepEqual(outcome, { type: "finished", status: 0 });
    });

    test("Stop ends a paused program, and the next program runs normally", async () => {
      const source =
        'import time\nprint("ready")\ntry:\n    time.sleep(60)\nfinally:\n    print("bye")';
      const paused = shared.runner.run(
        { source, filename: "demo.py" },
        // The runner presses Stop after two seconds, when the program has long been paused.
        { pauseWhen: "ready", pauseMs: 100_000, seconds: 2 },
      );
      const { stdout, outcome } = await paused;
      assert.equal(stdout, "ready\nbye\n");
      assert.deepEqual(outcome, { type: "stopped" });
      const next = await run(TASKS);
      assert.deepEqual([next.stdout, next.pauses], ["quick\nslow\n", []]);
    });
  });

  describe(`on a page, ${engine}`, () => {
    const site = useSite(engine);
    const shared = usePage(() => freshPage(site.browser));
    let page: Page;
    let widget: Widget;
    /** Each test begins with the published program, which is not running. */
    beforeEach(async () => {
      page = shared.page;
      widget = new Widget(page, SNIPPET);
      await visitAfresh(page, site.url, "/tutorials/first-overlap/");
      await widget.button("Run");
    });
    /** The panel that is shown while the program is paused. Its status says what comes next. */
    const panel = ".runnable-halt";
    const untilStatus = (pattern: RegExp) => untilText(page, `${panel} [role=status]`, pattern);
    /** The marked line of the program, with its number. */
    const marked = () =>
      page.$$eval(".runnable-marked .linenos, .runnable-marked", (lines) =>
        lines.map((line) => line.textContent.trim()).join(" "),
      );

    /** Presses Step as soon as the program is paused again, until it has ended. */
    const stepToTheEnd = async () => {
      for (;;) {
        const before = await page.$eval(panel, (shown) => shown.textContent);
        await widget.press("Step");
        const after = await page.waitForFunction(
          (panel, before) => {
            const now = document.querySelector(panel)?.textContent;
            return now === before ? undefined : (now ?? "over");
          },
          { polling: "mutation" },
          panel,
          before,
        );
        if ((await after.jsonValue()) === "over") return widget.finished();
      }
    };

    /** Presses Step until the status of the panel matches, wherever the program was paused. */
    const stepUntil = async (pattern: RegExp) => {
      const status = () => page.$eval(`${panel} [role=status]`, (shown) => shown.textContent ?? "");
      for (let steps = 0; !pattern.test(await status()); steps++) {
        assert.ok(steps < 20, `${String(pattern)} does not appear: ${await status()}`);
        await widget.press("Step");
        // Step can be pressed again as soon as the program is paused again.
        await widget.button("Resume");
      }
    };

    test("Step runs a program step by step, also by keyboard", async () => {
      await widget.press("Step");
      await untilStatus(/next: Task-1 starts main\(\) at line \d+\./);
      assert.match(await marked(), /async def main/);
      await widget.until(/Paused in your browser/);
      // The timeline shows this run instead of the recording.
      await untilText(page, `${SNIPPET} figcaption`, /of this run/);
      const step = await widget.button("Step");
      await step.focus();
      for (const text of [/Task-2 starts ask/, /Task-3 starts ask/, /Task-4 starts ask/]) {
        await page.keyboard.press("Enter");
        await untilStatus(text);
      }
      assert.match(await page.$eval(panel, (shown) => shown.textContent), /Timers: 2/);
      assert.ok(await step.evaluate((button) => button === document.activeElement));
    });

    testInChromium(
      "the timeline of a paused run ends at the time of the pause and does not grow",
      async () => {
        await widget.press("Step");
        for (const text of [/Task-1 starts/, /Task-2 starts/, /Task-3 starts/, /Task-4 starts/]) {
          await untilStatus(text);
          if (!text.source.startsWith("Task-4")) await widget.press("Step");
        }
        await untilText(page, `${SNIPPET} figcaption`, /of this run.* 3 tasks/);
        const caption = () => page.$eval(`${SNIPPET} figcaption`, (shown) => shown.textContent);
        const before = await caption();
        const at = await page.$eval(`${panel} [role=status]`, (status) => status.textContent);
        const [inCaption, inStatus] = [before, at].map(inMilliseconds);
        // Both times are rounded to three digits.
        assert.ok(
          Math.abs(inCaption! - inStatus!) <= 0.01 * inStatus! + 1,
          `${String(before)}; ${String(at)}`,
        );
        // If time still passed, the timeline would be redrawn in each of these frames.
        await frames(page, 20);
        assert.equal(await caption(), before);
      },
    );

    if (engine === "chromium") {
      test("the panel of a paused program has no accessibility violations, a role and a name", async () => {
        await widget.press("Step");
        await untilStatus(/next: Task-1 starts main/);
        assert.deepEqual(
          await violations(page, { parts: "runnable-snippet, runnable-playground" }),
          [],
        );
        const roleAndName = await page.$eval(panel, ({ role, ariaLabel }) => [role, ariaLabel]);
        assert.deepEqual(roleAndName, ["group", "The program is paused"]);
      });
    }

    testInChromium("Resume lets the program run to its end and hides the panel", async () => {
      await widget.press("Step");
      await untilStatus(/next: Task-1 starts main/);
      await widget.press("Resume");
      const { text } = await widget.finished();
      assert.match(text, /done: 1\.35 s of waiting/);
      await page.waitForSelector(panel, { hidden: true });
      assert.equal(await marked(), "");
      await widget.button("Step");
    });

    test("Pause can be pressed while Python is still starting, and then pauses the program", async () => {
      // The program sleeps longer than any machine needs to deliver the click on Pause.
      await widget.write("import time\nprint('asleep')\ntime.sleep(600)\n");
      await widget.press("Run");
      await widget.press("Pause");
      // On a fast machine the program already sleeps when it is paused. On a slow one it has not begun.
      await untilStatus(
        /The program has not reached its first line yet\. |MainThread is at line [23]\./i,
      );
      await stepUntil(/MainThread is at line 3\. Everything is waiting\./);
      await widget.press("Resume");
      await widget.until(/Running in your browser/);
      await page.waitForSelector(panel, { hidden: true });
      await widget.press("Stop");
      const { text, notes } = await widget.finished();
      assert.match(text, /^asleep\n/);
      assert.deepEqual(notes, ["Stopped."]);
    });

    test("a program that was paused in a wait can be stopped", async () => {
      await widget.write("import time\nprint('ready')\ntime.sleep(600)\n");
      await widget.press("Run");
      await widget.until(/ready/);
      await widget.press("Pause");
      await untilStatus(/MainThread is at line [23]\./);
      await stepUntil(/MainThread is at line 3\. Everything is waiting\./);
      await widget.press("Stop");
      assert.deepEqual((await widget.finished()).notes, ["Stopped."]);
      await page.waitForSelector(panel, { hidden: true });
    });

    testInChromium("one press of Step too many does not restart the program", async () => {
      await widget.write("import asyncio\nasync def main(): print('once')\nasyncio.run(main())\n");
      await widget.press("Step");
      await untilStatus(/next: Task-1 starts main/);
      const { origin } = await stepToTheEnd();
      assert.match(origin, /^Ran in your browser/);
      await widget.press("Step");
      const notices = `${SNIPPET} .runnable-notices`;
      await untilText(page, notices, /^The program has ended\. Press Step again to restart it\.$/);
      assert.equal((await widget.shown()).text, "once\n");
      await widget.press("Step");
      await untilStatus(/next: Task-1 starts main/);
      assert.equal(await page.$eval(notices, (shown) => shown.textContent), "");
      // After Resume the reader expects the program to end, so Step restarts it immediately.
      await widget.press("Resume");
      await widget.finished();
      await widget.press("Step");
      await untilStatus(/next: Task-1 starts main/);
      await widget.press("Stop");
      await widget.finished();
    });
  });
}
