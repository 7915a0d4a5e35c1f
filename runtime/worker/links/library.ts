/** Python's standard library, which arrives later than Python if the worker starts from a snapshot. */
import type { PyodideAPI } from "pyodide";
import type { Library, NoLibrary } from "../../protocol/page_worker.ts";

/** The path of the archive in Pyodide's file system. */
const PATH = "/lib/python314.zip";

/** Puts the archive of the standard library in place when it arrives, and lets imports wait for it. */
export class LateLibrary {
  #isHere = false;
  #content: ArrayBuffer | undefined;
  /** Why the library could not be downloaded. */
  #problem: string | undefined;
  #pyodide: PyodideAPI | undefined;
  #waiting: ((problem: string) => void)[] = [];

  /** The Python module `browser_library`. */
  readonly module = Object.freeze({
    /** Whether Python has started, and the file does not have its content yet. */
    is_late: () => this.#pyodide !== undefined && !this.#isHere,
    /** See `LateLibrary.wait`. For the reason why the promise is in an object, see kernel/kernel.ts. */
    wait: () => ({ promise: this.wait() }),
  });

  /**
   * Connects this object to Python, whose file system already has a file of the archive's size.
   *
   * @param stdlib - the archive, if the file already contains it; otherwise it arrives by `receive`.
   */
  attach(pyodide: PyodideAPI, stdlib: ArrayBuffer | undefined): void {
    this.#pyodide = pyodide;
    if (stdlib) this.#settle();
    else this.#fill();
  }

  receive(message: Library | NoLibrary): void {
    if ("problem" in message) {
      this.#problem = message.problem;
      for (const resolve of this.#waiting.splice(0)) resolve(message.problem);
    } else {
      this.#content = message.stdlib;
      this.#fill();
    }
  }

  /** Forgets that the library could not be downloaded, because the page is trying again. */
  expectAgain(): void {
    this.#problem = undefined;
  }

  /** Resolves to an empty string when the library is here, or to the problem if it cannot be loaded. */
  wait(): Promise<string> {
    if (this.#isHere) return Promise.resolve("");
    if (this.#problem !== undefined) return Promise.resolve(this.#problem);
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  #fill(): void {
    if (!this.#content || !this.#pyodide) return;
    // Writing through the file system would also change the file's times, and Python would then see that
    // they differ from the ones that it has cached.
    const { node } = this.#pyodide.FS.lookupPath(PATH, {}) as {
      node: { contents: Uint8Array };
    };
    node.contents.set(new Uint8Array(this.#content));
    this.#content = undefined;
    this.#settle();
  }

  #settle(): void {
    this.#isHere = true;
    for (const resolve of this.#waiting.splice(0)) resolve("");
  }
}
