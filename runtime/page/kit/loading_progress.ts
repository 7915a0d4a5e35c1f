/** The line that shows how far Python is on its way into the page. */
import { element } from "./dom.ts";

export class LoadingProgress {
  readonly element: HTMLElement = element("p", "runnable-progress");
  readonly #label = element("span", "");
  readonly #bar = element("progress", "");

  constructor() {
    // Its text changes many times a second, which is nothing to announce.
    this.element.setAttribute("aria-live", "off");
    this.#bar.setAttribute("aria-label", "Loading");
    this.element.append(this.#label, this.#bar);
    this.starting();
  }

  /** Bytes that have come, of all, and of what. */
  loading(what: string, loaded: number, total: number): void {
    if (loaded >= total) {
      this.starting();
      return;
    }
    this.#label.textContent = `Loading ${what}: ${megabytes(loaded)} of ${megabytes(total)} MB`;
    this.#bar.value = loaded / total;
  }

  starting(): void {
    this.#label.textContent = "Starting Python…";
    this.#bar.removeAttribute("value");
  }
}

function megabytes(bytes: number): string {
  return (bytes / 1_000_000).toFixed(1);
}
