import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import { Broker, MAX_CHILDREN, MAX_RUNNING_CHILDREN } from "../../../runtime/sandbox/broker.ts";
import { MAIN, type Notice, type Request } from "../../../runtime/protocol/processes.ts";

/** A process that records the notices it gets. */
class Process {
  readonly notices: Notice[] = [];
  readonly pid: number;
  readonly broker: Broker;
  terminated = false;
  #asks = 0;

  constructor(pid: number, broker: Broker) {
    this.pid = pid;
    this.broker = broker;
  }

  post = (notice: Notice) => void this.notices.push(notice);

  send(request: Request): void {
    this.broker.receive(this.pid, request);
  }

  /** Asks a question, and returns its number. */
  ask(request: object): number {
    const ask = this.pid * 1000 + ++this.#asks;
    this.send({ ...request, ask } as Request);
    return ask;
  }

  /** Returns the answer in a list, which is empty if there has been none. */
  answer(ask: number): unknown[] {
    return this.notices
      .filter((notice) => notice.type === "answer")
      .filter((notice) => notice.ask === ask)
      .map(({ value }) => value);
  }

  noticesOf(type: Notice["type"]): Notice[] {
    return this.notices.filter((notice) => notice.type === type);
  }
}

const text = (value: string) => new TextEncoder().encode(value);
const bytes = (length: number) => new Uint8Array(length);

let broker: Broker;
let main: Process;
let children: Map<number, Process>;
beforeEach(() => {
  children = new Map();
  broker = new Broker((pid) => {
    const child = new Process(pid, broker);
    children.set(pid, child);
    return { port: child, terminate: () => (child.terminated = true) };
  });
  main = new Process(MAIN, broker);
  broker.setMain(main);
});

let numbers = 0;
/** Starts a process with an end of each channel whose token is given. */
function spawn(parent = main, tokens: number[] = []): Process {
  const [sentinel, parentSentinel] = [++numbers + 9000, ++numbers + 9000];
  const ask = parent.ask({
    ...{ type: "spawn", main: "/a.py", pickles: bytes(1), files: new Map(), tokens },
    ...{ sentinel, parentSentinel },
  });
  const [pid] = parent.answer(ask) as number[];
  return Object.assign(children.get(pid!) ?? new Process(pid!, broker), { sentinel });
}
const sentinelOf = (child: Process) => (child as Process & { sentinel: number }).sentinel;

const open = (channel = 1, messages: Uint8Array[] = []) =>
  main.send({ type: "channel", channel, messages, reader: true, writer: true });

/** A child that holds an end of channel 1, which the main process then closes. */
function give(end: "reader" | "writer"): Process {
  main.send({ type: "share", channel: 1, end, token: 5 });
  const child = spawn(main, [5]);
  main.send({ type: "close", channel: 1, end });
  return child;
}

describe("a channel", () => {
  test("delivers messages in order, first those that waited before it was shared", () => {
    open(1, [text("a")]);
    main.send({ type: "send", channel: 1, data: text("b") });
    for (const expected of ["a", "b"]) {
      const ask = main.ask({ type: "receive", channel: 1 });
      assert.deepEqual(main.answer(ask), [text(expected)]);
    }
    const early = main.ask({ type: "receive", channel: 1 });
    assert.deepEqual(main.answer(early), []);
    main.send({ type: "send", channel: 1, data: text("c") });
    assert.deepEqual(main.answer(early), [text("c")]);
  });

  test("with several readers gives each message to the one that has waited longest", () => {
    open();
    main.send({ type: "share", channel: 1, end: "reader", token: 5 });
    const child = spawn(main, [5]);
    const first = child.ask({ type: "receive", channel: 1 });
    const second = main.ask({ type: "receive", channel: 1 });
    main.send({ type: "send", channel: 1, data: text("a") });
    assert.deepEqual([child.answer(first), main.answer(second)], [[text("a")], []]);
  });

  test("ends when the last writer closes it or ends, after the messages that were sent", () => {
    for (const finish of ["close", "exit"]) {
      open();
      const child = give("writer");
      child.send({ type: "send", channel: 1, data: text("last") });
      if (finish === "close") child.send({ type: "close", channel: 1, end: "writer" });
      else child.send({ type: "exit", status: 0 });
      const asks = [1, 2].map(() => main.ask({ type: "receive", channel: 1 }));
      assert.deepEqual(
        asks.map((ask) => main.answer(ask)),
        [[text("last")], [undefined]],
      );
      main.send({ type: "close", channel: 1, end: "reader" });
    }
  });

  test("stays open while an end is passed to another process, and ends when this end is dropped", () => {
    open();
    main.send({ type: "share", channel: 1, end: "writer", token: 5 });
    main.send({ type: "close", channel: 1, end: "writer" });
    const ask = main.ask({ type: "receive", channel: 1 });
    assert.deepEqual(main.answer(ask), []);
    main.send({ type: "drop", token: 5 });
    assert.deepEqual(main.answer(ask), [undefined]);
  });

  test("is reported as broken to its writers when no process reads it, even to one that starts later", () => {
    open();
    const child = give("reader");
    child.send({ type: "exit", status: 1 });
    assert.deepEqual(main.noticesOf("broken")[0], { type: "broken", channel: 1 });
    assert.deepEqual(main.answer(main.ask({ type: "readable", channel: 1 })), [false]);
    main.send({ type: "share", channel: 1, end: "writer", token: 6 });
    assert.deepEqual(spawn(main, [6]).noticesOf("broken"), [{ type: "broken", channel: 1 }]);
  });

  test("reports to a sender in large steps how much has been read", () => {
    open();
    for (let round = 0; round < 3; round++) {
      main.send({ type: "send", channel: 1, data: bytes(20_000) });
      main.ask({ type: "receive", channel: 1 });
    }
    assert.deepEqual(main.noticesOf("consumed"), [{ type: "consumed", channel: 1, bytes: 40_000 }]);
  });

  test("takes messages from any process that knows the address at which its reader listens", () => {
    open();
    main.send({ type: "listen", address: "here", channel: 1 });
    const child = spawn();
    const connect = (address: string) =>
      child.answer(child.ask({ type: "connect", address, data: text("it's me") }));
    assert.deepEqual([connect("there"), connect("here")], [[false], [true]]);
    assert.deepEqual(main.answer(main.ask({ type: "receive", channel: 1 })), [text("it's me")]);
    main.send({ type: "close", channel: 1, end: "reader" });
    assert.deepEqual(connect("here"), [false]);
  });

  test("takes back a message that came too late, and delivers it first", () => {
    open(1, [text("b")]);
    main.send({ type: "unreceive", channel: 1, data: text("a") });
    assert.deepEqual(main.answer(main.ask({ type: "receive", channel: 1 })), [text("a")]);
  });

  test("cannot be used by a process that has not been given an end", () => {
    open(1, [text("secret")]);
    const child = spawn();
    assert.deepEqual(child.answer(child.ask({ type: "receive", channel: 1 })), [undefined]);
    child.send({ type: "send", channel: 1, data: text("forged") });
    child.send({ type: "share", channel: 1, end: "reader", token: 8 });
    child.send({ type: "claim", token: 8 });
    assert.deepEqual(child.answer(child.ask({ type: "receive", channel: 1 })), [undefined]);
    child.send({ type: "unreceive", channel: 1, data: text("forged") });
    child.send({ type: "listen", address: "here", channel: 1 });
    child.send({ type: "channel", channel: 1, messages: [], reader: true, writer: true });
    const connection = child.ask({ type: "connect", address: "here", data: text("forged") });
    assert.deepEqual(child.answer(connection), [false]);
    assert.deepEqual(main.answer(main.ask({ type: "receive", channel: 1 })), [text("secret")]);
    assert.deepEqual(main.answer(main.ask({ type: "receive", channel: 1 })), []);
  });

  test("gives an end to one process for each token", () => {
    open();
    main.send({ type: "share", channel: 1, end: "writer", token: 5 });
    const [first, second] = [spawn(main, [5]), spawn(main, [5])];
    second.send({ type: "send", channel: 1, data: text("forged") });
    first.send({ type: "send", channel: 1, data: text("x") });
    assert.deepEqual(main.answer(main.ask({ type: "receive", channel: 1 })), [text("x")]);
  });

  test("is reported as broken to a process that claims its writing end too late", () => {
    open();
    const child = spawn();
    main.send({ type: "share", channel: 1, end: "writer", token: 5 });
    main.send({ type: "close", channel: 1, end: "reader" });
    child.send({ type: "claim", token: 5 });
    assert.deepEqual(child.noticesOf("broken"), [{ type: "broken", channel: 1 }]);
  });
});

describe("a choice between channels", () => {
  test("lists the channels that can be read, immediately or as soon as there is one", () => {
    open(1);
    open(2, [text("x")]);
    const select = (now: boolean, ...channels: number[]) =>
      main.ask({ type: "select", channels, now });
    assert.deepEqual(main.answer(select(false, 1, 2)), [[2]]);
    assert.deepEqual(main.answer(select(true, 1)), [[]]);
    const waiting = select(false, 1);
    assert.deepEqual(main.answer(waiting), []);
    main.send({ type: "send", channel: 1, data: text("y") });
    assert.deepEqual(main.answer(waiting), [[1]]);
  });

  test("sees the end of a process as the end of its sentinel, after its status", () => {
    const child = spawn();
    const ask = main.ask({ type: "select", channels: [sentinelOf(child)], now: false });
    child.send({ type: "exit", status: 3 });
    const seen = main.notices.filter(({ type }) => type === "exited" || type === "answer");
    assert.deepEqual(seen.slice(-2), [
      { type: "exited", pid: child.pid, status: 3 },
      { type: "answer", ask, value: [sentinelOf(child)] },
    ]);
  });

  test("keeps waiting when only one of several writers closes a channel", () => {
    open();
    main.send({ type: "share", channel: 1, end: "writer", token: 5 });
    const child = spawn(main, [5]);
    const waiting = main.ask({ type: "select", channels: [1], now: false });
    child.send({ type: "close", channel: 1, end: "writer" });
    assert.deepEqual(main.answer(waiting), []);
    main.send({ type: "close", channel: 1, end: "writer" });
    assert.deepEqual(main.answer(waiting), [[1]]);
  });

  test("that has been answered is not answered again when it is cancelled", () => {
    open();
    const ask = main.ask({ type: "select", channels: [1], now: false });
    main.send({ type: "send", channel: 1, data: text("x") });
    main.send({ type: "cancel", ask });
    assert.deepEqual(main.answer(ask), [[1]]);
  });

  test("is answered with nothing when it is cancelled, and never again", () => {
    open();
    const ask = main.ask({ type: "select", channels: [1], now: false });
    main.send({ type: "cancel", ask });
    main.send({ type: "send", channel: 1, data: text("x") });
    assert.deepEqual(main.answer(ask), [undefined]);
  });
});

describe("a semaphore", () => {
  const make = (value: number, most = value) =>
    main.send({ type: "semaphore", semaphore: 7, value, most });
  const acquire = (process: Process, now = false, version = 0) =>
    process.ask({ type: "acquire", semaphore: 7, now, version });

  test("is acquired by the waiting processes in the order of their arrival", () => {
    make(1);
    const child = spawn();
    assert.deepEqual(main.answer(acquire(main)), [{}]);
    const [first, second] = [acquire(child), acquire(main)];
    assert.deepEqual(main.answer(acquire(main, true)), [undefined]);
    main.send({ type: "release", semaphore: 7 });
    assert.deepEqual([child.answer(first), main.answer(second)], [[{}], []]);
    child.send({ type: "release", semaphore: 7 });
    assert.deepEqual(main.answer(second), [{}]);
  });

  test("passes over a waiting process that has ended, and a request that was cancelled", () => {
    make(0, 1);
    const child = spawn();
    acquire(child);
    const given = acquire(main);
    const last = acquire(main);
    child.send({ type: "exit", status: 0 });
    main.send({ type: "cancel", ask: given });
    main.send({ type: "release", semaphore: 7 });
    assert.deepEqual(main.answer(last), [{}]);
  });

  test("counts, and refuses to exceed its limit", () => {
    make(1, 2);
    const check = () => main.answer(main.ask({ type: "check-release", semaphore: 7 }));
    assert.deepEqual([check(), check()], [[true], [false]]);
    assert.deepEqual(main.answer(main.ask({ type: "value", semaphore: 7 })), [2]);
  });

  test("never exceeds its limit, and cannot be replaced", () => {
    make(1);
    main.send({ type: "release", semaphore: 7 });
    make(5);
    assert.deepEqual(main.answer(main.ask({ type: "value", semaphore: 7 })), [1]);
  });

  test("sends the values that it guards to a process that does not know them yet", () => {
    make(1);
    const guard = (number: number, value: string) =>
      main.send({ type: "guard", semaphore: 7, number, bytes: text(value) });
    guard(1, "one");
    guard(2, "two");
    guard(1, "a copy that is out of date");
    const values = (one: string) => new Map([1, 2].map((n) => [n, text(n === 1 ? one : "two")]));
    const [first] = main.answer(acquire(main)) as {
      shared: { version: number; values: unknown };
    }[];
    assert.deepEqual(first!.shared.values, values("one"));
    main.send({ type: "change", semaphore: 7, number: 1, bytes: text("new") });
    main.send({ type: "release", semaphore: 7 });
    const known = first!.shared.version + 1;
    assert.deepEqual(main.answer(acquire(main, true, known - 1)), [
      { shared: { version: known, values: values("new") } },
    ]);
    main.send({ type: "release", semaphore: 7 });
    assert.deepEqual(main.answer(acquire(main, true, known)), [{}]);
  });
});

describe("a process", () => {
  test("is started with what its parent has sent", () => {
    const child = spawn();
    const [notice] = child.noticesOf("start") as Extract<Notice, { type: "start" }>[];
    assert.equal(notice?.start.pid, child.pid);
    assert.equal(notice?.start.parent, MAIN);
  });

  test("that is killed or crashes ends by a signal, and its worker ends too", () => {
    const [killed, broken] = [spawn(), spawn()];
    main.send({ type: "kill", pid: killed.pid, signal: 15 });
    broker.crashed(broken.pid, "\nout of bounds\n  at wasm");
    assert.deepEqual(main.noticesOf("exited"), [
      { type: "exited", pid: killed.pid, status: -15 },
      { type: "exited", pid: broken.pid, status: -11 },
    ]);
    assert.deepEqual(main.noticesOf("output"), [
      {
        type: "output",
        stream: "stderr",
        text: `Process ${broken.pid} crashed: out of bounds\n`,
      },
    ]);
    assert.ok(killed.terminated && broken.terminated);
    assert.deepEqual(broker.children, { all: 0, live: 0 });
  });

  test("beyond the limit of running processes waits, and beyond a second limit is refused", () => {
    const started = Array.from({ length: MAX_CHILDREN }, () => spawn());
    assert.deepEqual(broker.children, { all: MAX_CHILDREN, live: MAX_RUNNING_CHILDREN });
    const waiting = started[MAX_RUNNING_CHILDREN]!;
    assert.equal(children.has(waiting.pid), false);
    const note = { type: "note", fact: "processes-wait", value: MAX_RUNNING_CHILDREN, detail: "" };
    const waits = Array<typeof note>(MAX_CHILDREN - MAX_RUNNING_CHILDREN).fill(note);
    assert.deepEqual(main.noticesOf("note"), waits);
    started[0]!.send({ type: "exit", status: 0 });
    assert.equal(children.has(waiting.pid), true);
    spawn();
    assert.equal(spawn().pid, undefined, "one process more than the limit allows");
  });

  test("that is refused closes the ends of channels that its parent has shared with it", () => {
    for (let count = 0; count < MAX_CHILDREN; count++) spawn();
    open();
    main.send({ type: "share", channel: 1, end: "writer", token: 5 });
    main.send({ type: "close", channel: 1, end: "writer" });
    const ask = main.ask({ type: "receive", channel: 1 });
    assert.equal(spawn(main, [5]).pid, undefined);
    assert.deepEqual(main.answer(ask), [undefined]);
  });

  test("that waits to be started ends when it is interrupted", () => {
    const started = Array.from({ length: MAX_RUNNING_CHILDREN + 1 }, () => spawn());
    main.send({ type: "interrupt" });
    const { pid } = started[MAX_RUNNING_CHILDREN]!;
    assert.deepEqual(main.noticesOf("exited"), [{ type: "exited", pid, status: -2 }]);
  });

  test("that waits to be started can be killed", () => {
    const started = Array.from({ length: MAX_RUNNING_CHILDREN + 1 }, () => spawn());
    main.send({ type: "kill", pid: started[MAX_RUNNING_CHILDREN]!.pid, signal: 9 });
    assert.deepEqual(broker.children, { all: MAX_RUNNING_CHILDREN, live: MAX_RUNNING_CHILDREN });
  });

  test("is interrupted by the main process only, unless a signal is sent to it", () => {
    const [one, other] = [spawn(), spawn()];
    one.send({ type: "interrupt" });
    assert.deepEqual(
      [main, other].map((process) => process.noticesOf("interrupt").length),
      [0, 0],
    );
    main.send({ type: "interrupt" });
    assert.deepEqual(
      [one, other].map((process) => process.noticesOf("interrupt").length),
      [1, 1],
    );
    one.send({ type: "kill", pid: other.pid, signal: 2 });
    assert.equal(other.noticesOf("interrupt").length, 2);
  });

  test("prints through the main process, and cannot end the program or the main process", () => {
    const child = spawn();
    child.send({ type: "output", stream: "stdout", text: "hello" });
    child.send({ type: "over" });
    child.send({ type: "kill", pid: MAIN, signal: 9 });
    assert.deepEqual(main.noticesOf("output"), [
      { type: "output", stream: "stdout", text: "hello" },
    ]);
    assert.deepEqual(broker.children, { all: 1, live: 1 });
    main.send({ type: "semaphore", semaphore: 7, value: 1, most: 1 });
    assert.deepEqual(main.answer(main.ask({ type: "value", semaphore: 7 })), [1]);
  });

  test("has an end in the trace if it has reported anything", () => {
    const [seen, unseen] = [spawn(), spawn()];
    const part = { begun: 1, origin: 2, rows: "[]", steps: new Float64Array() };
    seen.send({ type: "trace", ...part });
    for (const { pid } of [seen, unseen]) main.send({ type: "kill", pid, signal: 15 });
    const traces = main.noticesOf("trace") as Extract<Notice, { type: "trace" }>[];
    assert.deepEqual(
      traces.map(({ process, rows }) => [process, JSON.parse(rows)]),
      [
        [seen.pid, []],
        [seen.pid, [["end", 0, 0, "killed", "exit status -15"]]],
      ],
    );
  });

  test("that sends endlessly is killed", () => {
    open();
    const child = give("writer");
    const large = { length: 300 * 2 ** 20 } as Uint8Array;
    child.send({ type: "send", channel: 1, data: large });
    assert.equal(child.terminated, false);
    child.send({ type: "send", channel: 1, data: large });
    assert.equal(child.terminated, true);
  });
});

describe("the limit of bytes that wait in channels", () => {
  const large = { length: 300 * 2 ** 20, buffer: new ArrayBuffer(0) } as Uint8Array;

  test("counts only messages that have not been received", () => {
    open();
    const child = give("writer");
    for (let count = 0; count < 3; count++) {
      child.send({ type: "send", channel: 1, data: large });
      main.ask({ type: "receive", channel: 1 });
    }
    assert.equal(child.terminated, false);
  });

  test("does not count the messages of a channel that broke", () => {
    open();
    const child = give("writer");
    child.send({ type: "send", channel: 1, data: large });
    main.send({ type: "close", channel: 1, end: "reader" });
    child.send({ type: "channel", channel: 2, messages: [large], reader: true, writer: true });
    assert.equal(child.terminated, false);
  });

  test("starts anew with the next program", () => {
    open(1, [large]);
    main.send({ type: "over" });
    open();
    give("writer").send({ type: "send", channel: 1, data: large });
    assert.deepEqual(broker.children, { all: 1, live: 1 });
  });

  test("does not apply to the main process, whose end would be the program's", () => {
    open(1, [large, large]);
    assert.deepEqual(main.answer(main.ask({ type: "receive", channel: 1 })), [large]);
  });
});

describe("the end of the program", () => {
  test("invalidates its tokens, and its questions get no answer", () => {
    open();
    main.send({ type: "share", channel: 1, end: "writer", token: 5 });
    const ask = main.ask({ type: "receive", channel: 1 });
    main.send({ type: "over" });
    main.send({ type: "cancel", ask });
    assert.deepEqual(main.answer(ask), []);
    open();
    const child = spawn(main, [5]);
    child.send({ type: "send", channel: 1, data: text("forged") });
    assert.deepEqual(main.answer(main.ask({ type: "receive", channel: 1 })), []);
  });

  for (const end of ["its last request", "the end of its worker", "a new worker"]) {
    test(`by ${end} ends all processes and removes what they shared`, () => {
      open(1, [text("x")]);
      main.send({ type: "listen", address: "here", channel: 1 });
      main.send({ type: "semaphore", semaphore: 7, value: 1, most: 1 });
      const child = spawn(spawn());
      if (end === "its last request") main.send({ type: "over" });
      else broker.setMain(end === "a new worker" ? main : undefined);
      assert.equal(child.terminated, true);
      assert.deepEqual(broker.children, { all: 0, live: 0 });
      child.send({ type: "output", stream: "stdout", text: "late" });
      assert.deepEqual(main.noticesOf("output"), []);
      if (end !== "the end of its worker") {
        assert.deepEqual(main.answer(main.ask({ type: "receive", channel: 1 })), [undefined]);
        assert.deepEqual(main.answer(main.ask({ type: "value", semaphore: 7 })), [0]);
        open(1);
        const connection = main.ask({ type: "connect", address: "here", data: text("x") });
        assert.deepEqual(main.answer(connection), [false]);
      }
    });
  }
});
