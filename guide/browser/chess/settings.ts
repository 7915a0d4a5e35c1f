/** What readers can set of the exhibition: the constants of snippets/chess/exhibition.py. */

export interface Settings {
  boards: number;
  /** Moves of each side in a game. */
  pairs: number;
  masters: number;
  /** Seconds that a master thinks, an opponent thinks, and a walk from one table to another takes. */
  master: number;
  opponent: number;
  walk: number;
}

/** Those of the notes. */
export const STORY: Settings = {
  boards: 24,
  pairs: 30,
  masters: 1,
  master: 5,
  opponent: 55,
  walk: 0,
};

export interface Field {
  key: keyof Settings;
  label: string;
  least: number;
  most: number;
  step: number;
  unit: "" | "s";
}

/** All boards and moves together print less than a page shows of a run. */
export const FIELDS: readonly Field[] = [
  { key: "boards", label: "Opponents", least: 1, most: 32, step: 1, unit: "" },
  { key: "master", label: "A master thinks", least: 1, most: 60, step: 0.5, unit: "s" },
  { key: "opponent", label: "An opponent thinks", least: 0, most: 180, step: 0.5, unit: "s" },
  { key: "pairs", label: "Moves of each side", least: 1, most: 30, step: 1, unit: "" },
  { key: "walk", label: "Walk to another table", least: 0, most: 30, step: 0.5, unit: "s" },
  { key: "masters", label: "Masters", least: 1, most: 24, step: 1, unit: "" },
];

/** The nearest value that a field can have; NaN stays out. */
export function fitting({ least, most, step }: Field, value: number): number | undefined {
  if (!Number.isFinite(value)) return undefined;
  return Math.min(most, Math.max(least, Math.round(value / step) * step));
}

/** The program with these constants. */
export function program(source: string, settings: Settings, gameAfterGame: boolean): string {
  const { boards, pairs, masters, master, opponent, walk } = settings;
  const lines: Record<string, string> = {
    "BOARDS, MOVE_PAIRS, MASTERS": `${String(boards)}, ${String(pairs)}, ${String(masters)}`,
    "MASTER, OPPONENT, WALK": `${String(master)}, ${String(opponent)}, ${String(walk)}  # seconds`,
    GAME_AFTER_GAME: gameAfterGame ? "True" : "False",
  };
  let made = source;
  for (const [names, values] of Object.entries(lines)) {
    const assignment = new RegExp(`^${names} = .*$`, "m");
    if (!assignment.test(made)) throw new Error(`The program does not set ${names}.`);
    made = made.replace(assignment, `${names} = ${values}`);
  }
  return made;
}
