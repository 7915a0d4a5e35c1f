/** Runs programs, one after another, or one child process, in a Python that has been started. */
import type { PyodideAPI } from "pyodide";
import type { PyProxy } from "pyodide/ffi";
import type { Command, Move, WorkerEvent } from "../protocol/page_worker.ts";
import type { Start } from "../protocol/processes.ts";
import { stackSwitching } from "../protocol/stack_switching.ts";
import type { JavaScriptBoundary } from "./kernel/javascript_boundary.ts";
import type { Kernel } from "./kernel/kernel.ts";
import { OutputStreams } from "./links/output_streams.ts";
import type { PageLink } from "./links/page_link.ts";
import type { ProcessLink } from "./links/process_link.ts";
import type { ProgramModule, Python } from "./startup/boot.ts";
import type { Parts } from "./startup/modules.ts";
import { install } from "./startup/packages.ts";

/** A worker with more memory than this is replaced after a run. Python starts with about 20 MB. */
const MAX_MEMORY_BYTES = 512 * 2 ** 20;

/** The number of the only run of a child process: any number but 0, which stands for no run. */
const CHILD_RUN = 1;

/** Archives of the libraries that programs may declare, by name. */
export type Archives = Map<string, ArrayBuffer>;

export type Post = (event: WorkerEvent) => void;

/** Returns a promise that never settles, for an interpreter that must not run another program. */
const never = (): Promise<never> => new Promise(() => {});

export class Interpreter {
  readonly #pyodide: PyodideAPI;
  readonly #python: ProgramModule;
  readonly #kernel: Kernel;
  readonly #link: PageLink;
  readonly #processes: ProcessLink;
  readonly #boundary: JavaScriptBoundary;
  readonly #post: Post;
  readonly #streams: OutputStreams;
  /** The number of the run that is in progress, or 0. */
  #run = 0;
  /** Whether the running program has been paused or stepped, or was started in the paused state. */
  #hasBeenPaused = false;
  /** Resolves when the interpreter is ready for the next program. */
  #isClean: Promise<unknown> = Promise.resolve();

  constructor({ pyodide, program }: Python, parts: Parts, post: Post) {
    this.#pyodide = pyodide;
    this.#python = program;
    this.#kernel = parts.kernel;
    this.#link = parts.link;
    this.#processes = parts.processes;
    this.#boundary = parts.boundary;
    this.#post = post;
    this.#streams = new OutputStreams(pyodide, post);
    this.#kernel.onStepEnd = () => this.#python.pause();
    this.#link.onExit = (status) => {
      this.#end(status);
      this.#post({ type: "spent" });
    };
  }

  /** Pauses, resumes or steps the program, if this run is in progress and stacks can be suspended. */
  move(run: number, move: Move): void {
    if (run !== this.#run || !stackSwitching) return;
    this.#hasBeenPaused = true;
    if (move === "pause") this.#python.pause();
    else if (move === "step") this.#python.step();
    else this.#python.resume();
  }

  interrupt(run: number): void {
    if (run !== this.#run) return;
    if (this.#hasBeenPaused) this.#python.resume();
    // As in a terminal, Ctrl+C goes to all processes of the program.
    this.#processes.interrupt();
    this.#kernel.interrupt();
  }

  answer(run: number, text: string | undefined): void {
    if (run === this.#run) this.#python.answer(text);
  }

  /** Shows what a child process of the running program has printed. */
  show(stream: "stdout" | "stderr", text: string): void {
    this.#streams.write(stream, text);
  }

  /** Runs a child process of a program until it ends. */
  async runChild(start: Start): Promise<void> {
    const { main, pickles, parentSentinel, files, traced } = start;
    this.#kernel.clock.offset = performance.timeOrigin - start.origin;
    this.#link.run = CHILD_RUN;
    this.#streams.assignTo(CHILD_RUN);
    const given = [main, this.#pyodide.toPy(pickles), parentSentinel, this.#pyodide.toPy(files)];
    const status = await this.#python.run_child.callPromising(...given, traced);
    this.#processes.module.end(status);
  }

  async run(command: Extract<Command, { type: "run" }>, archives: Archives): Promise<void> {
    const { run, source, filename, files, packages } = command;
    // Without stack switching a program cannot be suspended.
    const paused = command.options.paused && stackSwitching;
    await this.#isClean;
    // After a program with libraries the worker is replaced, because modules written in C cannot be
    // unloaded, and because libraries can leave other traces that the clean-up does not know.
    const hasLibraries = install(
      this.#pyodide,
      packages.map((name) => archives.get(name)!),
    );
    this.#run = this.#link.run = run;
    this.#streams.assignTo(run);
    this.#post({ type: "started", run });
    this.#hasBeenPaused = paused;
    this.#kernel.clock.forgetPauses();
    const given = this.#pyodide.toPy(files ?? {}) as unknown;
    const { run: runProgram, clean_up: cleanUp, read_options: readOptions } = this.#python;
    // A copy in Python, so that no JavaScript object is within the program's reach.
    const options = readOptions(this.#pyodide.toPy({ ...command.options, paused }) as PyProxy);
    const program = [source, filename, given, options] as const;
    const status = stackSwitching
      ? await runProgram.callPromising(...program)
      : runProgram(...program);
    // `PageLink.onExit` may have ended the run already.
    if (this.#run !== run) return;
    // If the program has changed the runtime, this can be any value, but the page accepts only finite
    // numbers.
    this.#end(Number(status) | 0);
    if (hasLibraries || !this.#isReusable()) {
      this.#post({ type: "spent" });
      this.#isClean = never();
      return;
    }
    // The clean-up can end a busy thread of the program only when the thread's time slice ends.
    if (stackSwitching) this.#kernel.arm(true);
    // The reader does not have to wait for the clean-up; only the next program does.
    const cleaning = stackSwitching ? cleanUp.callPromising() : Promise.resolve(cleanUp());
    this.#isClean = cleaning.then((isClean) => {
      if (isClean) return undefined;
      this.#post({ type: "spent" });
      return never();
    });
    await cleaning;
  }

  /** Reports the end of the run. From now on, the program's output and reports are dropped. */
  #end(status: number): void {
    const run = this.#run;
    this.#processes.endProgram();
    this.#kernel.resume();
    this.#run = this.#link.run = 0;
    this.#streams.assignTo(0);
    this.#post({ type: "ended", run, status });
  }

  /** Whether another program may run here after a clean-up; otherwise the worker has to be replaced. */
  #isReusable(): boolean {
    this.#kernel.arm(false);
    if (this.#boundary.hasBeenCrossed) return false;
    // WebAssembly memory never shrinks, so the worker would keep as much memory as this program needed.
    if (this.#boundary.memorySize() > MAX_MEMORY_BYTES) return false;
    try {
      return this.#python.intact();
    } catch {
      return false;
    }
  }
}
