/**
 * The messages between the processes of a program, each of them a worker, and the broker in the
 * sandbox frame, which stands where an operating system's kernel does. This file imports nothing.
 *
 * A process numbers its questions (`ask`), channels, semaphores and tokens itself, so that it need
 * not wait for numbers.
 */

/** The pid of the main process: Emscripten's own. */
export const MAIN = 42;

export type End = "reader" | "writer";

/** What a new process is given: the first thing it is told. */
export interface Start {
  pid: number;
  parent: number;
  /** Where the reader's program stands. */
  main: string;
  /** Two pickles, one after the other: of how to prepare the process, and of the process object. */
  pickles: Uint8Array;
  /** The channel whose end says that the parent is no more; the process is given its reading end. */
  parentSentinel: number;
  /** Files of the parent, by path. */
  files: Map<string, Uint8Array>;
  /** It shall tell what its threads and tasks do. */
  traced: boolean;
  /** From when the clock counts that all processes share: `performance.timeOrigin` of the main one. */
  origin: number;
}

/** Values that some processes share, by number; who acquires their semaphore gets to see them. */
export interface Shared {
  /** Counts the changes. */
  version: number;
  values: Map<number, Uint8Array>;
}

/** process → broker. */
export type Request =
  /** A channel in one direction that only the sender has known so far, with what waits in it. */
  | { type: "channel"; channel: number; messages: Uint8Array[]; reader: boolean; writer: boolean }
  | { type: "send"; channel: number; data: Uint8Array }
  | { type: "receive"; ask: number; channel: number }
  /** Received, but nobody waited for it any more. */
  | { type: "unreceive"; channel: number; data: Uint8Array }
  /** Which of these can be read, as soon as one can, or at once. */
  | { type: "select"; ask: number; channels: number[]; now: boolean }
  /** Whether anybody could read what would be sent. */
  | { type: "readable"; ask: number; channel: number }
  /** The sender no longer has this end. */
  | { type: "close"; channel: number; end: End }
  /** Keeps an end for whoever will be told the token. */
  | { type: "share"; channel: number; end: End; token: number }
  | { type: "claim"; token: number }
  /** What is sent to this address from now on arrives in the channel. */
  | { type: "listen"; address: string; channel: number }
  /** Answers whether anybody listens there. */
  | { type: "connect"; ask: number; address: string; data: Uint8Array }
  | { type: "drop"; token: number }
  | { type: "semaphore"; semaphore: number; value: number; most: number }
  /** The semaphore guards this value; nothing if it does already. */
  | { type: "guard"; semaphore: number; number: number; bytes: Uint8Array }
  /** Answers `Acquired`, or undefined when `now` and there is none left. */
  | { type: "acquire"; ask: number; semaphore: number; now: boolean; version: number }
  /** The sender, who holds the semaphore, has changed this value. */
  | { type: "change"; semaphore: number; number: number; bytes: Uint8Array }
  | { type: "release"; semaphore: number }
  /** Answers whether that was possible: it must not exceed its most. */
  | { type: "check-release"; ask: number; semaphore: number }
  | { type: "value"; ask: number; semaphore: number }
  | { type: "cancel"; ask: number }
  /** Answers the new pid, or undefined when there are too many; tokens are the new one's. */
  | {
      type: "spawn";
      ask: number;
      main: string;
      pickles: Uint8Array;
      files: Map<string, Uint8Array>;
      tokens: number[];
      sentinel: number;
      parentSentinel: number;
      traced: boolean;
      origin: number;
    }
  | { type: "kill"; pid: number; signal: number }
  | { type: "exit"; status: number }
  /** The interpreter cannot go on. */
  | { type: "crashed"; message: string }
  /** Only what the main process may show. */
  | { type: "output"; stream: "stdout" | "stderr"; text: string }
  | { type: "note"; fact: string; value: number; detail: string }
  | ({ type: "trace" } & TracePart)
  /** Ctrl-C for all others; from the main process only. */
  | { type: "interrupt" }
  /** The program is over: whoever is left of it ends. From the main process only. */
  | { type: "over" };

/** What a semaphore that was acquired guards, if the process does not know it yet. */
export interface Acquired {
  shared?: Shared;
}

/** A part of a timeline; see `WorkerEvent`. */
export interface TracePart {
  begun: number;
  origin: number;
  rows: string;
  steps: Float64Array;
}

/** With the process that it is about, and that one's parent. */
export interface ProcessTrace extends TracePart {
  process: number;
  parent: number;
}

/** broker → process. */
export type Notice =
  | { type: "start"; start: Start }
  | { type: "answer"; ask: number; value: unknown }
  /** Of what the process sent, so many bytes have been received. */
  | { type: "consumed"; channel: number; bytes: number }
  /** Nobody can read this channel any more. */
  | { type: "broken"; channel: number }
  /** A child has ended; by a signal when negative. */
  | { type: "exited"; pid: number; status: number }
  | { type: "interrupt" }
  | { type: "output"; stream: "stdout" | "stderr"; text: string }
  | { type: "note"; fact: string; value: number; detail: string }
  /** What a process has told of itself, or the broker of its end. */
  | ({ type: "trace" } & ProcessTrace);
