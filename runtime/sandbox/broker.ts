/**
 * The broker does for the processes of one program what an operating system's kernel does: it starts
 * and ends them, and keeps their channels and semaphores. It runs in the sandbox frame, where nothing
 * blocks the event loop for long. It needs neither Python nor the class `Worker`: a function
 * that it is given starts a worker, and returns the port to the process and a way to end it.
 */
import { firstLine } from "../protocol/first_line.ts";
import {
  MAIN,
  MAX_UNHANDLED,
  type Request,
  type Start,
  type TracePart,
} from "../protocol/processes.ts";
import { Channels } from "./channels.ts";
import { ProcessTable, type Port, type Process, type ProcessWorker } from "./process_table.ts";
import { Semaphores } from "./semaphores.ts";

/** Starts a worker for a process. What the process posts to its port goes to `Broker.receive`. */
export type StartWorker = (pid: number) => ProcessWorker;

/** Calls a function after the messages that have arrived already. */
export type Later = (callback: () => void) => void;

/** After how many handled requests the broker reports them to their process. */
const REPORTED_TOGETHER = MAX_UNHANDLED / 4;

/**
 * How many questions of a process can wait for their answers. A child process that sends a further
 * request then is killed.
 */
export const MAX_QUESTIONS = 2 ** 16;

/**
 * How many child processes can run at a time, each with a Python and a memory of its own. Further ones
 * wait until one of them has ended.
 */
export const MAX_RUNNING_CHILDREN = 16;
/** How many child processes can exist at a time, including those that wait to be started. */
export const MAX_CHILDREN = 128;

const SIGINT = 2;
const SIGKILL = 9;
const SIGSEGV = 11;

export class Broker {
  readonly #startWorker: StartWorker;
  readonly #processes = new ProcessTable();
  readonly #later: Later;
  readonly #channels = new Channels(this.#processes, (pid, why) => this.#punish(pid, why));
  readonly #semaphores = new Semaphores(this.#processes, (pid, why) => this.#punish(pid, why));
  #nextPid = MAIN + 1;

  constructor(startWorker: StartWorker, later: Later) {
    this.#startWorker = startWorker;
    this.#later = later;
  }

  /** How many child processes exist (`all`), and how many of them have been started (`live`). */
  get children(): { all: number; live: number } {
    const all = this.#processes.all().filter(({ pid }) => pid !== MAIN);
    return { all: all.length, live: all.filter(({ worker }) => worker).length };
  }

  /** Ends all child processes, and replaces the main process; `port` is undefined if there is none. */
  setMain(port: Port | undefined): void {
    this.#endAll();
    this.#processes.delete(MAIN);
    if (port) {
      const worker = { port, terminate: () => {} };
      this.#processes.add({ pid: MAIN, parent: 0, worker, questions: new Map(), unreported: 0 });
    }
  }

  /** Ends a child process because its worker has crashed. */
  crashed(pid: number, message: string): void {
    if (pid === MAIN || !this.#processes.get(pid)) return;
    this.#print(`Process ${pid} crashed: ${firstLine(message)}`);
    this.#end(pid, -SIGSEGV);
  }

  #print(line: string): void {
    this.#processes.post(MAIN, { type: "output", stream: "stderr", text: `${line}\n` });
  }

  /** Kills a child process because it has exceeded a limit; `why` is the end of a sentence. */
  #punish(pid: number, why: string): void {
    if (pid === MAIN || !this.#processes.get(pid)) return;
    this.#print(`Process ${pid} was killed because ${why}.`);
    this.#end(pid, -SIGKILL);
  }

  /**
   * Counts a request, and reports later that it was handled. Returns whether it may be carried out.
   *
   * The runtime in a process sends at most `MAX_UNHANDLED` requests before it gets a report, apart from a
   * few urgent ones. If a process sends twice as many, its program has got around the runtime: a child is
   * killed, and of the main process only `over` and `interrupt` are carried out. The report comes in a
   * later task, because requests that wait already come before it.
   */
  #admit(process: Process): boolean {
    process.unreported++;
    if (process.unreported === REPORTED_TOGETHER) {
      this.#later(() => {
        const count = process.unreported;
        process.unreported = 0;
        if (this.#processes.get(process.pid) === process) {
          this.#processes.post(process.pid, { type: "handled", count });
        }
      });
    }
    if (process.unreported > 2 * MAX_UNHANDLED) {
      this.#punish(process.pid, `it sent more than ${MAX_UNHANDLED} requests without waiting`);
      return false;
    }
    if (process.questions.size < MAX_QUESTIONS) return true;
    this.#punish(process.pid, `more than ${MAX_QUESTIONS} of its calls were waiting`);
    return process.pid === MAIN;
  }

  /**
   * Carries out the request of a process. A program can send any request, so a process can
   * neither send to a channel nor receive from it unless it holds the end for that.
   */
  receive(pid: number, request: Request): void {
    const process = this.#processes.get(pid);
    if (!process) return;
    if (!this.#admit(process) && request.type !== "over" && request.type !== "interrupt") return;
    const answer = (ask: number, value: unknown) => this.#processes.answer(process, ask, value);
    switch (request.type) {
      case "channel":
        return this.#channels.open(pid, request);
      case "send":
        return this.#channels.send(pid, request);
      case "receive":
        return this.#channels.receive(process, request);
      case "unreceive":
        return this.#channels.unreceive(pid, request);
      case "select":
        return this.#channels.select(process, request);
      case "readable":
        return answer(request.ask, this.#channels.hasReader(request.channel));
      case "close":
        return this.#channels.close(request.channel, request.end, pid);
      case "share":
        return this.#channels.share(pid, request);
      case "claim":
        return this.#channels.claim(pid, request.token);
      case "drop":
        return this.#channels.drop(request.token);
      case "bind":
        return answer(request.ask, this.#channels.bind(pid, request));
      case "listen":
        return this.#channels.listen(pid, request);
      case "connect":
        return answer(request.ask, this.#channels.connect(pid, request));

      case "semaphore":
        return this.#semaphores.create(pid, request);
      case "guard":
      case "change":
        return this.#semaphores.setValue(pid, request);
      case "acquire":
        return this.#semaphores.acquire(process, request);
      case "release":
        return this.#semaphores.release(request.semaphore);
      case "check-release":
        return answer(request.ask, this.#semaphores.tryRelease(request.semaphore));
      case "value":
        return answer(request.ask, this.#semaphores.value(request.semaphore));

      case "cancel": {
        // The process keeps a cancelled question until it gets an answer, so it gets an empty one.
        const question = process.questions.get(request.ask);
        return question && this.#processes.settle(question, undefined);
      }
      case "spawn":
        return this.#spawn(process, request);
      case "kill":
        return request.pid === MAIN ? undefined : this.#kill(request.pid, request.signal);
      case "crashed":
        return this.crashed(pid, String(request.message));
    }
    if (pid === MAIN) this.#receiveFromMain(request);
    else this.#receiveFromChild(process, request);
  }

  #receiveFromMain(request: Request): void {
    if (request.type === "over") this.#endAll();
    if (request.type !== "interrupt") return;
    for (const process of this.#processes.all()) {
      if (process.pid !== MAIN) this.#interrupt(process);
    }
  }

  #receiveFromChild(process: Process, request: Request): void {
    switch (request.type) {
      case "exit":
        return this.#end(process.pid, request.status);
      case "output":
      case "note":
        return this.#processes.post(MAIN, request);
      case "trace": {
        const { begun, origin, rows, steps } = request;
        process.isTraced = true;
        this.#passOnTrace(process, { begun, origin, rows, steps });
      }
    }
  }

  #passOnTrace({ pid, parent }: Process, part: TracePart): void {
    this.#processes.post(MAIN, { type: "trace", process: pid, parent, ...part });
  }

  /** Adds the end of a process to its trace, which the process itself may not have been able to do. */
  #traceEnd(process: Process, status: number): void {
    const how = status < 0 ? "killed" : status > 0 ? "failed" : "done";
    const row = ["end", 0, 0, how, status === 0 ? "" : `exit status ${status}`];
    const now = performance.timeOrigin + performance.now();
    const rows = JSON.stringify([row]);
    // In this row, the time 0 means now, because `begun` and `origin` describe a clock that shows 0 now.
    this.#passOnTrace(process, { begun: now, origin: 0, rows, steps: new Float64Array() });
  }

  #spawn(parent: Process, request: Extract<Request, { type: "spawn" }>): void {
    const { ask, tokens, sentinel, parentSentinel, main, pickles, files, traced, origin } = request;
    if (this.children.all >= MAX_CHILDREN) {
      for (const token of tokens) this.#channels.drop(token);
      return this.#processes.answer(parent, ask, undefined);
    }
    const pid = this.#nextPid++;
    const start: Start = {
      ...{ pid, parent: parent.pid, main, pickles, parentSentinel, files, traced, origin },
    };
    const process: Process = {
      ...{ pid, parent: parent.pid, start, questions: new Map(), unreported: 0 },
    };
    this.#processes.add(process);
    this.#channels.openSentinel(sentinel, parent.pid, pid);
    this.#channels.openSentinel(parentSentinel, pid, parent.pid);
    for (const token of tokens) this.#channels.claim(pid, token);
    this.#startNext();
    if (!process.worker) {
      const limit = MAX_RUNNING_CHILDREN;
      this.#processes.post(MAIN, {
        type: "note",
        fact: "processes-wait",
        value: limit,
        detail: "",
      });
    }
    this.#processes.answer(parent, ask, pid);
  }

  /** Starts as many of the waiting processes as may run at a time. */
  #startNext(): void {
    for (const process of this.#processes.all()) {
      if (!process.start || process.worker) continue;
      if (this.children.live >= MAX_RUNNING_CHILDREN) return;
      process.worker = this.#startWorker(process.pid);
      process.worker.port.post({ type: "start", start: process.start });
      delete process.start;
      this.#channels.notifyAllBroken(process.pid);
    }
  }

  #interrupt(process: Process): void {
    if (process.worker) process.worker.port.post({ type: "interrupt" });
    else this.#end(process.pid, -SIGINT);
  }

  #kill(pid: number, signal: number): void {
    const process = this.#processes.get(pid);
    if (!process) return;
    if (signal === SIGINT) this.#interrupt(process);
    else this.#end(pid, -signal);
  }

  /** Ends a process, closes what it held, and notifies its parent. */
  #end(pid: number, status: number): void {
    const process = this.#processes.get(pid);
    if (!process) return;
    this.#processes.delete(pid);
    process.worker?.terminate();
    // A process that has reported no events is not in the timeline, so its end must not be there either.
    if (process.isTraced) this.#traceEnd(process, status);
    for (const question of process.questions.values()) this.#processes.forget(question);
    // `closeAll` ends the channel by which the parent notices the end of the process. By then, the parent
    // must know the status.
    this.#processes.post(process.parent, { type: "exited", pid, status });
    this.#channels.closeAll(pid);
    this.#startNext();
  }

  #endAll(): void {
    for (const process of this.#processes.all()) {
      if (process.pid === MAIN) process.questions.clear();
      else {
        this.#processes.delete(process.pid);
        process.worker?.terminate();
      }
    }
    this.#channels.clear();
    this.#semaphores.clear();
  }
}
