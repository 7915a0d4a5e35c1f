/** How much one run may print before the rest is dropped: more than anyone reads. */
export const MAX_LINES = 5_000;
export const MAX_CHARACTERS = 500_000;

/** Lets output through until there is too much of it. Both streams of a run share one. */
export class OutputCap {
  lines = 0;
  /** True for the one call of `admit` that reached the cap. */
  justReached = false;
  #characters = 0;
  #reached = false;

  /** The part of the text that may still be shown. */
  admit(text: string): string {
    this.justReached = false;
    if (this.#reached) return "";
    let end = 0;
    while (end < text.length && this.lines < MAX_LINES && this.#characters < MAX_CHARACTERS) {
      const newline = text.indexOf("\n", end);
      const lineEnd = newline < 0 ? text.length : newline + 1;
      const next = Math.min(lineEnd, end + MAX_CHARACTERS - this.#characters);
      this.#characters += next - end;
      if (newline >= 0 && next === lineEnd) this.lines += 1;
      end = next;
    }
    if (end < text.length) this.#reached = this.justReached = true;
    return text.slice(0, end);
  }
}
