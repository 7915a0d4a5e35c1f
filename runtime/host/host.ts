/**
 * Runs the programs of a tab in the sandbox, one at a time. The host decides when files are fetched,
 * in which worker a program runs, and when a worker has to be ended and replaced.
 *
 * A warm worker starts from the warm snapshot, in which the libraries that servers need are imported
 * already; see packages.ts. It runs only programs that need all these libraries.
 */
import { firstLine } from "../protocol/first_line.ts";
import { completeOptions } from "../protocol/run_options.ts";
import { ActiveRun } from "./active_run.ts";
import { AssetLoader } from "./asset_loader.ts";
import { librariesCache } from "./cache_names.ts";
import { realClock, type Clock } from "./clock.ts";
import { savesData } from "./data_saving.ts";
import { Downloads, sumProgress, type Progress } from "./download.ts";
import type { ProgramText } from "./needs/imports.ts";
import { needsLibrary } from "./needs/standard_library.ts";
import { usesTimeZones } from "./needs/time_zones.ts";
import type { Packages } from "./packages.ts";
import { PythonWorker, type ProgramEvent } from "./python_worker.ts";
import { openSandbox, type Sandbox, type SandboxHandlers } from "./sandbox.ts";
import type { Host, Move, Program, Run, RunEvent } from "./types.ts";
import { WorkerPool } from "./worker_pool.ts";

/** The path of the bundled ./packages.ts below the runtime's folder, which the build inserts here. */
declare const PACKAGES_MODULE: string;

/** Matches programs that may declare libraries in their header. */
const DECLARES = /^# +dependencies\b/m;

/** After Ctrl+C, a program that sends no event for this time is ended together with its worker. */
const PATIENCE_MS = 500;

/**
 * How long a program that keeps sending events may take to end after Ctrl+C. On a busy machine, even its
 * traceback appears line by line.
 */
const MAX_STOPPING_MS = 2000;

/**
 * How long a worker that has received a program may still clean up after the previous one. A worker
 * that takes longer is replaced.
 */
const MAX_CLEAN_UP_MS = 2000;

/**
 * When a program has run for this time, the host starts a spare worker, because the program's worker may have
 * to be ended.
 */
const LONG_RUN_MS = 1000;

/** Matches what browsers report when the stack of WebAssembly overflows. */
const TOO_DEEP = /call stack|recursion|stack overflow/i;

/** Returns the message for the reader about an error that ended a worker. */
function explainCrash(message: string): string {
  const reason = firstLine(message);
  if (TOO_DEEP.test(message)) {
    return `The program recursed deeper than the browser's stack allows (${reason}). Python was restarted.`;
  }
  return `Python crashed and was restarted: ${reason}`;
}

/** How often the import of ./packages.ts has been tried. */
let attempts = 0;

async function importPackages(base: URL, shared: readonly string[]): Promise<Packages> {
  const address = new URL(PACKAGES_MODULE, base);
  // Browsers may remember that a module could not be fetched, so each attempt needs an address of its
  // own; see https://github.com/whatwg/html/pull/10327.
  if (attempts++ > 0) address.search = String(attempts);
  const module = import(address.href) as Promise<typeof import("./packages.ts")>;
  const { Packages } = await module.catch(() => {
    throw new Error(`${address.pathname} could not be loaded. Check your network connection.`);
  });
  return new Packages(new Downloads(base, librariesCache(base)), shared);
}

/** What the host needs from the rest of the runtime and from the browser; tests replace it. */
export interface Dependencies {
  openSandbox(handlers: SandboxHandlers): Promise<Sandbox>;
  createLoader(sandbox: Sandbox): Loader;
  loadPackages(): Promise<PackageLoader>;
  /** Whether the project declares libraries for all programs. */
  sharesLibraries: boolean;
  needsLibrary(program: ProgramText): boolean;
  savesData(): boolean;
  clock: Clock;
}

export type Loader = Pick<
  AssetLoader,
  "assetsOf" | "distrustSnapshot" | "fetchLibrary" | "load" | "restoresSnapshot"
>;

export type PackageLoader = Pick<
  Packages,
  "archivesFor" | "distrustWarm" | "giveWarm" | "hasWarm" | "suitsWarm"
>;

/** The libraries that a program needs. */
interface Needed {
  /** Whether the program or its libraries may need standard modules that no snapshot contains. */
  standardLibrary: boolean;
  /** Whether the program needs every library that a warm worker has imported. */
  suitsWarm: boolean;
  /** The archive of each library, by the name of the library. Rejects with a message for the reader. */
  archives: Promise<Readonly<Record<string, ArrayBuffer>>>;
}

/** The open sandbox, and the loader that brings files into it. */
interface Opened {
  sandbox: Sandbox;
  loader: Loader;
}

export class SandboxHost implements Host {
  readonly #dependencies: Dependencies;
  readonly #workers = new WorkerPool();
  #opened: Promise<Opened> | undefined;
  /** The run in progress, or the last one. */
  #run: ActiveRun | undefined;
  /** The number of the last run that was sent to a worker. */
  #lastId = 0;
  /** Python's version; empty until a worker has been ready. */
  #version = "";
  /** Whether a program can notice Ctrl+C while it runs. */
  #isInterruptible = false;
  #packages: PackageLoader | undefined;
  #loadingPackages: Promise<PackageLoader> | undefined;
  /** Whether the program of the last run suits a warm worker. */
  #suitsWarm = false;

  constructor(dependencies: Dependencies) {
    this.#dependencies = dependencies;
  }

  open(sources: readonly string[]): void {
    void this.#openFor(sources).catch(() => {});
  }

  /**
   * Opens the sandbox. If one of the programs suits a warm worker and the browser's cache has the warm
   * snapshot, the snapshot is read already now, because reading it takes long.
   */
  async #openFor(sources: readonly string[]): Promise<void> {
    const { sandbox, loader } = await this.#open();
    const programs = sources.map((source) => ({ source }));
    const declaring = programs.filter((program) => this.#mayNeedLibraries(program));
    if (declaring.length === 0 || !loader.restoresSnapshot) return;
    const packages = await this.#loadPackages();
    if (!declaring.some((program) => packages.suitsWarm(program))) return;
    if (await packages.hasWarm()) await packages.giveWarm(sandbox, loader, { fetch: false });
  }

  prepare(source = ""): void {
    // Failures are reported by the next run, which tries again.
    if (!this.#isRunning) void this.#prepare(source).catch(() => {});
  }

  async #prepare(source: string): Promise<void> {
    const needed = await this.#findNeeded({ source }, () => {});
    needed.archives.catch(() => {});
    const isWanted = () => !this.#isRunning;
    await this.#readyWorker(() => {}, needed, isWanted);
  }

  get #isRunning(): boolean {
    return this.#run !== undefined && !this.#run.isOver;
  }

  run(program: Program, listen: (event: RunEvent) => void): Run {
    if (this.#isRunning) throw new Error("A program is already running.");
    const run = new ActiveRun(program, listen, {
      stop: (run) => this.#stop(run),
      answer: (run, text) => this.#answer(run, text),
      move: (run, move) => this.#move(run, move),
    });
    this.#run = run;
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
    const progress = sumProgress((loaded, total) => {
      if (!run.isOver) run.listen({ type: "loading", what, loaded, total });
    });
    const { source, filename, files = {} } = run.program;
    const [libraryProgress, pythonProgress] = [progress(), progress()];
    const needed = await this.#findNeeded(run.program, libraryProgress);
    this.#suitsWarm = needed.suitsWarm;
    const isWanted = () => !run.isOver;
    const [archives, worker] = await Promise.all([
      needed.archives,
      this.#readyWorker(pythonProgress, needed, isWanted),
    ]);
    // In the meantime the reader may have pressed Stop, or the worker may have been replaced, in which
    // case the run has been launched again.
    if (!worker || worker !== this.#workers.current || run.phase !== "preparing") return;
    const id = ++this.#lastId;
    run.markSent(id, { cleansUp: worker.isUsed });
    worker.addArchives(archives);
    const packages = Object.keys(archives);
    const options = completeOptions(run.program);
    worker.post({ type: "run", run: id, source, filename, files, packages, options });
    this.#dependencies.clock.after(MAX_CLEAN_UP_MS, () => {
      if (run.id === id && run.mayCleanUp) this.#replaceWorker();
    });
  }

  /** Loads ./packages.ts once for all callers. After a failure, the next call tries again. */
  async #loadPackages(): Promise<PackageLoader> {
    try {
      this.#packages = await (this.#loadingPackages ??= this.#dependencies.loadPackages());
      return this.#packages;
    } catch (error) {
      this.#loadingPackages = undefined;
      throw error;
    }
  }

  /**
   * Returns whether a program may need libraries. For other programs, ./packages.ts is loaded only if they
   * use time zones.
   */
  #mayNeedLibraries({ source }: ProgramText): boolean {
    return this.#dependencies.sharesLibraries || DECLARES.test(source);
  }

  async #findNeeded(program: ProgramText, progress: Progress): Promise<Needed> {
    if (!this.#mayNeedLibraries(program) && !usesTimeZones(program)) {
      const standardLibrary = this.#dependencies.needsLibrary(program);
      return { standardLibrary, suitsWarm: false, archives: Promise.resolve({}) };
    }
    const packages = await this.#loadPackages();
    const suitsWarm = packages.suitsWarm(program);
    return { standardLibrary: true, suitsWarm, archives: packages.archivesFor(program, progress) };
  }

  /**
   * Returns a worker in which Python has started, and fetches and starts whatever that requires.
   *
   * @param progress - called with the number of bytes of the runtime that have been fetched.
   * @param needed - the libraries of the program, which the worker gets as early as possible.
   * @param isWanted - returns whether a worker is still needed; if not, the result is undefined.
   */
  async #readyWorker(
    progress: Progress,
    { standardLibrary, suitsWarm, archives }: Needed,
    isWanted: () => boolean,
  ): Promise<PythonWorker | undefined> {
    const { sandbox, loader } = await this.#open();
    const triesWarm = suitsWarm && loader.restoresSnapshot;
    const withLibrary = standardLibrary;
    const loaded = loader.load(progress, { withoutSnapshot: triesWarm, withLibrary });
    loaded.catch(() => {});
    const expectsWarm = triesWarm && (await this.#packages!.hasWarm());
    if (!isWanted()) return undefined;
    // Starting the worker's thread and script takes time, so it begins before the files have arrived.
    const startingWorker = this.#takeWorker(sandbox, expectsWarm);
    archives.then((archives) => startingWorker.addArchives(archives)).catch(() => {});
    await loaded;
    const hasWarm =
      expectsWarm && (await this.#packages!.giveWarm(sandbox, loader, { fetch: false }));
    if (triesWarm && !hasWarm) await loader.load(progress, { withLibrary });
    if (!isWanted()) return undefined;
    const worker = this.#takeWorker(sandbox, hasWarm && loader.restoresSnapshot);
    ({ version: this.#version, jspi: this.#isInterruptible } = await worker.ready);
    return worker;
  }

  #open(): Promise<Opened> {
    return (this.#opened ??= this.#openSandbox());
  }

  async #openSandbox(): Promise<Opened> {
    const sandbox = await this.#dependencies.openSandbox({
      onWorkerError: (number, message) => {
        const worker = this.#workers.find(number);
        if (worker) void this.#recover(worker, message);
      },
      onLibraryWanted: () => void this.#open().then(({ loader }) => loader.fetchLibrary()),
    });
    return { sandbox, loader: this.#dependencies.createLoader(sandbox) };
  }

  #takeWorker(sandbox: Sandbox, isWarm: boolean): PythonWorker {
    return this.#workers.take(isWarm, (isWarm) => this.#spawn(sandbox, isWarm));
  }

  #spawn(sandbox: Sandbox, isWarm: boolean): PythonWorker {
    return new PythonWorker(sandbox, isWarm, {
      onEvent: (worker, event) => this.#receive(worker, event),
      onFailure: (worker, message) => void this.#recover(worker, message),
    });
  }

  /** Handles an event of the current run, and ignores events of other workers and of earlier runs. */
  #receive(worker: PythonWorker, event: ProgramEvent): void {
    if (worker !== this.#workers.current) return;
    const run = this.#run;
    // A worker that is spent cannot run another program.
    if (event.type === "spent") this.#replaceWorker();
    else if (run?.isOnWorker && event.run === run.id) this.#handle(run, event);
  }

  #handle(run: ActiveRun, event: Exclude<ProgramEvent, { type: "spent" }>): void {
    if (event.type === "ended") {
      run.end(run.isInterrupted ? { type: "stopped" } : { type: "finished", status: event.status });
      this.#keepSpare();
      if (this.#suitsWarm && !this.#workers.current?.isWarm) void this.#prepareWarm();
    } else if (event.type === "started") {
      run.markStarted();
      run.listen({ type: "started", version: this.#version });
      if (run.pendingMove !== undefined) this.#move(run, run.pendingMove);
      // A warm worker starts without the ordinary snapshot, but other programs will need it.
      if (this.#workers.current?.isWarm) {
        void this.#open()
          .then(({ loader }) => loader.load(() => {}))
          .catch(() => {});
      }
      this.#dependencies.clock.after(LONG_RUN_MS, () => {
        if (!run.isOver) this.#keepSpare();
      });
    } else if (event.type === "input" && !run.program.interactive) {
      // The standard input of this program is empty.
      this.#answer(run, undefined);
    } else {
      const { run: _, ...rest } = event;
      run.lastHeard = this.#dependencies.clock.now();
      run.listen(rest);
    }
  }

  /** Discards a worker that crashed or broke the protocol, and decides what becomes of its run. */
  async #recover(worker: PythonWorker, message: string): Promise<void> {
    if (worker !== this.#workers.current) {
      if (this.#workers.has(worker)) this.#workers.discardSpare();
      return;
    }
    const { loader } = await this.#open();
    if (worker !== this.#workers.current) return;
    if (!worker.isReady && loader.restoresSnapshot) {
      if (worker.isWarm) this.#packages!.distrustWarm(message);
      else loader.distrustSnapshot(message);
      return this.#replaceWorker();
    }
    // The worker has probably failed while it cleaned up after the previous program, so this run gets
    // another worker. A new worker that fails here would only be followed by others that fail.
    if (this.#run?.mayCleanUp) return this.#replaceWorker();
    this.#discardWorker();
    this.#run?.end({ type: "failed", message: explainCrash(message) });
  }

  #discardWorker(): void {
    this.#workers.discard();
    this.#run?.markLost();
  }

  /** Discards the worker and gives its run to another one, or prepares one for the next run. */
  #replaceWorker(): void {
    this.#discardWorker();
    if (this.#run && !this.#run.isOver) this.#launch(this.#run);
    else this.#prepareAgain();
  }

  /**
   * Fetches the warm snapshot and starts a warm worker, so that the last program starts faster when it is
   * run again. Does nothing if the reader wants to save data, or if snapshots cannot be used.
   */
  async #prepareWarm(): Promise<void> {
    const { sandbox, loader } = await this.#open();
    if (!loader.restoresSnapshot || this.#dependencies.savesData()) return;
    await this.#packages!.giveWarm(sandbox, loader, { fetch: true });
    this.#prepareAgain();
  }

  /** Prepares for another run of the last program, unless a program is running. */
  #prepareAgain(): void {
    if (this.#run?.isOver) this.prepare(this.#run.program.source);
  }

  /** Starts a spare worker, but only from a snapshot: without a snapshot, starting Python costs too much. */
  #keepSpare(): void {
    void this.#opened?.then(({ sandbox, loader }) => {
      if (loader.restoresSnapshot) {
        this.#workers.addSpare((isWarm) => this.#spawn(sandbox, isWarm));
      }
    });
  }

  #stop(run: ActiveRun): void {
    // No worker has received the program yet, so no worker has to be ended.
    if (!run.isOnWorker) return run.end({ type: "stopped" });
    const terminate = (): void => {
      if (run.isOver) return;
      this.#discardWorker();
      run.end(run.isInterrupted ? { type: "stopped", forced: true } : { type: "stopped" });
      this.#prepareAgain();
    };
    if (!this.#isInterruptible || run.isInterrupted) return terminate();
    run.isInterrupted = true;
    this.#workers.current?.post({ type: "interrupt", run: run.id });
    const { clock } = this.#dependencies;
    const interruptedAt = (run.lastHeard = clock.now());
    const wait = (): void => {
      const deadline = Math.min(run.lastHeard + PATIENCE_MS, interruptedAt + MAX_STOPPING_MS);
      const remaining = deadline - clock.now();
      if (remaining > 0) clock.after(remaining, wait);
      else terminate();
    };
    wait();
  }

  #move(run: ActiveRun, move: Move): void {
    if (run.phase !== "started") run.pendingMove = move;
    else this.#workers.current?.post({ type: move, run: run.id });
  }

  #answer(run: ActiveRun, text: string | undefined): void {
    this.#workers.current?.post({ type: "answer", run: run.id, text });
  }
}

export interface HostOptions {
  /** The URL of the folder in which the runtime is published. */
  base: URL;
  /** The dependencies that the project declares for all programs. */
  dependencies?: readonly string[];
}

/** Creates the host of a tab. */
export function createHost({ base, dependencies = [] }: HostOptions): Host {
  return new SandboxHost({
    openSandbox: (handlers) => openSandbox(handlers),
    createLoader: (sandbox) => new AssetLoader(sandbox, new Downloads(base)),
    loadPackages: () => importPackages(base, dependencies),
    sharesLibraries: dependencies.length > 0,
    needsLibrary: (program) => needsLibrary(program),
    savesData,
    clock: realClock,
  });
}
