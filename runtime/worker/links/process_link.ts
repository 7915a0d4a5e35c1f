/**
 * Connects one process to the broker, which knows all processes of the program; see
 * ../../sandbox/broker.ts. Python sends requests through the module `browser_processes`, and waits at
 * gates for the answers.
 */
import { readOnce } from "./messages.ts";
import type { RequestQueue } from "./request_queue.ts";
import { WOKEN, type Gate } from "../kernel/kernel.ts";
import {
  MAIN,
  type Acquired,
  type End,
  type Notice,
  type ProcessTrace,
  type Request,
  type Start,
} from "../../protocol/processes.ts";

/** A request to the broker that is a question, and whose answer Python has not taken yet. */
interface PendingRequest {
  kind: "receive" | "acquire" | "other";
  /** The number of the channel or semaphore. */
  target: number;
  /** Where a Python thread waits for the answer. */
  gate?: Gate;
  /** Python's function that is called with the number of the question when the answer has arrived. */
  callback?: (ask: number) => void;
  isAnswered: boolean;
  isCancelled: boolean;
  value?: unknown;
}

/** What this process knows about a channel to which it writes. */
interface WriterState {
  /** How many bytes this process has sent of which it does not know yet that they were received. */
  unread: number;
  /** Whether no process can read from the channel any more. */
  isBroken: boolean;
  /** Where threads wait until there is room in the channel. */
  gates: Gate[];
  /**
   * Python's function that is called with the channel's number when a notice has changed these values.
   */
  callback?: (channel: number) => void;
}

/** What the other parts of the worker do when a notice arrives from the broker. */
export interface ProcessHandlers {
  start(start: Start): void;
  interrupt(): void;
  output(stream: "stdout" | "stderr", text: string): void;
  note(fact: string, value: number, detail: string): void;
  trace(trace: ProcessTrace): void;
}

/**
 * How many unread bytes one process may have sent. browser_runtime/processes/channels.py waits much
 * earlier, but a program that bypasses it could otherwise fill the memory of the sandbox.
 */
const MAX_UNREAD_BYTES = 512 * 2 ** 20;

/** How many numbers each process can give to its objects. No two processes use the same number. */
const NUMBERS_PER_PROCESS = 2 ** 28;

/** Read now, because the global `navigator` is deleted before a program runs. */
const cores = navigator.hardwareConcurrency;

export class ProcessLink {
  /** The number of this process. A child process gets its number with the notice `start`. */
  pid = 0;
  /** The number of the process that started this one. */
  parent = 0;
  /** The origin of the clock that all processes of the program share; see `Start.origin`. */
  #origin = performance.timeOrigin;
  readonly #requests: RequestQueue;
  readonly #handlers: ProcessHandlers;
  /** Pending requests by the number of their question, which is called `ask` in messages. */
  readonly #pending = new Map<number, PendingRequest>();
  /** What is known about the channels to which this process writes, by their number. */
  readonly #writers = new Map<number, WriterState>();
  /** Number of a semaphore → the version of the guarded values that this process has received. */
  readonly #versions = new Map<number, number>();
  /** Exit statuses of child processes, by their number. */
  readonly #exits = new Map<number, number>();
  #lastNumber = 0;
  /** Whether this process has started a child process. */
  #hasStarted = false;
  /** Unread bytes in all channels. */
  #unread = 0;

  /**
   * @param port - the port on which notices of the broker arrive.
   * @param requests - sends requests through this port.
   * @param pid - the number of this process, or 0 if it arrives later.
   * @param handlers - what is called when a notice arrives.
   */
  constructor(port: MessagePort, requests: RequestQueue, pid: number, handlers: ProcessHandlers) {
    this.#requests = requests;
    this.#handlers = handlers;
    this.pid = pid;
    port.onmessage = (event: MessageEvent<Notice>) => this.#handle(readOnce(event));
  }

  /** Sends Ctrl+C to all child processes. */
  interrupt(): void {
    this.#requests.sendNow({ type: "interrupt" });
  }

  /** Ends all child processes of the program, and forgets its channels and semaphores. */
  endProgram(): void {
    this.#requests.clear();
    this.#requests.sendNow({ type: "over" });
    for (const map of [this.#pending, this.#writers, this.#versions, this.#exits]) map.clear();
    this.#unread = 0;
    this.#hasStarted = false;
  }

  /** The Python module `browser_processes`. A program that misuses it can only harm itself. */
  readonly module = Object.freeze({
    pid: () => this.pid,
    parent: () => this.parent,
    number: () => this.#nextNumber(),
    is_alone: () => this.pid === MAIN && !this.#hasStarted,
    cores,

    open_channel: (channel: number, messages: Uint8Array[], reader: boolean, writer: boolean) =>
      this.#requests.send({ type: "channel", channel, messages, reader, writer }),
    close: (channel: number, end: End) => {
      if (end === "writer") {
        this.#unread -= this.#writers.get(channel)?.unread ?? 0;
        this.#writers.delete(channel);
      }
      this.#requests.send({ type: "close", channel, end });
    },
    share: (channel: number, end: End, token: number) =>
      this.#requests.send({ type: "share", channel, end, token }),
    listen_at: (address: string, channel: number) =>
      this.#requests.send({ type: "listen", address, channel }),
    claim: (token: number) => this.#requests.send({ type: "claim", token }),
    drop: (token: number) => this.#requests.send({ type: "drop", token }),
    send: (channel: number, data: Uint8Array) => {
      if (this.#unread + data.length > MAX_UNREAD_BYTES)
        throw new Error("There is too much unread data.");
      // Sending can transfer the data, which then has no length any more.
      const { length } = data;
      this.#requests.send({ type: "send", channel, data }, [data.buffer as ArrayBuffer]);
      this.#unread += length;
      this.#writerState(channel).unread += length;
    },
    unread: (channel: number) => this.#writers.get(channel)?.unread ?? 0,
    is_broken: (channel: number) => this.#writers.get(channel)?.isBroken ?? false,
    wait_for_room: (channel: number, gate: Gate) =>
      void this.#writerState(channel).gates.push(gate),
    on_room: (channel: number, callback: (channel: number) => void) =>
      void (this.#writerState(channel).callback = callback),

    open_semaphore: (semaphore: number, value: number, most: number) =>
      this.#requests.send({ type: "semaphore", semaphore, value, most }),
    guard: (semaphore: number, number: number, bytes: Uint8Array) =>
      this.#requests.send({ type: "guard", semaphore, number, bytes }),
    change: (semaphore: number, number: number, bytes: Uint8Array) =>
      this.#requests.send({ type: "change", semaphore, number, bytes }),
    release: (semaphore: number) => this.#requests.send({ type: "release", semaphore }),

    // Questions: each function returns the number of the question, which Python uses to wait for the
    // answer and to take it.
    receive: (channel: number) =>
      this.#request((ask) => ({ type: "receive", ask, channel }), "receive", channel),
    select: (channels: number[], now: boolean) =>
      this.#request((ask) => ({ type: "select", ask, channels, now })),
    readable: (channel: number) => this.#request((ask) => ({ type: "readable", ask, channel })),
    acquire: (semaphore: number, now: boolean) => {
      const version = this.#versions.get(semaphore) ?? 0;
      return this.#request(
        (ask) => ({ type: "acquire", ask, semaphore, now, version }),
        "acquire",
        semaphore,
      );
    },
    bind: (channel: number, names: string[], rivals: string[]) =>
      this.#request((ask) => ({ type: "bind", ask, channel, names, rivals })),
    connect: (addresses: string[], data: Uint8Array, tokens: number[]) =>
      this.#request((ask) => ({ type: "connect", ask, addresses, data, tokens })),
    check_release: (semaphore: number) =>
      this.#request((ask) => ({ type: "check-release", ask, semaphore })),
    value: (semaphore: number) => this.#request((ask) => ({ type: "value", ask, semaphore })),
    spawn: (
      main: string,
      pickles: Uint8Array,
      files: Map<string, Uint8Array>,
      tokens: number[],
      sentinel: number,
      parentSentinel: number,
      traced: boolean,
    ) => {
      this.#hasStarted = true;
      return this.#request((ask) => ({
        ...{ type: "spawn", ask, main, pickles, files, tokens, sentinel, parentSentinel },
        ...{ traced, origin: this.#origin },
      }));
    },

    /** Opens the gate when the question has been answered. */
    listen: (ask: number, gate: Gate) => {
      const pending = this.#pending.get(ask);
      if (!pending || pending.isAnswered) gate.open(WOKEN);
      else pending.gate = gate;
    },
    /** Has to be called right after asking: if the answer has arrived, the callback is not called. */
    on_answer: (ask: number, callback: (ask: number) => void) => {
      const pending = this.#pending.get(ask);
      if (pending) pending.callback = callback;
    },
    is_answered: (ask: number) => this.#pending.get(ask)?.isAnswered ?? true,
    take: (ask: number) => {
      const value = this.#pending.get(ask)?.value;
      this.#pending.delete(ask);
      return value;
    },
    cancel: (ask: number) => {
      const pending = this.#pending.get(ask);
      if (!pending) return;
      pending.isCancelled = true;
      if (pending.isAnswered) this.#giveBack(ask, pending);
      else this.#requests.send({ type: "cancel", ask });
    },

    /** The exit status of a child process; undefined until it has ended. */
    status: (pid: number) => this.#exits.get(pid),
    kill: (pid: number, signal: number) => this.#requests.send({ type: "kill", pid, signal }),
    end: (status: number) => this.#requests.send({ type: "exit", status: Number(status) | 0 }),
  });

  #nextNumber(): number {
    return this.pid * NUMBERS_PER_PROCESS + ++this.#lastNumber;
  }

  #writerState(channel: number): WriterState {
    let state = this.#writers.get(channel);
    if (!state) {
      state = { unread: 0, isBroken: false, gates: [] };
      this.#writers.set(channel, state);
    }
    return state;
  }

  #request(
    make: (ask: number) => Request,
    kind: PendingRequest["kind"] = "other",
    target = 0,
  ): number {
    const ask = this.#nextNumber();
    this.#requests.send(make(ask));
    this.#pending.set(ask, { kind, target, isAnswered: false, isCancelled: false });
    return ask;
  }

  /** Gives the broker back what a cancelled request has received. */
  #giveBack(ask: number, { kind, target, value }: PendingRequest): void {
    this.#pending.delete(ask);
    if (value === undefined) return;
    if (kind === "acquire") this.#requests.send({ type: "release", semaphore: target });
    if (kind === "receive") {
      this.#requests.send({ type: "unreceive", channel: target, data: value as Uint8Array });
    }
  }

  #handle(notice: Notice): void {
    switch (notice.type) {
      case "start":
        ({ pid: this.pid, parent: this.parent, origin: this.#origin } = notice.start);
        return this.#handlers.start(notice.start);
      case "answer":
        return this.#handleAnswer(notice.ask, notice.value);
      case "handled":
        return this.#requests.handled(notice.count);
      case "consumed":
      case "broken": {
        const state = this.#writers.get(notice.channel);
        if (!state) return;
        const bytes = notice.type === "consumed" ? notice.bytes : state.unread;
        this.#unread -= bytes;
        state.unread -= bytes;
        state.isBroken ||= notice.type === "broken";
        for (const gate of state.gates.splice(0)) gate.open(WOKEN);
        state.callback?.(notice.channel);
        return;
      }
      case "exited":
        this.#exits.set(notice.pid, notice.status);
        return;
      case "interrupt":
        return this.#handlers.interrupt();
      case "output":
        return this.#handlers.output(notice.stream, notice.text);
      case "note":
        return this.#handlers.note(notice.fact, notice.value, notice.detail);
      case "trace":
        return this.#handlers.trace(notice);
    }
  }

  #handleAnswer(ask: number, value: unknown): void {
    const pending = this.#pending.get(ask);
    if (!pending) return;
    pending.isAnswered = true;
    pending.value = value;
    if (pending.kind === "acquire" && value !== undefined) {
      const { shared } = value as Acquired;
      if (shared && !pending.isCancelled) this.#versions.set(pending.target, shared.version);
      pending.value = shared ? shared.values : true;
    }
    if (pending.isCancelled) this.#giveBack(ask, pending);
    else {
      pending.gate?.open(WOKEN);
      pending.callback?.(ask);
    }
  }
}
