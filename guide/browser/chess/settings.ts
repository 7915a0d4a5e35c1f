/**
 * The settings of the exhibition, which are constants of snippets/chess/exhibition.py: the fields in which
 * readers change them, and how they are put into the program.
 */

export interface Settings {
  /** How many boards there are, with one opponent at each. */
  boards: number;
  /** How many moves each side makes in a game. */
  pairs: number;
  /** How many masters there are. */
  masters: number;
  /** How long a master thinks about a move, in seconds. */
  master: number;
  /** How long an opponent thinks about a move, in seconds. */
  opponent: number;
  /** How long a master takes to walk to another board, in seconds. */
  walk: number;
}

/** The numbers of the story that the tutorial tells. */
export const STORY: Settings = {
  boards: 24,
  pairs: 30,
  masters: 1,
  master: 5,
  opponent: 55,
  walk: 0,
};

/** A field in which readers change one setting. */
export interface Field {
  key: keyof Settings;
  label: string;
  min: number;
  max: number;
  step: number;
  unit: "" | "s";
}

/**
 * The fields. Within their limits, the program never prints so much that the worker would cut off its output;
 * see runtime/worker/links/output_cap.ts.
 */
export const FIELDS: readonly Field[] = [
  { key: "boards", label: "Opponents", min: 1, max: 32, step: 1, unit: "" },
  { key: "master", label: "A master thinks", min: 1, max: 60, step: 0.5, unit: "s" },
  { key: "opponent", label: "An opponent thinks", min: 0, max: 180, step: 0.5, unit: "s" },
  { key: "pairs", label: "Moves of each side", min: 1, max: 30, step: 1, unit: "" },
  { key: "walk", label: "Walk to another table", min: 0, max: 30, step: 0.5, unit: "s" },
  { key: "masters", label: "Masters", min: 1, max: 24, step: 1, unit: "" },
];

export const MAX_BOARDS = FIELDS.find(({ key }) => key === "boards")!.max;

/** The nearest value that a field accepts; undefined if the value is not a finite number. */
export function nearestValid({ min, max, step }: Field, value: number): number | undefined {
  if (!Number.isFinite(value)) return undefined;
  return Math.min(max, Math.max(min, Math.round(value / step) * step));
}

/**
 * Returns the program with these settings as its constants. `isGameAfterGame` says whether the masters
 * finish each game before they start the next one.
 *
 * @throws if the program does not define the constants as expected.
 */
export function withSettings(source: string, settings: Settings, isGameAfterGame: boolean): string {
  const { boards, pairs, masters, master, opponent, walk } = settings;
  const lines: Record<string, string> = {
    "BOARDS, MOVE_PAIRS, MASTERS": `${String(boards)}, ${String(pairs)}, ${String(masters)}`,
    "MASTER, OPPONENT, WALK": `${String(master)}, ${String(opponent)}, ${String(walk)}  # seconds`,
    GAME_AFTER_GAME: isGameAfterGame ? "True" : "False",
  };
  let changed = source;
  for (const [names, values] of Object.entries(lines)) {
    const assignment = new RegExp(`^${names} = .*$`, "m");
    if (!assignment.test(changed)) throw new Error(`The program does not set ${names}.`);
    changed = changed.replace(assignment, `${names} = ${values}`);
  }
  return changed;
}
