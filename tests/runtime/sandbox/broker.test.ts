import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import {
  Broker,
  MAX_CHILDREN,
  MAX_QUESTIONS,
  MAX_RUNNING_CHILDREN,
} from "../../../runtime/sandbox/broker.ts";
import {
  MAX_CHANNELS,
  MAX_NAMES,
  MAX_SHARING,
  MAX_UNCLAIMED,
  MAX_WAITING,
} from "../../../runtime/sandbox/channels.ts";
import { MAX_SEMAPHORES } from "../../../runtime/sandbox/semaphores.ts";
import {
  MAIN,
  MAX_UNHANDLED,
  type Notice,
  type Request,
} from "../../../runtime/protocol/processes.ts";

/** A process of a program: it sends requests to the broker, and records the notices that it gets. */
class Process {
  readonly notices: Notice[] = [];
  readonly pid: number;
  readonly broker: Broker;
  /** Whether the broker has ended the worker of the process. */
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

  /** Sends a request that the broker answers, and returns its number. */
  ask(request: object): number {
    // Processes choose the numbers, which must differ.
    const ask = this.pid * 1000 + ++this.#asks;
    this.send({ ...request, ask } as Request);
    return ask;
  }

  /** Returns all answers to a request. There should be one at most, and none as long as it waits. */
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

const encode = (text: string) => new TextEncoder().encode(text);
/** A message that only claims to be so long, so that the tests do not need so much memory. */
const pretend = (length: number): Uint8Array =>
  Object.create(Uint8Array.prototype, {
    length: { value: length },
    buffer: { value: new ArrayBuffer(0) },
  }) as Uint8Array;
const LARGE = pretend(300 * 2 ** 20);

let broker: Broker;
let main: Process;
/** What the broker does in later tasks; with `isPrompt`, these tasks follow immediately. */
let later: (() => void)[];
let isPrompt: boolean;
/** The child processes whose workers the broker has started, by their ids. */
let children: Map<number, Process>;
beforeEach(() => {
  children = new Map();
  later = [];
  isPrompt = true;
  const startWorker = (pid: number) => {
    const child = new Process(pid, broker);
    children.set(pid, child);
    return { port: child, terminate: () => (child.terminated = true) };
  };
  broker = new Broker(startWorker, (callback) =>
    isPrompt ? callback() : void later.push(callback),
  );
  main = new Process(MAIN, broker);
  broker.setMain(main);
});

/** Connects to the first address at which a process listens, and returns whether there is one. */
function connect(process: Process, addresses: string[], text = "it's me", tokens: number[] = []) {
  const ask = process.ask({ type: "connect", addresses, data: encode(text), tokens });
  return process.answer(ask)[0] as boolean;
}

/** The number of the last sentinel. These numbers are larger than those of the tests' own channels. */
let lastSentinel = 9000;
/**
 * Starts a process that claims the ends of channels that these tokens stand for. The process has two
 * sentinels, which are channels that end when the process ends and when its parent ends.
 */
function spawn(parent = main, tokens: number[] = []): Process {
  const [sentinel, parentSentinel] = [++lastSentinel, ++lastSentinel];
  const ask = parent.ask({
    ...{ type: "spawn", main: "/a.py", pickles: new Uint8Array(1), files: new Map(), tokens },
    ...{ sentinel, parentSentinel },
  });
  const [pid] = parent.answer(ask) as number[];
  return Object.assign(children.get(pid!) ?? new Process(pid!, broker), { sentinel });
}
const sentinelOf = (child: Process) => (child as Process & { sentinel: number }).sentinel;

/** Opens a channel, in which messages may wait already. The main process holds both of its ends. */
const open = (channel = 1, messages: Uint8Array[] = []) =>
  main.send({ type: "channel", channel, messages, reader: true, writer: true });

/** Starts a child that gets an end of channel 1, and closes this end in the main process. */
function giveEnd(end: "reader" | "writer"): Process {
  main.send({ type: "share", channel: 1, end, token: 5 });
  const child = spawn(main, [5]);
  main.send({ type: "close", channel: 1, end });
  return child;
}

describe("a channel", () => {
  test("delivers messages in order, first those that waited before the broker knew the channel", () => {
    open(1, [encode("a")]);
    main.send({ type: "send", channel: 1, data: encode("b") });
    for (const expected of ["a", "b"]) {
      const ask = main.ask({ type: "receive", channel: 1 });
      assert.deepEqual(main.answer(ask), [encode(expected)]);
    }
    const early = main.ask({ type: "receive", channel: 1 });
    assert.deepEqual(main.answer(early), []);
    main.send({ type: "send", channel: 1, data: encode("c") });
    assert.deepEqual(main.answer(early), [encode("c")]);
  });

  test("with several readers delivers each message to the one that has waited longest", () => {
    open();
    main.send({ type: "share", channel: 1, end: "reader", token: 5 });
    const child = spawn(main, [5]);
    const first = child.ask({ type: "receive", channel: 1 });
    const second = main.ask({ type: "receive", channel: 1 });
    main.send({ type: "send", channel: 1, data: encode("a") });
    assert.deepEqual([child.answer(first), main.answer(second)], [[encode("a")], []]);
  });

  test("delivers all messages, and ends when its last writer has closed it or has ended", () => {
    for (const finish of ["close", "exit"]) {
      open();
      const child = giveEnd("writer");
      child.send({ type: "send", channel: 1, data: encode("last") });
      if (finish === "close") child.send({ type: "close", channel: 1, end: "writer" });
      else child.send({ type: "exit", status: 0 });
      const asks = [1, 2].map(() => main.ask({ type: "receive", channel: 1 }));
      // The answer `undefined` means the end of the channel.
      assert.deepEqual(
        asks.map((ask) => main.answer(ask)),
        [[encode("last")], [undefined]],
      );
      main.send({ type: "close", channel: 1, end: "reader" });
    }
  });

  test("stays open while its last writing end is passed on, and ends when this end is dropped", () => {
    open();
    main.send({ type: "share", channel: 1, end: "writer", token: 5 });
    main.send({ type: "close", channel: 1, end: "writer" });
    const ask = main.ask({ type: "receive", channel: 1 });
    assert.deepEqual(main.answer(ask), []);
    main.send({ type: "drop", token: 5 });
    assert.deepEqual(main.answer(ask), [undefined]);
  });

  test("is reported as broken to its writers when it has no reader left, even to a later writer", () => {
    open();
    const child = giveEnd("reader");
    child.send({ type: "exit", status: 1 });
    assert.deepEqual(main.noticesOf("broken")[0], { type: "broken", channel: 1 });
    assert.deepEqual(main.answer(main.ask({ type: "readable", channel: 1 })), [false]);
    main.send({ type: "share", channel: 1, end: "writer", token: 6 });
    assert.deepEqual(spawn(main, [6]).noticesOf("broken"), [{ type: "broken", channel: 1 }]);
  });

  test("reports to a sender how much has been received, but only after at least 32 KiB", () => {
    open();
    for (let round = 0; round < 3; round++) {
      main.send({ type: "send", channel: 1, data: new Uint8Array(20_000) });
      main.ask({ type: "receive", channel: 1 });
    }
    assert.deepEqual(main.noticesOf("consumed"), [{ type: "consumed", channel: 1, bytes: 40_000 }]);
  });

  test("gets messages from any process that knows the address at which its reader listens", () => {
    open();
    main.send({ type: "listen", address: "here", channel: 1 });
    const child = spawn();
    assert.deepEqual([connect(child, ["there"]), connect(child, ["here"])], [false, true]);
    assert.equal(connect(child, ["there", "here"], "again"), true);
    assert.deepEqual(main.answer(main.ask({ type: "receive", channel: 1 })), [encode("it's me")]);
    assert.deepEqual(main.answer(main.ask({ type: "receive", channel: 1 })), [encode("again")]);
    main.send({ type: "close", channel: 1, end: "reader" });
    assert.equal(connect(child, ["here"]), false);
  });

  test("takes a message back from a process that no longer wants it, and delivers it first", () => {
    open(1, [encode("b")]);
    main.send({ type: "unreceive", channel: 1, data: encode("a") });
    assert.deepEqual(main.answer(main.ask({ type: "receive", channel: 1 })), [encode("a")]);
  });

  test("cannot be used by a process that does not hold an end, whatever requests the process sends", () => {
    open(1, [encode("secret")]);
    const child = spawn();
    assert.deepEqual(child.answer(child.ask({ type: "receive", channel: 1 })), [undefined]);
    child.send({ type: "send", channel: 1, data: encode("forged") });
    child.send({ type: "share", channel: 1, end: "reader", token: 8 });
    child.send({ type: "claim", token: 8 });
    assert.deepEqual(child.answer(child.ask({ type: "receive", channel: 1 })), [undefined]);
    child.send({ type: "unreceive", channel: 1, data: encode("forged") });
    child.send({ type: "listen", address: "here", channel: 1 });
    child.send({ type: "channel", channel: 1, messages: [], reader: true, writer: true });
    assert.equal(connect(child, ["here"], "forged"), false);
    const bound = child.ask({ type: "bind", channel: 1, names: ["here"], rivals: [] });
    assert.deepEqual(child.answer(bound), [false]);
    assert.deepEqual(main.answer(main.ask({ type: "receive", channel: 1 })), [encode("secret")]);
    assert.deepEqual(main.answer(main.ask({ type: "receive", channel: 1 })), []);
  });

  test("gives the end that a token stands for only to the first process that claims it", () => {
    open();
    main.send({ type: "share", channel: 1, end: "writer", token: 5 });
    const [first, second] = [spawn(main, [5]), spawn(main, [5])];
    second.send({ type: "send", channel: 1, data: encode("forged") });
    first.send({ type: "send", channel: 1, data: encode("x") });
    assert.deepEqual(main.answer(main.ask({ type: "receive", channel: 1 })), [encode("x")]);
  });

  test("is reported as broken to a process that claims its writing end after its reader has gone", () => {
    open();
    const child = spawn();
    main.send({ type: "share", channel: 1, end: "writer", token: 5 });
    main.send({ type: "close", channel: 1, end: "reader" });
    child.send({ type: "claim", token: 5 });
    assert.deepEqual(child.noticesOf("broken"), [{ type: "broken", channel: 1 }]);
  });
});

describe("a `select` request", () => {
  test("is answered with the channels that can be read, immediately or as soon as there is one", () => {
    open(1);
    open(2, [encode("x")]);
    const select = (now: boolean, ...channels: number[]) =>
      main.ask({ type: "select", channels, now });
    assert.deepEqual(main.answer(select(false, 1, 2)), [[2]]);
    assert.deepEqual(main.answer(select(true, 1)), [[]]);
    const waiting = select(false, 1);
    assert.deepEqual(main.answer(waiting), []);
    main.send({ type: "send", channel: 1, data: encode("y") });
    assert.deepEqual(main.answer(waiting), [[1]]);
  });

  test("finds the sentinel of a process readable after the parent has been told the exit status", () => {
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
    main.send({ type: "send", channel: 1, data: encode("x") });
    main.send({ type: "cancel", ask });
    assert.deepEqual(main.answer(ask), [[1]]);
  });

  test("is answered with `undefined` when it is cancelled, and never again", () => {
    open();
    const ask = main.ask({ type: "select", channels: [1], now: false });
    main.send({ type: "cancel", ask });
    main.send({ type: "send", channel: 1, data: encode("x") });
    assert.deepEqual(main.answer(ask), [undefined]);
  });
});

describe("a semaphore", () => {
  const create = (value: number, most = value) =>
    main.send({ type: "semaphore", semaphore: 7, value, most });
  // `version` is the version in which the process has the values that the semaphore guards; 0 if it has
  // none. The answer `{}` means that the semaphore was acquired, `undefined` that it was not available.
  const acquire = (process: Process, now = false, version = 0) =>
    process.ask({ type: "acquire", semaphore: 7, now, version });

  test("is acquired by the waiting processes in the order of their arrival", () => {
    create(1);
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
    create(0, 1);
    const child = spawn();
    acquire(child);
    const cancelled = acquire(main);
    const last = acquire(main);
    child.send({ type: "exit", status: 0 });
    main.send({ type: "cancel", ask: cancelled });
    main.send({ type: "release", semaphore: 7 });
    assert.deepEqual(main.answer(last), [{}]);
  });

  test("refuses a checked release that would exceed its limit", () => {
    create(1, 2);
    const check = () => main.answer(main.ask({ type: "check-release", semaphore: 7 }));
    assert.deepEqual([check(), check()], [[true], [false]]);
    assert.deepEqual(main.answer(main.ask({ type: "value", semaphore: 7 })), [2]);
  });

  test("ignores an unchecked release that would exceed its limit, and cannot be created again", () => {
    create(1);
    main.send({ type: "release", semaphore: 7 });
    create(5);
    assert.deepEqual(main.answer(main.ask({ type: "value", semaphore: 7 })), [1]);
  });

  test("sends the values that it guards to a process that does not have their latest version", () => {
    create(1);
    const guard = (number: number, value: string) =>
      main.send({ type: "guard", semaphore: 7, number, bytes: encode(value) });
    guard(1, "one");
    guard(2, "two");
    guard(1, "a copy that is out of date");
    const values = (first: string) =>
      new Map([
        [1, encode(first)],
        [2, encode("two")],
      ]);
    const [first] = main.answer(acquire(main)) as {
      shared: { version: number; values: unknown };
    }[];
    assert.deepEqual(first!.shared.values, values("one"));
    main.send({ type: "change", semaphore: 7, number: 1, bytes: encode("new") });
    main.send({ type: "release", semaphore: 7 });
    const latest = first!.shared.version + 1;
    assert.deepEqual(main.answer(acquire(main, true, latest - 1)), [
      { shared: { version: latest, values: values("new") } },
    ]);
    main.send({ type: "release", semaphore: 7 });
    assert.deepEqual(main.answer(acquire(main, true, latest)), [{}]);
  });
});

describe("a process", () => {
  test("gets its own id and that of its parent when it is started", () => {
    const child = spawn();
    const [notice] = child.noticesOf("start") as Extract<Notice, { type: "start" }>[];
    assert.equal(notice?.start.pid, child.pid);
    assert.equal(notice?.start.parent, MAIN);
  });

  test("that is killed or crashes ends by a signal, and its worker ends too", () => {
    const [killed, crashed] = [spawn(), spawn()];
    main.send({ type: "kill", pid: killed.pid, signal: 15 });
    broker.crashed(crashed.pid, "\nout of bounds\n  at wasm");
    // As if by SIGTERM (15) and SIGSEGV (11).
    assert.deepEqual(main.noticesOf("exited"), [
      { type: "exited", pid: killed.pid, status: -15 },
      { type: "exited", pid: crashed.pid, status: -11 },
    ]);
    assert.deepEqual(main.noticesOf("output"), [
      {
        type: "output",
        stream: "stderr",
        text: `Process ${crashed.pid} crashed: out of bounds\n`,
      },
    ]);
    assert.ok(killed.terminated && crashed.terminated);
    assert.deepEqual(broker.children, { all: 0, live: 0 });
  });

  test("waits if too many processes are running, and is refused if too many exist", () => {
    const started = Array.from({ length: MAX_CHILDREN }, () => spawn());
    assert.deepEqual(broker.children, { all: MAX_CHILDREN, live: MAX_RUNNING_CHILDREN });
    const waiting = started[MAX_RUNNING_CHILDREN]!;
    assert.equal(children.has(waiting.pid), false);
    const note = { type: "note", fact: "processes-wait", value: MAX_RUNNING_CHILDREN, detail: "" };
    const waits = Array<typeof note>(MAX_CHILDREN - MAX_RUNNING_CHILDREN).fill(note);
    assert.deepEqual(main.noticesOf("note"), waits);
    started[0]!.send({ type: "exit", status: 0 });
    assert.equal(children.has(waiting.pid), true);
    // One process has ended, so one more may exist.
    spawn();
    assert.equal(spawn().pid, undefined);
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

  test("is interrupted with all others by the main process, or alone by a signal from any process", () => {
    const [first, second] = [spawn(), spawn()];
    first.send({ type: "interrupt" });
    assert.deepEqual(
      [main, second].map((process) => process.noticesOf("interrupt").length),
      [0, 0],
    );
    main.send({ type: "interrupt" });
    assert.deepEqual(
      [first, second].map((process) => process.noticesOf("interrupt").length),
      [1, 1],
    );
    // SIGINT is 2.
    first.send({ type: "kill", pid: second.pid, signal: 2 });
    assert.equal(second.noticesOf("interrupt").length, 2);
  });

  test("prints through the main process, and can end neither the program nor the main process", () => {
    const child = spawn();
    child.send({ type: "output", stream: "stdout", text: "hello" });
    child.send({ type: "over" });
    child.send({ type: "kill", pid: MAIN, signal: 9 });
    assert.deepEqual(main.noticesOf("output"), [
      { type: "output", stream: "stdout", text: "hello" },
    ]);
    assert.deepEqual(broker.children, { all: 1, live: 1 });
    // The main process still exists, because the broker still answers its questions.
    main.send({ type: "semaphore", semaphore: 7, value: 1, most: 1 });
    assert.deepEqual(main.answer(main.ask({ type: "value", semaphore: 7 })), [1]);
  });

  test("that has sent events gets an event for its end in the trace, even if it is killed", () => {
    const [traced, untraced] = [spawn(), spawn()];
    const part = { begun: 1, origin: 2, rows: "[]", steps: new Float64Array() };
    traced.send({ type: "trace", ...part });
    for (const { pid } of [traced, untraced]) main.send({ type: "kill", pid, signal: 15 });
    const traces = main.noticesOf("trace") as Extract<Notice, { type: "trace" }>[];
    assert.deepEqual(
      traces.map(({ process, rows }) => [process, JSON.parse(rows)]),
      [
        [traced.pid, []],
        [traced.pid, [["end", 0, 0, "killed", "exit status -15"]]],
      ],
    );
  });

  test("is killed if it sends a message with which more than 512 MiB would wait in channels", () => {
    open();
    const child = giveEnd("writer");
    child.send({ type: "send", channel: 1, data: LARGE });
    assert.equal(child.terminated, false);
    child.send({ type: "send", channel: 1, data: LARGE });
    assert.equal(child.terminated, true);
  });
});

describe("the limit of 512 MiB for all messages that wait in channels", () => {
  test("counts only messages that have not been received", () => {
    open();
    const child = giveEnd("writer");
    for (let count = 0; count < 3; count++) {
      child.send({ type: "send", channel: 1, data: LARGE });
      main.ask({ type: "receive", channel: 1 });
    }
    assert.equal(child.terminated, false);
  });

  test("does not count a message that was dropped, because its sender was killed", () => {
    open(1, [LARGE]);
    const [first, second] = [giveEnd("writer"), spawn()];
    first.send({ type: "send", channel: 1, data: LARGE });
    assert.equal(first.terminated, true);
    assert.deepEqual(main.answer(main.ask({ type: "receive", channel: 1 })), [LARGE]);
    second.send({ type: "channel", channel: 2, messages: [LARGE], reader: true, writer: true });
    assert.equal(second.terminated, false);
  });

  test("does not count the messages of a channel that has no reader left", () => {
    open();
    const child = giveEnd("writer");
    child.send({ type: "send", channel: 1, data: LARGE });
    main.send({ type: "close", channel: 1, end: "reader" });
    child.send({ type: "channel", channel: 2, messages: [LARGE], reader: true, writer: true });
    assert.equal(child.terminated, false);
  });

  test("starts anew with the next program", () => {
    open(1, [LARGE]);
    main.send({ type: "over" });
    open();
    giveEnd("writer").send({ type: "send", channel: 1, data: LARGE });
    assert.deepEqual(broker.children, { all: 1, live: 1 });
  });

  test("does not apply to the main process, because killing it would end the program", () => {
    open(1, [LARGE, LARGE]);
    assert.deepEqual(main.answer(main.ask({ type: "receive", channel: 1 })), [LARGE]);
  });
});

describe("a connection", () => {
  /** Lets a process listen at an address. */
  function listen(process: Process, channel: number, address = "here"): void {
    process.send({ type: "channel", channel, messages: [], reader: true, writer: true });
    process.send({ type: "listen", address, channel });
  }

  /** Lets a process connect to "here" with the end for reading of a new channel; returns whether it did. */
  function connectWithChannel(process: Process, channel: number): boolean {
    process.send({ type: "channel", channel, messages: [], reader: true, writer: true });
    process.send({ type: "share", channel, end: "reader", token: channel });
    process.send({ type: "close", channel, end: "reader" });
    return connect(process, ["here"], "hello", [channel]);
  }

  test("gives the process that receives it the ends that come with it", () => {
    const [server, client] = [spawn(), spawn()];
    listen(server, 1);
    assert.equal(connectWithChannel(client, 2), true);
    client.send({ type: "send", channel: 2, data: encode("early") });
    assert.deepEqual(server.answer(server.ask({ type: "receive", channel: 2 })), [undefined]);
    assert.deepEqual(server.answer(server.ask({ type: "receive", channel: 1 })), [encode("hello")]);
    assert.deepEqual(server.answer(server.ask({ type: "receive", channel: 2 })), [encode("early")]);
  });

  for (const end of ["is killed", "closes its listener"]) {
    test(`breaks if the process ${end} before it receives it`, () => {
      const [server, client] = [spawn(), spawn()];
      listen(server, 1);
      assert.equal(connectWithChannel(client, 2), true);
      if (end === "is killed") main.send({ type: "kill", pid: server.pid, signal: 9 });
      else server.send({ type: "close", channel: 1, end: "reader" });
      assert.deepEqual(client.noticesOf("broken"), [{ type: "broken", channel: 2 }]);
      assert.equal(connectWithChannel(client, 3), false);
      assert.deepEqual(client.noticesOf("broken").at(-1), { type: "broken", channel: 3 });
    });
  }

  test("goes to the listeners at the same address in turn", () => {
    const servers = [spawn(), spawn()] as const;
    listen(servers[0], 1);
    listen(servers[1], 2);
    for (const text of ["a", "b", "c"]) connect(main, ["here"], text);
    const received = [1, 2, 1].map((channel) => {
      const server = servers[channel - 1]!;
      return server.answer(server.ask({ type: "receive", channel }));
    });
    assert.deepEqual(received, [[encode("a")], [encode("b")], [encode("c")]]);
  });

  test("is refused if too many wait, or if it brings more ends than a connection has", () => {
    listen(main, 1);
    const child = spawn();
    for (let count = 0; count < MAX_WAITING; count++) assert.ok(connect(child, ["here"]));
    assert.equal(connect(child, ["here"]), false);
    main.ask({ type: "receive", channel: 1 });
    assert.equal(connect(child, ["here"], "", [1, 2, 3]), false);
    assert.equal(connect(child, ["here"]), true);
  });
});

describe("a name", () => {
  /** Binds a new channel, and returns whether that was possible. */
  function bind(process: Process, channel: number, names: string[], rivals = names): boolean {
    process.send({ type: "channel", channel, messages: [], reader: true, writer: true });
    return process.answer(process.ask({ type: "bind", channel, names, rivals }))[0] as boolean;
  }

  test("is not free for other processes until no process reads the channel any more", () => {
    const child = spawn();
    assert.equal(bind(child, 1, ["a", "b"]), true);
    assert.equal(bind(main, 2, ["c", "b"]), false);
    assert.equal(bind(child, 3, ["b"]), true);
    assert.equal(bind(main, 4, ["c"], ["d"]), true);
    child.send({ type: "close", channel: 1, end: "reader" });
    assert.equal(bind(main, 2, ["a"]), true);
    assert.equal(bind(main, 2, ["b"]), false);
    main.send({ type: "kill", pid: child.pid, signal: 9 });
    assert.equal(bind(main, 2, ["b"]), true);
  });

  test("cannot fill the memory", () => {
    const child = spawn();
    assert.equal(bind(child, 1, ["x".repeat(10_000)]), undefined);
    const many = Array.from({ length: MAX_NAMES }, (_, number) => `name ${number}`);
    for (let start = 0; start < MAX_NAMES; start += 8) {
      assert.equal(bind(child, 2, many.slice(start, start + 8)), true);
    }
    assert.equal(bind(child, 3, ["one more"]), undefined);
    // Sockets that are bound already can still listen.
    child.send({ type: "listen", address: "here", channel: 2 });
    assert.equal(connect(main, ["here"]), true);
    for (const name of many) child.send({ type: "listen", address: `at ${name}`, channel: 2 });
    assert.equal(connect(main, [`at ${many.at(-1)!}`]), false);
    child.send({ type: "close", channel: 2, end: "reader" });
    assert.equal(bind(child, 4, ["here"]), true);
  });

  test("is asked for with few names at a time, and shared by a limited number of channels", () => {
    const child = spawn();
    assert.equal(bind(child, 1, Array<string>(17).fill("a")), false);
    assert.equal(connect(main, Array<string>(17).fill("a")), false);
    for (let channel = 0; channel < MAX_SHARING; channel++) {
      assert.equal(bind(child, 100 + channel, ["shared"]), true);
    }
    assert.equal(bind(child, 2, ["shared"]), undefined);
  });

  test("is free again after the broker has killed a process that adds too many channels", () => {
    const child = spawn();
    assert.equal(bind(child, 1, ["a"]), true);
    for (let channel = 10_000; channel < 10_000 + MAX_CHANNELS; channel++) {
      child.send({ type: "channel", channel, messages: [], reader: true, writer: true });
    }
    assert.equal(child.terminated, true);
    assert.equal(bind(main, 2, ["a"]), true);
  });
});

describe("a process that floods the broker", () => {
  const killed = () =>
    main.noticesOf("output").map((notice) => (notice as { text: string }).text.slice(11));
  const flood = (process: Process, count: number, make: (index: number) => Request) => {
    for (let index = 0; index < count; index++) process.send(make(index));
  };
  const nothing = (): Request => ({ type: "drop", token: 0 });

  test("gets reports of how many of its requests were handled, in later tasks", () => {
    isPrompt = false;
    const child = spawn();
    flood(child, MAX_UNHANDLED, nothing);
    assert.deepEqual(child.noticesOf("handled"), []);
    for (const callback of later.splice(0)) callback();
    assert.deepEqual(child.noticesOf("handled"), [{ type: "handled", count: MAX_UNHANDLED }]);
    assert.equal(child.terminated, false);
  });

  test("is killed if it sends requests without waiting for the reports", () => {
    isPrompt = false;
    const child = spawn();
    flood(child, 3 * MAX_UNHANDLED, nothing);
    assert.equal(child.terminated, true);
    assert.match(killed()[0]!, /^was killed because it sent more than 1024 requests .*\.\n$/);
  });

  test("is not obeyed if it is the main process, but can still end the program", () => {
    isPrompt = false;
    const child = spawn();
    flood(main, 3 * MAX_UNHANDLED, nothing);
    main.send({ type: "channel", channel: 1, messages: [], reader: true, writer: true });
    main.send({ type: "listen", address: "here", channel: 1 });
    assert.equal(connect(child, ["here"]), false);
    main.send({ type: "over" });
    assert.equal(child.terminated, true);
  });

  const FLOODS: [what: string, limit: number, make: (index: number) => object][] = [
    ["questions", MAX_QUESTIONS, (ask) => ({ type: "receive", ask, channel: 1 })],
    [
      "locks and semaphores",
      MAX_SEMAPHORES,
      (n) => ({ type: "semaphore", semaphore: n, value: 1, most: 1 }),
    ],
    [
      "ends of pipes",
      MAX_UNCLAIMED,
      (token) => ({ type: "share", channel: 1, end: "reader", token }),
    ],
    [
      "pipes",
      MAX_CHANNELS,
      (n) => ({ type: "channel", channel: n + 2, messages: [], reader: true, writer: true }),
    ],
    ["512 MiB", 2, (number) => ({ type: "guard", semaphore: 1, number, bytes: LARGE })],
    // Empty messages need memory, too.
    [
      "512 MiB",
      1000,
      (n) => ({
        ...{ type: "send", channel: 1 },
        data: n === 0 ? pretend(512 * 2 ** 20 - 50_000) : new Uint8Array(),
      }),
    ],
  ];
  for (const [what, limit, make] of FLOODS) {
    test(`is killed if it adds too many ${what}, and this is explained`, () => {
      const child = spawn();
      child.send({ type: "channel", channel: 1, messages: [], reader: true, writer: true });
      child.send({ type: "semaphore", semaphore: 1, value: 1, most: 1 });
      let count = 0;
      while (!child.terminated && count <= limit) child.send(make(count++) as Request);
      assert.equal(child.terminated, true);
      assert.match(killed()[0]!, /^was killed because .*\d.*\.\n$/);
    });
  }

  test("cannot disable the limits with messages that have no length, or a negative one", () => {
    const child = spawn();
    child.send({ type: "channel", channel: 1, messages: [], reader: true, writer: true });
    child.send({ type: "listen", address: "here", channel: 1 });
    for (const data of [{}, { length: -1e12 }, "text"] as unknown as Uint8Array[]) {
      child.send({ type: "send", channel: 1, data });
      child.send({ type: "unreceive", channel: 1, data });
      const ask = child.ask({ type: "connect", addresses: ["here"], data, tokens: [] });
      assert.deepEqual(child.answer(ask), [false]);
    }
    child.send({ type: "send", channel: 1, data: LARGE });
    child.send({ type: "send", channel: 1, data: LARGE });
    assert.equal(child.terminated, true);
  });
});

describe("the end of the program", () => {
  test("makes tokens invalid, and questions of the main process get no answer any more", () => {
    open();
    main.send({ type: "share", channel: 1, end: "writer", token: 5 });
    const ask = main.ask({ type: "receive", channel: 1 });
    main.send({ type: "over" });
    main.send({ type: "cancel", ask });
    assert.deepEqual(main.answer(ask), []);
    open();
    const child = spawn(main, [5]);
    child.send({ type: "send", channel: 1, data: encode("forged") });
    assert.deepEqual(main.answer(main.ask({ type: "receive", channel: 1 })), []);
  });

  for (const end of ["its last request", "the end of its worker", "a new worker"]) {
    test(`(${end}) ends all child processes, and removes what they shared`, () => {
      open(1, [encode("x")]);
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
        assert.equal(connect(main, ["here"]), false);
      }
    });
  }
});
