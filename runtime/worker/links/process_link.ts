/**
 * One process's connection to the broker, which knows all processes of the program: see
 * ../host/broker.ts. Python asks questions through the module `browser_processes`, and waits at gates
 * for the answers.
 */
import { readOnce } from "./messages.ts";
import { WOKEN, type Gate } from "../kernel/kernel.ts";
import type { Acquired, End, Notice, Request, Start, ProcessTrace } from "../../protocol/processes.ts";

/** A question that has been asked, until its answer has been taken. */
interface Pending {
  kind: "receive" | "acquire" | "other";
  /** Its channel or semaphore. */
  target: number;
  gate?: Gate;
  answered: boolean;
  cancelled: boolean;
  value?: unknown;
}

/** What of a channel's state concerns those who write to it. */
interface Writing {
  /** Bytes sent and not known to be received. */
  unread: number;
  broken: boolean;
  gates: Gate[];
}

/** What the rest of the worker does when the broker wants something of it. */
export interface Duties {
  start(start: Start): void;
  interrupt(): void;
  output(stream: "stdout" | "stderr", text: string): void;
  note(fact: string, value: number, detail: string): void;
  trace(of: ProcessTrace): void;
}

/** So much may be on its way from one process, in bytes: a program that goes round `channels.py`
 * must not fill the frame's memory. */
const MOST_UNREAD = 512 * 2 ** 20;

/** Numbers of one process do not meet those of another. */
const NUMBERS = 2 ** 28;

/** Asked now: a locked-down worker has no `navigator`. */
const cores = navigator.hardwareConcurrency;

export class ProcessLink {
  /** See `Start`. */
  #origin = performance.timeOrigin;
  /** Of this process, and of its parent; known once it has started. */
  pid = 0;
  parent = 0;
  readonly #post: (request: Request, transfer?: Transferable[]) => void;
  readonly #duties: Duties;
  readonly #pending = new Map<number, Pending>();
  readonly #writing = new Map<number, Writing>();
  readonly #versions = new Map<number, number>();
  readonly #exits = new Map<number, number>();
  #next = 0;
  #unread = 0;

  constructor(port: MessagePort, pid: number, duties: Duties) {
    // A program can reach this worker's globals; what it must not replace is kept here.
    this.#post = port.postMessage.bind(port) as (
      request: Request,
      transfer?: Transferable[],
    ) => void;
    this.#duties = duties;
    this.pid = pid;
    port.onmessage = (event: MessageEvent<Notice>) => this.#take(readOnce(event));
  }

  /** Tells the broker something. */
  tell(request: Request): void {
    this.#post(request);
  }

  /** The program is over, with all its processes; the next one starts from nothing. */
  end(): void {
    this.#post({ type: "over" });
    for (const table of [this.#pending, this.#writing, this.#versions, this.#exits]) table.clear();
    this.#unread = 0;
  }

  /** The Python module `browser_processes`; what a program may do with it harms only itself. */
  readonly module = Object.freeze({
    pid: () => this.pid,
    parent: () => this.parent,
    number: () => this.#number(),
    cores,

    open_channel: (channel: number, messages: Uint8Array[], reader: boolean, writer: boolean) =>
      this.#post({ type: "channel", channel, messages, reader, writer }),
    close: (channel: number, end: End) => {
      if (end === "writer") {
        this.#unread -= this.#writing.get(channel)?.unread ?? 0;
        this.#writing.delete(channel);
      }
      this.#post({ type: "close", channel, end });
    },
    share: (channel: number, end: End, token: number) =>
      this.#post({ type: "share", channel, end, token }),
    listen_at: (address: string, channel: number) =>
      this.#post({ type: "listen", address, channel }),
    claim: (token: number) => this.#post({ type: "claim", token }),
    drop: (token: number) => this.#post({ type: "drop", token }),
    send: (channel: number, data: Uint8Array) => {
      if (this.#unread + data.length > MOST_UNREAD)
        throw new Error("There is too much unread data.");
      this.#unread += data.length;
      this.#writingTo(channel).unread += data.length;
      this.#post({ type: "send", channel, data }, [data.buffer as ArrayBuffer]);
    },
    unread: (channel: number) => this.#writing.get(channel)?.unread ?? 0,
    is_broken: (channel: number) => this.#writing.get(channel)?.broken ?? false,
    wait_for_room: (channel: number, gate: Gate) => void this.#writingTo(channel).gates.push(gate),

    open_semaphore: (semaphore: number, value: number, most: number) =>
      this.#post({ type: "semaphore", semaphore, value, most }),
    guard: (semaphore: number, number: number, bytes: Uint8Array) =>
      this.#post({ type: "guard", semaphore, number, bytes }),
    change: (semaphore: number, number: number, bytes: Uint8Array) =>
      this.#post({ type: "change", semaphore, number, bytes }),
    release: (semaphore: number) => this.#post({ type: "release", semaphore }),

    // Questions: each returns a number by which its answer is known.
    receive: (channel: number) =>
      this.#ask((ask) => ({ type: "receive", ask, channel }), "receive", channel),
    select: (channels: number[], now: boolean) =>
      this.#ask((ask) => ({ type: "select", ask, channels, now })),
    readable: (channel: number) => this.#ask((ask) => ({ type: "readable", ask, channel })),
    acquire: (semaphore: number, now: boolean) => {
      const version = this.#versions.get(semaphore) ?? 0;
      return this.#ask(
        (ask) => ({ type: "acquire", ask, semaphore, now, version }),
        "acquire",
        semaphore,
      );
    },
    connect: (address: string, data: Uint8Array) =>
      this.#ask((ask) => ({ type: "connect", ask, address, data })),
    check_release: (semaphore: number) =>
      this.#ask((ask) => ({ type: "check-release", ask, semaphore })),
    value: (semaphore: number) => this.#ask((ask) => ({ type: "value", ask, semaphore })),
    spawn: (
      main: string,
      pickles: Uint8Array,
      files: Map<string, Uint8Array>,
      tokens: number[],
      sentinel: number,
      parentSentinel: number,
      traced: boolean,
    ) =>
      this.#ask((ask) => ({
        ...{ type: "spawn", ask, main, pickles, files, tokens, sentinel, parentSentinel },
        ...{ traced, origin: this.#origin },
      })),

    listen: (ask: number, gate: Gate) => {
      const pending = this.#pending.get(ask);
      if (!pending || pending.answered) gate.open(WOKEN);
      else pending.gate = gate;
    },
    is_answered: (ask: number) => this.#pending.get(ask)?.answered ?? true,
    take: (ask: number) => {
      const value = this.#pending.get(ask)?.value;
      this.#pending.delete(ask);
      return value;
    },
    cancel: (ask: number) => {
      const pending = this.#pending.get(ask);
      if (!pending) return;
      pending.cancelled = true;
      if (pending.answered) this.#giveBack(ask, pending);
      else this.#post({ type: "cancel", ask });
    },

    /** The exit status of a child that has ended. */
    status: (pid: number) => this.#exits.get(pid),
    kill: (pid: number, signal: number) => this.#post({ type: "kill", pid, signal }),
    end: (status: number) => this.#post({ type: "exit", status: Number(status) | 0 }),
  });

  #number(): number {
    return this.pid * NUMBERS + ++this.#next;
  }

  #writingTo(channel: number): Writing {
    let writing = this.#writing.get(channel);
    if (!writing) {
      writing = { unread: 0, broken: false, gates: [] };
      this.#writing.set(channel, writing);
    }
    return writing;
  }

  #ask(make: (ask: number) => Request, kind: Pending["kind"] = "other", target = 0): number {
    const ask = this.#number();
    this.#pending.set(ask, { kind, target, answered: false, cancelled: false });
    this.#post(make(ask));
    return ask;
  }

  /** An answer has come, but whoever asked has gone away. */
  #giveBack(ask: number, { kind, target, value }: Pending): void {
    this.#pending.delete(ask);
    if (value === undefined) return;
    if (kind === "acquire") this.#post({ type: "release", semaphore: target });
    if (kind === "receive") {
      this.#post({ type: "unreceive", channel: target, data: value as Uint8Array });
    }
  }

  #take(notice: Notice): void {
    switch (notice.type) {
      case "start":
        ({ pid: this.pid, parent: this.parent, origin: this.#origin } = notice.start);
        return this.#duties.start(notice.start);
      case "answer":
        return this.#takeAnswer(notice.ask, notice.value);
      case "consumed":
      case "broken": {
        const writing = this.#writing.get(notice.channel);
        if (!writing) return;
        const gone = notice.type === "consumed" ? notice.bytes : writing.unread;
        this.#unread -= gone;
        writing.unread -= gone;
        writing.broken ||= notice.type === "broken";
        for (const gate of writing.gates.splice(0)) gate.open(WOKEN);
        return;
      }
      case "exited":
        this.#exits.set(notice.pid, notice.status);
        return;
      case "interrupt":
        return this.#duties.interrupt();
      case "output":
        return this.#duties.output(notice.stream, notice.text);
      case "note":
        return this.#duties.note(notice.fact, notice.value, notice.detail);
      case "trace":
        return this.#duties.trace(notice);
    }
  }

  #takeAnswer(ask: number, value: unknown): void {
    const pending = this.#pending.get(ask);
    if (!pending) return;
    pending.answered = true;
    pending.value = value;
    if (pending.kind === "acquire" && value !== undefined) {
      const { shared } = value as Acquired;
      if (shared && !pending.cancelled) this.#versions.set(pending.target, shared.version);
      pending.value = shared ? shared.values : true;
    }
    if (pending.cancelled) this.#giveBack(ask, pending);
    else pending.gate?.open(WOKEN);
  }
}
