/**
 * The processes of one program and what they share, as an operating system's kernel keeps it:
 * channels with two ends, semaphores, parents and children. It lives in the sandbox frame, whose
 * event loop is never busy, and knows neither Python nor workers: only ports and how to end one.
 */
import {
  MAIN,
  type Acquired,
  type End,
  type Notice,
  type Request,
  type Start,
  type TracePart,
} from "../protocol/processes.ts";
import { firstLine } from "../protocol/first_line.ts";

/** The end of a connection to one process. */
export interface Port {
  post(notice: Notice, transfer?: Transferable[]): void;
}

/** Starts a worker for a process; what it posts goes to `Broker.receive`. */
export type StartWorker = (pid: number) => { port: Port; terminate(): void };

/** So many processes besides the main one run at once; the others wait for their turn to start. */
export const MOST_LIVE = 16;
/** So many are there at once, the waiting ones included. */
export const MOST_CHILDREN = 128;
/** What may wait in all channels together, in bytes; who sends more is killed. */
const MOST_BYTES = 512 * 2 ** 20;
/** A sender hears of its messages in steps of so many bytes: half of what may be under way. */
const STEP = 32 * 2 ** 10;

const SIGKILL = 9;
const SIGSEGV = 11;

/** A process, or a token that will make one a holder. */
type Holder = number | string;

interface Ask {
  pid: number;
  ask: number;
  /** Where it stands in line. */
  lines: Set<Ask>[];
  channels?: number[];
  /** What it knows of a semaphore's shared value. */
  version?: number;
}

interface Channel {
  readers: Set<Holder>;
  writers: Set<Holder>;
  messages: { from: number; data: Uint8Array }[];
  receiving: Set<Ask>;
  selecting: Set<Ask>;
  /** Received, and not yet told to the sender: bytes by process. */
  consumed: Map<number, number>;
}

interface Semaphore {
  value: number;
  most: number;
  values: Map<number, Uint8Array>;
  version: number;
  acquiring: Set<Ask>;
}

interface Process {
  pid: number;
  parent: number;
  /** Missing while it waits for its turn to start. */
  worker?: { port: Port; terminate(): void };
  start?: Start;
  asks: Map<number, Ask>;
  /** It has told something of itself. */
  hasTold?: boolean;
}

export class Broker {
  readonly #startWorker: StartWorker;
  readonly #processes = new Map<number, Process>();
  readonly #channels = new Map<number, Channel>();
  readonly #semaphores = new Map<number, Semaphore>();
  /** Channels by the address that their readers listen to. */
  readonly #addresses = new Map<string, number>();
  readonly #tokens = new Map<number, { channel: number; end: End }>();
  #bytes = 0;
  #nextPid = MAIN + 1;

  constructor(startWorker: StartWorker) {
    this.#startWorker = startWorker;
  }

  /** How many processes are there besides the main one, and how many of them have a worker. */
  get children(): { all: number; live: number } {
    const all = [...this.#processes.values()].filter(({ pid }) => pid !== MAIN);
    return { all: all.length, live: all.filter(({ worker }) => worker).length };
  }

  /** There is a new main process, or none; whatever belonged to the last one is gone. */
  setMain(port: Port | undefined): void {
    this.#endAll();
    this.#processes.delete(MAIN);
    if (port) {
      const worker = { port, terminate: () => {} };
      this.#processes.set(MAIN, { pid: MAIN, parent: 0, worker, asks: new Map() });
    }
  }

  /** The process's worker broke down, with this message. */
  crashed(pid: number, message: string): void {
    if (pid === MAIN || !this.#processes.has(pid)) return;
    const text = `Process ${pid} crashed: ${firstLine(message)}\n`;
    this.#processes.get(MAIN)?.worker?.port.post({ type: "output", stream: "stderr", text });
    this.#end(pid, -SIGSEGV);
  }

  /** Something a process has sent. A program may send anything: nothing of it is taken on trust. */
  receive(pid: number, request: Request): void {
    const process = this.#processes.get(pid);
    if (!process) return;
    switch (request.type) {
      case "channel":
        return this.#open(pid, request);
      case "send":
        return this.#send(pid, request.channel, request.data);
      case "receive":
        return this.#receiveFrom(process, request.ask, request.channel);
      case "unreceive": {
        const channel = this.#channels.get(request.channel);
        if (!channel?.readers.has(pid)) return;
        this.#bytes += request.data.length;
        channel.messages.unshift({ from: 0, data: request.data });
        return this.#serve(request.channel, channel);
      }
      case "select":
        return this.#select(process, request.ask, request.channels, request.now);
      case "readable":
        return this.#answer(
          process,
          request.ask,
          (this.#channels.get(request.channel)?.readers.size ?? 0) > 0,
        );
      case "close":
        return this.#close(request.channel, request.end, pid);
      case "share": {
        const channel = this.#channels.get(request.channel);
        if (!channel || !this.#holders(channel, request.end).has(pid)) return;
        this.#tokens.set(request.token, { channel: request.channel, end: request.end });
        this.#holders(channel, request.end).add(tokenHolder(request.token));
        return;
      }
      case "listen":
        if (this.#channels.get(request.channel)?.readers.has(pid)) {
          this.#addresses.set(request.address, request.channel);
        }
        return;
      case "connect": {
        const channel = this.#addresses.get(request.address) ?? 0;
        const isThere = (this.#channels.get(channel)?.readers.size ?? 0) > 0;
        if (isThere) this.#send(pid, channel, request.data, true);
        return this.#answer(process, request.ask, isThere);
      }
      case "claim":
        return this.#claim(pid, request.token);
      case "drop": {
        const held = this.#tokens.get(request.token);
        this.#tokens.delete(request.token);
        if (held) this.#close(held.channel, held.end, tokenHolder(request.token));
        return;
      }
      case "semaphore": {
        if (this.#semaphores.has(request.semaphore)) return;
        const { value, most } = request;
        const semaphore = {
          ...{ value, most, version: 1 },
          ...{ values: new Map<number, Uint8Array>(), acquiring: new Set<Ask>() },
        };
        this.#semaphores.set(request.semaphore, semaphore);
        return;
      }
      case "guard":
      case "change": {
        const semaphore = this.#semaphores.get(request.semaphore);
        const isKnown = semaphore?.values.has(request.number);
        if (!semaphore || isKnown === (request.type === "guard")) return;
        semaphore.values.set(request.number, request.bytes);
        semaphore.version += 1;
        return;
      }
      case "acquire":
        return this.#acquire(process, request);
      case "release": {
        const semaphore = this.#semaphores.get(request.semaphore);
        if (semaphore) this.#release(semaphore);
        return;
      }
      case "check-release": {
        const semaphore = this.#semaphores.get(request.semaphore);
        const possible = semaphore !== undefined && semaphore.value < semaphore.most;
        if (possible) this.#release(semaphore);
        return this.#answer(process, request.ask, possible);
      }
      case "value":
        return this.#answer(
          process,
          request.ask,
          this.#semaphores.get(request.semaphore)?.value ?? 0,
        );
      case "cancel": {
        // Answered all the same, so that the process need not remember it any longer.
        const ask = process.asks.get(request.ask);
        return ask && this.#settle(ask, undefined);
      }
      case "spawn":
        return this.#spawn(process, request);
      case "kill":
        if (request.pid !== MAIN) this.#kill(request.pid, request.signal);
        return;
      case "exit":
        if (pid !== MAIN) this.#end(pid, request.status);
        return;
      case "crashed":
        return this.crashed(pid, String(request.message));
      case "output":
      case "note":
        if (pid !== MAIN) this.#processes.get(MAIN)?.worker?.port.post(request);
        return;
      case "trace": {
        const { begun, origin, rows, steps } = request;
        if (pid === MAIN) return;
        process.hasTold = true;
        this.#tellTrace(process, { begun, origin, rows, steps });
        return;
      }
      case "interrupt":
        if (pid !== MAIN) return;
        for (const other of this.#processes.values()) {
          if (other !== process) this.#interrupt(other);
        }
        return;
      case "over":
        if (pid === MAIN) this.#endAll();
    }
  }

  #tellTrace({ pid, parent }: Process, told: TracePart): void {
    const notice: Notice = { type: "trace", process: pid, parent, ...told };
    this.#processes.get(MAIN)?.worker?.port.post(notice);
  }

  #tellEnd(process: Process, status: number): void {
    const how = status < 0 ? "killed" : status > 0 ? "failed" : "done";
    const row = ["end", 0, 0, how, status === 0 ? "" : `exit status ${status}`];
    const now = performance.timeOrigin + performance.now();
    const rows = JSON.stringify([row]);
    this.#tellTrace(process, { begun: now, origin: 0, rows, steps: new Float64Array() });
  }

  #answer({ worker }: Process, ask: number, value: unknown): void {
    worker?.port.post({ type: "answer", ask, value });
  }

  /** Puts a question into lines to wait for its answer. */
  #enqueue(process: Process, ask: number, lines: Set<Ask>[], more: Partial<Ask> = {}): void {
    const asked: Ask = { pid: process.pid, ask, lines, ...more };
    process.asks.set(ask, asked);
    for (const line of lines) line.add(asked);
  }

  #forget(ask: Ask | undefined): void {
    if (!ask) return;
    for (const line of ask.lines) line.delete(ask);
    this.#processes.get(ask.pid)?.asks.delete(ask.ask);
  }

  #settle(ask: Ask, value: unknown, transfer?: Transferable[]): void {
    this.#forget(ask);
    const { pid, ask: number } = ask;
    this.#processes.get(pid)?.worker?.port.post({ type: "answer", ask: number, value }, transfer);
  }

  // --- channels -----------------------------------------------------------------------------------

  #holders(channel: Channel, end: End): Set<Holder> {
    return end === "reader" ? channel.readers : channel.writers;
  }

  #open(pid: number, { channel: number, messages, reader, writer }: OpenRequest): void {
    if (this.#channels.has(number)) return;
    this.#channels.set(number, {
      readers: new Set(reader ? [pid] : []),
      writers: new Set(writer ? [pid] : []),
      messages: [],
      receiving: new Set(),
      selecting: new Set(),
      consumed: new Map(),
    });
    for (const data of messages) this.#send(pid, number, data, true);
  }

  #send(pid: number, number: number, data: Uint8Array, even = false): void {
    const channel = this.#channels.get(number);
    if (!channel || channel.readers.size === 0 || !(even || channel.writers.has(pid))) return;
    this.#bytes += data.length;
    if (this.#bytes > MOST_BYTES && pid !== MAIN) return this.#end(pid, -SIGKILL);
    channel.messages.push({ from: pid, data });
    this.#serve(number, channel);
  }

  #receiveFrom(process: Process, ask: number, number: number): void {
    const channel = this.#channels.get(number);
    if (!channel?.readers.has(process.pid)) return this.#answer(process, ask, undefined);
    this.#enqueue(process, ask, [channel.receiving]);
    this.#serve(number, channel);
  }

  #isReady(number: number): boolean {
    const channel = this.#channels.get(number);
    return !channel || channel.messages.length > 0 || channel.writers.size === 0;
  }

  #select(process: Process, ask: number, numbers: number[], now: boolean): void {
    const ready = numbers.filter((number) => this.#isReady(number));
    if (now || ready.length > 0) return this.#answer(process, ask, ready);
    const lines = numbers.map((number) => this.#channels.get(number)!.selecting);
    this.#enqueue(process, ask, lines, { channels: numbers });
  }

  /** Hands out what there is to those who wait for it. */
  #serve(number: number, channel: Channel): void {
    for (const ask of channel.receiving) {
      const message = channel.messages.shift();
      if (message) {
        const { from, data } = message;
        this.#tellConsumed(number, channel, from, data.length);
        this.#settle(ask, data, [data.buffer as ArrayBuffer]);
      } else if (channel.writers.size === 0) this.#settle(ask, undefined);
      else return;
    }
    if (!this.#isReady(number)) return;
    for (const ask of channel.selecting) {
      this.#settle(
        ask,
        ask.channels!.filter((other) => this.#isReady(other)),
      );
    }
  }

  #tellConsumed(number: number, channel: Channel, from: number, bytes: number): void {
    this.#bytes -= bytes;
    const consumed = (channel.consumed.get(from) ?? 0) + bytes;
    if (consumed < STEP) {
      channel.consumed.set(from, consumed);
      return;
    }
    channel.consumed.delete(from);
    const notice: Notice = { type: "consumed", channel: number, bytes: consumed };
    this.#processes.get(from)?.worker?.port.post(notice);
  }

  #close(number: number, end: End, holder: Holder): void {
    const channel = this.#channels.get(number);
    if (!channel || !this.#holders(channel, end).delete(holder)) return;
    if (channel.readers.size === 0) {
      for (const { data } of channel.messages.splice(0)) this.#bytes -= data.length;
      const notice: Notice = { type: "broken", channel: number };
      for (const writer of channel.writers) {
        if (typeof writer === "number") this.#processes.get(writer)?.worker?.port.post(notice);
      }
    }
    this.#serve(number, channel);
    if (channel.readers.size + channel.writers.size === 0) this.#channels.delete(number);
  }

  #claim(pid: number, token: number): void {
    const held = this.#tokens.get(token);
    const channel = held && this.#channels.get(held.channel);
    if (!channel) return;
    this.#tokens.delete(token);
    const holders = this.#holders(channel, held.end);
    const alreadyBroken = channel.readers.size === 0;
    holders.add(pid);
    holders.delete(tokenHolder(token));
    if (alreadyBroken && held.end === "writer") {
      const notice: Notice = { type: "broken", channel: held.channel };
      this.#processes.get(pid)?.worker?.port.post(notice);
    }
  }

  // --- semaphores ---------------------------------------------------------------------------------

  #acquire(process: Process, { ask, semaphore: number, now, version }: AcquireRequest): void {
    const semaphore = this.#semaphores.get(number);
    if (!semaphore || (now && semaphore.value === 0)) return this.#answer(process, ask, undefined);
    this.#enqueue(process, ask, [semaphore.acquiring], { version });
    this.#grant(semaphore);
  }

  #grant(semaphore: Semaphore): void {
    for (const ask of semaphore.acquiring) {
      if (semaphore.value === 0) return;
      semaphore.value -= 1;
      const { version, values } = semaphore;
      const acquired: Acquired =
        values.size > 0 && ask.version !== version ? { shared: { version, values } } : {};
      this.#settle(ask, acquired);
    }
  }

  #release(semaphore: Semaphore): void {
    semaphore.value = Math.min(semaphore.value + 1, semaphore.most);
    this.#grant(semaphore);
  }

  // --- processes ----------------------------------------------------------------------------------

  #spawn(parent: Process, request: SpawnRequest): void {
    const { ask, tokens, sentinel, parentSentinel, main, pickles, files, traced, origin } = request;
    if (this.children.all >= MOST_CHILDREN) {
      for (const token of tokens) this.receive(parent.pid, { type: "drop", token });
      return this.#answer(parent, ask, undefined);
    }
    const pid = this.#nextPid++;
    const clock = { traced, origin };
    const start: Start = {
      pid,
      parent: parent.pid,
      main,
      pickles,
      parentSentinel,
      files,
      ...clock,
    };
    const asks = new Map<number, Ask>();
    this.#processes.set(pid, { pid, parent: parent.pid, start, asks });
    // Each of the two sees the other's end as the end of a channel that nobody writes to.
    for (const [channel, reader, writer] of [
      [sentinel, parent.pid, pid],
      [parentSentinel, pid, parent.pid],
    ] as const) {
      this.#open(reader, { type: "channel", channel, messages: [], reader: true, writer: false });
      this.#channels.get(channel)?.writers.add(writer);
    }
    for (const token of tokens) this.#claim(pid, token);
    this.#startNext();
    if (!this.#processes.get(pid)?.worker) this.#tellLimit();
    this.#answer(parent, ask, pid);
  }

  #tellLimit(): void {
    const notice: Notice = { type: "note", fact: "processes-wait", value: MOST_LIVE, detail: "" };
    this.#processes.get(MAIN)?.worker?.port.post(notice);
  }

  #startNext(): void {
    for (const process of this.#processes.values()) {
      if (!process.start || process.worker) continue;
      if (this.children.live >= MOST_LIVE) return;
      process.worker = this.#startWorker(process.pid);
      process.worker.port.post({ type: "start", start: process.start });
      delete process.start;
      // What became of its channels before there was anybody to tell.
      for (const [channel, { readers, writers }] of this.#channels) {
        if (readers.size > 0 || !writers.has(process.pid)) continue;
        process.worker.port.post({ type: "broken", channel });
      }
    }
  }

  #interrupt(process: Process): void {
    if (process.worker) process.worker.port.post({ type: "interrupt" });
    else this.#end(process.pid, -2);
  }

  #kill(pid: number, signal: number): void {
    const process = this.#processes.get(pid);
    if (!process) return;
    if (signal === 2) this.#interrupt(process);
    else this.#end(pid, -signal);
  }

  /** Ends a process: what it held is given up, those who wait for that go on, its parent is told. */
  #end(pid: number, status: number): void {
    const process = this.#processes.get(pid);
    if (!process) return;
    this.#processes.delete(pid);
    process.worker?.terminate();
    // One that was ended before it began is on no timeline.
    if (process.hasTold) this.#tellEnd(process, status);
    for (const ask of process.asks.values()) this.#forget(ask);
    // First, so that the parent knows the status when it sees the end of the sentinel.
    const parent = this.#processes.get(process.parent);
    parent?.worker?.port.post({ type: "exited", pid, status });
    for (const number of [...this.#channels.keys()]) {
      this.#close(number, "reader", pid);
      this.#close(number, "writer", pid);
    }
    this.#startNext();
  }

  #endAll(): void {
    for (const process of [...this.#processes.values()]) {
      if (process.pid === MAIN) process.asks.clear();
      else {
        this.#processes.delete(process.pid);
        process.worker?.terminate();
      }
    }
    this.#channels.clear();
    this.#semaphores.clear();
    this.#tokens.clear();
    this.#addresses.clear();
    this.#bytes = 0;
  }
}

type OpenRequest = Extract<Request, { type: "channel" }>;
type AcquireRequest = Extract<Request, { type: "acquire" }>;
type SpawnRequest = Extract<Request, { type: "spawn" }>;

function tokenHolder(token: number): Holder {
  return `token ${token}`;
}
