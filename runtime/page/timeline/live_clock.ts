/** Advances the timeline of a run with the run's clock, because a run that waits emits no events. */
import type { Timeline } from "../../timeline/model/timeline.ts";

/** The time between two redraws. */
const TICK_MS = 250;
/** The time between two redraws for readers who prefer reduced motion. */
const CALM_TICK_MS = 1000;

export class LiveClock {
  #timer: ReturnType<typeof setInterval> | undefined;

  /**
   * Advances a timeline regularly until its run has ended, or until `stop` or `start` is called.
   *
   * @param clock - returns the time since the main process began, in ms.
   * @param isCalm - whether the reader prefers reduced motion.
   * @param onTick - redraws the timeline.
   */
  start(timeline: Timeline, clock: () => number, isCalm: boolean, onTick: () => void): void {
    this.stop();
    if (timeline.ended) return;
    const tick = (): void => {
      if (timeline.ended) this.stop();
      else timeline.advance(clock());
      onTick();
    };
    this.#timer = setInterval(tick, isCalm ? CALM_TICK_MS : TICK_MS);
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}
