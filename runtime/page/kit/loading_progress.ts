/** The line that shows how much of Python, or of a program's libraries, has been loaded. */
import { element } from "./dom.ts";

const BYTES_PER_MB = 1_000_000;

export class LoadingProgress {
  readonly element: HTMLElement = element("p", "runnable-progress");
  readonly #label = element("span", "");
  readonly #bar = element("progress", "");

  constructor() {
    // The text changes many times a second, so screen readers should not announce it.
    this.element.setAttribute("aria-live", "off");
    this.#bar.setAttribute("aria-label", "Loading");
    this.element.append(this.#label, this.#bar);
    this.starting();
  }

  /**
   * Shows how much has been loaded.
   *
   * @param what - What is being loaded, for example "Python".
   * @param loaded - Bytes that have been loaded so far.
   * @param total - All bytes to be loaded.
   */
  loading(what: string, loaded: number, total: number): void {
    if (loaded >= total) {
      this.starting();
      return;
    }
    this.#label.textContent = `Loading ${what}: ${megabytes(loaded)} of ${megabytes(total)} MB`;
    this.#bar.value = loaded / total;
  }

  /** Shows that Python is starting: before the first call of `loading`, and when everything is loaded. */
  starting(): void {
    this.#label.textContent = "Starting Python…";
    this.#bar.removeAttribute("value");
  }
}

function megabytes(bytes: number): string {
  return (bytes / BYTES_PER_MB).toFixed(1);
}
