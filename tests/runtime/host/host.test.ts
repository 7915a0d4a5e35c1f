import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import { SandboxHost } from "../../../runtime/host/host.ts";
import type { Outcome, Program, Run, RunEvent } from "../../../runtime/host/types.ts";
import {
  FakeClock,
  FakeLoader,
  FakePackages,
  FakeSandbox,
  settle,
  type FakeWorker,
} from "./fakes.ts";

const PROGRAM: Program = { source: "print('hi')", filename: "hi.py" };
/** Has a header, so the module for libraries is loaded. `FakePackages` then returns one library. */
const WITH_LIBRARY = { source: "# /// script\n# dependencies = []\n# ///", filename: "a.py" };
/** A program of which the host is told that it needs the standard library. */
const NEEDS_DIFFLIB: Program = { source: "import difflib", filename: "d.py" };
/** A program that `FakePackages` considers suitable for a warm worker. */
const WARM = { source: `${WITH_LIBRARY.source}\n# warm`, filename: "warm.py" };

let clock: FakeClock;
let sandbox: FakeSandbox;
let loader: FakeLoader;
let packages: FakePackages;
let isSavingData: boolean;
/** If set, the module for libraries (runtime/host/packages.ts) fails to load with this error. */
let packagesFailure: Error | undefined;
/** Whether the project declares libraries for all of its programs, with an option in mkdocs.yml. */
let sharesLibraries: boolean;
/** How many sandboxes have been opened. */
let sandboxes: number;
let host: SandboxHost;
beforeEach(() => {
  clock = new FakeClock();
  sandbox = new FakeSandbox();
  loader = new FakeLoader();
  packages = new FakePackages();
  isSavingData = false;
  packagesFailure = undefined;
  sharesLibraries = false;
  sandboxes = 0;
  host = new SandboxHost({
    openSandbox: async (handlers) => {
      sandboxes += 1;
      sandbox.handlers = handlers;
      return sandbox;
    },
    createLoader: () => loader,
    loadPackages: async () => {
      if (packagesFailure) throw packagesFailure;
      return packages;
    },
    get sharesLibraries() {
      return sharesLibraries;
    },
    needsLibrary: ({ source }) => source.includes("difflib"),
    savesData: () => isSavingData,
    clock,
  });
});

/** A run that a test has started, and what the host has reported about it. */
interface Running {
  run: Run;
  events: RunEvent[];
  /** Undefined until the run is over. */
  outcome(): Promise<Outcome | undefined>;
}

function launch(program = PROGRAM): Running {
  const events: RunEvent[] = [];
  const run = host.run(program, (event) => void events.push(event));
  let outcome: Outcome | undefined;
  void run.outcome.then((settled) => (outcome = settled));
  return { run, events, outcome: () => settle().then(() => outcome) };
}

/** Runs a program until it has started in a cold worker (one that is not warm). */
async function start(program = PROGRAM): Promise<Running & { worker: FakeWorker }> {
  const running = launch(program);
  await settle();
  const worker = sandbox.alive.find(({ isWarm }) => !isWarm)!;
  await worker.postReady();
  worker.postStarted();
  return { ...running, worker };
}

/** Returns what a run has printed to stdout. */
const output = (events: RunEvent[]) =>
  events.map((event) => (event.type === "stdout" ? event.text : "")).join("");

describe("before the first run", () => {
  test("opening creates the sandbox, but loads no runtime and starts no worker", async () => {
    host.open([PROGRAM.source]);
    await settle();
    assert.deepEqual([sandboxes, loader.loads, sandbox.workers.length], [1, 0, 0]);
  });

  test("opening sends the warm snapshot from the cache for a program that suits it", async () => {
    packages.isWarmStored = true;
    host.open([PROGRAM.source, WARM.source]);
    await settle();
    assert.equal(packages.isWarmSent, true);
  });

  test("opening does not send the warm snapshot if no program suits it", async () => {
    packages.isWarmStored = true;
    host.open([PROGRAM.source, WITH_LIBRARY.source]);
    await settle();
    assert.equal(packages.isWarmSent, false);
  });

  test("opening does not send the warm snapshot if snapshots cannot be used", async () => {
    packages.isWarmStored = true;
    loader.restoresSnapshot = false;
    host.open([WARM.source]);
    await settle();
    assert.equal(packages.isWarmSent, false);
  });

  test("preparing starts a worker, which the next run uses", async () => {
    host.prepare();
    await settle();
    const [worker] = sandbox.workers;
    await worker!.postReady();
    launch();
    await settle();
    assert.equal(sandbox.workers.length, 1);
    assert.equal(worker!.program?.source, PROGRAM.source);
  });

  test("preparing does nothing while a program is running", async () => {
    await start();
    const { loads } = loader;
    host.prepare();
    await settle();
    assert.equal(loader.loads, loads);
  });
});

describe("a run", () => {
  test("reports progress, its start, its output and its exit status", async () => {
    const { events, worker, outcome } = await start();
    worker.post({ type: "stdout", run: worker.run, text: "hi\n" });
    assert.equal(await outcome(), undefined);
    await worker.postEnded(3);
    assert.deepEqual(await outcome(), { type: "finished", status: 3 });
    assert.deepEqual(events, [
      { type: "loading", what: "Python", loaded: 0, total: 10 },
      { type: "loading", what: "Python", loaded: 10, total: 10 },
      { type: "started", version: "3.14.2" },
      { type: "stdout", text: "hi\n" },
    ]);
  });

  test("sends all options to the worker, with defaults for those that are not given", async () => {
    const { worker } = await start({ ...PROGRAM, trace: true, clockRate: 0 });
    assert.deepEqual(worker.program, {
      ...{ type: "run", run: 1, files: {}, packages: [], ...PROGRAM },
      options: { trace: true, clockRate: 0, paused: false },
    });
  });

  for (const [title, program, isFetched] of [
    ["is not fetched for a program that needs none of its modules", PROGRAM, false],
    ["is fetched for a program that imports one of its modules", NEEDS_DIFFLIB, true],
    ["is fetched for a program that declares libraries", WITH_LIBRARY, true],
    ["is fetched for a program that suits a warm worker", WARM, true],
  ] as const) {
    test(`the standard library ${title}`, async () => {
      launch(program);
      await settle();
      assert.ok(loader.withLibrary.length > 0);
      assert.deepEqual(new Set(loader.withLibrary), new Set([isFetched]));
    });
  }

  test("the standard library is fetched when a running program asks for it", async () => {
    await start();
    assert.equal(loader.fetched, 0);
    sandbox.handlers.onLibraryWanted();
    await settle();
    assert.equal(loader.fetched, 1);
  });

  test("the standard library is already fetched while the reader is about to run a program", async () => {
    host.prepare(NEEDS_DIFFLIB.source);
    await settle();
    assert.deepEqual(loader.withLibrary, [true]);
  });

  test("cannot begin while another run is in progress", async () => {
    const { worker } = await start();
    assert.throws(() => launch(), /A program is already running/);
    await worker.postEnded();
    assert.doesNotThrow(() => launch());
  });

  test("fails if a download fails, and the next run tries again", async () => {
    loader.failure = new Error("/wasm could not be loaded.");
    const first = launch();
    assert.deepEqual(await first.outcome(), {
      type: "failed",
      message: "/wasm could not be loaded.",
    });
    loader.failure = undefined;
    const second = await start();
    await second.worker.postEnded();
    assert.deepEqual(await second.outcome(), { type: "finished", status: 0 });
    assert.deepEqual([sandboxes, loader.loads], [1, 2]);
  });

  test("is not affected by the failure of an earlier preparation", async () => {
    loader.failure = new Error("offline");
    host.prepare();
    await settle();
    loader.failure = undefined;
    const { worker, outcome } = await start();
    await worker.postEnded();
    assert.deepEqual(await outcome(), { type: "finished", status: 0 });
  });

  test("does not receive events of an earlier run", async () => {
    const first = await start();
    await first.worker.postEnded();
    const second = launch();
    await settle();
    // The worker has received the second program, so its last run is the second one.
    const earlier = first.worker.run - 1;
    first.worker.post({ type: "stdout", run: earlier, text: "late" });
    first.worker.post({ type: "ended", run: earlier, status: 1 });
    assert.equal(output(second.events), "");
    assert.equal(await second.outcome(), undefined);
  });

  test("does not receive events of a worker that has not been given the program yet", async () => {
    const { events, outcome } = launch();
    await settle();
    const [worker] = sandbox.workers;
    worker!.post({ type: "stdout", run: 0, text: "forged" });
    worker!.post({ type: "ended", run: 0, status: 0 });
    assert.equal(output(events), "");
    assert.equal(await outcome(), undefined);
  });

  test("has an empty standard input if the page does not answer", async () => {
    const { worker, events } = await start();
    worker.post({ type: "input", run: worker.run });
    assert.deepEqual(worker.commandsOf("answer"), [{ type: "answer", run: 1, text: undefined }]);
    assert.ok(!events.some(({ type }) => type === "input"));
  });

  test("that is interactive reads the lines with which the page answers", async () => {
    const { worker, events, run } = await start({ ...PROGRAM, interactive: true });
    worker.post({ type: "input", run: worker.run });
    assert.ok(events.some(({ type }) => type === "input"));
    run.answer("Judit");
    assert.deepEqual(worker.commandsOf("answer"), [{ type: "answer", run: 1, text: "Judit" }]);
  });

  test("sends its worker the last pause, step or resume from before its start, and each later one", async () => {
    const { run } = launch();
    run.move("pause");
    run.move("step");
    await settle();
    const [worker] = sandbox.workers;
    await worker!.postReady();
    const moves = () => worker!.commands.map(({ type }) => type).slice(1);
    assert.deepEqual(moves(), []);
    worker!.postStarted();
    run.move("resume");
    assert.deepEqual(moves(), ["step", "resume"]);
  });

  test("sends nothing to its worker when it is over", async () => {
    const { run, worker } = await start();
    await worker.postEnded();
    const { length } = worker.commands;
    run.stop();
    run.move("pause");
    run.answer("x");
    assert.equal(worker.commands.length, length);
  });
});

describe("stopping", () => {
  test("before the sandbox is open starts no worker", async () => {
    const { run, outcome } = launch();
    run.stop();
    assert.deepEqual(await outcome(), { type: "stopped" });
    assert.equal(sandbox.workers.length, 0);
  });

  test("during a download ends the reports of its progress", async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    loader.gate = promise;
    const { run, events } = launch();
    await settle();
    run.stop();
    const { length } = events;
    resolve();
    await settle();
    assert.equal(events.length, length);
  });

  test("before the program is sent keeps the worker and never sends the program", async () => {
    const { run, outcome } = launch();
    await settle();
    run.stop();
    assert.deepEqual(await outcome(), { type: "stopped" });
    const [worker] = sandbox.workers;
    await worker!.postReady();
    assert.deepEqual(worker!.commands, []);
    assert.equal(worker!.isTerminated, false);
  });

  test("interrupts the program, and keeps its worker if the program ends", async () => {
    const { run, worker, outcome } = await start();
    run.stop();
    assert.deepEqual(worker.commandsOf("interrupt"), [{ type: "interrupt", run: 1 }]);
    await clock.advance(400);
    await worker.postEnded(130);
    assert.deepEqual(await outcome(), { type: "stopped" });
    await clock.advance(5000);
    assert.equal(worker.isTerminated, false);
  });

  test("ends the worker of a program that prints nothing for half a second", async () => {
    const { run, worker, outcome } = await start();
    await clock.advance(700);
    run.stop();
    await clock.advance(499);
    assert.equal(await outcome(), undefined);
    await clock.advance(1);
    assert.deepEqual(await outcome(), { type: "stopped", forced: true });
    assert.equal(worker.isTerminated, true);
  });

  test("waits two seconds at most for a program that keeps printing", async () => {
    const { run, worker, outcome, events } = await start();
    run.stop();
    for (let time = 0; time < 1900; time += 100) {
      await clock.advance(100);
      worker.post({ type: "stdout", run: worker.run, text: "." });
    }
    assert.equal(await outcome(), undefined);
    assert.equal(output(events), ".".repeat(19));
    await clock.advance(100);
    assert.deepEqual(await outcome(), { type: "stopped", forced: true });
  });

  test("twice ends the worker immediately", async () => {
    const { run, worker, outcome } = await start();
    run.stop();
    run.stop();
    assert.deepEqual(await outcome(), { type: "stopped", forced: true });
    assert.equal(worker.isTerminated, true);
  });

  test("ends the worker immediately in browsers where programs cannot notice Ctrl+C", async () => {
    const { run, outcome } = launch();
    await settle();
    const [worker] = sandbox.workers;
    await worker!.postReady({ jspi: false });
    worker!.postStarted();
    run.stop();
    assert.deepEqual(await outcome(), { type: "stopped" });
    assert.equal(worker!.isTerminated, true);
    assert.deepEqual(worker!.commandsOf("interrupt"), []);
  });

  test("twice also starts a new worker, and ignores what the old one still posts", async () => {
    const { run, worker, events } = await start();
    run.stop();
    run.stop();
    const { length } = events;
    worker.post({ type: "stdout", run: worker.run, text: "late" });
    assert.equal(events.length, length);
    await settle();
    assert.equal(sandbox.alive.length, 1);
    const next = await start();
    assert.notEqual(next.worker, worker);
    await next.worker.postEnded();
    assert.deepEqual(await next.outcome(), { type: "finished", status: 0 });
  });
});

describe("a worker that fails", () => {
  const failures: [string, unknown][] = [
    ["posts an unknown message", { type: "navigate", url: "https://example.org" }],
    ["posts a field of the wrong type", { type: "stdout", run: 1, text: 5 }],
    ["crashes", { type: "crashed", message: "\nout of memory\n  at wasm" }],
  ];
  for (const [what, message] of failures) {
    test(`because it ${what} fails its run, and the next run gets another worker`, async () => {
      const { worker, outcome } = await start();
      worker.post(message);
      const ended = await outcome();
      assert.equal(ended?.type, "failed");
      assert.equal(worker.isTerminated, true);
      const next = await start();
      await next.worker.postEnded();
      assert.deepEqual(await next.outcome(), { type: "finished", status: 0 });
    });
  }

  test("is explained to the reader in one line, which names deep recursion if that is the cause", async () => {
    const crash = async (message: string) => {
      const { worker, outcome } = await start();
      worker.post({ type: "crashed", message });
      return (await outcome()) as { message: string };
    };
    assert.equal(
      (await crash("\nout of memory\n  at wasm")).message,
      "Python crashed and was restarted: out of memory",
    );
    assert.match(
      (await crash("RangeError: Maximum call stack size exceeded")).message,
      /^The program recursed deeper than the browser's stack allows/,
    );
  });

  test("outside Python, in its script, fails its run as well", async () => {
    const { worker, outcome } = await start();
    sandbox.handlers.onWorkerError(worker.number, "Script error.");
    assert.deepEqual(await outcome(), {
      type: "failed",
      message: "Python crashed and was restarted: Script error.",
    });
  });

  test("while it cleans up after the previous program passes its run to another worker", async () => {
    const first = await start();
    await first.worker.postEnded();
    const second = launch();
    await settle();
    first.worker.post({ type: "crashed", message: "memory" });
    assert.equal(await second.outcome(), undefined);
    const spare = sandbox.alive[0]!;
    await spare.postReady();
    assert.equal(spare.program?.source, PROGRAM.source);
    spare.postStarted();
    await spare.postEnded();
    assert.deepEqual(await second.outcome(), { type: "finished", status: 0 });
  });

  test("while it cleans up for too long passes its run to another worker", async () => {
    const first = await start();
    await first.worker.postEnded();
    const second = launch();
    await settle();
    await clock.advance(3000);
    assert.equal(first.worker.isTerminated, true);
    const spare = sandbox.alive[0]!;
    await spare.postReady();
    spare.postStarted();
    await spare.postEnded();
    assert.deepEqual(await second.outcome(), { type: "finished", status: 0 });
  });

  // Every further worker would fail in the same way.
  test("before its first program has started fails the run", async () => {
    const { outcome } = launch();
    await settle();
    const [worker] = sandbox.alive;
    await worker!.postReady();
    worker!.post({ type: "crashed", message: "memory" });
    assert.equal((await outcome())?.type, "failed");
  });

  test("is not replaced while it takes long to start its first program, as on a slow phone", async () => {
    const { outcome } = launch();
    await settle();
    const [worker] = sandbox.alive;
    await worker!.postReady();
    await clock.advance(10_000);
    assert.equal(worker!.isTerminated, false);
    worker!.postStarted();
    await worker!.postEnded();
    assert.deepEqual(await outcome(), { type: "finished", status: 0 });
  });

  test("before Python has started makes Python start without its snapshot", async () => {
    const { outcome } = launch();
    await settle();
    sandbox.workers[0]!.post({ type: "crashed", message: "bad snapshot" });
    await settle();
    assert.equal(loader.distrusted, "bad snapshot");
    const [worker] = sandbox.alive;
    await worker!.postReady();
    worker!.postStarted();
    await worker!.postEnded();
    assert.deepEqual(await outcome(), { type: "finished", status: 0 });
  });

  test("before Python has started from its wheels fails the run", async () => {
    loader.restoresSnapshot = false;
    const { outcome } = launch();
    await settle();
    sandbox.workers[0]!.post({ type: "crashed", message: "no memory" });
    assert.equal((await outcome())?.type, "failed");
  });

  test("is discarded if it is the spare worker, and the run continues", async () => {
    const { worker, outcome } = await start();
    // A spare worker is started after a second.
    await clock.advance(1500);
    const spare = sandbox.alive[1]!;
    spare.post({ type: "crashed", message: "memory" });
    await settle();
    assert.deepEqual([spare.isTerminated, worker.isTerminated], [true, false]);
    await worker.postEnded();
    assert.deepEqual(await outcome(), { type: "finished", status: 0 });
  });
});

// A worker posts `spent` if no other program may run in it after its program has ended, for example because
// the program has left something that cannot be cleaned up.
describe("a spent worker", () => {
  test("is replaced by the spare one, which runs the next program", async () => {
    const { worker } = await start();
    await worker.postEnded();
    worker.post({ type: "spent" });
    await settle();
    assert.equal(worker.isTerminated, true);
    assert.equal(sandbox.workers.length, 2);
    const next = await start();
    assert.equal(next.worker, sandbox.workers[1]);
  });

  test("loses the program that it has received in the meantime to the spare worker", async () => {
    const first = await start();
    await first.worker.postEnded();
    const second = launch();
    await settle();
    first.worker.post({ type: "spent" });
    await settle();
    const spare = sandbox.alive[0]!;
    await spare.postReady();
    // Run 1 was that of the first program, and run 2 that of the second program in the spent worker.
    assert.equal(spare.run, 3);
    assert.equal(await second.outcome(), undefined);
  });
});

describe("a worker that has received a program", () => {
  test("is replaced if it does not start the program within two seconds", async () => {
    const first = await start();
    await first.worker.postEnded();
    const second = launch();
    await settle();
    await clock.advance(1999);
    assert.equal(first.worker.isTerminated, false);
    await clock.advance(1);
    assert.equal(first.worker.isTerminated, true);
    const spare = sandbox.alive[0]!;
    await spare.postReady();
    assert.equal(spare.program?.source, PROGRAM.source);
    assert.equal(await second.outcome(), undefined);
  });

  test("stays if the program has started in time", async () => {
    const { worker } = await start();
    await clock.advance(10_000);
    assert.equal(worker.isTerminated, false);
  });
});

describe("the spare worker", () => {
  test("cannot report anything in the name of the run", async () => {
    const { worker, events, outcome } = await start();
    await clock.advance(1000);
    const spare = sandbox.workers[1]!;
    spare.post({ type: "stdout", run: worker.run, text: "forged" });
    spare.post({ type: "ended", run: worker.run, status: 0 });
    spare.post({ type: "spent" });
    assert.equal(output(events), "");
    assert.equal(await outcome(), undefined);
    assert.equal(worker.isTerminated, false);
  });

  test("is started when a program has ended", async () => {
    const { worker } = await start();
    assert.equal(sandbox.workers.length, 1);
    await worker.postEnded();
    assert.equal(sandbox.workers.length, 2);
  });

  test("is started beside a program that runs for longer than a second", async () => {
    await start();
    await clock.advance(999);
    assert.equal(sandbox.workers.length, 1);
    await clock.advance(1);
    assert.equal(sandbox.workers.length, 2);
  });

  test("takes the place of a worker that was ended by force", async () => {
    const { run, worker } = await start();
    await clock.advance(1000);
    const spare = sandbox.workers[1]!;
    await spare.postReady();
    run.stop();
    await clock.advance(500);
    assert.deepEqual(sandbox.alive, [spare]);
    const next = launch();
    await settle();
    assert.equal(spare.program?.source, PROGRAM.source);
    assert.equal(await next.outcome(), undefined);
    assert.equal(worker.isTerminated, true);
  });

  test("stays the only one, however many programs end", async () => {
    for (let count = 0; count < 3; count++) await (await start()).worker.postEnded();
    assert.equal(sandbox.workers.length, 2);
  });

  test("is not started where Python has to start from its wheels", async () => {
    loader.restoresSnapshot = false;
    const { worker } = await start();
    await worker.postEnded();
    await clock.advance(5000);
    assert.equal(sandbox.workers.length, 1);
  });
});

describe("the module for libraries (packages.ts)", () => {
  test("is not loaded for a program that needs no libraries", async () => {
    packagesFailure = new Error("The module must not be loaded.");
    const { worker } = await start({ ...PROGRAM, source: "import datetime  # not zoneinfo" });
    assert.deepEqual(worker.program?.packages, []);
  });

  for (const [what, program] of [
    ["a program", { ...PROGRAM, source: "from zoneinfo import ZoneInfo" }],
    [
      "a module of a program",
      { ...PROGRAM, files: { "clock.py": new TextEncoder().encode("import zoneinfo") } },
    ],
  ] as const) {
    test(`is loaded if ${what} uses time zones, although nothing is declared`, async () => {
      const { worker } = await start(program);
      assert.deepEqual(worker.program?.packages, ["greenlet"]);
      assert.equal(worker.commandsOf("packages").length, 1);
    });
  }

  test("is loaded for each program of a project that declares libraries for all its programs", async () => {
    sharesLibraries = true;
    const { worker } = await start();
    assert.deepEqual(worker.program?.packages, ["greenlet"]);
  });
});

describe("a program that declares libraries", () => {
  test("has their archives sent to its worker while Python is still starting", async () => {
    launch(WITH_LIBRARY);
    await settle();
    assert.deepEqual(
      sandbox.workers[0]!.commands.map(({ type }) => type),
      ["packages"],
    );
  });

  test("reports how much of its libraries has been fetched if Python has already started", async () => {
    await (await start()).worker.postEnded();
    const { events } = await start(WITH_LIBRARY);
    const [loading] = events;
    assert.deepEqual(loading, { type: "loading", what: "libraries", loaded: 0, total: 3 });
  });

  test("runs once if its worker is replaced while the archives are fetched", async () => {
    const first = await start();
    await first.worker.postEnded();
    const { promise, resolve } = Promise.withResolvers<void>();
    packages.gate = promise;
    launch(WITH_LIBRARY);
    await settle();
    first.worker.post({ type: "spent" });
    await settle();
    await sandbox.alive[0]!.postReady();
    resolve();
    await settle();
    // The first worker ran the first program, and the second one this program.
    const programs = sandbox.workers.map((worker) => worker.commandsOf("run").length);
    assert.deepEqual(programs, [1, 1]);
    assert.equal(sandbox.workers[1]!.program?.source, WITH_LIBRARY.source);
  });

  test("runs in a cold worker if the warm snapshot is damaged", async () => {
    packages.isWarmStored = packages.isWarmDamaged = true;
    launch(WARM);
    await settle();
    const [warm, cold] = sandbox.workers;
    assert.deepEqual([warm!.isTerminated, loader.loads], [true, 2]);
    await cold!.postReady();
    assert.deepEqual(
      cold!.commands.map(({ type }) => type),
      ["packages", "run"],
    );
  });

  test("starts no cold worker in place of the warm one after Stop has been pressed", async () => {
    packages.isWarmStored = packages.isWarmDamaged = true;
    const { promise, resolve } = Promise.withResolvers<void>();
    loader.gate = promise;
    const { run } = launch(WARM);
    await settle();
    run.stop();
    resolve();
    await settle();
    assert.deepEqual(
      sandbox.workers.map(({ isWarm }) => isWarm),
      [true],
    );
  });

  test("fetches the ordinary snapshot too when it has started in a warm worker", async () => {
    packages.isWarmStored = true;
    launch(WARM);
    await settle();
    const [warm] = sandbox.workers;
    await warm!.postReady();
    assert.equal(loader.loads, 1);
    warm!.postStarted();
    await settle();
    assert.equal(loader.loads, 2);
  });

  test("runs after its worker has received their archives, which each worker receives once", async () => {
    const { worker } = await start(WITH_LIBRARY);
    assert.deepEqual(
      worker.commands.map(({ type }) => type),
      ["packages", "run"],
    );
    assert.deepEqual(worker.program?.packages, ["greenlet"]);
    await worker.postEnded();
    await start(WITH_LIBRARY);
    assert.equal(worker.commandsOf("packages").length, 1);
    assert.equal(worker.commandsOf("run").length, 2);
  });

  test("fails if the code for libraries cannot be loaded, and the next run tries again", async () => {
    packagesFailure = new Error("/chunks/packages.js could not be loaded.");
    const first = launch(WITH_LIBRARY);
    assert.deepEqual(await first.outcome(), { type: "failed", message: packagesFailure.message });
    packagesFailure = undefined;
    const { worker, outcome } = await start(WITH_LIBRARY);
    await worker.postEnded();
    assert.deepEqual(await outcome(), { type: "finished", status: 0 });
  });

  test("runs in a cold worker first, and in a warm one when it is run again", async () => {
    const first = await start(WARM);
    assert.equal(packages.isWarmSent, false);
    await first.worker.postEnded();
    const warm = sandbox.alive.find(({ isWarm }) => isWarm)!;
    await warm.postReady();
    launch(WARM);
    await settle();
    assert.equal(warm.program?.source, WARM.source);
  });

  test("does not fetch the warm snapshot for a reader who saves data", async () => {
    isSavingData = true;
    const { worker } = await start(WARM);
    await worker.postEnded();
    assert.equal(packages.isWarmSent, false);
  });

  test("starts in a cold worker if the warm one crashes at its start", async () => {
    packages.isWarmStored = true;
    launch(WARM);
    await settle();
    assert.equal(sandbox.workers[0]!.isWarm, true);
    sandbox.workers[0]!.post({ type: "crashed", message: "bad snapshot" });
    await settle();
    assert.equal(packages.distrusted, "bad snapshot");
    assert.equal(loader.distrusted, undefined);
    const [cold] = sandbox.alive;
    await cold!.postReady();
    assert.deepEqual([cold!.isWarm, cold!.program?.source], [false, WARM.source]);
  });

  test("does not share its warm worker with programs that declare no libraries", async () => {
    packages.isWarmStored = true;
    launch(WARM);
    await settle();
    const warm = sandbox.workers[0]!;
    await warm.postReady();
    warm.postStarted();
    await warm.postEnded();
    const { worker } = await start(PROGRAM);
    assert.equal(worker.isWarm, false);
    assert.equal(warm.commandsOf("run").length, 1);
    assert.equal(warm.isTerminated, true);
  });
});
