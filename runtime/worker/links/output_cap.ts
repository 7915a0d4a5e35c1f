/** How much output one run may show before the rest is dropped: more than readers would read. */
export const MAX_LINES = 5_000;
export const MAX_CHARACTERS = 500_000;

/**
 * How many characters a run may write altogether, including those that it overwrites, as progress bars
 * do. The page needs time to read overwritten text, even though it does not show this text.
 */
export const MAX_WRITTEN = 10_000_000;

/** What each call of `admit` costs the page in addition to its text: as much as this many characters. */
const CALL_COST = 40;

/** A program can move the cursor up only by this many lines; page/output/terminal.ts has the same number. */
const REACHABLE_LINES = 50;

/** A newline, and the control characters and sequences that move the cursor back over printed text. */
// oxlint-disable-next-line no-control-regex -- control characters are what this looks for
const STOPS = /\n|\r(?!\n)|\u001b\[(\d*)(?:;\d*)?([AFHf])/g;

/** Drops what a run prints beyond these limits. Both streams of a run share one cap. */
export class OutputCap {
  /** How many complete lines have been admitted and not been overwritten. */
  lines = 0;
  /** Whether the last call of `admit` was the one that reached the cap. */
  justReached = false;
  #characters = 0;
  #written = 0;
  #isReached = false;
  /** How many characters the last lines have. The last number is that of the line of the cursor. */
  #lengths = [0];

  /** Returns the part of the text that may still be shown. */
  admit(text: string): string {
    this.justReached = false;
    if (this.#isReached) return "";
    this.#written += CALL_COST;
    let end = 0;
    while (end < text.length && this.#hasRoom()) {
      STOPS.lastIndex = end;
      const stop = STOPS.exec(text);
      const next = stop ? STOPS.lastIndex : text.length;
      const room = Math.min(MAX_CHARACTERS - this.#characters, MAX_WRITTEN - this.#written);
      const admitted = Math.min(next, end + room);
      this.#count(admitted - end);
      end = admitted;
      if (stop && admitted === next) this.#stopAt(stop);
    }
    if (end < text.length) this.#isReached = this.justReached = true;
    return text.slice(0, end);
  }

  #hasRoom(): boolean {
    return (
      this.lines < MAX_LINES && this.#characters < MAX_CHARACTERS && this.#written < MAX_WRITTEN
    );
  }

  #count(characters: number): void {
    this.#characters += characters;
    this.#written += characters;
    this.#lengths[this.#lengths.length - 1]! += characters;
  }

  /** Handles the end of a line, or a control character or sequence that moves the cursor back. */
  #stopAt([stop, count, final]: RegExpExecArray): void {
    if (stop === "\n") {
      this.lines += 1;
      this.#lengths.push(0);
      if (this.#lengths.length > REACHABLE_LINES) this.#lengths.shift();
    } else if (stop === "\r") {
      this.#forget(0);
    } else {
      const isUp = final === "A" || final === "F";
      this.#forget(isUp ? Math.max(1, Number(count)) : REACHABLE_LINES);
    }
  }

  /** Stops counting the line of the cursor and `above` lines above it, because they are overwritten. */
  #forget(above: number): void {
    for (let line = 0; line < above && this.#lengths.length > 1; line++) {
      this.#characters -= this.#lengths.pop()!;
      this.lines -= 1;
    }
    this.#characters -= this.#lengths.pop()!;
    this.#lengths.push(0);
  }
}
