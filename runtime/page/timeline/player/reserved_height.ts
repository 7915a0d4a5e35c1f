/**
 * Keeps an element from becoming lower than its greatest height since its width last changed, so that the
 * content below it does not move up.
 */
export class ReservedHeight {
  readonly #element: HTMLElement;
  #width = 0;
  #height = 0;

  constructor(element: HTMLElement) {
    this.#element = element;
  }

  /** Has to be called when the content of the element has changed. */
  update(): void {
    const { offsetWidth: width, offsetHeight: height, style } = this.#element;
    if (width === this.#width && height <= this.#height) return;
    style.minHeight = "";
    this.#width = width;
    this.#height = this.#element.offsetHeight;
    style.minHeight = `${String(this.#height)}px`;
  }
}
