/** Loads code that only the reader's actions need, and posts a notice if loading takes long or fails. */
import type { Action, Notices } from "./notices.ts";

/** Loading is mentioned only if it takes longer than this. */
const LOADING_NOTICE_MS = 500;

/** The key of the notices that this module posts. */
const NOTICE = "late-module";

/** A module that is loaded once. After a failure, the next call of `load` tries again. */
export class LateModule<Module> {
  readonly #import: () => Promise<Module>;
  #loading: Promise<Module> | undefined;
  /** The module, once it is loaded. */
  loaded: Module | undefined;

  constructor(load: () => Promise<Module>) {
    this.#import = load;
  }

  load(): Promise<Module> {
    this.#loading ??= this.#import().then(
      (module) => (this.loaded = module),
      (error: unknown) => {
        this.#loading = undefined;
        throw error;
      },
    );
    return this.#loading;
  }

  /** Loads the module before the reader needs it. A failure is not reported: `whenLoaded` tries again. */
  prefetch(): void {
    this.load().catch(() => undefined);
  }

  /**
   * Does what the reader has asked for as soon as the module is loaded. If the module cannot be loaded, a
   * notice says so and offers to try again. If the second attempt fails as well, the notice offers to reload
   * the page.
   *
   * @param notices - Where readers see that the page is still loading, or that loading has failed.
   * @param act - Does what the reader has asked for.
   */
  whenLoaded(notices: Notices, act: (module: Module) => void): Promise<void> {
    return this.#whenLoaded(notices, act, {
      text: "This could not be loaded. Check your network connection and try again.",
      action: {
        label: "Retry",
        // The second attempt may fail even if the network is back: some browsers do not request a module
        // again until the page is reloaded. See https://github.com/whatwg/html/issues/6768.
        act: () =>
          void this.#whenLoaded(notices, act, {
            text: "This could not be loaded again. Reload the page; your edits are kept.",
            action: { label: "Reload", act: () => location.reload() },
          }),
      },
    });
  }

  async #whenLoaded(
    notices: Notices,
    act: (module: Module) => void,
    failure: { text: string; action: Action },
  ): Promise<void> {
    if (this.loaded) {
      act(this.loaded);
      return;
    }
    const timer = setTimeout(() => notices.post(NOTICE, "Loading…"), LOADING_NOTICE_MS);
    let module: Module | undefined;
    try {
      module = await this.load();
    } catch (error) {
      console.warn("A script could not be loaded.", error);
    }
    clearTimeout(timer);
    notices.clear(NOTICE);
    if (module === undefined) notices.post(NOTICE, failure.text, { actions: [failure.action] });
    else act(module);
  }
}
