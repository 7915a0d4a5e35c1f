/** Reserves the height that an element once had, so that what is below it does not move up again. */
export class ReservedHeight {
  readonly #element: HTMLElement;
  #width = 0;
  #height = 0;

  constructor(element: HTMLElement) {
    this.#element = element;
  }

  /** Measures the element after its content has changed. A new width starts a new height. */
  update(): void {
    const { offsetWidth: width, offsetHeight: height, style } = this.#element;
    if (width === this.#width && height <= this.#height) return;
    style.minHeight = "";
    this.#width = width;
    this.#height = this.#element.offsetHeight;
    style.minHeight = `${String(this.#height)}px`;
  }
}
