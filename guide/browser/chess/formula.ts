/** What pen and paper say of the exhibition, to be held against what the program prints. */
import type { Settings } from "./settings.ts";

/** `isBound`: it takes no less; with several masters, who goes where can make it a little more. */
export interface Expected {
  seconds: number;
  isBound: boolean;
}

/**
 * From board to board: in each round either all boards wait for the master or she for a board. None
 * when there are several masters who walk: who goes where then decides.
 */
export function together(settings: Settings): Expected | undefined {
  const { boards, pairs, masters, master, opponent, walk } = settings;
  if (masters > 1 && walk > 0) return undefined;
  // Who has one board only walks there once.
  const turn = master + (boards > 1 ? walk : 0);
  if (masters === 1) {
    const lap = Math.max(boards * turn, master + opponent);
    const first = boards * (master + walk);
    return { seconds: (pairs - 1) * lap + first + opponent, isBound: false };
  }
  const busy = Math.ceil((boards * pairs) / masters) * master;
  const lap = Math.ceil(boards / masters) * master + (pairs - 1) * (master + opponent);
  return { seconds: Math.max(busy, lap) + opponent, isBound: true };
}

/** Game after game: nobody does anything while the other thinks. */
export function inTurn({ boards, pairs, masters, master, opponent, walk }: Settings): number {
  return Math.ceil(boards / masters) * (walk + pairs * (master + opponent));
}

/**
 * So many times faster at most, however many boards there are. None when there are several masters:
 * game after game some of them may have nothing to do in the end.
 */
export function cap({ pairs, masters, master, opponent, walk }: Settings): number | undefined {
  if (masters > 1) return undefined;
  // Who has one board only walks no more in one way than in the other.
  return Math.max(1, (walk + pairs * (master + opponent)) / (pairs * (master + walk)));
}

/** From so many boards on a master has no time to wait. */
export function saturation({ masters, master, opponent, walk }: Settings): number {
  return (masters * (master + opponent)) / (master + walk);
}
