import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import type { Outcome, Program, RunEvent } from "../../../../runtime/host/types.ts";
import type { Session } from "../../../../runtime/page/session/session.ts";
import type { EndedRun } from "../../../../runtime/page/workbench/run_ended.ts";
import { Runner, type RunnerOptions } from "../../../../runtime/page/workbench/runner.ts";

// A visible tab shows output in animation frames, which Node does not have. A hidden tab uses timers.
Object.assign(globalThis, { document: { visibilityState: "hidden" } });

/** All calls that the runner has made to the parts of the page, in order. */
let calls: string[];
let isRunning: boolean;
/** The program that was started last, and functions that report its events and end it. */
let program: Program;
let emit: (event: RunEvent) => void;
let end: (outcome: Outcome) => void;
/** The runs that the runner has reported as ended. */
let ended: EndedRun[];
/** Whether the module of the panel that shows the state of a paused program can be loaded. */
let hasPanel: boolean;
let runner: Runner;

/** Records each call of a method as `name.method(arguments)`. Arguments that are objects are left out. */
function recorder<Part extends object>(name: string): Part {
  const get = (_: object, method: string | symbol): unknown => {
    // When a promise resolves to this object, JavaScript looks for a method `then`, which must not exist.
    if (method === "then") return undefined;
    return (...args: unknown[]) => {
      const shown = args.filter((arg) => arg !== undefined && typeof arg !== "object");
      calls.push(`${name}.${String(method)}(${shown.join(", ")})`);
    };
  };
  return new Proxy({}, { get }) as Part;
}

/** A session whose programs end when the test calls `end`. */
const session = {
  isRunning: () => isRunning,
  run: (_: unknown, started: Program, listen: (event: RunEvent) => void) => {
    isRunning = true;
    program = started;
    emit = listen;
    return new Promise<Outcome>((resolve) => {
      end = (outcome) => {
        isRunning = false;
        resolve(outcome);
      };
    });
  },
  stop: () => calls.push("session.stop()"),
  answer: (_: unknown, text: string | undefined) => calls.push(`session.answer(${String(text)})`),
  move: (_: unknown, move: string) => calls.push(`session.move(${move})`),
};

function makeRunner(more: Partial<RunnerOptions> = {}): Runner {
  return new Runner({
    session: session as unknown as Session,
    controls: recorder("controls"),
    output: recorder("output"),
    timeline: recorder("timeline"),
    traced: true,
    name: "chess/asynchronous",
    filename: "asynchronous.py",
    place: "/chess/ asynchronous",
    addPanel: () => Promise.resolve(hasPanel ? recorder("panel") : undefined),
    onChange: () => calls.push("onChange()"),
    onEnd: (run) => ended.push(run),
    ...more,
  });
}

beforeEach(() => {
  calls = [];
  ended = [];
  isRunning = false;
  hasPanel = true;
  runner = makeRunner();
});

/** Lets promises settle, and returns the calls since `settle` was called before. */
async function settle(): Promise<string[]> {
  await new Promise((resolve) => setTimeout(resolve));
  return calls.splice(0);
}

const FINISHED: Outcome = { type: "finished", status: 0 };
const PAUSED: RunEvent = { type: "paused", at: 250, state: "{}" };

// In these tests, the second argument of `runner.run` is the clock rate; 1 is real time.

test("a run starts with the options of the widget and shows its outcome", async () => {
  const running = runner.run("pass", 10);
  assert.deepEqual(
    [program.source, program.filename, program.clockRate, program.trace, program.paused],
    ["pass", "asynchronous.py", 10, true, false],
  );
  const started = await settle();
  assert.ok(started.includes("controls.showRunning(true)"), String(started));
  end(FINISHED);
  await running;
  const after = await settle();
  assert.deepEqual(
    after.filter((call) => /\.end\(|showRunning/.test(call)),
    ["output.end()", "timeline.end()", "controls.showRunning(false)"],
  );
  assert.equal(ended.length, 1);
  assert.deepEqual([ended[0]!.outcome, ended[0]!.isStepped], [FINISHED, false]);
});

test("a second run does not start while the first one is not over", async () => {
  const running = runner.run("first", 1);
  await runner.run("second", 1);
  assert.equal(program.source, "first");
  end(FINISHED);
  await running;
  void runner.run("third", 1);
  assert.equal(program.source, "third");
  end(FINISHED);
  await settle();
});

test("without tracing, the timeline does not begin a run", async () => {
  const running = makeRunner({ traced: false }).run("pass", 1);
  assert.equal(program.trace, false);
  end(FINISHED);
  await running;
  assert.ok(!(await settle()).includes("timeline.begin()"));
});

test("events reach the parts of the page that they concern", async () => {
  const running = runner.run("pass", 1);
  await settle();
  emit({ type: "loading", what: "Python", loaded: 1, total: 2 });
  emit({ type: "started", version: "3.14.2" });
  emit({ type: "stdout", text: "hello\n" });
  emit({ type: "note", fact: "no-threads", value: 0, detail: "" });
  end(FINISHED);
  await running;
  const after = await settle();
  for (const call of [
    "output.loading(Python, 1, 2)",
    "output.started(3.14.2)",
    "output.append()",
    "output.differences()",
  ]) {
    assert.ok(after.includes(call), `${call} is not in ${after.join(" ")}`);
  }
  assert.equal(ended[0]!.text, "hello\n");
});

test("while a program waits for clients, a sentence says so", async () => {
  const hints = async () => (await settle()).filter((call) => call.startsWith("output.hint("));
  const running = runner.run("pass", 1);
  await settle();
  const note = { type: "note", fact: "serves", detail: "127.0.0.1:80" } as const;
  emit({ ...note, value: 1 });
  // The runner loads this module to get the sentence. When the test has it, the runner has it, too.
  await import("../../../../runtime/page/workbench/differences.ts");
  const [shown] = await hints();
  assert.match(shown!, /This program waits for a client at 127\.0\.0\.1:80\./);
  emit({ ...note, value: 0 });
  assert.deepEqual(await hints(), ["output.hint()"]);
  emit({ ...note, fact: "child-serves", value: 1 });
  assert.deepEqual(await hints(), ["output.hint()"]);
  emit({ type: "note", fact: "joins-child", value: 1, detail: "" });
  assert.match((await hints())[0]!, /This program waits for a client at/);
  runner.stop();
  emit({ ...note, value: 1 });
  assert.deepEqual(await hints(), []);
  end(FINISHED);
  await running;
});

test("a program that asks for another version of Python gets a note, and runs anyway", async () => {
  const header = (specifier: string) =>
    `# /// script\n# requires-python = "${specifier}"\n# ///\nprint()\n`;
  const notesFor = async (source: string): Promise<string[]> => {
    const running = runner.run(source, 1);
    await settle();
    emit({ type: "started", version: "3.14.2" });
    emit({ type: "stdout", text: "\n" });
    // The runner loads this module to compare versions. When the test has it, the runner has it, too.
    await import("../../../../runtime/host/needs/requirements.ts");
    const notes = (await settle()).filter((call) => call.startsWith("output.preface("));
    end(FINISHED);
    await running;
    return notes;
  };
  assert.deepEqual(await notesFor(header(">=3.15")), [
    "output.preface(The program's header asks for Python >=3.15, but this is Python 3.14.2. It runs anyway, and may fail.)",
  ]);
  for (const source of ["print()", header(">=3.14"), header("")]) {
    assert.deepEqual(await notesFor(source), []);
  }
});

test("a panel opens when a program is paused, and closes when the program is resumed", async () => {
  void runner.run("pass", 1);
  runner.pause();
  assert.ok((await settle()).includes("session.move(pause)"));
  emit(PAUSED);
  assert.deepEqual(await settle(), [
    "output.showPaused(true)",
    "timeline.pause(250)",
    "controls.showPaused(true)",
    "panel.show()",
  ]);
  // The button Pause resumes a paused program.
  runner.pause();
  assert.deepEqual(await settle(), [
    "session.move(resume)",
    "timeline.resume()",
    "controls.showPaused(false)",
    "output.showPaused(false)",
    "panel.close()",
  ]);
  end(FINISHED);
  await settle();
});

test("the panel stays open from step to step", async () => {
  const running = runner.run("pass", 1, true);
  assert.equal(program.paused, true);
  emit(PAUSED);
  await settle();
  runner.step();
  assert.deepEqual(await settle(), [
    "session.move(step)",
    "timeline.resume()",
    "controls.showPaused(false)",
  ]);
  emit(PAUSED);
  assert.ok((await settle()).includes("panel.show()"));
  runner.step();
  end(FINISHED);
  await running;
  assert.ok((await settle()).includes("panel.close()"));
  assert.equal(ended[0]!.isStepped, true);
});

test("a program that was resumed does not count as stepped to its end", async () => {
  const running = runner.run("pass", 1, true);
  emit(PAUSED);
  runner.pause();
  end(FINISHED);
  await running;
  assert.equal(ended[0]!.isStepped, false);
});

test("if the panel cannot be loaded, the program can still be resumed", async () => {
  hasPanel = false;
  void runner.run("pass", 1);
  emit(PAUSED);
  await settle();
  runner.pause();
  assert.ok((await settle()).includes("session.move(resume)"));
  end(FINISHED);
  await settle();
});

test("a pause that arrives after Stop is not shown", async () => {
  const running = runner.run("pass", 1);
  runner.stop();
  const stopping = await settle();
  assert.ok(stopping.includes("session.stop()"));
  assert.ok(stopping.includes("output.setStatus(Stopping…)"));
  emit(PAUSED);
  assert.deepEqual(await settle(), []);
  end({ type: "stopped" });
  await running;
});

test("the reader sees why a run was stopped; if there are two reasons, the first one", async () => {
  const running = runner.run("pass", 1);
  runner.displaced("races/last_seat.py");
  runner.stop("Stopped because you left the page.");
  end({ type: "stopped" });
  await running;
  assert.ok((await settle()).includes("output.end(Stopped because you ran races/last_seat.py.)"));
});

test("a program that asks for input gets the answer of the reader", async () => {
  let answer: (text: string | undefined) => void = () => undefined;
  const output = new Proxy(recorder<object>("output"), {
    get: (target, method) =>
      method === "askForInput"
        ? (onAnswer: typeof answer) => (answer = onAnswer)
        : (Reflect.get(target, method) as unknown),
  }) as RunnerOptions["output"];
  const running = makeRunner({ output }).run("pass", 1);
  emit({ type: "input" });
  await settle();
  answer("42");
  assert.ok(calls.includes("session.answer(42)"));
  end(FINISHED);
  await running;
});

test("that a program waits for its threads is mentioned after half a second", async (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  void runner.run("pass", 1);
  emit({ type: "waiting", threads: 2 });
  const statuses = (): string[] => calls.filter((call) => call.startsWith("output.setStatus"));
  context.mock.timers.tick(400);
  assert.deepEqual(statuses(), []);
  context.mock.timers.tick(200);
  assert.deepEqual(statuses(), ["output.setStatus(Waiting for 2 threads to end…)"]);
});
