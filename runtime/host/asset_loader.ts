/**
 * Fetches the runtime's files for the sandbox: first those that Python needs to start, and then the standard
 * library if a program needs more of it than the snapshot contains, or if the browser has stored it. Python
 * needs the library for its start if there is no snapshot, or if the browser cannot switch stacks.
 */
import type { Assets } from "../protocol/page_worker.ts";
import { stackSwitching } from "../protocol/stack_switching.ts";
import type { FileSource, Progress, RuntimeFile } from "./download.ts";
import type { Sandbox } from "./sandbox.ts";

export interface RuntimeFiles {
  worker: RuntimeFile;
  wasm: RuntimeFile;
  /** Snapshots of a started Python, for browsers with stack switching and for those without. */
  snapshots: { switching: RuntimeFile; plain: RuntimeFile };
  stdlib: RuntimeFile;
  /** The size of the archive with the standard library, in bytes. */
  stdlibSize: number;
  /** Wheels by their file name in the lock file. */
  wheels: Record<string, RuntimeFile>;
  /** The text of the lock file. */
  lockfile: string;
  /** The names of the packages that the lock file lists. */
  packages: string[];
}

/** The JSON text of the `RuntimeFiles`, which the build inserts here. */
declare const RUNTIME_FILES: string;

/** Fetches the files that are needed, and sends each of them to the sandbox. */
export class AssetLoader {
  readonly #sandbox: Pick<Sandbox, "send">;
  readonly #downloads: FileSource;
  readonly #files: RuntimeFiles;
  readonly #snapshot: RuntimeFile;
  /** One promise for each part that the sandbox has or that is being fetched for the sandbox. */
  readonly #sent = new Map<string, Promise<void>>();
  /** Whether workers restore Python from a snapshot. Otherwise they start it from its wheels. */
  restoresSnapshot = true;
  /** Whether Python waits for the standard library even if it starts from a snapshot. */
  readonly #waitsForLibrary: boolean;

  /**
   * @param sandbox - receives the files.
   * @param downloads - fetches them.
   * @param files - the files of the runtime.
   * @param canSwitchStacks - whether the browser can switch stacks. If not, an import cannot wait until
   * the standard library has been fetched.
   */
  constructor(
    sandbox: Pick<Sandbox, "send">,
    downloads: FileSource,
    files = JSON.parse(RUNTIME_FILES) as RuntimeFiles,
    canSwitchStacks = stackSwitching,
  ) {
    this.#sandbox = sandbox;
    this.#downloads = downloads;
    this.#files = files;
    this.#snapshot = files.snapshots[canSwitchStacks ? "switching" : "plain"];
    this.#waitsForLibrary = !canSwitchStacks;
  }

  /**
   * Resolves when the sandbox has every file that a worker needs to start, apart from a warm snapshot.
   * Each file is sent once; after a failure, the next call fetches what is still missing.
   *
   * @param progress - called with the number of bytes of these files that have been fetched, and with the
   * number of all their bytes.
   * @param options - `withoutSnapshot`: the worker will get the warm snapshot from `Packages` instead;
   * `withLibrary`: the standard library is fetched afterwards, even if the browser has not stored it.
   * @throws Error with a message for the reader.
   */
  async load(
    progress: Progress,
    { withoutSnapshot = false, withLibrary = false } = {},
  ): Promise<void> {
    const { worker, wasm, wheels, stdlib } = this.#files;
    const snapshot = withoutSnapshot ? [] : [this.#snapshot];
    const python = this.restoresSnapshot ? snapshot : Object.values(wheels);
    const library = this.restoresSnapshot && !this.#waitsForLibrary ? [] : [stdlib];
    const unwatch = this.#downloads.watch([worker, wasm, ...python, ...library], progress);
    try {
      await Promise.all([
        this.#once("script", () => this.#sendScript()),
        this.#once("wasm", () => this.#sendWasm()),
        this.restoresSnapshot
          ? withoutSnapshot || this.#once("snapshot", () => this.#sendSnapshot())
          : this.#sendForFreshStart(),
        this.#waitsForLibrary && this.#sendLibrary(),
      ]);
    } finally {
      unwatch();
    }
    // The snapshot may have turned out to be unusable in the meantime.
    if (!this.restoresSnapshot && !this.#sent.has("wheels")) {
      return this.load(progress, { withLibrary });
    }
    // Whatever else is in the cache belongs to older versions.
    void this.#downloads.tidy([worker, wasm, this.#snapshot, stdlib, ...Object.values(wheels)]);
    if (withLibrary) this.fetchLibrary();
    else void this.#fetchStoredLibrary();
    return undefined;
  }

  /**
   * Fetches the standard library, unless the sandbox has it. If that fails, the programs that wait for
   * the library get the reason, and a further call tries again.
   */
  fetchLibrary(): void {
    this.#sendLibrary().catch((error: Error) => {
      this.#sandbox.send({ type: "library", problem: error.message });
    });
  }

  /** Reads the standard library from the browser's cache, so that programs need not wait for a download. */
  async #fetchStoredLibrary(): Promise<void> {
    if (await this.#downloads.has(this.#files.stdlib)) this.fetchLibrary();
  }

  /** Makes Python start from its wheels from now on, because its snapshot cannot be used. */
  distrustSnapshot(reason: string): void {
    if (!this.restoresSnapshot) return;
    console.warn(`Python starts without its snapshot, which takes longer: ${reason}`);
    this.restoresSnapshot = false;
    this.#sandbox.send({ type: "withdraw" });
  }

  /** Returns what a worker needs to start from this snapshot. */
  assetsOf(snapshot: ArrayBuffer): Assets {
    const { lockfile, stdlibSize } = this.#files;
    return { snapshot, lockfile, stdlibSize, wheels: {}, packages: [] };
  }

  /** Sends a part of the files once. After a failure, the next call tries again. */
  #once(name: string, send: () => Promise<void>): Promise<void> {
    let sending = this.#sent.get(name);
    if (!sending) {
      sending = send();
      this.#sent.set(name, sending);
      sending.catch(() => this.#sent.delete(name));
    }
    return sending;
  }

  async #sendScript(): Promise<void> {
    const script = new TextDecoder().decode(await this.#take(this.#files.worker));
    this.#sandbox.send({ type: "script", script });
  }

  async #sendWasm(): Promise<void> {
    const wasm = await this.#take(this.#files.wasm);
    this.#sandbox.send({ type: "wasm", wasm }, [wasm]);
  }

  async #sendSnapshot(): Promise<void> {
    let snapshot: ArrayBuffer;
    try {
      snapshot = await this.#take(this.#snapshot);
    } catch (error) {
      return this.distrustSnapshot(error instanceof Error ? error.message : String(error));
    }
    this.#sandbox.send({ type: "assets", assets: this.assetsOf(snapshot) }, [snapshot]);
  }

  /** Sends what Python needs to start without a snapshot. */
  async #sendForFreshStart(): Promise<void> {
    await Promise.all([this.#once("wheels", () => this.#sendWheels()), this.#sendLibrary()]);
  }

  async #sendWheels(): Promise<void> {
    const { lockfile, stdlibSize, packages } = this.#files;
    const wheels = Object.fromEntries(
      await Promise.all(
        Object.entries(this.#files.wheels).map(
          async ([name, file]) => [name, await this.#take(file)] as const,
        ),
      ),
    );
    this.#sandbox.send(
      { type: "assets", assets: { lockfile, stdlibSize, wheels, packages } },
      Object.values(wheels),
    );
  }

  #sendLibrary(): Promise<void> {
    return this.#once("library", async () => {
      const stdlib = await this.#take(this.#files.stdlib);
      this.#sandbox.send({ type: "library", stdlib }, [stdlib]);
    });
  }

  /** Fetches a file for the sandbox. The page then drops its own copy. */
  async #take(file: RuntimeFile): Promise<ArrayBuffer> {
    const content = await this.#downloads.get(file);
    this.#downloads.forget(file);
    return content;
  }
}
