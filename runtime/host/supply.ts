/** Brings the runtime's files into the sandbox, in the order in which they are needed. */
import { Downloads, type Progress, type RuntimeFile } from "./download.ts";
import type { Assets } from "../protocol/page_worker.ts";
import { stackSwitching } from "../protocol/stack_switching.ts";
import type { Sandbox } from "./sandbox.ts";

/** The files of the runtime, put here by the build. */
declare const RUNTIME_FILES: {
  worker: RuntimeFile;
  wasm: RuntimeFile;
  /** Python's memory, for browsers that can switch stacks and for those that cannot. */
  snapshots: { switching: RuntimeFile; plain: RuntimeFile };
  stdlib: RuntimeFile;
  stdlibSize: number;
  /** By the name in the lock file. */
  wheels: Record<string, RuntimeFile>;
  lockfile: string;
  packages: string[];
};

export class Supply {
  readonly #sandbox: Sandbox;
  readonly #downloads: Downloads;
  readonly #given = new Map<string, Promise<void>>();
  /** Python is restored from its memory; otherwise it starts from nothing. */
  restores = true;
  /** The standard library has been given to the sandbox. */
  hasLibrary = false;
  /** The standard library must be there first; else a program may begin without it. */
  #libraryFirst = !stackSwitching;

  constructor(base: URL, sandbox: Sandbox) {
    this.#sandbox = sandbox;
    this.#downloads = new Downloads(base);
  }

  /**
   * Resolves when everything that a worker needs is in the sandbox, its memory aside if it has that
   * from elsewhere. Rejects with a message for the reader; called again, it fetches what is missing.
   */
  async complete(progress: Progress, hasMemory = false): Promise<void> {
    const { worker, wasm, wheels, stdlib } = RUNTIME_FILES;
    const memory = hasMemory ? [] : [this.#snapshot];
    const first = this.restores ? memory : Object.values(wheels);
    const late = this.restores && !this.#libraryFirst ? [] : [stdlib];
    const unwatch = this.#downloads.watch([worker, wasm, ...first, ...late], progress);
    try {
      await Promise.all([
        this.#once("script", () => this.#giveScript()),
        this.#once("wasm", () => this.#giveWasm()),
        this.restores
          ? hasMemory || this.#once("snapshot", () => this.#giveSnapshot())
          : this.#startingFresh(),
        this.#libraryFirst && this.#library(),
      ]);
    } finally {
      unwatch();
    }
    if (!this.restores && !this.#given.has("wheels")) return this.complete(progress);
    this.#library().catch((error: Error) => {
      this.#libraryFirst = true;
      this.#sandbox.send({ type: "library", problem: error.message });
    });
    return undefined;
  }

  /** From now on Python starts from nothing, because its memory could not be taken up. */
  distrustSnapshot(reason: string): void {
    if (!this.restores) return;
    console.warn(`Python starts without its snapshot, which takes longer: ${reason}`);
    this.restores = false;
    this.#sandbox.send({ type: "withdraw" });
  }

  get #snapshot(): RuntimeFile {
    return RUNTIME_FILES.snapshots[stackSwitching ? "switching" : "plain"];
  }

  #once(name: string, give: () => Promise<void>): Promise<void> {
    let giving = this.#given.get(name);
    if (!giving) {
      giving = give();
      this.#given.set(name, giving);
      giving.catch(() => this.#given.delete(name));
    }
    return giving;
  }

  async #giveScript(): Promise<void> {
    const script = new TextDecoder().decode(await this.#take(RUNTIME_FILES.worker));
    this.#sandbox.send({ type: "script", script });
  }

  async #giveWasm(): Promise<void> {
    const wasm = await this.#take(RUNTIME_FILES.wasm);
    this.#sandbox.send({ type: "wasm", wasm }, [wasm]);
  }

  /** What a worker needs that starts from this memory. */
  assetsOf(snapshot: ArrayBuffer): Assets {
    const { lockfile, stdlibSize } = RUNTIME_FILES;
    return { snapshot, lockfile, stdlibSize, wheels: {}, packages: [] };
  }

  async #giveSnapshot(): Promise<void> {
    let snapshot: ArrayBuffer;
    try {
      snapshot = await this.#take(this.#snapshot);
    } catch (error) {
      return this.distrustSnapshot(error instanceof Error ? error.message : String(error));
    }
    this.#sandbox.send({ type: "assets", assets: this.assetsOf(snapshot) }, [snapshot]);
  }

  /** Everything for a start from nothing. */
  async #startingFresh(): Promise<void> {
    await Promise.all([this.#once("wheels", () => this.#giveWheels()), this.#library()]);
  }

  async #giveWheels(): Promise<void> {
    const { lockfile, stdlibSize, packages } = RUNTIME_FILES;
    const wheels = Object.fromEntries(
      await Promise.all(
        Object.entries(RUNTIME_FILES.wheels).map(
          async ([name, file]) => [name, await this.#take(file)] as const,
        ),
      ),
    );
    this.#sandbox.send(
      { type: "assets", assets: { lockfile, stdlibSize, wheels, packages } },
      Object.values(wheels),
    );
  }

  #library(): Promise<void> {
    return this.#once("library", async () => {
      const stdlib = await this.#take(RUNTIME_FILES.stdlib);
      this.#sandbox.send({ type: "library", stdlib }, [stdlib]);
      this.hasLibrary = true;
      // The last file to come: what else is in the store is of former versions.
      const { worker, wasm, wheels } = RUNTIME_FILES;
      const known = [worker, wasm, this.#snapshot, RUNTIME_FILES.stdlib, ...Object.values(wheels)];
      void this.#downloads.tidy(known);
    });
  }

  /** The content of a file that goes to the sandbox and does not stay here. */
  async #take(file: RuntimeFile): Promise<ArrayBuffer> {
    const content = await this.#downloads.get(file);
    this.#downloads.forget(file);
    return content;
  }
}
