/** Replacements for what the host depends on: sandbox, workers, loaders, downloads and clock. */
import { setImmediate } from "node:timers/promises";
import type { Clock } from "../../../runtime/host/clock.ts";
import type { FileSource, Progress, RuntimeFile } from "../../../runtime/host/download.ts";
import type { Loader, PackageLoader } from "../../../runtime/host/host.ts";
import type { Sandbox, SandboxHandlers, WorkerPort } from "../../../runtime/host/sandbox.ts";
import type { Assets, Command, FrameCommand } from "../../../runtime/protocol/page_worker.ts";

/** Lets pending code continue until all of it has ended or waits for something that a test does. */
export async function settle(): Promise<void> {
  // Each round runs every callback of a promise that can run. Five rounds are more than needed.
  for (let round = 0; round < 5; round++) await setImmediate();
}

/** A clock whose time passes only when a test advances it. */
export class FakeClock implements Clock {
  // An arbitrary time in ms, as the interface allows.
  #now = 1000;
  #timers: { at: number; act: () => void }[] = [];

  now(): number {
    return this.#now;
  }

  after(delay: number, act: () => void): void {
    this.#timers.push({ at: this.#now + delay, act });
  }

  /** Moves the time forward by `ms`, and calls the timers that become due, each at its time. */
  async advance(ms: number): Promise<void> {
    const end = this.#now + ms;
    for (;;) {
      const due = this.#timers.filter(({ at }) => at <= end).toSorted((a, b) => a.at - b.at)[0];
      if (!due) break;
      this.#timers.splice(this.#timers.indexOf(due), 1);
      this.#now = Math.max(this.#now, due.at);
      due.act();
    }
    this.#now = end;
    await settle();
  }
}

/** A worker that runs nothing: it records its commands, and posts only what a test makes it post. */
export class FakeWorker {
  readonly number: number;
  /** Whether the worker was asked to start with libraries already imported. */
  readonly isWarm: boolean;
  readonly commands: Command[] = [];
  isTerminated = false;
  readonly port: WorkerPort = {
    onmessage: null,
    postMessage: (command: Command) => void this.commands.push(command),
    close: () => {},
  };

  constructor(number: number, isWarm: boolean) {
    this.number = number;
    this.isWarm = isWarm;
  }

  /** Posts any message to the page, even one that a real worker would never post. */
  post(message: unknown): void {
    this.port.onmessage?.call(this.port as MessagePort, { data: message } as MessageEvent);
  }

  async postReady({ jspi = true } = {}): Promise<void> {
    this.post({ type: "ready", version: "3.14.2", jspi, restored: true });
    await settle();
  }

  commandsOf<Type extends Command["type"]>(type: Type): Extract<Command, { type: Type }>[] {
    return this.commands.filter((command) => command.type === type) as never;
  }

  /** The last `run` command that the worker has received, with the program and its options. */
  get program(): Extract<Command, { type: "run" }> | undefined {
    return this.commandsOf("run").at(-1);
  }

  /** The number of the run in the last `run` command; -1 if the worker has received none. */
  get run(): number {
    return this.program?.run ?? -1;
  }

  postStarted(): void {
    this.post({ type: "started", run: this.run });
  }

  async postEnded(status = 0): Promise<void> {
    this.post({ type: "ended", run: this.run, status });
    await settle();
  }
}

/** A sandbox that records the commands to its frame, and starts fake workers. */
export class FakeSandbox implements Sandbox {
  /** All workers that were ever started. Worker number 1 is the first element. */
  readonly workers: FakeWorker[] = [];
  readonly commands: FrameCommand[] = [];
  /** The buffers that were transferred with each command, in the order of `commands`. */
  readonly transfers: Transferable[][] = [];
  handlers: SandboxHandlers = { onWorkerError: () => {}, onLibraryWanted: () => {} };

  send(command: FrameCommand, transfer: Transferable[] = []): void {
    this.commands.push(command);
    this.transfers.push(transfer);
  }

  spawn(isWarm: boolean): { worker: number; port: WorkerPort } {
    const worker = new FakeWorker(this.workers.length + 1, isWarm);
    this.workers.push(worker);
    return { worker: worker.number, port: worker.port };
  }

  terminate(worker: number): void {
    this.workers[worker - 1]!.isTerminated = true;
  }

  /** The workers that have not been terminated. */
  get alive(): FakeWorker[] {
    return this.workers.filter(({ isTerminated }) => !isTerminated);
  }
}

/** Stands in for the `AssetLoader`, and loads nothing. */
export class FakeLoader implements Loader {
  restoresSnapshot = true;
  /** How often `load` has been called. */
  loads = 0;
  /** For each call of `load`, whether the standard library was wanted. */
  readonly withLibrary: boolean[] = [];
  /** How often the standard library was fetched because a program asked for it. */
  fetched = 0;
  /** If set, `load` fails with this error. */
  failure: Error | undefined;
  /** If set, `load` does not end before this promise is resolved. */
  gate: Promise<void> | undefined;
  /** The reason for which the host has rejected the snapshot. */
  distrusted: string | undefined;

  async load(
    progress: (loaded: number, total: number) => void,
    { withLibrary = false } = {},
  ): Promise<void> {
    this.loads += 1;
    this.withLibrary.push(withLibrary);
    progress(0, 10);
    await this.gate;
    if (this.failure) throw this.failure;
    progress(10, 10);
  }

  fetchLibrary(): void {
    this.fetched += 1;
  }

  distrustSnapshot(reason: string): void {
    this.distrusted = reason;
    this.restoresSnapshot = false;
  }

  assetsOf(snapshot: ArrayBuffer): Assets {
    return { snapshot, stdlibSize: 0, lockfile: "", wheels: {}, packages: [] };
  }
}

/**
 * Stands in for `Packages`. Every program needs the library greenlet, and a program suits a warm worker
 * (one in which libraries are already imported) if its source contains the word "warm".
 */
export class FakePackages implements PackageLoader {
  /** Whether the browser's cache contains the warm snapshot, from which a warm worker starts. */
  isWarmStored = false;
  /** Whether the sandbox has received the warm snapshot. */
  isWarmSent = false;
  /** Whether the stored warm snapshot turns out to be damaged when it is read. */
  isWarmDamaged = false;
  /** If set, the archives of libraries do not arrive before this promise is resolved. */
  gate: Promise<void> | undefined;
  /** The reason for which the host has rejected the warm snapshot. */
  distrusted: string | undefined;

  suitsWarm({ source }: { source: string }): boolean {
    return source.includes("warm");
  }

  async archivesFor(
    _: unknown,
    progress: (loaded: number, total: number) => void,
  ): Promise<Record<string, ArrayBuffer>> {
    progress(0, 3);
    await this.gate;
    return { greenlet: new ArrayBuffer(3) };
  }

  async hasWarm(): Promise<boolean> {
    return this.distrusted === undefined && (this.isWarmSent || this.isWarmStored);
  }

  async giveWarm(_: unknown, __: unknown, { fetch }: { fetch: boolean }): Promise<boolean> {
    if (this.distrusted !== undefined) return false;
    if (this.isWarmDamaged && !fetch) return false;
    return (this.isWarmSent ||= fetch || this.isWarmStored);
  }

  distrustWarm(reason: string): void {
    this.distrusted = reason;
  }
}

/** Describes a file of one byte, without its hashes, because nothing here checks them. */
export const fileCalled = (file: string): RuntimeFile => ({ file, bytes: 1, sha256: ["", ""] });

/** Downloads that finish or fail when a test says so. */
export class FakeDownloads implements FileSource {
  readonly requests: string[] = [];
  /** The files whose content the page no longer keeps. */
  readonly forgotten: string[] = [];
  /** The files of each call of `watch`. */
  watched: string[][] = [];
  /** How many calls of `watch` still report progress. */
  watching = 0;
  /** The files that the last call of `tidy` keeps in the browser's cache. */
  kept: string[] = [];
  /** The content of the browser's cache. */
  readonly cache = new Map<string, ArrayBuffer>();
  readonly #pending = new Map<string, PromiseWithResolvers<ArrayBuffer>>();

  get({ file }: RuntimeFile): Promise<ArrayBuffer> {
    this.requests.push(file);
    const pending = Promise.withResolvers<ArrayBuffer>();
    this.#pending.set(file, pending);
    return pending.promise;
  }

  async has({ file }: RuntimeFile): Promise<boolean> {
    return this.cache.has(file) || this.#pending.has(file);
  }

  async stored({ file }: RuntimeFile): Promise<ArrayBuffer | undefined> {
    return this.cache.get(file);
  }

  forget({ file }: RuntimeFile): void {
    this.forgotten.push(file);
  }

  watch(files: readonly RuntimeFile[], progress: Progress): () => boolean {
    this.watched.push(files.map(({ file }) => file));
    this.watching += 1;
    progress(0, files.length);
    return () => {
      this.watching -= 1;
      return true;
    };
  }

  async tidy(files: readonly RuntimeFile[]): Promise<void> {
    this.kept = files.map(({ file }) => file);
  }

  /** Finishes requested downloads. The content of each file is its own name if no other is given. */
  async arrive(...files: (string | [file: string, content: ArrayBuffer])[]): Promise<void> {
    for (const each of files) {
      const [file, content] = typeof each === "string" ? [each] : each;
      const name = new TextEncoder().encode(file).buffer as ArrayBuffer;
      this.#pending.get(file)!.resolve(content ?? name);
    }
    await settle();
  }

  /** Makes a requested download fail. */
  async fail(file: string): Promise<void> {
    this.#pending.get(file)!.reject(new Error(`/${file} could not be loaded.`));
    await settle();
  }
}
