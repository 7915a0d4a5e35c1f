/** Shows what a timeline contains in tables, for readers who cannot use the drawing. */
import { collections } from "../words/collection_words.ts";
import { listRows } from "./layout.ts";
import type { Lane, Segment } from "../model/lane.ts";
import type { Timeline } from "../model/timeline.ts";
import { tree, type Tree } from "./tree.ts";
import { blockedWords, moment, plural, time, waitWords, wakerName } from "../words/words.ts";

/** The content of a cell: one text, or several lines. */
type Cell = string | string[];

const heads = (texts: string[]): Tree[] => texts.map((text) => tree("th", { scope: "col" }, text));

const cells = (row: Cell[]): Tree[] =>
  row.map((cell) =>
    typeof cell === "string"
      ? tree("td", {}, cell)
      : tree("td", {}, ...cell.map((line) => tree("div", {}, line))),
  );

const table = (caption: string, head: string[], rows: Cell[][]): Tree =>
  tree(
    "table",
    {},
    tree("caption", {}, caption),
    tree("thead", {}, tree("tr", {}, ...heads(head))),
    tree("tbody", {}, ...rows.map((row) => tree("tr", {}, ...cells(row)))),
  );

/**
 * Says what a lane did in a segment: blocked the loop, waited for something, or ran a pool's call. The
 * result is empty if nothing is known but its state.
 */
const details = (timeline: Timeline, segment: Segment): string => {
  const span = timeline.blockedSpans.bySegment.get(segment);
  if (span) return blockedWords(span);
  if (segment.state === "waiting") return segment.reason === "" ? "" : waitWords(segment);
  return segment.job;
};

/** Makes the cells of a row about one segment, in the order of the columns of "All states". */
function stateRow(
  timeline: Timeline,
  { name, lane }: { name: string; lane: Lane },
  segment: Segment,
): string[] {
  const { state, start, end } = segment;
  const line = timeline.lineOf(segment);
  return [
    name,
    state,
    moment(start),
    moment(end),
    details(timeline, segment),
    line > 0 ? String(line) : "",
    state === "running" ? "" : wakerName(lane, segment),
  ];
}

/** Makes the cells of a row about one lane, in the order of the columns of "Totals". */
function totalsRow(name: string, lane: Lane): string[] {
  const sum = { running: 0, ready: 0, waiting: 0 };
  for (const { state, start, end } of lane.segments) sum[state] += end - start;
  const { running, ready, waiting } = sum;
  return [name, time(running), time(ready), time(waiting), describeEnd(lane)];
}

/** Says how and when a lane ended; empty if it has not ended. */
function describeEnd({ ending }: Lane): string {
  if (!ending) return "";
  const text = ending.text === "" ? "" : `: ${ending.text}`;
  return `${ending.how} at ${moment(ending.at)}${text}`;
}

/**
 * Makes a table of what the watched collections held (see `CollectionState`). If the program watches none,
 * there is no table.
 */
function collectionTables(timeline: Timeline, limit: number): Tree[] {
  const { collectionStates: states } = timeline;
  const names = collections(timeline);
  if (names.length === 0) return [];
  const rows = states.slice(0, limit).map(({ at, line, values }): Cell[] => {
    const contents = names.map((name): Cell => {
      if (!Object.hasOwn(values, name)) return "";
      const entries = values[name]!;
      return entries.length > 0 ? [...entries] : "empty";
    });
    return [moment(at), line > 0 ? String(line) : "", ...contents];
  });
  const count =
    states.length > limit
      ? `: the first ${String(limit)} of ${plural(states.length, "change")}`
      : "";
  const caption = `What the collections held when a line began${count}`;
  return [table(caption, ["Moment", "Line", ...names], rows)];
}

/**
 * Makes the tables of a timeline: first, if the program watches collections, what these held; then, if
 * there are more states than `limit` or a lane did not end normally, the time that each lane spent in
 * each state; and finally all states of all lanes.
 *
 * @param limit - how many rows each table has at most.
 */
export function tables(timeline: Timeline, limit: number): Tree[] {
  const rows = listRows(timeline, false).rows.filter(({ lane }) => lane.kind !== "process");
  const all: string[][] = [];
  let count = 0;
  for (const { name, lane } of rows) {
    const { segments } = lane;
    count += segments.length;
    for (let index = 0; index < segments.length && all.length < limit; index++) {
      all.push(stateRow(timeline, { name, lane }, segments[index]!));
    }
  }
  const found = collectionTables(timeline, limit);
  if (count > limit || rows.some(({ lane }) => lane.ending && lane.ending.how !== "done")) {
    const totals = rows.slice(0, limit).map(({ name, lane }) => totalsRow(name, lane));
    const rest =
      rows.length > limit ? `: the first ${String(limit)} of ${plural(rows.length, "row")}` : "";
    found.push(table(`Totals${rest}`, ["Row", "Ran", "Ready", "Waited", "End"], totals));
  }
  const part =
    count > limit ? `The first ${String(limit)} of ${plural(count, "state")}` : "All states";
  const head = ["Row", "State", "From", "To", "Details", "Line", "Woken by"];
  return [...found, table(part, head, all)];
}
