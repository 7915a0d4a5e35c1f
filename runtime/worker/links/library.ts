/** The archive of Python's standard library, which a worker that starts from a snapshot gets later. */
import type { PyodideAPI } from "pyodide";
import type { Library, NoLibrary } from "../../protocol/page_worker.ts";

/** Where Pyodide puts it. */
const PATH = "/lib/python314.zip";

export class LateLibrary {
  #here = false;
  #content: ArrayBuffer | undefined;
  #problem: string | undefined;
  #pyodide: PyodideAPI | undefined;
  #waiting: ((problem: string) => void)[] = [];

  /** The module `browser_library`. */
  readonly module = Object.freeze({
    is_here: () => this.#here,
    /** Resolves to what went wrong, or to nothing. In an object; see ./kernel.ts. */
    wait: () => ({ promise: this.wait() }),
  });

  /** The file, of the right size but empty, is in place now. */
  attach(pyodide: PyodideAPI, stdlib: ArrayBuffer | undefined): void {
    this.#pyodide = pyodide;
    // With its content from the start, there is nothing to wait for.
    if (stdlib) this.#settle();
    else this.#fill();
  }

  receive(message: Library | NoLibrary): void {
    if ("problem" in message) {
      this.#problem = message.problem;
      for (const tell of this.#waiting.splice(0)) tell(message.problem);
    } else {
      this.#content = message.stdlib;
      this.#fill();
    }
  }

  /** It is on its way after all. */
  hope(): void {
    this.#problem = undefined;
  }

  wait(): Promise<string> {
    if (this.#here) return Promise.resolve("");
    if (this.#problem !== undefined) return Promise.resolve(this.#problem);
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  #fill(): void {
    if (!this.#content || !this.#pyodide) return;
    // Not written as a file: nothing of it but its content shall change.
    const { node } = this.#pyodide.FS.lookupPath(PATH, {}) as {
      node: { contents: Uint8Array };
    };
    node.contents.set(new Uint8Array(this.#content));
    this.#content = undefined;
    this.#settle();
  }

  #settle(): void {
    this.#here = true;
    for (const tell of this.#waiting.splice(0)) tell("");
  }
}
