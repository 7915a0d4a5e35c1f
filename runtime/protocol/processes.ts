/**
 * The messages between the processes of a program and the broker in the sandbox frame, which does for
 * them what an operating system's kernel does. Each process runs in a worker of its own.
 *
 * Processes choose the numbers of their questions (`ask`), channels, semaphores and tokens themselves,
 * so that they need not wait for the broker to choose them. A token is a number that one process passes
 * to another, which can then claim an end of a channel with it.
 */

/** The process id of the main process. Emscripten reports this id to every program. */
export const MAIN = 42;

/**
 * How many requests a process may have sent that the broker has not reported as handled. Further ones
 * wait in the process, so that no process can send requests faster than the frame handles them. The
 * page can share its thread with the frame, so it would not respond while the frame handles a flood of
 * requests. A few urgent requests, such as `interrupt`, do not wait.
 */
export const MAX_UNHANDLED = 1024;

/** An end of a channel. */
export type End = "reader" | "writer";

/** What a new process needs to start. The broker sends it as the first message. */
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
  /**
   * The origin of the clock that all processes share, in ms since the epoch: `performance.timeOrigin` of
   * the main process.
   */
  origin: number;
}

/**
 * The values in shared memory that a semaphore guards, by number. The process that acquires the
 * semaphore receives them.
 */
export interface Shared {
  /** Increases with every change of a value. */
  version: number;
  values: Map<number, Uint8Array>;
}

/**
 * process → broker. Requests with an `ask`, other than `cancel`, are questions; the broker answers each
 * of them once.
 */
export type Request =
  /**
   * Adds a channel that only this process has known so far, with the messages that wait in it. `reader`
   * and `writer` say which of its ends the process holds.
   */
  | { type: "channel"; channel: number; messages: Uint8Array[]; reader: boolean; writer: boolean }
  | { type: "send"; channel: number; data: Uint8Array }
  /**
   * The answer is the next message, or undefined at the end of the channel or if the process does not
   * hold the end for reading.
   */
  | { type: "receive"; ask: number; channel: number }
  /**
   * Puts a message back into the channel, because no thread of the process was waiting for it any more
   * when it arrived.
   */
  | { type: "unreceive"; channel: number; data: Uint8Array }
  /** The answer lists the channels that can be read, as soon as there is one or, if `now`, immediately. */
  | { type: "select"; ask: number; channels: number[]; now: boolean }
  /** The answer says whether a process, or a token, still holds the channel's end for reading. */
  | { type: "readable"; ask: number; channel: number }
  /** Closes an end for the process that sends this. */
  | { type: "close"; channel: number; end: End }
  /** Keeps an end open for the process that will claim it with the token. */
  | { type: "share"; channel: number; end: End; token: number }
  /** Opens, for the process that sends this, the end that was shared under the token. */
  | { type: "claim"; token: number }
  /** Closes the end that was shared under the token, which will not be claimed. */
  | { type: "drop"; token: number }
  /**
   * Gives names to a channel that this process reads, unless another process has given one of the
   * `rivals` to a channel. The answer says whether it was possible; it is undefined if a
   * limit is reached, for example if the program has used up all names. A name is free again when no
   * process reads the channel any more.
   */
  | { type: "bind"; ask: number; channel: number; names: string[]; rivals: string[] }
  /** From now on, what is sent to this address arrives in the channel. */
  | { type: "listen"; address: string; channel: number }
  /**
   * Sends to the first of the addresses at which a process listens and has room. The answer says whether
   * there is one. The process that receives the message claims the tokens. If none receives it, the ends
   * are closed that the tokens stand for.
   */
  | { type: "connect"; ask: number; addresses: string[]; data: Uint8Array; tokens: number[] }
  /** Creates a semaphore, unless it exists. Releasing it cannot raise its value above `most`. */
  | { type: "semaphore"; semaphore: number; value: number; most: number }
  /** Adds a value that the semaphore guards, unless the semaphore already guards it. */
  | { type: "guard"; semaphore: number; number: number; bytes: Uint8Array }
  /**
   * The answer is `Acquired`, or undefined if `now` is true and the semaphore is not available. `version`
   * is that of the guarded values that the process has.
   */
  | { type: "acquire"; ask: number; semaphore: number; now: boolean; version: number }
  /** Changes a value that the semaphore guards. The process has acquired the semaphore. */
  | { type: "change"; semaphore: number; number: number; bytes: Uint8Array }
  | { type: "release"; semaphore: number }
  /** Releases a semaphore, unless its value would exceed `most`. The answer says whether it did. */
  | { type: "check-release"; ask: number; semaphore: number }
  /** The answer is the present value of the semaphore. */
  | { type: "value"; ask: number; semaphore: number }
  /** Withdraws a question. If it is still open, its answer is undefined. */
  | { type: "cancel"; ask: number }
  /**
   * Starts a child process, which claims the tokens. The answer is its pid, or undefined if the program
   * has as many processes as the broker allows.
   */
  | {
      type: "spawn";
      ask: number;
      main: string;
      pickles: Uint8Array;
      files: Map<string, Uint8Array>;
      tokens: number[];
      /** The channel `sentinel` ends when the child ends, and `parentSentinel` when the parent ends. */
      sentinel: number;
      parentSentinel: number;
      traced: boolean;
      origin: number;
    }
  /** Sends a signal to a process other than the main process. */
  | { type: "kill"; pid: number; signal: number }
  /** The process that sends this has ended. */
  | { type: "exit"; status: number }
  /** The interpreter of the process has crashed. */
  | { type: "crashed"; message: string }
  /**
   * The broker passes this and the next two requests on to the main process, because only the main
   * process has a port to the page.
   */
  | { type: "output"; stream: "stdout" | "stderr"; text: string }
  | { type: "note"; fact: string; value: number; detail: string }
  | ({ type: "trace" } & TracePart)
  /** Sends Ctrl+C to all child processes. Only the main process may send this. */
  | { type: "interrupt" }
  /** The program is over, so all child processes end. Only the main process may send this. */
  | { type: "over" };

/** The answer to `acquire`. */
export interface Acquired {
  /**
   * The values that the semaphore guards; missing if it guards none, or if the process already has their
   * latest version.
   */
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
  /** The broker has handled this many further requests of the process. */
  | { type: "handled"; count: number }
  /** This many further bytes that this process has sent to the channel have been received. */
  | { type: "consumed"; channel: number; bytes: number }
  /** No process can read this channel any more. */
  | { type: "broken"; channel: number }
  /** A child has ended. If a signal ended it, the status is the signal's number with a minus sign. */
  | { type: "exited"; pid: number; status: number }
  | { type: "interrupt" }
  /**
   * The following three go only to the main process. They come from other processes, or report what
   * became of them.
   */
  | { type: "output"; stream: "stdout" | "stderr"; text: string }
  | { type: "note"; fact: string; value: number; detail: string }
  | ({ type: "trace" } & ProcessTrace);
