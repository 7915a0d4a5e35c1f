/**
 * The messages between the processes of a program and the broker in the sandbox frame, which does for
 * them what an operating system's kernel does. Each process runs in a worker of its own.
 *
 * Processes choose the numbers of their questions (`ask`), channels, semaphores and tokens themselves,
 * so that they need not wait for the broker to choose them.
 */

/** The process id of the main process. Emscripten reports this id to every program. */
export const MAIN = 42;

/** An end of a channel. */
export type End = "reader" | "writer";

/** What a new process needs to start; the first thing that the broker sends to it. */
export interface Start {
  pid: number;
  parent: number;
  /** The path of the program's file. */
  main: string;
  /** Two consecutive pickles: how to prepare the process, and the process object. */
  pickles: Uint8Array;
  /** A channel that the process reads, and that ends when the parent does. */
  parentSentinel: number;
  /** Files of the parent, by path. */
  files: Map<string, Uint8Array>;
  /** Whether the process reports what its threads and tasks do. */
  traced: boolean;
  /** The origin of the clock that all processes share: `performance.timeOrigin` of the main process. */
  origin: number;
}

/** Values in shared memory, by number. The process that acquires their semaphore receives them. */
export interface Shared {
  /** Increases with every change of a value. */
  version: number;
  values: Map<number, Uint8Array>;
}

/** process → broker. Requests with an `ask` are questions, each of which is answered once. */
export type Request =
  /** Adds a channel that only the sender has known so far, with the messages that wait in it. */
  | { type: "channel"; channel: number; messages: Uint8Array[]; reader: boolean; writer: boolean }
  | { type: "send"; channel: number; data: Uint8Array }
  /** The answer is the next message, or undefined at the end of the channel. */
  | { type: "receive"; ask: number; channel: number }
  /** Puts back a message that arrived when no thread of the sender was waiting for it any more. */
  | { type: "unreceive"; channel: number; data: Uint8Array }
  /** The answer lists the channels that can be read, as soon as there is one or, if `now`, immediately. */
  | { type: "select"; ask: number; channels: number[]; now: boolean }
  /** The answer says whether a process, or a token, still holds the channel's end for reading. */
  | { type: "readable"; ask: number; channel: number }
  /** Closes an end for the sender. */
  | { type: "close"; channel: number; end: End }
  /** Keeps an end open for the process that will claim it with the token. */
  | { type: "share"; channel: number; end: End; token: number }
  | { type: "claim"; token: number }
  /** Closes the end that the token stands for. */
  | { type: "drop"; token: number }
  /** From now on, what is sent to this address arrives in the channel. */
  | { type: "listen"; address: string; channel: number }
  /** Sends to an address. The answer says whether a process listens there. */
  | { type: "connect"; ask: number; address: string; data: Uint8Array }
  | { type: "semaphore"; semaphore: number; value: number; most: number }
  /** Adds a value that the semaphore guards, unless the semaphore already guards it. */
  | { type: "guard"; semaphore: number; number: number; bytes: Uint8Array }
  /** The answer is `Acquired`, or undefined if `now` and the semaphore is not available. */
  | { type: "acquire"; ask: number; semaphore: number; now: boolean; version: number }
  /** Changes a value whose semaphore the sender has acquired. */
  | { type: "change"; semaphore: number; number: number; bytes: Uint8Array }
  | { type: "release"; semaphore: number }
  /** Releases a semaphore. The answer is false if its value would exceed `most`. */
  | { type: "check-release"; ask: number; semaphore: number }
  | { type: "value"; ask: number; semaphore: number }
  | { type: "cancel"; ask: number }
  /** Starts a child, which claims the tokens. The answer is its pid, or undefined at the limit. */
  | {
      type: "spawn";
      ask: number;
      main: string;
      pickles: Uint8Array;
      files: Map<string, Uint8Array>;
      tokens: number[];
      /** Channels that end with the child and with the parent. */
      sentinel: number;
      parentSentinel: number;
      traced: boolean;
      origin: number;
    }
  | { type: "kill"; pid: number; signal: number }
  | { type: "exit"; status: number }
  /** The sender's interpreter has crashed. */
  | { type: "crashed"; message: string }
  /** Passed on to the main process, because only the main process has a port to the page. */
  | { type: "output"; stream: "stdout" | "stderr"; text: string }
  | { type: "note"; fact: string; value: number; detail: string }
  | ({ type: "trace" } & TracePart)
  /** Sends Ctrl+C to all child processes. Only the main process may send this. */
  | { type: "interrupt" }
  /** The program is over, so all child processes end. Only the main process may send this. */
  | { type: "over" };

/** The answer to `acquire`. */
export interface Acquired {
  /** The values that the semaphore guards, if the process does not have them in this version yet. */
  shared?: Shared;
}

/** A part of the trace of one process; see the event `trace` of `WorkerEvent`. */
export interface TracePart {
  begun: number;
  origin: number;
  rows: string;
  steps: Float64Array;
}

/** A part of a trace, with the process that it comes from and the parent of that process. */
export interface ProcessTrace extends TracePart {
  process: number;
  parent: number;
}

/** broker → process. */
export type Notice =
  | { type: "start"; start: Start }
  | { type: "answer"; ask: number; value: unknown }
  /** This many of the bytes that the process has sent have been received. */
  | { type: "consumed"; channel: number; bytes: number }
  /** No process can read this channel any more. */
  | { type: "broken"; channel: number }
  /** A child has ended. A negative status is the number of the signal that ended it. */
  | { type: "exited"; pid: number; status: number }
  | { type: "interrupt" }
  /** The broker sends these three only to the main process. They come from child processes. */
  | { type: "output"; stream: "stdout" | "stderr"; text: string }
  | { type: "note"; fact: string; value: number; detail: string }
  | ({ type: "trace" } & ProcessTrace);
