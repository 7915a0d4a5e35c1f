/** The formulas for the duration of the exhibition and for the speedup, to compare with measurements. */
import type { Settings } from "./settings.ts";

/** A calculated duration. */
export interface Expected {
  seconds: number;
  /** Whether the exhibition can take longer, because a master may wait although another board is ready. */
  isLowerBound: boolean;
}

/**
 * Calculates how long the exhibition takes if the masters go from board to board. If several masters need
 * time to walk, the result is undefined, because the duration then depends on who walks where.
 */
export function boardToBoard(settings: Settings): Expected | undefined {
  const { boards, pairs, masters, master, opponent, walk } = settings;
  if (masters > 1 && walk > 0) return undefined;
  // A master with a single board walks only once.
  const visit = master + (boards > 1 ? walk : 0);
  if (masters === 1) {
    // In each round, either the master is always busy and the boards wait for her, or she waits for the
    // opponent at the first board to reply. The longer of the two times is the length of the round.
    const round = Math.max(boards * visit, master + opponent);
    // When the master has moved once at each board, there are `pairs - 1` more rounds until her last move
    // at the last board. Then the opponent there has to reply.
    const firstRound = boards * (master + walk);
    return { seconds: (pairs - 1) * round + firstRound + opponent, isLowerBound: false };
  }
  // The exhibition cannot be over before the busiest master has made all her moves, nor before the board
  // that is reached last has been played to its end.
  const busy = Math.ceil((boards * pairs) / masters) * master;
  const lastBoard = Math.ceil(boards / masters) * master + (pairs - 1) * (master + opponent);
  return { seconds: Math.max(busy, lastBoard) + opponent, isLowerBound: true };
}

/**
 * Calculates how long the exhibition takes if each master finishes a game before starting the next one, so
 * that at each board in play, one player waits while the other one thinks.
 */
export function gameAfterGame(settings: Settings): number {
  const { boards, pairs, masters, master, opponent, walk } = settings;
  return Math.ceil(boards / masters) * (walk + pairs * (master + opponent));
}

/**
 * Calculates the speedup that no number of boards can exceed. The result is undefined for several masters,
 * because some of them may have nothing left to do at the end when they play game after game.
 */
export function speedupLimit(settings: Settings): number | undefined {
  const { pairs, masters, master, opponent, walk } = settings;
  if (masters > 1) return undefined;
  // With a single board, both ways of playing take the same time, so the largest speedup is at least 1.
  return Math.max(1, (walk + pairs * (master + opponent)) / (pairs * (master + walk)));
}

/** Calculates the number of boards from which on a master never has to wait for an opponent. */
export function saturation({ masters, master, opponent, walk }: Settings): number {
  return (masters * (master + opponent)) / (master + walk);
}
