/** How much output one run may produce before the rest is dropped: more than readers would read. */
export const MAX_LINES = 5_000;
export const MAX_CHARACTERS = 500_000;

/** Drops what a run prints beyond these limits. Both streams of a run share one cap. */
export class OutputCap {
  /** How many complete lines have been admitted. */
  lines = 0;
  /** Whether the last call of `admit` was the one that reached the cap. */
  justReached = false;
  #characters = 0;
  #isReached = false;

  /** Returns the part of the text that may still be shown. */
  admit(text: string): string {
    this.justReached = false;
    if (this.#isReached) return "";
    let end = 0;
    while (end < text.length && this.lines < MAX_LINES && this.#characters < MAX_CHARACTERS) {
      const newline = text.indexOf("\n", end);
      const lineEnd = newline < 0 ? text.length : newline + 1;
      const next = Math.min(lineEnd, end + MAX_CHARACTERS - this.#characters);
      this.#characters += next - end;
      if (newline >= 0 && next === lineEnd) this.lines += 1;
      end = next;
    }
    if (end < text.length) this.#isReached = this.justReached = true;
    return text.slice(0, end);
  }
}
