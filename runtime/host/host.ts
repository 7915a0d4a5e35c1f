/** Runs programs in the sandbox: one `Host` a tab, one run at a time, a spare worker beside it. */
import { addUp, type Progress } from "./download.ts";
import type { Packages } from "./packages.ts";
import { PythonWorker, type ProgramEvent } from "./python_worker.ts";
import { reasonOf } from "../protocol/reason.ts";
import { completeOptions } from "../protocol/run_options.ts";
import { Sandbox } from "./sandbox.ts";
import { Supply } from "./supply.ts";
import { savesData } from "./data_saving.ts";
import type { Host, Move, Outcome, Program, Run, RunEvent } from "./types.ts";

/** The bundled ./packages.ts: its name below the runtime's folder. */
declare const PACKAGES_MODULE: string;

/** For any other program, what has to do with libraries is not even loaded. */
const DECLARES = /^# +dependencies\b/m;

/** How long a program may be silent after Ctrl-C, in ms; then its worker is ended. */
const PATIENCE = 500;

/** How long it may take to end, in ms: on a busy machine a traceback comes line by line. */
const LONGEST_END = 2000;

/** How long a worker may take to clean up after a program once the next one waits, in ms. */
const CLEANING = 2000;

/** A program that runs for longer than this gets a spare worker beside it, in ms. */
const LONG = 1000;

const TOO_DEEP = /call stack|recursion|stack overflow/i;

function explainCrash(message: string): string {
  const reason = reasonOf(message);
  if (TOO_DEEP.test(message)) {
    return `The program recursed deeper than the browser's stack allows (${reason}). Python was restarted.`;
  }
  return `Python crashed and was restarted: ${reason}`;
}

let tries = 0;

async function loadPackages(base: URL): Promise<Packages> {
  const address = new URL(PACKAGES_MODULE, base);
  // Firefox remembers that a module could not be fetched: each try needs an address of its own.
  if (tries++ > 0) address.search = String(tries);
  const module = import(address.href) as Promise<typeof import("./packages.ts")>;
  const { Packages } = await module.catch(() => {
    throw new Error(`${address.pathname} could not be loaded. Check your network connection.`);
  });
  return new Packages(base);
}

/** The libraries of a program. */
interface Declared {
  /** A worker that has libraries imported suits it, as far as those go. */
  suitsWarm: boolean;
  /** By name. Rejects with a message for the reader. */
  archives: Promise<Readonly<Record<string, ArrayBuffer>>>;
}

class ActiveRun implements Run {
  readonly outcome: Promise<Outcome>;
  readonly program: Program;
  readonly listen: (event: RunEvent) => void;
  #settle!: (outcome: Outcome) => void;
  readonly #onStop: (run: ActiveRun) => void;
  readonly #onAnswer: (text: string | undefined) => void;
  readonly #onMove: (how: Move) => void;
  over = false;
  interrupted = false;
  /** When it last told something, as `performance.now()` says it. */
  heard = 0;
  /** What the reader wants as soon as it has begun. */
  wanted: Move | undefined;

  constructor(
    program: Program,
    listen: (event: RunEvent) => void,
    onStop: (run: ActiveRun) => void,
    onAnswer: (text: string | undefined) => void,
    onMove: (how: Move) => void,
  ) {
    this.program = program;
    this.listen = listen;
    this.#onStop = onStop;
    this.#onAnswer = onAnswer;
    this.#onMove = onMove;
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

  move(how: Move): void {
    if (!this.over) this.#onMove(how);
  }
}

class SandboxHost implements Host {
  readonly #base: URL;
  #opened: Promise<[Sandbox, Supply]> | undefined;
  #worker: PythonWorker | undefined;
  /** Has started Python and waits for its turn. */
  #spare: PythonWorker | undefined;
  #current: ActiveRun | undefined;
  /** Number of the run that the worker has been given; 0 when it is idle. */
  #executing = 0;
  /** Whether that run has begun; before, the worker is still busy with what the last one left. */
  #begun = false;
  #interruptible = false;
  #version = "";
  #runs = 0;
  #packages: Packages | undefined;
  #loadingPackages: Promise<Packages> | undefined;
  /** A worker with libraries imported suits the program that was run last. */
  #suitsWarm = false;

  constructor(base: URL) {
    this.#base = base;
  }

  open(sources: readonly string[]): void {
    void this.#openFor(sources).catch(() => {});
  }

  /**
   * A memory with libraries takes so long to come out of the browser's store that it is taken out now,
   * if it is there and a program could want it.
   */
  async #openFor(sources: readonly string[]): Promise<void> {
    const [sandbox, supply] = await (this.#opened ??= this.#open());
    const declaring = sources.filter((source) => DECLARES.test(source));
    if (declaring.length === 0 || !supply.restores) return;
    const packages = await this.#havePackages();
    if (!declaring.some((source) => packages.suitsWarm(source))) return;
    if (await packages.hasWarm()) await packages.giveWarm(sandbox, supply, { fetch: false });
  }

  prepare(source = ""): void {
    if (!this.#isRunning) void this.#prepare(source).catch(() => {});
  }

  /** A failure is told to the run that meets it. */
  async #prepare(source: string): Promise<void> {
    const { suitsWarm, archives } = await this.#declared(source, () => {});
    // Perhaps before anybody looks at them.
    archives.catch(() => {});
    const isWanted = () => !this.#isRunning;
    await this.#ready(() => {}, suitsWarm, archives, isWanted);
  }

  get #isRunning(): boolean {
    return this.#current !== undefined && !this.#current.over;
  }

  run(program: Program, listen: (event: RunEvent) => void): Run {
    if (this.#current && !this.#current.over) throw new Error("A program is already running.");
    const run = new ActiveRun(
      program,
      listen,
      (run) => this.#stop(run),
      (text) => this.#answer(text),
      (how) => this.#move(run, how),
    );
    this.#current = run;
    this.#launch(run);
    return run;
  }

  #launch(run: ActiveRun): void {
    this.#start(run).catch((error: unknown) => {
      run.end({ type: "failed", message: error instanceof Error ? error.message : String(error) });
    });
  }

  async #start(run: ActiveRun): Promise<void> {
    const what = this.#version === "" ? "Python" : "libraries";
    const progress = addUp((loaded, total) => {
      if (!run.over) run.listen({ type: "loading", what, loaded, total });
    });
    const { source, filename, files = {} } = run.program;
    const [fetching, starting] = [progress(), progress()];
    const declared = await this.#declared(source, fetching);
    this.#suitsWarm = declared.suitsWarm;
    const [archives, worker] = await Promise.all([
      declared.archives,
      this.#ready(starting, declared.suitsWarm, declared.archives, () => !run.over),
    ]);
    const [, { hasLibrary: library }] = await this.#opened!;
    // It may have been stopped meanwhile, or the worker replaced: then the run was launched again.
    if (!worker || run.over || worker !== this.#worker || this.#executing !== 0) return;
    const number = (this.#executing = ++this.#runs);
    this.#begun = false;
    worker.give(archives);
    const packages = Object.keys(archives);
    const options = completeOptions(run.program);
    const command = { source, filename, files, packages, options, library };
    worker.post({ type: "run", run: number, ...command });
    setTimeout(() => {
      if (this.#executing === number && !this.#begun) this.#replace();
    }, CLEANING);
  }

  /** One for all who ask at a time; after a failure the next one tries again. */
  async #havePackages(): Promise<Packages> {
    try {
      return (this.#packages = await (this.#loadingPackages ??= loadPackages(this.#base)));
    } catch (error) {
      this.#loadingPackages = undefined;
      throw error;
    }
  }

  /** The libraries that the program declares: on their way, and whether to start with them imported. */
  async #declared(source: string, progress: Progress): Promise<Declared> {
    if (!DECLARES.test(source)) return { suitsWarm: false, archives: Promise.resolve({}) };
    const packages = await this.#havePackages();
    return { suitsWarm: packages.suitsWarm(source), archives: packages.of(source, progress) };
  }

  /**
   * A worker in which Python is up, with libraries imported if those suit; whatever is missing for
   * that is fetched and started. It is given the archives as early as possible. Nothing when it is no
   * longer wanted.
   */
  async #ready(
    progress: Progress,
    suitsWarm: boolean,
    archives: Declared["archives"],
    isWanted: () => boolean,
  ): Promise<PythonWorker | undefined> {
    const [sandbox, supply] = await (this.#opened ??= this.#open());
    const wanted = suitsWarm && supply.restores;
    const completed = supply.complete(progress, wanted);
    completed.catch(() => {});
    const expected = wanted && (await this.#packages!.hasWarm());
    if (!isWanted()) return undefined;
    // Now, because its thread and its script take time as well.
    const first = this.#take(sandbox, expected);
    archives.then((archives) => first.give(archives)).catch(() => {});
    await completed;
    const hasWarm = expected && (await this.#packages!.giveWarm(sandbox, supply, { fetch: false }));
    if (wanted && !hasWarm) await supply.complete(progress);
    if (!isWanted()) return undefined;
    const worker = this.#take(sandbox, hasWarm && supply.restores);
    ({ version: this.#version, jspi: this.#interruptible } = await worker.ready);
    return worker;
  }

  async #open(): Promise<[Sandbox, Supply]> {
    const sandbox = await Sandbox.open((number, message) => {
      const worker = [this.#worker, this.#spare].find((worker) => worker?.number === number);
      if (worker) void this.#broke(worker, message);
    });
    return [sandbox, new Supply(this.#base, sandbox)];
  }

  /** The worker, or another one if that does not suit: no program shall find what it did not declare. */
  #take(sandbox: Sandbox, warm: boolean): PythonWorker {
    const [worker, spare] = [this.#worker, this.#spare];
    if (worker && worker.isWarm !== warm) {
      const suits = spare?.isWarm === warm;
      this.#worker = suits ? spare : undefined;
      if (suits) this.#spare = undefined;
      // One that is to start warm waits for ever if there is nothing to start with.
      if (worker.isUsed || !worker.isReady || this.#spare) worker.end();
      else this.#spare = worker;
    }
    return (this.#worker ??= this.#spawn(sandbox, warm));
  }

  #spawn(sandbox: Sandbox, warm = false): PythonWorker {
    return new PythonWorker(sandbox, warm, {
      told: (worker, event) => this.#told(worker, event),
      broke: (worker, message) => void this.#broke(worker, message),
    });
  }

  #told(worker: PythonWorker, event: ProgramEvent): void {
    if (worker !== this.#worker) return;
    if (event.type === "spent") this.#replace();
    else if (event.run === this.#executing) this.#receive(event);
  }

  #receive(event: Exclude<ProgramEvent, { type: "spent" }>): void {
    const run = this.#current;
    if (!run || run.over) return;
    if (event.type === "ended") {
      this.#executing = 0;
      run.end(run.interrupted ? { type: "stopped" } : { type: "finished", status: event.status });
      this.#keepSpare();
      if (this.#suitsWarm && !this.#worker?.isWarm) void this.#warmUp();
    } else if (event.type === "started") {
      this.#begun = true;
      run.listen({ type: "started", version: this.#version });
      if (run.wanted !== undefined) this.#move(run, run.wanted);
      // It has started without the memory that others need.
      if (this.#worker?.isWarm) {
        void this.#opened!.then(([, supply]) => supply.complete(() => {})).catch(() => {});
      }
      setTimeout(() => !run.over && this.#keepSpare(), LONG);
    } else if (event.type === "input" && !run.program.interactive) {
      this.#answer(undefined);
    } else {
      const { run: _, ...rest } = event;
      run.heard = performance.now();
      run.listen(rest);
    }
  }

  async #broke(worker: PythonWorker, message: string): Promise<void> {
    if (worker === this.#spare) {
      worker.end();
      this.#spare = undefined;
      return;
    }
    if (worker !== this.#worker) return;
    const [, supply] = await this.#opened!;
    if (worker !== this.#worker) return;
    if (!worker.isReady && supply.restores) {
      if (worker.isWarm) this.#packages!.distrustWarm(message);
      else supply.distrustSnapshot(message);
      return this.#replace();
    }
    // It broke while cleaning up after the last program: this one has nothing to do with that.
    if (this.#executing !== 0 && !this.#begun) return this.#replace();
    this.#discard();
    this.#current?.end({ type: "failed", message: explainCrash(message) });
  }

  #discard(): void {
    this.#worker?.end();
    this.#worker = this.#spare;
    this.#spare = undefined;
    this.#executing = 0;
  }

  /** Takes another worker; the program that waits for one goes on there, else it is for the next. */
  #replace(): void {
    const waiting = this.#current;
    this.#discard();
    if (waiting && !waiting.over) this.#launch(waiting);
    else this.#prepareAgain();
  }

  /** Lets a program like the last one start with its libraries imported when it is run again. */
  async #warmUp(): Promise<void> {
    const [sandbox, supply] = await this.#opened!;
    if (!supply.restores || savesData()) return;
    await this.#packages!.giveWarm(sandbox, supply, { fetch: true });
    this.#prepareAgain();
  }

  /** The next program is likely to be the last one, changed perhaps. */
  #prepareAgain(): void {
    if (this.#current?.over) this.prepare(this.#current.program.source);
  }

  /** One more worker, where starting one is cheap. */
  #keepSpare(): void {
    void this.#opened?.then(([sandbox, supply]) => {
      if (supply.restores && this.#worker) this.#spare ??= this.#spawn(sandbox);
    });
  }

  #stop(run: ActiveRun): void {
    // While Python is still starting nothing of the program runs: the worker can be kept.
    if (this.#executing === 0) return run.end({ type: "stopped" });
    const terminate = () => {
      if (run.over) return;
      this.#discard();
      run.end(run.interrupted ? { type: "stopped", forced: true } : { type: "stopped" });
      this.#prepareAgain();
    };
    if (!this.#interruptible || run.interrupted) return terminate();
    run.interrupted = true;
    this.#worker?.post({ type: "interrupt", run: this.#executing });
    const asked = (run.heard = performance.now());
    const wait = (): void => {
      const left = Math.min(run.heard + PATIENCE, asked + LONGEST_END) - performance.now();
      if (left > 0) setTimeout(wait, left);
      else terminate();
    };
    wait();
  }

  #move(run: ActiveRun, how: Move): void {
    if (this.#executing === 0 || !this.#begun) run.wanted = how;
    else this.#worker?.post({ type: how, run: this.#executing });
  }

  #answer(text: string | undefined): void {
    this.#worker?.post({ type: "answer", run: this.#executing, text });
  }
}

/** A host whose files lie below `base`, the URL of the published runtime folder. */
export function createHost({ base }: { base: URL }): Host {
  return new SandboxHost(base);
}
