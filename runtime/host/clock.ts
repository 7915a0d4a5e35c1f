/** The clock by which the host decides how long it waits for a program; tests use their own. */
export interface Clock {
  /** Returns the time in ms since an arbitrary origin. */
  now(): number;
  /** Calls `act` once, after `delay` ms. */
  after(delay: number, act: () => void): void;
}

export const realClock: Clock = {
  now: () => performance.now(),
  after: (delay, act) => void setTimeout(act, delay),
};
