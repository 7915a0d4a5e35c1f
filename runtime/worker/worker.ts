/**
 * The classic worker in which Python runs: starts it from bytes it is given, then runs one program
 * after the other. It lives on an opaque origin without network; see ../host/frame.ts.
 */
import type { PyodideAPI } from "pyodide";
import type { PyProxy } from "pyodide/ffi";
import { MAIN, type Request, type Start } from "../protocol/processes.ts";
import type {
  Command,
  Library,
  Move,
  NoLibrary,
  WorkerAssets,
  WorkerEvent,
} from "../protocol/page_worker.ts";
import { stackSwitching } from "../protocol/stack_switching.ts";
import { boot, type ProgramModule, type Python } from "./startup/boot.ts";
import { Kernel } from "./kernel/kernel.ts";
import { LateLibrary } from "./links/library.ts";
import { lockDown } from "./lockdown.ts";
import { readOnce } from "./links/messages.ts";
import type { Parts } from "./startup/modules.ts";
import { OutputCap } from "./links/output_cap.ts";
import { install } from "./startup/packages.ts";
import { PageLink } from "./links/page_link.ts";
import { ProcessLink } from "./links/process_link.ts";
import { Watch } from "./kernel/watch.ts";

/** In bytes; a started Python has 20 MB or so. */
const MOST_MEMORY = 512 * 2 ** 20;

/** Sends both streams of a run to the page as they are written, until the cap is reached. */
class Streams {
  readonly #post: (event: WorkerEvent) => void;
  #run = 0;
  #cap = new OutputCap();
  #decoders = { stdout: new TextDecoder(), stderr: new TextDecoder() };

  constructor(pyodide: PyodideAPI, post: (event: WorkerEvent) => void) {
    this.#post = post;
    for (const type of ["stdout", "stderr"] as const) {
      const write = (bytes: Uint8Array): number => {
        this.write(type, this.#decoders[type].decode(bytes, { stream: true }));
        return bytes.length;
      };
      if (type === "stdout") pyodide.setStdout({ write, isatty: false });
      else pyodide.setStderr({ write, isatty: false });
    }
  }

  /** What is written now belongs to this run; to none when it is 0. */
  belongTo(run: number): void {
    this.#run = run;
    this.#cap = new OutputCap();
    // The last run may have ended in the middle of a character.
    this.#decoders = { stdout: new TextDecoder(), stderr: new TextDecoder() };
  }

  /** Shows text of this process or of one that belongs to it. */
  write(type: "stdout" | "stderr", written: string): void {
    if (this.#run === 0) return;
    const text = this.#cap.admit(written);
    if (text !== "") this.#post({ type, run: this.#run, text });
    if (this.#cap.justReached) {
      this.#post({ type: "capped", run: this.#run, lines: this.#cap.lines });
    }
  }
}

/** Of the libraries that programs may declare, by name. */
type Archives = Map<string, ArrayBuffer>;

type Post = (event: WorkerEvent) => void;

class Interpreter {
  readonly #pyodide: PyodideAPI;
  readonly #python: ProgramModule;
  readonly #kernel: Kernel;
  readonly #library: LateLibrary;
  readonly #link: PageLink;
  readonly #processes: ProcessLink;
  readonly #watch: Watch;
  readonly #post: Post;
  readonly #streams: Streams;
  #running = 0;
  /** The program that runs has been paused, perhaps to take steps. */
  #isStepped = false;
  #cleaned: Promise<unknown> = Promise.resolve();

  constructor({ pyodide, program }: Python, parts: Parts, post: Post) {
    this.#pyodide = pyodide;
    this.#python = program;
    this.#kernel = parts.kernel;
    this.#library = parts.library;
    this.#link = parts.link;
    this.#processes = parts.processes;
    this.#watch = parts.watch;
    this.#post = post;
    this.#streams = new Streams(pyodide, post);
    this.#kernel.onTurnOver = () => this.#python.pause();
    this.#link.onLeave = (status) => {
      this.#end(status);
      this.#post({ type: "spent" });
    };
  }

  /** Lets the program stand still, take one step, or go on. */
  move(run: number, how: Move): void {
    if (run !== this.#running || !stackSwitching) return;
    this.#isStepped = true;
    if (how === "pause") this.#python.pause();
    else if (how === "step") this.#python.step();
    else this.#python.resume();
  }

  interrupt(run: number): void {
    if (run !== this.#running) return;
    if (this.#isStepped) this.#python.resume();
    // As in a terminal, Ctrl-C goes to all processes of the program.
    this.#processes.tell({ type: "interrupt" });
    this.#kernel.interrupt();
  }

  answer(run: number, text: string | undefined): void {
    if (run === this.#running) this.#python.answer(text);
  }

  /** Shows what a process of the running program has printed. */
  show(type: "stdout" | "stderr", text: string): void {
    this.#streams.write(type, text);
  }

  /** Runs this process, which another one has started, to its end. */
  async runChild(start: Start): Promise<void> {
    const { main, pickles, parentSentinel, files, traced } = start;
    this.#kernel.clock.shift = performance.timeOrigin - start.origin;
    this.#link.run = CHILD;
    this.#streams.belongTo(CHILD);
    const given = [main, this.#pyodide.toPy(pickles), parentSentinel, this.#pyodide.toPy(files)];
    const status = await this.#python.run_child.callPromising(...given, traced);
    this.#processes.module.end(status);
  }

  async run(command: Extract<Command, { type: "run" }>, archives: Archives): Promise<void> {
    const { run, source, filename, files, packages } = command;
    // Without stack switching a program cannot be suspended.
    const paused = command.options.paused && stackSwitching;
    // What went wrong before does not count any more.
    if (command.library) this.#library.hope();
    await this.#cleaned;
    // Modules in C cannot be taken back, and what else libraries leave behind nobody knows.
    const isExtended = install(
      this.#pyodide,
      packages.map((name) => archives.get(name)!),
    );
    this.#running = this.#link.run = run;
    this.#streams.belongTo(run);
    this.#post({ type: "started", run });
    this.#isStepped = paused;
    this.#kernel.clock.forget();
    const given = this.#pyodide.toPy(files ?? {}) as unknown;
    const { run: runProgram, clean_up: cleanUp, read_options: readOptions } = this.#python;
    // A copy in Python, so that no JavaScript object is within the program's reach.
    const options = readOptions(this.#pyodide.toPy({ ...command.options, paused }) as PyProxy);
    const program = [source, filename, given, options] as const;
    const status = stackSwitching
      ? await runProgram.callPromising(...program)
      : runProgram(...program);
    if (this.#running !== run) return; // It has ended otherwise.
    // A program that has changed the runtime may make anything of it, and the page takes numbers only.
    this.#end(Number(status) | 0);
    if (isExtended || !this.#isSound()) {
      this.#post({ type: "spent" });
      this.#cleaned = new Promise(() => {});
      return;
    }
    // Threads that are still busy can be ended only while slices are measured.
    if (stackSwitching) this.#kernel.arm(true);
    // The reader need not wait for this, only a next program does.
    const cleaning = stackSwitching ? cleanUp.callPromising() : Promise.resolve(cleanUp());
    this.#cleaned = cleaning.then((clean) => {
      if (clean) return undefined;
      this.#post({ type: "spent" });
      return new Promise(() => {});
    });
    await cleaning;
  }

  /** Nothing that the program still does is its own any more. */
  #end(status: number): void {
    const run = this.#running;
    this.#processes.end();
    this.#kernel.resume();
    this.#running = this.#link.run = 0;
    this.#streams.belongTo(0);
    this.#post({ type: "ended", run, status });
  }

  /** Whether this interpreter is worth cleaning up; if not, a new one is the only way. */
  #isSound(): boolean {
    this.#kernel.arm(false);
    if (this.#watch.touched) return false;
    // WebAssembly's memory never shrinks: the next program shall not pay for this one's.
    if (this.#watch.memory() > MOST_MEMORY) return false;
    try {
      return this.#python.intact();
    } catch {
      return false;
    }
  }
}

/** The only run of a process that is not the main one. */
const CHILD = 1;

/** Starts Python and connects it: ready to run programs, or one process of a program. */
async function start(
  post: Post,
  broker: MessagePort,
  pid: number,
  assets: WorkerAssets,
  crashed: (error: unknown) => void,
): Promise<Interpreter> {
  const started = Promise.withResolvers<Interpreter>();
  const kernel = new Kernel();
  const link = new PageLink(post);
  const processes = new ProcessLink(broker, pid, {
    start: (start) => void started.promise.then((python) => python.runChild(start)).catch(crashed),
    interrupt: () => kernel.interrupt(),
    output: (stream, text) => void started.promise.then((python) => python.show(stream, text)),
    note: (fact, value, detail) => link.module.tell(fact, value, detail),
    trace: (of) => link.trace(of),
  });
  const watch = new Watch(kernel.dueSignal, kernel.clock);
  const library = new LateLibrary();
  self.onmessage = (event: MessageEvent<Library | NoLibrary>) => library.receive(readOnce(event));
  const parts = { kernel, link, processes, watch, library };
  const python = await boot(assets, parts);
  const version = String(python.pyodide.runPython("import sys; sys.version.split()[0]"));
  started.resolve(new Interpreter(python, parts, post));
  lockDown(self);
  watch.arm();
  post({ type: "ready", version, jspi: stackSwitching, restored: assets.snapshot !== undefined });
  return started.promise;
}

async function serve(port: MessagePort, broker: MessagePort, assets: WorkerAssets): Promise<void> {
  // A program can reach this worker's globals; what it must not replace is kept here.
  const post: Post = port.postMessage.bind(port);
  // The program's own exceptions never get here: the interpreter itself is broken.
  const crashed = (error: unknown) => post({ type: "crashed", message: String(error) });
  try {
    const archives: Archives = new Map();
    const starting = start(post, broker, MAIN, assets, crashed);
    let interpreter: Interpreter;
    port.onmessage = (event: MessageEvent<Command>) => {
      const data = readOnce(event);
      if (data.type === "packages") {
        for (const [name, archive] of Object.entries(data.packages)) archives.set(name, archive);
      } else if (data.type === "run") interpreter.run(data, archives).catch(crashed);
      else if (data.type === "answer") interpreter.answer(data.run, data.text);
      else if (data.type === "interrupt") interpreter.interrupt(data.run);
      else interpreter.move(data.run, data.type);
    };
    interpreter = await starting;
  } catch (error) {
    crashed(error);
  }
}

/** What a process that is not the main one has to say goes through the broker. */
function serveChild(broker: MessagePort, assets: WorkerAssets): void {
  const tell = broker.postMessage.bind(broker) as (request: Request) => void;
  const crashed = (error: unknown) => tell({ type: "crashed", message: String(error) });
  const post: Post = (event) => {
    if (event.type === "stdout" || event.type === "stderr") {
      tell({ type: "output", stream: event.type, text: event.text });
    } else if (event.type === "note") {
      const { fact, value, detail } = event;
      tell({ type: "note", fact, value, detail });
    } else if (event.type === "trace") {
      const { begun, origin, rows, steps } = event;
      tell({ type: "trace", begun, origin, rows, steps });
    }
  };
  start(post, broker, 0, assets, crashed).catch(crashed);
}

/** The main process gets a port to the page before the one to the broker; others have no page. */
self.onmessage = ({ data, ports: [first, second] }: MessageEvent<WorkerAssets>) => {
  if (second) void serve(first!, second, data);
  else serveChild(first!, data);
};
