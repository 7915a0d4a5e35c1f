/**
 * Python's standard library. A snapshot contains the modules that most programs use, so a worker that
 * starts from one asks for the library only when a program needs something else from it, or at its start
 * if it cannot suspend a stack.
 */
import type { PyodideAPI } from "pyodide";
import type { Library, NoLibrary } from "../../protocol/page_worker.ts";

/** The path of the archive in Pyodide's file system. */
const PATH = "/lib/python314.zip";

/** Puts the archive of the standard library in place when it arrives, and lets imports wait for it. */
export class LateLibrary {
  #isHere = false;
  readonly #ask: () => void;
  #content: ArrayBuffer | undefined;
  #pyodide: PyodideAPI | undefined;
  #waiting: ((problem: string) => void)[] = [];

  /** @param ask - asks the page for the library; `receive` gets the answer. */
  constructor(ask: () => void) {
    this.#ask = ask;
  }

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
      for (const resolve of this.#waiting.splice(0)) resolve(message.problem);
    } else {
      this.#content = message.stdlib;
      this.#fill();
    }
  }

  /**
   * Asks for the library if it is not here. Resolves to an empty string when it has arrived, or to the
   * problem if it cannot be loaded.
   */
  wait(): Promise<string> {
    if (this.#isHere) return Promise.resolve("");
    if (this.#waiting.length === 0) this.#ask();
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
