/** `<chess-exhibition>`: a table of numbers that, with scripts, becomes an exhibition to watch. */

export class ChessExhibition extends HTMLElement {
  #close: (() => void) | undefined;

  connectedCallback(): void {
    if (this.#close) return;
    let closed = false;
    this.#close = () => void (closed = true);
    // Only pages that show it load it.
    import("./hall.ts").then(
      ({ openHall }) => {
        if (!closed) this.#close = openHall(this);
      },
      () => undefined, // no network: the numbers are there
    );
  }

  disconnectedCallback(): void {
    // An element that is only moved is back before this microtask.
    queueMicrotask(() => {
      if (this.isConnected) return;
      this.#close?.();
      this.#close = undefined;
    });
  }
}
