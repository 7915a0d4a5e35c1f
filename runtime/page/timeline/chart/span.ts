/** Which stretch of time is in view, in ms. */
export class Span {
  /** One press of a button or a key. */
  static readonly STEP = 1.6;

  from = 0;
  to = 1;
  /** How long the run is, or may become. */
  #limit = 1;
  #whole = true;

  get isWhole(): boolean {
    return this.#whole;
  }

  get isFinest(): boolean {
    return this.to - this.from <= this.#finest * 1.001;
  }

  /** The run has come to here. While it goes on there is room for more, so that bars stay in place. */
  follow(now: number, ended: boolean): void {
    this.#limit = Math.max(ended ? now : ceiling(now), 0.001);
    if (this.#whole) this.reset();
    else this.#set(this.from, this.to - this.from);
  }

  reset(): void {
    this.#whole = true;
    this.from = 0;
    this.to = this.#limit;
  }

  /** By a factor around a fraction of what is in view. */
  zoom(factor: number, at: number): void {
    const span = this.to - this.from;
    const next = Math.min(this.#limit, Math.max(this.#finest, span / factor));
    this.#set(this.from + at * (span - next), next);
  }

  /** By a fraction of what is in view. */
  pan(by: number): void {
    const span = this.to - this.from;
    this.#set(this.from + by * span, span);
  }

  /** Moves as little as shows a stretch, or at least its beginning. */
  reveal(start: number, end: number): void {
    const span = this.to - this.from;
    if (start < this.to && end > this.from) return;
    const margin = 0.1 * span;
    this.#set(
      start >= this.to ? Math.min(start - margin, end + margin - span) : end - span / 2,
      span,
    );
  }

  /** Brings a time into view, and more of what follows it than of what was before; false if it is. */
  keep(at: number): boolean {
    if (at >= this.from && at <= this.to) return false;
    const span = this.to - this.from;
    this.#set(at - 0.1 * span, span);
    return true;
  }

  /** What brings back the stretch that is in view now. */
  remember(): () => void {
    const { from, to, isWhole } = this;
    return () => (isWhole ? this.reset() : this.#set(from, to - from));
  }

  get #finest(): number {
    return Math.min(this.#limit, Math.max(this.#limit * 1e-6, 0.005));
  }

  #set(from: number, span: number): void {
    this.#whole = span >= this.#limit * 0.999;
    if (this.#whole) {
      this.reset();
      return;
    }
    this.from = Math.min(Math.max(0, from), this.#limit - span);
    this.to = this.from + span;
  }
}

/** The next round time above: the view changes a few times, not with every frame. */
function ceiling(ms: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(ms, 1)));
  const factor = [1, 1.5, 2, 3, 4, 6, 8].find((one) => one * power > ms) ?? 10;
  return factor * power;
}
