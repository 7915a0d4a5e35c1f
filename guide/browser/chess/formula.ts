/** The formulas for the duration of the exhibition, to compare with what the program measures. */
import type { Settings } from "./settings.ts";

export interface Expected {
  seconds: number;
  /** Whether the exhibition can take longer, because one of several masters may wait while a board is ready. */
  isLowerBound: boolean;
}

/**
 * How long the exhibition takes if the masters go from board to board. In each round, either all boards
 * wait for the master, or she waits for one of them. If several masters need time to walk, the result is
 * undefined, because the duration then depends on who walks where.
 */
export function boardToBoard(settings: Settings): Expected | undefined {
  const { boards, pairs, masters, master, opponent, walk } = settings;
  if (masters > 1 && walk > 0) return undefined;
  // A master with a single board walks only once.
  const visit = master + (boards > 1 ? walk : 0);
  if (masters === 1) {
    const lap = Math.max(boards * visit, master + opponent);
    const first = boards * (master + walk);
    return { seconds: (pairs - 1) * lap + first + opponent, isLowerBound: false };
  }
  const busy = Math.ceil((boards * pairs) / masters) * master;
  const lastBoard = Math.ceil(boards / masters) * master + (pairs - 1) * (master + opponent);
  return { seconds: Math.max(busy, lastBoard) + opponent, isLowerBound: true };
}

/**
 * How long the exhibition takes if each master finishes a game before starting the next one, so that one
 * player always idles while the other thinks.
 */
export function gameAfterGame(settings: Settings): number {
  const { boards, pairs, masters, master, opponent, walk } = settings;
  return Math.ceil(boards / masters) * (walk + pairs * (master + opponent));
}

/**
 * The largest possible speedup, whatever the number of boards. The result is undefined for several
 * masters, because some of them may have nothing left to do at the end when they play game after game.
 */
export function speedupLimit(settings: Settings): number | undefined {
  const { pairs, masters, master, opponent, walk } = settings;
  if (masters > 1) return undefined;
  // With a single board, both ways of playing take the same time, so the largest speedup is at least 1.
  return Math.max(1, (walk + pairs * (master + opponent)) / (pairs * (master + walk)));
}

/** The number of boards with which a master no longer has to wait for an opponent. */
export function saturation({ masters, master, opponent, walk }: Settings): number {
  return (masters * (master + opponent)) / (master + walk);
}
