/** Checks rows and traces that come from elsewhere: any program may send anything. */
import {
  REASONS,
  type Ending,
  type LaneKind,
  type ProcessRows,
  type Row,
  type Trace,
} from "./rows.ts";

/** Longer texts are cut to this. */
const MAX_TEXT = 200;

/** More collections, and more entries of one, are left out. */
const MAX_NAMES = 4;
const MAX_ENTRIES = 50;

const KINDS: readonly string[] = ["process", "thread", "task"] satisfies LaneKind[];
const ENDINGS: readonly string[] = ["done", "failed", "cancelled", "killed"] satisfies Ending[];
const STREAMS: readonly string[] = ["stdout", "stderr"];

type Check = (value: unknown) => boolean;

const isNumber: Check = (value) => Number.isFinite(value);
const isCount: Check = (value) => Number.isSafeInteger(value) && (value as number) >= 0;
/** Of another lane: -1 stands for none. */
const isLane: Check = (value) => Number.isSafeInteger(value) && (value as number) >= -1;
const isText: Check = (value) => typeof value === "string";
const isOneOf =
  (known: readonly string[]): Check =>
  (value) =>
    known.includes(value as string);
const isReason = isOneOf(REASONS);
const isReasonOrNone: Check = (value) => value === "" || isReason(value);
const isTexts: Check = (value) => Array.isArray(value) && value.every(isText);
const isCollections: Check = (value) =>
  typeof value === "object" &&
  value !== null &&
  !Array.isArray(value) &&
  Object.values(value).every(isTexts);

/** What follows the type in a row of each type. */
const SHAPES: Record<Row[0], Check[]> = {
  lane: [isCount, isLane, isOneOf(KINDS), isText, isNumber, isLane, isCount],
  step: [isCount, isNumber, isLane, isNumber, isNumber, isReasonOrNone, isText, isCount],
  wait: [isCount, isNumber, isReason, isText, isCount],
  ready: [isCount, isNumber, isLane],
  run: [isCount, isNumber],
  seen: [isCount, isNumber, isCount],
  job: [isCount, isNumber, isText, isCount],
  cpu: [isCount, isNumber, isNumber],
  end: [isCount, isNumber, isOneOf(ENDINGS), isText],
  output: [isCount, isNumber, isOneOf(STREAMS), isText, isCount],
  state: [isCount, isNumber, isCount, isCollections],
  fewer: [isCount],
  cut: [isNumber],
};

/** So many texts may come after that. */
const OPTIONAL: Record<string, number> = { lane: 1 };

function shortened(part: unknown): unknown {
  if (typeof part === "string") return part.slice(0, MAX_TEXT);
  if (typeof part !== "object") return part;
  // Without a prototype: names are the program's, and may be those of methods.
  const kept = Object.create(null) as Record<string, string[]>;
  for (const [name, entries] of Object.entries(part as object).slice(0, MAX_NAMES)) {
    const texts = (entries as string[]).slice(0, MAX_ENTRIES);
    kept[name.slice(0, MAX_TEXT)] = texts.map((text) => text.slice(0, MAX_TEXT));
  }
  return kept;
}

function asRow(value: unknown): Row | undefined {
  if (!Array.isArray(value) || typeof value[0] !== "string") return undefined;
  if (!Object.hasOwn(SHAPES, value[0])) return undefined;
  const shape = SHAPES[value[0] as Row[0]];
  const more = value.slice(shape.length + 1) as unknown[];
  if (value.length <= shape.length || !more.every(isText)) return undefined;
  if (more.length > (OPTIONAL[value[0]] ?? 0)) return undefined;
  if (!shape.every((check, index) => check(value[index + 1]))) return undefined;
  return value.map(shortened) as unknown as Row;
}

/** The rows, with long texts cut; undefined if one of them is no row. */
export function asRows(value: unknown): Row[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const rows: Row[] = [];
  for (const one of value as unknown[]) {
    const row = asRow(one);
    if (!row) return undefined;
    rows.push(row);
  }
  return rows;
}

function asProcessRows(value: unknown): ProcessRows | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const { process, parent, rows } = value as Record<string, unknown>;
  const checked = asRows(rows);
  if (!isCount(process) || !isCount(parent) || !checked) return undefined;
  return { process: process as number, parent: parent as number, rows: checked };
}

/** A recorded trace, with long texts cut; undefined if it is none. */
export function asTrace(value: unknown): Trace | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const { schema, interpreter, end, processes } = value as Record<string, unknown>;
  if (schema !== 1 || typeof interpreter !== "string" || !isNumber(end)) return undefined;
  if (!Array.isArray(processes)) return undefined;
  const checked: ProcessRows[] = [];
  for (const one of processes as unknown[]) {
    const process = asProcessRows(one);
    if (!process) return undefined;
    checked.push(process);
  }
  return {
    schema: 1,
    interpreter: interpreter.slice(0, MAX_TEXT),
    end: end as number,
    processes: checked,
  };
}
