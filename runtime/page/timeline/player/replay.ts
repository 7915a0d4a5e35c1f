/** Time that goes on with the reader's, faster or slower. */

/** A page that stood still for longer goes on where it was, in ms. */
const LONGEST_FRAME = 250;

export class Replay {
  /** Times as fast as real time. */
  pace = 1;
  #frame = 0;

  get isPlaying(): boolean {
    return this.#frame !== 0;
  }

  /** Calls `act` in each frame with the time that it is then, until that says no, or `stop`. */
  start(from: number, act: (time: number) => boolean): void {
    this.stop();
    let time = from;
    let last: number | undefined;
    const step = (now: number): void => {
      time += Math.min(LONGEST_FRAME, now - (last ?? now)) * this.pace;
      last = now;
      this.#frame = requestAnimationFrame(step);
      if (!act(time)) this.stop();
    };
    this.#frame = requestAnimationFrame(step);
  }

  stop(): void {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
  }
}
