/**
 * Collects the output of a program and renders it in batches, usually one in each animation frame. Output
 * beyond a limit is dropped.
 */

/** The stream that a text belongs to; `stdin` stands for what the reader has typed. */
export type Stream = "stdout" | "stderr" | "stdin";

/** A piece of output. */
export interface Piece {
  stream: Stream;
  text: string;
}

/** Calls the function once, usually just before the page is next painted. */
export type Schedule = (callback: () => void) => void;

/**
 * How much text of one run is shown, in UTF-16 units. Usually the worker's own limit, in
 * worker/links/output_cap.ts, is reached earlier.
 */
export const MAX_TEXT = 1_000_000;

/**
 * How much text a run may write in all if it overwrites its own output, in UTF-16 units. Overwritten text
 * takes no space on the page, but the page still has to process it.
 */
export const MAX_WRITTEN = 20_000_000;

/**
 * How much text is added to the page in one frame, in UTF-16 units. Laying out more text would make the
 * page stutter.
 */
export const FRAME_TEXT = 12_000;

/** How long to wait for an animation frame before rendering without one. */
const FRAME_TIMEOUT_MS = 500;

/** How long a hidden tab, which has no animation frames, waits before it renders output. */
const HIDDEN_TAB_DELAY_MS = 100;

export class FrameBatcher {
  readonly #render: (pieces: Piece[]) => void;
  readonly #schedule: Schedule;
  #pending: Piece[] = [];
  #isScheduled = false;
  /** How much more text may be written, in UTF-16 units. */
  #capacity = MAX_TEXT;
  /** Called when everything has been rendered. */
  #drained: (() => void) | undefined;

  constructor(render: (pieces: Piece[]) => void, schedule: Schedule) {
    this.#render = render;
    this.#schedule = schedule;
  }

  /** Adds a text to the end. Returns false if some of it was dropped because of the limit. */
  write(stream: Stream, text: string): boolean {
    const kept = text.slice(0, this.#capacity);
    this.#capacity -= kept.length;
    if (kept !== "") {
      const last = this.#pending.at(-1);
      // Pieces are merged only up to the size of a batch, because joining ever longer strings would
      // take quadratic time.
      if (last?.stream === stream && last.text.length < FRAME_TEXT) last.text += kept;
      else this.#pending.push({ stream, text: kept });
      this.#schedulePending();
    }
    return kept.length === text.length;
  }

  /** Resolves when everything written so far is in the page. */
  drained(): Promise<void> {
    if (this.#pending.length === 0) return Promise.resolve();
    return new Promise((resolve) => {
      const before = this.#drained;
      this.#drained = () => {
        before?.();
        resolve();
      };
    });
  }

  #schedulePending(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    this.#schedule(() => {
      this.#isScheduled = false;
      this.#render(this.#take());
      if (this.#pending.length > 0) {
        this.#schedulePending();
      } else {
        this.#drained?.();
        this.#drained = undefined;
      }
    });
  }

  /**
   * Removes and returns the pieces of the next batch. A piece that is too long for the rest of the batch is
   * divided at the end of a line. If no line ends early enough, the piece has to wait for the next batch, or
   * is divided within a line if it is the first piece of this batch.
   */
  #take(): Piece[] {
    const taken: Piece[] = [];
    let room = FRAME_TEXT;
    while (room > 0) {
      const piece = this.#pending[0];
      if (!piece) break;
      if (piece.text.length <= room) {
        taken.push(piece);
        this.#pending.shift();
        room -= piece.text.length;
        continue;
      }
      const newline = piece.text.lastIndexOf("\n", room - 1);
      if (newline < 0 && taken.length > 0) break;
      const cut = newline < 0 ? characterBoundary(piece.text, room) : newline + 1;
      taken.push({ stream: piece.stream, text: piece.text.slice(0, cut) });
      piece.text = piece.text.slice(cut);
      break;
    }
    return taken;
  }
}

/** Returns the largest offset up to `length` that does not divide a surrogate pair, but at least 1. */
function characterBoundary(text: string, length: number): number {
  const unit = text.charCodeAt(length - 1);
  return unit >= 0xd800 && unit < 0xdc00 && length > 1 ? length - 1 : length;
}

/** Calls the function in the next animation frame, or after a delay if no frame comes, as in a hidden tab. */
export const nextFrame: Schedule = (callback) => {
  if (document.visibilityState === "visible") {
    // If the tab is hidden before its next frame, no frame comes, so a timer is needed as well.
    let isDone = false;
    const once = (): void => {
      if (isDone) return;
      isDone = true;
      clearTimeout(timer);
      callback();
    };
    const timer = setTimeout(once, FRAME_TIMEOUT_MS);
    requestAnimationFrame(once);
  } else {
    setTimeout(callback, HIDDEN_TAB_DELAY_MS);
  }
};
