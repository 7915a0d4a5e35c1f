/** The shortest span: a millionth of the run, but no less than 5 µs, or the whole run if that is shorter. */
const FINEST_SHARE = 1e-6;
const FINEST_MS = 0.005;

/** Spans whose lengths differ by no more than this share count as equal, because of rounding errors. */
const TOLERANCE = 0.001;

/** The span of time that is in view, in ms. */
export class Span {
  /** The zoom factor of one press of a button or key. */
  static readonly STEP = 1.6;

  from = 0;
  to = 1;
  /** The end of the run, or a later time while the run is in progress. */
  #limit = 1;
  #whole = true;

  get isWhole(): boolean {
    return this.#whole;
  }

  /** Whether it is not possible to zoom in further. */
  get isFinest(): boolean {
    return this.to - this.from <= this.#finest * (1 + TOLERANCE);
  }

  /** Adapts to the time that a run has reached. While the run is in progress, there is space for more. */
  follow(now: number, hasEnded: boolean): void {
    // Even if the run took no time, the span must not be empty.
    this.#limit = Math.max(hasEnded ? now : ceiling(now), 0.001);
    if (this.#whole) this.reset();
    else this.#set(this.from, this.to - this.from);
  }

  /** Shows the whole run. */
  reset(): void {
    this.#whole = true;
    this.from = 0;
    this.to = this.#limit;
  }

  /** Zooms by a factor around a point, given as a fraction of the span in view. */
  zoom(factor: number, at: number): void {
    const span = this.to - this.from;
    const next = Math.min(this.#limit, Math.max(this.#finest, span / factor));
    this.#set(this.from + at * (span - next), next);
  }

  /** Pans by a fraction of the span in view. */
  pan(by: number): void {
    const span = this.to - this.from;
    this.#set(this.from + by * span, span);
  }

  /**
   * Pans to a segment, unless a part of it is in view already. After that, a later segment ends near the
   * right edge or, if it is long, begins near the left edge. An earlier segment ends in the middle.
   */
  reveal(start: number, end: number): void {
    const span = this.to - this.from;
    if (start < this.to && end > this.from) return;
    const margin = 0.1 * span;
    this.#set(
      start >= this.to ? Math.min(start - margin, end + margin - span) : end - span / 2,
      span,
    );
  }

  /** Brings a time into view near the left edge; returns false if it was in view already. */
  keep(at: number): boolean {
    if (at >= this.from && at <= this.to) return false;
    const span = this.to - this.from;
    this.#set(at - 0.1 * span, span);
    return true;
  }

  /** Returns a function that brings the present span back. */
  remember(): () => void {
    const { from, to, isWhole } = this;
    return () => (isWhole ? this.reset() : this.#set(from, to - from));
  }

  /** The length of the shortest span, in ms. */
  get #finest(): number {
    return Math.min(this.#limit, Math.max(this.#limit * FINEST_SHARE, FINEST_MS));
  }

  #set(from: number, span: number): void {
    this.#whole = span >= this.#limit * (1 - TOLERANCE);
    if (this.#whole) {
      this.reset();
      return;
    }
    this.from = Math.min(Math.max(0, from), this.#limit - span);
    this.to = this.from + span;
  }
}

/** Returns a round time that is greater than `ms`, so that the view of a growing run rarely changes. */
function ceiling(ms: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(ms, 1)));
  const factor = [1, 1.5, 2, 3, 4, 6, 8].find((factor) => factor * power > ms) ?? 10;
  return factor * power;
}
