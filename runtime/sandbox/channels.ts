/**
 * The channels between processes. A channel carries messages in one direction, and each of its ends
 * can belong to several processes. A channel is broken when no process can read it any more, and ends
 * when no process can write to it any more.
 */
import { MAIN, type End, type Request } from "../protocol/processes.ts";
import type { Process, ProcessTable, Question } from "./process_table.ts";

type Requested<Type extends Request["type"]> = Extract<Request, { type: Type }>;

/** How many bytes may wait in all channels together. A child process that sends more is killed. */
const MAX_BYTES = 512 * 2 ** 20;

/** How many channels can exist. A child process that adds more is killed. */
export const MAX_CHANNELS = 2 ** 16;

/** How many names channels can have together, and how long each of them can be. */
export const MAX_NAMES = 2 ** 16;
const MAX_NAME_LENGTH = 1000;

/** How many channels can have the same name, because they share a port. */
export const MAX_SHARING = 1024;

/** How many names a request can contain. A socket that uses both IP families needs eight of them. */
const MAX_NAMES_AT_ONCE = 16;

/** How many tokens a connection can bring: one for each direction. */
const MAX_TOKENS = 2;

/** How many tokens can exist that no process has claimed. A child process that adds more is killed. */
export const MAX_UNCLAIMED = 2 ** 16;

/** What a message occupies in addition to its bytes, at most. */
const OVERHEAD_BYTES = 100;

/** How many connections can wait at an address until their process receives them. */
export const MAX_WAITING = 4096;

/**
 * A sender is notified whenever this many of its bytes have been received since the last notice. The
 * number is half of what a sender may leave unread before it has to wait; see
 * runtime/python/browser_runtime/processes/channels.py.
 */
const NOTICE_BYTES = 32 * 2 ** 10;

/**
 * A process, by its pid, or a token with which another process can claim an end of a channel. A process
 * that passes on an end creates a token, because the end must stay open until the other process has it.
 */
type Holder = number | string;

const tokenHolder = (token: number): Holder => `token ${token}`;

/** How many bytes a message occupies. */
const size = (data: Uint8Array): number => data.length + OVERHEAD_BYTES;

interface Message {
  from: number;
  data: Uint8Array;
  /** What the process that receives the message claims. */
  tokens?: number[];
}

interface Channel {
  readers: Set<Holder>;
  writers: Set<Holder>;
  messages: Message[];
  /** The addresses and other names under which processes find the channel. */
  names: Set<string>;
  /** Questions of processes that wait for a message. */
  receiving: Set<Question>;
  /** Questions of processes that wait for any of several channels. */
  selecting: Set<Question>;
  /** For each sender, how many of its bytes have been received since its last notice. */
  consumed: Map<number, number>;
}

export class Channels {
  readonly #processes: ProcessTable;
  readonly #kill: (pid: number, why: string) => void;
  readonly #channels = new Map<number, Channel>();
  /** Channels by their names. The one that has received the last connection comes last. */
  readonly #named = new Map<string, Set<number>>();
  #nameCount = 0;
  readonly #tokens = new Map<number, { channel: number; end: End }>();
  /** How many bytes wait in all channels, with `OVERHEAD_BYTES` for each message. */
  #bytes = 0;

  /**
   * @param processes - the processes that may hold channels.
   * @param kill - kills a child process that has exceeded a limit.
   */
  constructor(processes: ProcessTable, kill: (pid: number, why: string) => void) {
    this.#processes = processes;
    this.#kill = kill;
  }

  clear(): void {
    this.#channels.clear();
    this.#tokens.clear();
    this.#named.clear();
    this.#nameCount = 0;
    this.#bytes = 0;
  }

  /** Adds a channel that only one process has known so far, with the messages that wait in it. */
  open(pid: number, { channel: number, messages, reader, writer }: Requested<"channel">): void {
    if (this.#channels.has(number)) return;
    if (this.#channels.size >= MAX_CHANNELS && pid !== MAIN) {
      const what = "pipes, queues, bound sockets and connections";
      return this.#kill(pid, `a program can have ${MAX_CHANNELS} ${what} between its processes`);
    }
    this.#channels.set(number, {
      readers: new Set(reader ? [pid] : []),
      writers: new Set(writer ? [pid] : []),
      messages: [],
      names: new Set(),
      receiving: new Set(),
      selecting: new Set(),
      consumed: new Map(),
    });
    for (const data of messages) this.#send(pid, number, data);
  }

  /**
   * Adds a channel by which one process, the reader, notices that another one, the writer, has ended:
   * nothing is ever sent through the channel, and it ends when the writer does.
   */
  openSentinel(channel: number, reader: number, writer: number): void {
    this.open(reader, { type: "channel", channel, messages: [], reader: true, writer: false });
    this.#channels.get(channel)?.writers.add(writer);
  }

  send(pid: number, { channel, data }: Requested<"send">): void {
    if (this.#channels.get(channel)?.writers.has(pid)) this.#send(pid, channel, data);
  }

  receive(process: Process, { ask, channel: number }: Requested<"receive">): void {
    const channel = this.#channels.get(number);
    if (!channel?.readers.has(process.pid)) {
      return this.#processes.answer(process, ask, undefined);
    }
    this.#processes.enqueue(process, ask, [channel.receiving]);
    this.#serve(number, channel);
  }

  /** Puts back a message that arrived when no thread of the process was waiting for it any more. */
  unreceive(pid: number, { channel: number, data }: Requested<"unreceive">): void {
    const channel = this.#channels.get(number);
    if (!channel?.readers.has(pid) || !(data instanceof Uint8Array)) return;
    this.#bytes += size(data);
    // These bytes already count as received by their sender. No process has the pid 0, so no process
    // is notified when they are received again.
    channel.messages.unshift({ from: 0, data });
    this.#serve(number, channel);
  }

  /** Answers which of the channels can be read: immediately if `now`, or else when one of them can. */
  select(process: Process, { ask, channels: numbers, now }: Requested<"select">): void {
    if (numbers.length > MAX_CHANNELS) return this.#processes.answer(process, ask, []);
    const ready = numbers.filter((number) => this.#isReady(number));
    if (now || ready.length > 0) return this.#processes.answer(process, ask, ready);
    const queues = numbers.map((number) => this.#channels.get(number)!.selecting);
    this.#processes.enqueue(process, ask, queues, { channels: numbers });
  }

  hasReader(number: number): boolean {
    return (this.#channels.get(number)?.readers.size ?? 0) > 0;
  }

  /** Closes one end of a channel for one of its holders. */
  close(number: number, end: End, holder: Holder): void {
    const channel = this.#channels.get(number);
    if (!channel || !this.#holders(channel, end).delete(holder)) return;
    if (channel.readers.size === 0) {
      for (const { data, tokens = [] } of channel.messages.splice(0)) {
        this.#bytes -= size(data);
        for (const token of tokens) this.drop(token);
      }
      for (const name of channel.names) this.#removeName(name, number);
      channel.names.clear();
      for (const writer of channel.writers) {
        if (typeof writer === "number") this.#notifyBroken(writer, number);
      }
    }
    this.#serve(number, channel);
    if (channel.readers.size + channel.writers.size === 0) this.#channels.delete(number);
  }

  /** Closes all ends that a process holds. */
  closeAll(pid: number): void {
    for (const number of [...this.#channels.keys()]) {
      this.close(number, "reader", pid);
      this.close(number, "writer", pid);
    }
  }

  /** Keeps an end open for the process that will claim the token. */
  share(pid: number, { channel: number, end, token }: Requested<"share">): void {
    const channel = this.#channels.get(number);
    if (!channel || !this.#holders(channel, end).has(pid)) return;
    if (this.#tokens.size >= MAX_UNCLAIMED && pid !== MAIN) {
      return this.#kill(pid, `${MAX_UNCLAIMED} ends of pipes and connections were being passed on`);
    }
    this.#tokens.set(token, { channel: number, end });
    this.#holders(channel, end).add(tokenHolder(token));
  }

  /** Gives a process the end that a token stands for. */
  claim(pid: number, token: number): void {
    const held = this.#tokens.get(token);
    const channel = held && this.#channels.get(held.channel);
    if (!channel) return;
    this.#tokens.delete(token);
    const holders = this.#holders(channel, held.end);
    const isBroken = channel.readers.size === 0;
    holders.add(pid);
    holders.delete(tokenHolder(token));
    if (isBroken && held.end === "writer") this.#notifyBroken(pid, held.channel);
  }

  /** Closes the end that a token stands for. */
  drop(token: number): void {
    const held = this.#tokens.get(token);
    this.#tokens.delete(token);
    if (held) this.close(held.channel, held.end, tokenHolder(token));
  }

  /**
   * Gives names to a channel, unless another process has taken a rival name. Returns whether the
   * channel got them, or undefined if a limit on names is reached.
   */
  bind(pid: number, { channel: number, names, rivals }: Requested<"bind">): boolean | undefined {
    const channel = this.#channels.get(number);
    if (!channel?.readers.has(pid) || names.length + rivals.length > MAX_NAMES_AT_ONCE)
      return false;
    for (const rival of rivals) {
      for (const other of this.#named.get(rival) ?? []) {
        if (!this.#channels.get(other)!.readers.has(pid)) return false;
      }
    }
    return names.every((name) => this.#addName(String(name), number, channel)) || undefined;
  }

  listen(pid: number, { address, channel: number }: Requested<"listen">): void {
    const channel = this.#channels.get(number);
    // A socket listens at no more addresses than it is bound at, so there is room for both.
    if (channel?.readers.has(pid)) this.#addName(String(address), number, channel, 2 * MAX_NAMES);
  }

  /** Sends to the first address at which a process listens and has room; returns whether there is one. */
  connect(pid: number, { addresses, data, tokens }: Requested<"connect">): boolean {
    const isWrong =
      !(data instanceof Uint8Array) ||
      tokens.length > MAX_TOKENS ||
      addresses.length > MAX_NAMES_AT_ONCE;
    for (const address of isWrong ? [] : addresses) {
      const named = this.#named.get(address);
      for (const number of named ?? []) {
        if (this.#channels.get(number)!.messages.length >= MAX_WAITING) continue;
        // Several listeners take turns.
        named!.delete(number);
        named!.add(number);
        this.#send(pid, number, data, tokens);
        return true;
      }
    }
    for (const token of tokens) this.drop(token);
    return false;
  }

  #addName(name: string, number: number, channel: Channel, limit = MAX_NAMES): boolean {
    if (channel.names.has(name)) return true;
    if (this.#nameCount >= limit || name.length > MAX_NAME_LENGTH) return false;
    const named = this.#named.get(name);
    if (named && named.size >= MAX_SHARING) return false;
    this.#nameCount++;
    channel.names.add(name);
    if (named) named.add(number);
    else this.#named.set(name, new Set([number]));
    return true;
  }

  #removeName(name: string, number: number): void {
    const named = this.#named.get(name);
    if (!named?.delete(number)) return;
    this.#nameCount--;
    if (named.size === 0) this.#named.delete(name);
  }

  /** Notifies a process that has just started of the channels that broke before. */
  notifyAllBroken(pid: number): void {
    for (const [number, { readers, writers }] of this.#channels) {
      if (readers.size === 0 && writers.has(pid)) this.#notifyBroken(pid, number);
    }
  }

  #notifyBroken(pid: number, channel: number): void {
    this.#processes.post(pid, { type: "broken", channel });
  }

  #holders(channel: Channel, end: End): Set<Holder> {
    return end === "reader" ? channel.readers : channel.writers;
  }

  #send(pid: number, number: number, data: Uint8Array, tokens?: number[]): void {
    const channel = this.#channels.get(number);
    if (!channel || channel.readers.size === 0 || !(data instanceof Uint8Array)) return;
    if (this.#bytes + size(data) > MAX_BYTES && pid !== MAIN) {
      return this.#kill(pid, "more than 512 MiB would wait for the processes of the program");
    }
    this.#bytes += size(data);
    channel.messages.push({ from: pid, data, ...(tokens && { tokens }) });
    this.#serve(number, channel);
  }

  /** Whether reading the channel would not block. */
  #isReady(number: number): boolean {
    const channel = this.#channels.get(number);
    return !channel || channel.messages.length > 0 || channel.writers.size === 0;
  }

  /** Answers as many of the questions that wait for this channel as possible. */
  #serve(number: number, channel: Channel): void {
    for (const question of channel.receiving) {
      const message = channel.messages.shift();
      if (message) {
        const { from, data, tokens = [] } = message;
        for (const token of tokens) this.claim(question.pid, token);
        this.#bytes -= size(data);
        this.#countConsumed(number, channel, from, data.length);
        this.#processes.settle(question, data, [data.buffer as ArrayBuffer]);
      } else if (channel.writers.size === 0) this.#processes.settle(question, undefined);
      else return;
    }
    if (!this.#isReady(number)) return;
    for (const question of channel.selecting) {
      const ready = question.channels!.filter((other) => this.#isReady(other));
      this.#processes.settle(question, ready);
    }
  }

  /** Counts bytes that a process has received, and notifies their sender after `NOTICE_BYTES`. */
  #countConsumed(number: number, channel: Channel, from: number, bytes: number): void {
    const consumed = (channel.consumed.get(from) ?? 0) + bytes;
    if (consumed < NOTICE_BYTES) {
      channel.consumed.set(from, consumed);
      return;
    }
    channel.consumed.delete(from);
    this.#processes.post(from, { type: "consumed", channel: number, bytes: consumed });
  }
}
