/**
 * Fetches the libraries that programs need, including the data of the time zones, and the warm snapshot. The
 * host loads this module only for programs that may need a library.
 */
import { filesOf } from "../protocol/archive.ts";
import { stackSwitching } from "../protocol/stack_switching.ts";
import type { AssetLoader } from "./asset_loader.ts";
import type { FileSource, Progress, RuntimeFile } from "./download.ts";
import { importedModules, type ProgramText } from "./needs/imports.ts";
import { neededLibraries } from "./needs/project_libraries.ts";
import { dependencies, type Library } from "./needs/requirements.ts";
import type { Sandbox } from "./sandbox.ts";
import { TIME_ZONES, usesTimeZones } from "./needs/time_zones.ts";

/** The libraries by name, each with the archive that contains its files. */
export type Libraries = Record<string, Library & RuntimeFile>;

/** The snapshot of a Python that has already imported some libraries; see bundle/make_snapshot.ts. */
export type WarmSnapshot = RuntimeFile & {
  /** The names of the imported libraries. */
  needs: string[];
  /** The extension modules of these libraries, with the path and the handle that the snapshot uses for each. */
  modules: { library: string; path: string; handle: number }[];
};

// The build replaces these two names with the published libraries and the warm snapshot.
declare const LIBRARIES: Libraries;
declare const WARM: WarmSnapshot;

export class Packages {
  readonly #downloads: FileSource;
  readonly #shared: readonly string[];
  readonly #libraries: Libraries;
  readonly #warm: WarmSnapshot;
  readonly #canSwitchStacks: boolean;
  /** Whether the sandbox has the warm snapshot. An attempt to send it waits for the previous attempt. */
  #isWarmSent = Promise.resolve(false);
  #sendingModules: Promise<void> | undefined;
  #isWarmDistrusted = false;

  /**
   * @param downloads - fetches archives and the warm snapshot.
   * @param shared - the dependencies that the project declares for all programs.
   * @param libraries - the libraries that are available in the browser.
   * @param warm - the warm snapshot.
   * @param canSwitchStacks - whether the browser can switch stacks, which the warm snapshot requires.
   */
  constructor(
    downloads: FileSource,
    shared: readonly string[],
    libraries: Libraries = LIBRARIES,
    warm: WarmSnapshot = WARM,
    canSwitchStacks = stackSwitching,
  ) {
    this.#downloads = downloads;
    this.#shared = shared;
    this.#libraries = libraries;
    this.#warm = warm;
    this.#canSwitchStacks = canSwitchStacks;
    void downloads.tidy([...Object.values(libraries), warm]);
  }

  /**
   * Fetches the archives of the libraries that a program needs, and of those that they require. If the
   * program uses time zones, their data is fetched as well.
   *
   * @returns the archives by the name of the library.
   * @throws Error with a message for the reader.
   */
  async archivesFor(
    program: ProgramText,
    progress: Progress,
  ): Promise<Record<string, ArrayBuffer>> {
    const names = this.#needed(program);
    const files = names.map((name) => this.#libraries[name]!);
    const unwatch = this.#downloads.watch(files, progress);
    try {
      const archives = await Promise.all(files.map((file) => this.#downloads.get(file)));
      return Object.fromEntries(names.map((name, index) => [name, archives[index]!]));
    } finally {
      unwatch();
    }
  }

  #needed(program: ProgramText): string[] {
    const declared = dependencies(program.source);
    const implied = usesTimeZones(program) ? [TIME_ZONES] : [];
    return neededLibraries(
      [...declared, ...implied],
      this.#shared,
      importedModules(program),
      this.#libraries,
    );
  }

  /**
   * Returns whether a program can run in a warm worker: it needs every library that such a worker has
   * imported, and the browser can switch stacks. If a declaration is invalid, the result is false.
   */
  suitsWarm(program: ProgramText): boolean {
    try {
      const names = new Set(this.#needed(program));
      return this.#canSwitchStacks && this.#warm.needs.every((name) => names.has(name));
    } catch {
      return false;
    }
  }

  /**
   * Returns whether the sandbox or the browser has the warm snapshot, or the page is downloading it. The
   * result is false once the snapshot has turned out to be unusable.
   */
  async hasWarm(): Promise<boolean> {
    if (this.#isWarmDistrusted) return false;
    return (await this.#isWarmSent) || this.#downloads.has(this.#warm);
  }

  /**
   * Sends the warm snapshot to the sandbox, unless the sandbox has it.
   *
   * @param sandbox - receives the snapshot.
   * @param loader - adds what a worker needs besides the snapshot.
   * @param options - `fetch` allows downloads, for which a first run should not have to wait. Without it,
   * this waits only for downloads that are already in progress.
   * @returns whether the sandbox has the snapshot now.
   */
  giveWarm(
    sandbox: Pick<Sandbox, "send">,
    loader: Pick<AssetLoader, "assetsOf">,
    { fetch }: { fetch: boolean },
  ): Promise<boolean> {
    const send = (isSent: boolean) => isSent || this.#sendWarm(sandbox, loader, fetch);
    return (this.#isWarmSent = this.#isWarmSent.then(send));
  }

  /** Makes all workers start without the warm snapshot from now on, because it cannot be used. */
  distrustWarm(reason: string): void {
    console.warn(`Python starts without its preloaded libraries, which takes longer: ${reason}`);
    this.#isWarmSent = Promise.resolve(false);
    this.#isWarmDistrusted = true;
  }

  async #sendWarm(
    sandbox: Pick<Sandbox, "send">,
    loader: Pick<AssetLoader, "assetsOf">,
    fetch: boolean,
  ): Promise<boolean> {
    if (this.#isWarmDistrusted) return false;
    try {
      const [snapshot] = await Promise.all([
        fetch ? this.#downloads.get(this.#warm) : this.#downloads.stored(this.#warm),
        this.#sendModulesOnce(sandbox, fetch),
      ]);
      if (!snapshot) return false;
      this.#downloads.forget(this.#warm);
      sandbox.send({ type: "warm", assets: loader.assetsOf(snapshot) }, [snapshot]);
      return true;
    } catch {
      // Programs also run without the warm snapshot, but start more slowly. The next run tries again.
      return false;
    }
  }

  #sendModulesOnce(sandbox: Pick<Sandbox, "send">, fetch: boolean): Promise<void> {
    return (this.#sendingModules ??= this.#sendModules(sandbox, fetch).catch((error: unknown) => {
      this.#sendingModules = undefined;
      throw error;
    }));
  }

  async #sendModules(sandbox: Pick<Sandbox, "send">, fetch: boolean): Promise<void> {
    const finding = this.#warm.modules.map(async ({ library, path, handle }) => {
      const file = this.#libraries[library]!;
      if (!fetch && !(await this.#downloads.has(file))) throw new Error(`${library} is missing.`);
      const archive = await this.#downloads.get(file);
      for (const [name, content] of filesOf(archive)) {
        if (path.endsWith(`/${name}`)) return { path, handle, wasm: content.slice().buffer };
      }
      throw new Error(`${library} has no ${path}.`);
    });
    const modules = await Promise.all(finding);
    sandbox.send(
      { type: "modules", modules },
      modules.map(({ wasm }) => wasm),
    );
  }
}
