/** Plays time back, faster or slower than real time, frame by frame. */

/**
 * The time between two frames counts as no longer than this, so that playback does not jump ahead when
 * the browser has drawn no frames for a while, for example in a hidden tab.
 */
const MAX_FRAME_MS = 250;

export class Playback {
  /** How many times as fast as real time. */
  speed = 1;
  #frame = 0;

  get isPlaying(): boolean {
    return this.#frame !== 0;
  }

  /** Calls `act` in each frame with the time in ms, until `act` returns false or `stop` is called. */
  start(from: number, act: (time: number) => boolean): void {
    this.stop();
    let time = from;
    let last: number | undefined;
    const step = (now: number): void => {
      time += Math.min(MAX_FRAME_MS, now - (last ?? now)) * this.speed;
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
