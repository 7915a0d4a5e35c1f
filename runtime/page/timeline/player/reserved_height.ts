/** Keeps an element as high as it has ever been, so that the content below it does not move up. */
export class ReservedHeight {
  readonly #element: HTMLElement;
  #width = 0;
  #height = 0;

  constructor(element: HTMLElement) {
    this.#element = element;
  }

  /** Measures the element after its content has changed. If its width has changed, starts anew. */
  update(): void {
    const { offsetWidth: width, offsetHeight: height, style } = this.#element;
    if (width === this.#width && height <= this.#height) return;
    style.minHeight = "";
    this.#width = width;
    this.#height = this.#element.offsetHeight;
    style.minHeight = `${String(this.#height)}px`;
  }
}
