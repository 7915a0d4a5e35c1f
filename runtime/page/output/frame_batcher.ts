/** What a program has printed, on its way to the page: merged, limited, a batch for each frame. */

/** `stdin` is what the reader typed. */
export type Stream = "stdout" | "stderr" | "stdin";

export interface Piece {
  stream: Stream;
  text: string;
}

/** Calls back once, soon, before the page is next painted. */
export type Schedule = (callback: () => void) => void;

/** So much text (UTF-16 units) is shown of one run; the worker's own limit comes first. */
export const MAX_TEXT = 1_000_000;
/** So much of it is put into the page in one frame: laying out more would make the page stutter. */
export const FRAME_TEXT = 12_000;

export class FrameBatcher {
  readonly #render: (pieces: Piece[]) => void;
  readonly #schedule: Schedule;
  #pending: Piece[] = [];
  #scheduled = false;
  #room = MAX_TEXT;
  #drained: (() => void) | undefined;

  constructor(render: (pieces: Piece[]) => void, schedule: Schedule) {
    this.#render = render;
    this.#schedule = schedule;
  }

  /** True when nothing has been written so far. */
  get empty(): boolean {
    return this.#room === MAX_TEXT;
  }

  /** Adds to the end. False when text had to be dropped, because the page shows no more. */
  write(stream: Stream, text: string): boolean {
    const kept = text.length > this.#room ? text.slice(0, this.#room) : text;
    this.#room -= kept.length;
    if (kept !== "") {
      const last = this.#pending.at(-1);
      // Merged only up to a frame's worth: joining ever longer strings would be quadratic.
      if (last?.stream === stream && last.text.length < FRAME_TEXT) last.text += kept;
      else this.#pending.push({ stream, text: kept });
      this.#plan();
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

  #plan(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.#schedule(() => {
      this.#scheduled = false;
      this.#render(this.#take());
      if (this.#pending.length > 0) {
        this.#plan();
      } else {
        this.#drained?.();
        this.#drained = undefined;
      }
    });
  }

  /** The next frame's pieces; a piece that is too long is divided, at the end of a line if it can. */
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
      const cut = newline < 0 ? wholeCharacters(piece.text, room) : newline + 1;
      taken.push({ stream: piece.stream, text: piece.text.slice(0, cut) });
      piece.text = piece.text.slice(cut);
      break;
    }
    return taken;
  }
}

/** The largest cut ≤ `length` that does not divide a character beyond the basic plane. */
function wholeCharacters(text: string, length: number): number {
  const unit = text.charCodeAt(length - 1);
  return unit >= 0xd800 && unit < 0xdc00 && length > 1 ? length - 1 : length;
}

/** The browser's schedule; a hidden tab has no frames, so there a timer stands in. */
export const nextFrame: Schedule = (callback) => {
  if (document.visibilityState === "visible") {
    // A tab hidden before its frame comes would wait for ever: whichever is first.
    let done = false;
    const once = (): void => {
      if (done) return;
      done = true;
      clearTimeout(timer);
      callback();
    };
    const timer = setTimeout(once, 500);
    requestAnimationFrame(once);
  } else {
    setTimeout(callback, 100);
  }
};
