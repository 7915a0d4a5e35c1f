/** Runs programs in the sandbox: one `Host` a tab, one worker, one run at a time. */
import { asWorkerEvent, type Command } from "../protocol.ts";
import { Downloads, type Progress, type RuntimeFile } from "./download.ts";
import { openSandbox, type Sandbox } from "./sandbox.ts";
import type { Host, Outcome, Program, Run, RunEvent } from "./types.ts";

/** The files of the runtime, put here by the build. */
declare const RUNTIME_FILES: {
  worker: RuntimeFile;
  wasm: RuntimeFile;
  stdlib: RuntimeFile;
  /** By the name in the lock file. */
  wheels: Record<string, RuntimeFile>;
  lockfile: string;
  packages: string[];
};

/** How long a program may take to end after Ctrl-C, in ms; then its worker is ended. */
const PATIENCE = 500;

/** How long a worker may take to clean up after a program once the next one waits, in ms. */
const CLEANING = 2000;

const TOO_DEEP = /call stack|recursion|stack overflow/i;

function explainCrash(message: string): string {
  const reason = message.split("\n").find((line) => line.trim() !== "") ?? "unknown reason";
  if (TOO_DEEP.test(message)) {
    return `The program recursed deeper than the browser's stack allows (${reason}). Python was restarted.`;
  }
  return `Python broke down and was restarted: ${reason}`;
}

class ActiveRun implements Run {
  readonly outcome: Promise<Outcome>;
  readonly program: Program;
  readonly listen: (event: RunEvent) => void;
  #settle!: (outcome: Outcome) => void;
  readonly #onStop: (run: ActiveRun) => void;
  readonly #onAnswer: (text: string | undefined) => void;
  over = false;
  interrupted = false;

  constructor(
    program: Program,
    listen: (event: RunEvent) => void,
    onStop: (run: ActiveRun) => void,
    onAnswer: (text: string | undefined) => void,
  ) {
    this.program = program;
    this.listen = listen;
    this.#onStop = onStop;
    this.#onAnswer = onAnswer;
    this.outcome = new Promise((resolve) => (this.#settle = resolve));
  }

  end(outcome: Outcome): void {
    if (this.over) return;
    this.over = true;
    this.#settle(outcome);
  }

  stop(): void {
    if (!this.over) this.#onStop(this);
  }

  answer(text: string | undefined): void {
    if (!this.over) this.#onAnswer(text);
  }
}

class SandboxHost implements Host {
  readonly #downloads: Downloads;
  #sandbox: Promise<Sandbox> | undefined;
  /** Settles when the worker has started Python; rejects with a message for the reader. */
  #worker: Promise<MessagePort> | undefined;
  #rejectWorker: (reason: Error) => void = () => {};
  #interruptible = false;
  #version = "";
  #current: ActiveRun | undefined;
  /** Number of the run that the worker has been given; 0 when it is idle. */
  #executing = 0;
  /** Whether that run has begun; before, the worker is still busy with what the last one left. */
  #begun = false;
  #runs = 0;

  constructor(base: URL) {
    const { worker, wasm, stdlib, wheels } = RUNTIME_FILES;
    this.#downloads = new Downloads(base, [worker, wasm, stdlib, ...Object.values(wheels)]);
  }

  run(program: Program, listen: (event: RunEvent) => void): Run {
    if (this.#current && !this.#current.over) throw new Error("A program is running already.");
    const run = new ActiveRun(
      program,
      listen,
      (run) => this.#stop(run),
      (text) => this.#answer(text),
    );
    this.#current = run;
    this.#launch(run);
    return run;
  }

  async #start(run: ActiveRun): Promise<void> {
    const sandbox = await this.#open((loaded, total) => {
      if (!run.over) run.listen({ type: "loading", loaded, total });
    });
    if (run.over) return;
    this.#worker ??= this.#spawn(sandbox);
    const port = await this.#worker;
    if (run.over) return;
    const number = (this.#executing = ++this.#runs);
    this.#begun = false;
    const { source, filename, files } = run.program;
    const command: Command = {
      type: "run",
      run: number,
      source,
      filename,
      files: files ?? {},
    };
    port.postMessage(command);
    setTimeout(() => {
      if (this.#executing === number && !this.#begun) this.#replaceSpent();
    }, CLEANING);
  }

  /** The sandbox, opened by the first call that gets through. */
  async #open(progress: Progress): Promise<Sandbox> {
    if (this.#sandbox) return this.#sandbox;
    const { worker, wasm, stdlib, wheels, lockfile, packages } = RUNTIME_FILES;
    const files = await this.#downloads.all(progress);
    const bytes = ({ file }: RuntimeFile) => files.get(file)!.slice(0);
    this.#sandbox ??= openSandbox(
      new TextDecoder().decode(files.get(worker.file)),
      {
        wasm: bytes(wasm),
        stdlib: bytes(stdlib),
        wheels: Object.fromEntries(
          Object.entries(wheels).map(([name, file]) => [name, bytes(file)]),
        ),
        lockfile,
        packages,
      },
      (message) => this.#crash(message),
    );
    return this.#sandbox;
  }

  #spawn(sandbox: Sandbox): Promise<MessagePort> {
    return new Promise((resolve, reject) => {
      this.#rejectWorker = reject;
      const port = sandbox.spawn();
      let isReady = false;
      port.onmessage = ({ data }) => {
        if (this.#port !== port) return;
        const event = asWorkerEvent(data);
        // Nothing of ours posts such things: a program has got hold of the port.
        if (!event) return this.#crash("it sent messages that only the runtime may send.");
        if (event.type === "ready") {
          // The first word is the worker's own; a program could send another.
          if (!isReady) ({ jspi: this.#interruptible, version: this.#version } = event);
          isReady = true;
          resolve(port);
        } else if (event.type === "crashed") this.#crash(event.message);
        else if (event.type === "spent") this.#replaceSpent();
        else if (event.run === this.#executing) this.#receive(event);
      };
      this.#port = port;
    });
  }
  #port: MessagePort | undefined;

  #receive(
    event: Exclude<
      ReturnType<typeof asWorkerEvent>,
      undefined | { type: "ready" | "spent" | "crashed" }
    >,
  ) {
    const run = this.#current;
    if (!run || run.over) return;
    if (event.type === "ended") {
      this.#executing = 0;
      run.end(run.interrupted ? { type: "stopped" } : { type: "finished", status: event.status });
    } else if (event.type === "started") {
      this.#begun = true;
      run.listen({ type: "started", version: this.#version });
    } else if (event.type === "input" && !run.program.interactive) {
      this.#answer(undefined);
    } else {
      const { run: _, ...rest } = event;
      run.listen(rest);
    }
  }

  #discardWorker(): void {
    this.#port?.close();
    this.#port = this.#worker = undefined;
    this.#executing = 0;
    void this.#sandbox?.then((sandbox) => sandbox.terminate());
  }

  #crash(message: string): void {
    // It broke while cleaning up after the last program: this one has nothing to do with that.
    if (this.#executing !== 0 && !this.#begun) return this.#replaceSpent();
    this.#discardWorker();
    const explained = explainCrash(message);
    this.#rejectWorker(new Error(explained));
    this.#current?.end({ type: "failed", message: explained });
  }

  /** The program has left something alive behind it; the next one, if it waits already, goes on. */
  #replaceSpent(): void {
    const waiting = this.#current;
    this.#discardWorker();
    if (waiting && !waiting.over) this.#launch(waiting);
    else this.#startAhead();
  }

  #launch(run: ActiveRun): void {
    this.#start(run).catch((error: unknown) => {
      run.end({ type: "failed", message: error instanceof Error ? error.message : String(error) });
    });
  }

  #stop(run: ActiveRun): void {
    // While Python is still starting nothing of the program runs: the worker can be kept.
    if (this.#executing === 0) return run.end({ type: "stopped" });
    const terminate = () => {
      if (run.over) return;
      this.#discardWorker();
      run.end(run.interrupted ? { type: "stopped", forced: true } : { type: "stopped" });
      this.#startAhead();
    };
    if (!this.#interruptible || run.interrupted) return terminate();
    run.interrupted = true;
    const command: Command = { type: "interrupt", run: this.#executing };
    this.#port?.postMessage(command);
    setTimeout(terminate, PATIENCE);
  }

  #answer(text: string | undefined): void {
    const command: Command = { type: "answer", run: this.#executing, text };
    this.#port?.postMessage(command);
  }

  /** The next Run is likely to come soon; Python starts meanwhile. */
  #startAhead(): void {
    void this.#sandbox?.then((sandbox) => {
      this.#worker ??= this.#spawn(sandbox);
      this.#worker.catch(() => {});
    });
  }
}

/** A host whose files lie below `base`, the URL of the published runtime folder. */
export function createHost({ base }: { base: URL }): Host {
  return new SandboxHost(base);
}
