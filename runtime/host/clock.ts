/** The time by which the host measures its patience with programs; tests use a clock of their own. */
export interface Clock {
  /** In ms, from an arbitrary origin. */
  now(): number;
  /** Calls `act` once, in `delay` ms. */
  after(delay: number, act: () => void): void;
}

export const realClock: Clock = {
  now: () => performance.now(),
  after: (delay, act) => void setTimeout(act, delay),
};
