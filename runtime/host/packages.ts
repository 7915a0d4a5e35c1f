/** Fetches the libraries that a program declares; loaded only for programs that declare some. */
import { LIBRARIES_CACHE } from "./cache_names.ts";
import { Downloads, type Progress, type RuntimeFile } from "./download.ts";
import { filesOf } from "../protocol/archive.ts";
import { stackSwitching } from "../protocol/stack_switching.ts";
import type { Sandbox } from "./sandbox.ts";
import type { Supply } from "./supply.ts";
import { dependencies, resolve, type Library } from "./requirements.ts";

/** Put here by the build: a folder's files in one zip archive for each library. */
declare const LIBRARIES: Record<string, Library & RuntimeFile>;

/** Put here by the build: the memory of a Python that has imported some of them; see make_snapshot.ts. */
declare const WARM: RuntimeFile & {
  needs: string[];
  modules: { library: string; path: string; handle: number }[];
};

/** The libraries' archives, each fetched once in a tab, and the way to start with them imported. */
export class Packages {
  readonly #downloads: Downloads;
  #warm = Promise.resolve(false);
  #modules: Promise<void> | undefined;
  #isDistrusted = false;

  /** `base` is the URL of the published runtime folder. */
  constructor(base: URL) {
    this.#downloads = new Downloads(base, LIBRARIES_CACHE);
    void this.#downloads.tidy([...Object.values(LIBRARIES), WARM]);
  }

  /** The archives for what this program declares, by name; throws a message for the reader. */
  async of(source: string, progress: Progress): Promise<Record<string, ArrayBuffer>> {
    const names = resolve(dependencies(source), LIBRARIES);
    const files = names.map((name) => LIBRARIES[name]!);
    const unwatch = this.#downloads.watch(files, progress);
    try {
      const archives = await Promise.all(files.map((file) => this.#downloads.get(file)));
      return Object.fromEntries(names.map((name, index) => [name, archives[index]!]));
    } finally {
      unwatch();
    }
  }

  /** Whether this program declares all that is imported in a worker that starts warm. */
  suitsWarm(source: string): boolean {
    try {
      const names = new Set(resolve(dependencies(source), LIBRARIES));
      return stackSwitching && WARM.needs.every((name) => names.has(name));
    } catch {
      return false;
    }
  }

  /** Whether workers can start warm without a download, as far as one can say at once. */
  async hasWarm(): Promise<boolean> {
    return !this.#isDistrusted && ((await this.#warm) || this.#downloads.has(WARM));
  }

  /**
   * Gives the sandbox what workers need to start warm; returns whether it has that. It is more than
   * a first run should wait for: unless it is to be fetched, ask `hasWarm` before.
   */
  giveWarm(sandbox: Sandbox, supply: Supply, { fetch }: { fetch: boolean }): Promise<boolean> {
    return (this.#warm = this.#warm.then((given) => given || this.#give(sandbox, supply, fetch)));
  }

  /** From now on workers start without. */
  distrustWarm(reason: string): void {
    console.warn(`Python starts without its preloaded libraries, which takes longer: ${reason}`);
    this.#warm = Promise.resolve(false);
    this.#isDistrusted = true;
  }

  async #give(sandbox: Sandbox, supply: Supply, fetch: boolean): Promise<boolean> {
    if (this.#isDistrusted) return false;
    try {
      const [snapshot] = await Promise.all([
        fetch ? this.#downloads.get(WARM) : this.#downloads.kept(WARM),
        this.#giveModulesOnce(sandbox),
      ]);
      if (!snapshot) return false;
      this.#downloads.forget(WARM);
      sandbox.send({ type: "warm", assets: supply.assetsOf(snapshot) }, [snapshot]);
      return true;
    } catch {
      // No network, perhaps: then imports take their time, and the next run tries again.
      return false;
    }
  }

  #giveModulesOnce(sandbox: Sandbox): Promise<void> {
    return (this.#modules ??= this.#giveModules(sandbox).catch((error: unknown) => {
      this.#modules = undefined;
      throw error;
    }));
  }

  async #giveModules(sandbox: Sandbox): Promise<void> {
    const modules = WARM.modules.map(async ({ library, path, handle }) => {
      const archive = await this.#downloads.get(LIBRARIES[library]!);
      for (const [name, content] of filesOf(archive)) {
        if (path.endsWith(`/${name}`)) return { path, handle, wasm: content.slice().buffer };
      }
      throw new Error(`${library} has no ${path}.`);
    });
    const given = await Promise.all(modules);
    const contents = given.map(({ wasm }) => wasm);
    sandbox.send({ type: "modules", modules: given }, contents);
  }
}
