/**
 * The classic worker in which Python runs: boots Pyodide from bytes it is given, then runs one
 * program after the other. It lives on an opaque origin without network; see ../host/frame.ts.
 */
import { loadPyodide, type PyodideAPI } from "pyodide";
import createPyodideModule from "pyodide/pyodide.asm.mjs";
import type { Assets, Command, WorkerEvent } from "../protocol.ts";
import { limitDisk } from "./disk.ts";
import { Kernel, type PythonMemory } from "./kernel.ts";
import { lockDown } from "./lockdown.ts";
import { OutputCap } from "./output_cap.ts";
import { PageLink } from "./page_link.ts";
import { Watch } from "./watch.ts";

/** Nothing is fetched: Pyodide's requests for its own files are answered from memory. */
const MEMORY = "https://memory.invalid/";

/** What `browser_runtime.program.run` looks like from here. */
interface RunProgram {
  (source: string, filename: string, files: unknown): number;
  callPromising(source: string, filename: string, files: unknown): Promise<number>;
}

/** In bytes; a started Python has 20 MB or so. */
const MOST_MEMORY = 512 * 2 ** 20;

const stackSwitching = "Suspending" in WebAssembly;

function answerFetchFrom(assets: Assets): void {
  const files = new Map<string, [ArrayBuffer, string]>([
    ["pyodide.asm.wasm", [assets.wasm, "application/wasm"]],
    ["python_stdlib.zip", [assets.stdlib, "application/zip"]],
  ]);
  for (const [name, wheel] of Object.entries(assets.wheels)) {
    files.set(name, [wheel, "application/zip"]);
  }
  self.fetch = (request) => {
    const url = request instanceof Request ? request.url : String(request);
    const [bytes, type] = files.get(url.slice(url.lastIndexOf("/") + 1)) ?? [];
    if (bytes === undefined) return Promise.reject(new TypeError(`No network here: ${url}`));
    return Promise.resolve(new Response(bytes, { headers: { "content-type": type! } }));
  };
}

/** What of `browser_runtime` is called from here; taken once, before any program could replace it. */
interface ProgramModule {
  run: RunProgram;
  /** Hands over a line of input; its end when there is none. */
  answer(text?: string): void;
  clean_up: { (): boolean; callPromising(): Promise<boolean> };
  /** False when the program has changed what `clean_up` stands on or cannot undo. */
  intact(): boolean;
}

async function boot(
  assets: Assets,
  kernel: Kernel,
  link: PageLink,
  watch: Watch,
): Promise<[PyodideAPI, ProgramModule]> {
  answerFetchFrom(assets);
  const pyodide = await watch.during(() =>
    loadPyodide({
      indexURL: MEMORY,
      packageBaseUrl: MEMORY,
      lockFileContents: assets.lockfile,
      packages: assets.packages,
      createPyodideModule,
      env: { HOME: "/home/reader" },
      checkAPIVersion: true,
    }),
  );
  limitDisk(pyodide);
  watch.trust(Object.preventExtensions(kernel));
  watch.trust(link.module);
  kernel.connect((pyodide as unknown as { _module: PythonMemory })._module);
  pyodide.registerJsModule("browser_kernel", kernel);
  pyodide.registerJsModule("browser_page", link.module);
  const intact: unknown = pyodide.runPython("import browser_runtime; browser_runtime.install()");
  const { run, answer, clean_up } = pyodide.pyimport("browser_runtime.program") as ProgramModule;
  return [pyodide, { run, answer, clean_up, intact: intact as () => boolean }];
}

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
        this.#write(type, this.#decoders[type].decode(bytes, { stream: true }));
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

  #write(type: "stdout" | "stderr", written: string): void {
    if (this.#run === 0) return;
    const text = this.#cap.admit(written);
    if (text !== "") this.#post({ type, run: this.#run, text });
    if (this.#cap.justReached) {
      this.#post({ type: "capped", run: this.#run, lines: this.#cap.lines });
    }
  }
}

type Post = (event: WorkerEvent) => void;

class Interpreter {
  readonly #pyodide: PyodideAPI;
  readonly #python: ProgramModule;
  readonly #kernel: Kernel;
  readonly #streams: Streams;
  readonly #link: PageLink;
  readonly #watch: Watch;
  readonly #post: Post;
  #running = 0;
  #cleaned: Promise<unknown> = Promise.resolve();

  constructor(
    pyodide: PyodideAPI,
    python: ProgramModule,
    kernel: Kernel,
    link: PageLink,
    watch: Watch,
    post: Post,
  ) {
    this.#pyodide = pyodide;
    this.#python = python;
    this.#kernel = kernel;
    this.#link = link;
    this.#watch = watch;
    this.#post = post;
    this.#streams = new Streams(pyodide, post);
  }

  interrupt(run: number): void {
    if (run === this.#running) this.#kernel.interrupt();
  }

  answer(run: number, text: string | undefined): void {
    if (run === this.#running) this.#python.answer(text);
  }

  async run({ run, source, filename, files }: Extract<Command, { type: "run" }>): Promise<void> {
    await this.#cleaned;
    this.#running = this.#link.run = run;
    this.#streams.belongTo(run);
    this.#post({ type: "started", run });
    const program = [source, filename, this.#pyodide.toPy(files ?? {})] as const;
    const { run: runProgram, clean_up: cleanUp } = this.#python;
    const status = stackSwitching
      ? await runProgram.callPromising(...program)
      : runProgram(...program);
    this.#running = this.#link.run = 0;
    this.#streams.belongTo(0);
    // A program that has changed the runtime may make anything of it, and the page takes numbers only.
    this.#post({ type: "ended", run, status: Number(status) | 0 });
    if (!this.#isSound()) {
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

const { apply } = Reflect;
const readData = Object.getOwnPropertyDescriptor(MessageEvent.prototype, "data")!.get!;

async function serve(port: MessagePort, assets: Assets): Promise<void> {
  // A program can reach this worker's globals; what it must not replace is kept here.
  const post: Post = port.postMessage.bind(port);
  // The program's own exceptions never get here: the interpreter itself is broken.
  const crashed = (error: unknown) => post({ type: "crashed", message: String(error) });
  try {
    const kernel = new Kernel();
    const link = new PageLink(post);
    const watch = new Watch(kernel.dueSignal);
    const [pyodide, python] = await boot(assets, kernel, link, watch);
    const interpreter = new Interpreter(pyodide, python, kernel, link, watch, post);
    port.onmessage = (event: MessageEvent<Command>) => {
      // Not `event.data`: a getter that a program put there would see the event, and so the port.
      const data = apply(readData, event, []) as Command;
      if (data.type === "run") interpreter.run(data).catch(crashed);
      else if (data.type === "answer") interpreter.answer(data.run, data.text);
      else interpreter.interrupt(data.run);
    };
    const version = String(pyodide.runPython("import platform; platform.python_version()"));
    self.onmessage = null;
    lockDown(self);
    watch.arm();
    post({ type: "ready", version, jspi: stackSwitching });
  } catch (error) {
    crashed(error);
  }
}

self.onmessage = ({ data, ports }: MessageEvent<Assets>) => void serve(ports[0]!, data);
