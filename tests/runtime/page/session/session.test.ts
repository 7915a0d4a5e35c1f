import assert from "node:assert/strict";
import { test } from "node:test";
import type { Host, Move, Outcome, Program, RunEvent } from "../../../../runtime/host/types.ts";
import { Session, type Owner } from "../../../../runtime/page/session/session.ts";

/**
 * A host whose programs end when the test calls `end`, or when they are stopped. Like the real host, it
 * runs one program at a time.
 */
class FakeHost implements Host {
  /** The sources of the programs that were started, and of those that were stopped. */
  readonly started: string[] = [];
  readonly stopped: string[] = [];
  readonly answers: (string | undefined)[] = [];
  readonly moves: Move[] = [];
  /** Whether programs keep running after Stop, until the test calls `end`. */
  ignoresStop = false;
  /** Reports an event of the last program. */
  listen: (event: RunEvent) => void = () => undefined;
  /** Ends the last program. */
  end: (outcome: Outcome) => void = () => undefined;
  /** How often `open` and `prepare` were called. */
  opened = 0;
  prepared = 0;
  #running = false;

  open(): void {
    this.opened++;
  }

  prepare(): void {
    this.prepared++;
  }

  run(program: Program, listen: (event: RunEvent) => void): ReturnType<Host["run"]> {
    if (this.#running) throw new Error("a second run at the same time");
    this.#running = true;
    this.started.push(program.source);
    this.listen = listen;
    let isOver = false;
    const outcome = new Promise<Outcome>((resolve) => {
      this.end = (how) => {
        this.#running = false;
        isOver = true;
        resolve(how);
      };
    });
    const end = this.end;
    const stop = (): void => {
      if (isOver) return;
      this.stopped.push(program.source);
      if (!this.ignoresStop) end({ type: "stopped" });
    };
    const answer = (text: string | undefined): void => {
      this.answers.push(text);
    };
    const move = (how: Move): void => {
      this.moves.push(how);
    };
    return { outcome, stop, answer, move };
  }
}

/** A part of the page that runs programs, such as a widget. */
class FakeOwner implements Owner {
  readonly title: string;
  /** The titles of the owners whose runs have ended a run of this one. */
  readonly displacedBy: string[] = [];

  constructor(title: string) {
    this.title = title;
  }

  displaced(by: string): void {
    this.displacedBy.push(by);
  }
}

const program = (source: string): Program => ({ source, filename: "x.py" });
const ignore = (): void => undefined;
/** Lets promises settle. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test("the host is loaded at the first run, and only once", async () => {
  const host = new FakeHost();
  let loads = 0;
  const session = new Session(() => {
    loads += 1;
    return Promise.resolve(host);
  });
  const owner = new FakeOwner("a.py");
  assert.equal(loads, 0);
  for (const source of ["1", "2"]) {
    const run = session.run(owner, program(source), ignore);
    assert.ok(session.isRunning(owner));
    await settle();
    host.end({ type: "finished", status: 0 });
    assert.deepEqual(await run, { type: "finished", status: 0 });
    assert.ok(!session.isRunning(owner));
  }
  assert.equal(loads, 1);
});

test("a run of another owner ends the current run, whose owner learns the title of the other owner", async () => {
  const host = new FakeHost();
  const session = new Session(() => Promise.resolve(host));
  const [first, second] = [new FakeOwner("a.py"), new FakeOwner("b.py")];
  const firstRun = session.run(first, program("a"), ignore);
  await settle();
  const secondRun = session.run(second, program("b"), ignore);
  assert.deepEqual(await firstRun, { type: "stopped" });
  assert.deepEqual(first.displacedBy, ["b.py"]);
  await settle();
  host.end({ type: "finished", status: 3 });
  assert.deepEqual(await secondRun, { type: "finished", status: 3 });
  assert.deepEqual(host.stopped, ["a"]);
});

test("if several runs are requested before the first one starts, only the last one starts", async () => {
  const host = new FakeHost();
  const session = new Session(() => Promise.resolve(host));
  const owners = ["a", "b", "c"].map((name) => new FakeOwner(name));
  const runs = owners.map((owner) => session.run(owner, program(owner.title), ignore));
  await settle();
  assert.deepEqual(host.started, ["c"]);
  host.end({ type: "finished", status: 0 });
  const outcomes = await Promise.all(runs);
  assert.deepEqual(
    outcomes.map((outcome) => outcome.type),
    ["stopped", "stopped", "finished"],
  );
});

test("a run whose program is still being fetched is ended by another run", async () => {
  const host = new FakeHost();
  const session = new Session(() => Promise.resolve(host));
  const [first, second] = [new FakeOwner("a.py"), new FakeOwner("b.py")];
  const { promise, resolve } = Promise.withResolvers<Program>();
  const firstRun = session.run(first, promise, ignore);
  await settle();
  assert.ok(session.isRunning(first));
  const secondRun = session.run(second, program("b"), ignore);
  resolve(program("a"));
  assert.deepEqual(await firstRun, { type: "stopped" });
  assert.deepEqual(first.displacedBy, ["b.py"]);
  await settle();
  assert.deepEqual(host.started, ["b"]);
  host.end({ type: "finished", status: 0 });
  assert.equal((await secondRun).type, "finished");
});

test("a run whose program cannot be fetched fails once the run before it has ended", async () => {
  const host = new FakeHost();
  host.ignoresStop = true;
  const session = new Session(() => Promise.resolve(host));
  const owner = new FakeOwner("a.py");
  const before = session.run(owner, program("before"), ignore);
  await settle();
  let isOver = false;
  const run = session.run(owner, Promise.reject(new Error("no network")), ignore);
  void run.then(() => (isOver = true));
  await settle();
  assert.ok(!isOver);
  host.end({ type: "stopped" });
  await before;
  assert.deepEqual(await run, { type: "failed", message: "no network" });
});

test("a run can be stopped immediately while the host is still loading", async () => {
  const session = new Session(() => new Promise<Host>(ignore));
  const owner = new FakeOwner("a.py");
  const run = session.run(owner, program("a"), ignore);
  await settle();
  session.stop(owner);
  assert.deepEqual(await run, { type: "stopped" });
});

test("only the owner of a run can stop it", async () => {
  const host = new FakeHost();
  const session = new Session(() => Promise.resolve(host));
  const run = session.run(new FakeOwner("a.py"), program("a"), ignore);
  await settle();
  session.stop(new FakeOwner("b.py"));
  assert.deepEqual(host.stopped, []);
  host.end({ type: "finished", status: 0 });
  assert.equal((await run).type, "finished");
});

test("if the host could not be loaded, the next run tries again", async () => {
  const host = new FakeHost();
  let loads = 0;
  const session = new Session(() => {
    loads += 1;
    return loads === 1 ? Promise.reject(new Error("no network")) : Promise.resolve(host);
  });
  const owner = new FakeOwner("a.py");
  assert.deepEqual(await session.run(owner, program("a"), ignore), {
    type: "failed",
    message: "no network",
  });
  const run = session.run(owner, program("a"), ignore);
  await settle();
  host.end({ type: "finished", status: 0 });
  assert.equal((await run).type, "finished");
});

test("output that a program prints after Stop is passed on", async () => {
  const host = new FakeHost();
  host.ignoresStop = true;
  const session = new Session(() => Promise.resolve(host));
  const owner = new FakeOwner("a.py");
  const received: RunEvent[] = [];
  const run = session.run(owner, program("a"), (event) => received.push(event));
  await settle();
  session.stop(owner);
  assert.ok(session.isRunning(owner));
  host.listen({ type: "stdout", text: "finally" });
  host.end({ type: "stopped" });
  assert.deepEqual(await run, { type: "stopped" });
  assert.deepEqual(received, [{ type: "stdout", text: "finally" }]);
});

test("a program that is ending can be stopped again, but the run of another owner does not do that", async () => {
  const host = new FakeHost();
  host.ignoresStop = true;
  const session = new Session(() => Promise.resolve(host));
  const [first, second] = [new FakeOwner("a.py"), new FakeOwner("b.py")];
  const firstRun = session.run(first, program("a"), ignore);
  await settle();
  session.stop(first);
  // The new run waits, because a further Stop would leave the first program no time to clean up.
  void session.run(second, program("b"), ignore);
  assert.deepEqual(host.stopped, ["a"]);
  host.end({ type: "stopped" });
  await firstRun;
  await settle();
  session.stop(second);
  session.stop(second);
  assert.deepEqual(host.stopped, ["a", "b", "b"]);
});

test("only the owner of a run can answer it or pause it", async () => {
  const host = new FakeHost();
  const session = new Session(() => Promise.resolve(host));
  const owner = new FakeOwner("a.py");
  void session.run(owner, program("a"), ignore);
  await settle();
  session.answer(new FakeOwner("b.py"), "no");
  session.move(new FakeOwner("b.py"), "step");
  session.move(owner, "pause");
  assert.deepEqual(host.moves, ["pause"]);
  session.answer(owner, "yes");
  session.answer(owner, undefined);
  assert.deepEqual(host.answers, ["yes", undefined]);
});
