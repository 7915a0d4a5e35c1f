/** The life cycle that the custom elements of a page share. */

/**
 * A custom element that starts when it is inserted into a page, and ends when it has left the page.
 *
 * Moving an element removes it from the page and inserts it again, which neither ends the element
 * nor starts it a second time. An element that comes back later, for example with the browser's
 * Back button, starts again.
 */
export abstract class PageElement extends HTMLElement {
  #life: AbortController | undefined;

  /**
   * Starts the element. Whatever this method adds to the page has to be taken away when `signal` is
   * aborted, and code that has waited for something must check whether `signal` was aborted meanwhile.
   */
  protected abstract start(signal: AbortSignal): void | Promise<void>;

  connectedCallback(): void {
    if (this.#life) return;
    this.#life = new AbortController();
    void this.start(this.#life.signal);
  }

  disconnectedCallback(): void {
    // An element that is only moved is back in the page before this microtask runs.
    queueMicrotask(() => {
      if (this.isConnected) return;
      this.#life?.abort();
      this.#life = undefined;
    });
  }
}
