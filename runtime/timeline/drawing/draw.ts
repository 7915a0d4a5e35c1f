/**
 * Turns a layout into a tree of elements, which a page renders and the site build writes as HTML. The
 * classes of the elements are short, because static figures repeat them often; timeline.css lists them.
 */
import type { Bar, Chart, Flag, Track } from "./layout.ts";
import type { Lane, State } from "../model/lane.ts";
import type { Timeline } from "../model/timeline.ts";
import { blockedWords, fullName, plural, time } from "../words/words.ts";
import { tree, type Tree } from "./tree.ts";

/** The classes of bars; the q of ready bars stands for "queued". */
const CLASSES: Record<State, string> = { running: "tl-r", ready: "tl-q", waiting: "tl-w" };

/**
 * The order in which a static figure draws the bars by state, so that short running bars stay visible.
 */
const LAYERS: readonly State[] = ["waiting", "ready", "running"];

/** The height of a bar, as in timeline.css. */
const BAR_HEIGHT_PX = 14;

/** A running bar is hatched only if the thread was off the processor for more than this share of it. */
const MIN_OFF_PROCESSOR_SHARE = 0.1;

/** What differs between an interactive and a static drawing. */
export interface Look {
  /** Formats a position or a length as the value of an attribute. */
  unit: (position: number) => string | number;
  /** The id of the pattern that fills ready segments. */
  hatch: string;
  /** For a drawing whose width is not known: returns whether a label would not fit on a phone. */
  isTight?: (text: string, room: number) => boolean;
}

/** Formats a position in pixels. */
export const pixels = (position: number): number => Math.round(position * 10) / 10;

/** Formats a position that is given in thousandths of the width. */
export const percent = (position: number): string =>
  `${String(Number((position / 10).toFixed(2)))}%`;

/** Defines the pattern that fills ready segments, to which the tracks refer. */
export function definitions(hatch: string): Tree {
  return tree(
    "svg",
    { class: "tl-defs", width: 0, height: 0, "aria-hidden": "true" },
    tree(
      "pattern",
      {
        id: hatch,
        width: 4,
        height: 4,
        patternUnits: "userSpaceOnUse",
        patternTransform: "rotate(45)",
      },
      tree("rect", { class: "tl-stripe", width: 2.4, height: 4 }),
    ),
  );
}

/** The label of a bar. `room` is the width of the bar. */
const barText = (
  text: string,
  x: number,
  room: number,
  state: State,
  { unit, isTight }: Look,
): Tree =>
  // The element clips text that is too long.
  tree(
    "svg",
    {
      class: isTight?.(text, room) ? "tl-label tl-tight" : "tl-label",
      x: unit(x),
      width: unit(room),
    },
    tree("text", { class: `${CLASSES[state]}t` }, text),
  );

/** The attributes of a rectangle that is as wide as a bar. */
const box = (bar: Bar, { unit }: Look): { x: string | number; width: string | number } => ({
  x: unit(bar.x),
  width: unit(bar.width),
});

/**
 * Hatches the upper part of a running bar like ready bars. The height of this part shows for which share
 * of the time the thread was not on a processor.
 */
function offProcessor(bar: Bar, look: Look): Tree | undefined {
  const { cpu, start, end } = bar.segment;
  if (bar.state !== "running" || bar.first !== bar.last || cpu === undefined) return undefined;
  const share = 1 - cpu / (end - start);
  // If the segment has no duration, the share is not a number.
  if (!(share > MIN_OFF_PROCESSOR_SHARE)) return undefined;
  const height = (share * BAR_HEIGHT_PX).toFixed(1);
  const upper = { ...box(bar, look), style: `height:${height}px` };
  const fill = `url(#${look.hatch})`;
  // The first rectangle covers the colour of the bar, and the second one has the hatching.
  return tree("g", { class: "tl-gil", fill }, tree("rect", upper), tree("rect", upper));
}

/** The paths of signs, whose centre is at (0, 0): a cross, a crossed-out circle and a square. */
const SIGNS: Record<Exclude<Flag["kind"], "output">, string> = {
  failed: "M-4-4 4 4M4-4-4 4",
  cancelled: "M5 0A5 5 0 1 1-5 0 5 5 0 1 1 5 0M-3.5 3.5 3.5-3.5",
  killed: "M-4-4H4V4H-4Z",
};

/** The sign for one or more marks. */
function flag({ x, kind }: Flag, { unit }: Look): Tree {
  if (kind === "output") return tree("rect", { x: unit(x) });
  return tree("svg", { class: "tl-sign", x: unit(x) }, tree("path", { d: SIGNS[kind] }));
}

/** The parts of a track that are drawn over its bars, such as labels and marks. */
function overlays({ bars, flags }: Track, look: Look): Tree[] {
  const parts: (Tree | undefined)[] = bars.map((bar) => offProcessor(bar, look));
  const outputs = flags.filter(({ kind }) => kind === "output");
  const signs = flags.filter(({ kind }) => kind !== "output");
  const blocked = bars.filter((bar) => bar.blocked);
  const labels = bars.filter(({ label }) => label !== "");
  if (blocked.length > 0) {
    parts.push(tree("g", { class: "tl-h" }, ...blocked.map((bar) => tree("rect", box(bar, look)))));
  }
  for (const { label, x, width, state } of labels)
    parts.push(barText(label, x, width, state, look));
  if (outputs.length > 0) {
    parts.push(tree("g", { class: "tl-o" }, ...outputs.map((one) => flag(one, look))));
  }
  parts.push(...signs.map((one) => flag(one, look)));
  return parts.filter((part) => part !== undefined);
}

/** The track of a lane in a static figure. Bars in the same state share their class, to save bytes. */
export function staticTrack(track: Track, look: Look): Tree {
  const groups = LAYERS.map((state) => {
    const bars = track.bars.filter((bar) => bar.state === state);
    if (bars.length === 0) return undefined;
    const fill = state === "ready" ? `url(#${look.hatch})` : undefined;
    return tree(
      "g",
      { class: CLASSES[state], fill },
      ...bars.map((bar) => tree("rect", box(bar, look))),
    );
  });
  return tree("svg", { class: "tl-track" }, ...groups, ...overlays(track, look));
}

/** The bar that has the keyboard focus, or would get it next, with its accessible name. */
export interface Current {
  bar: Bar;
  name: string;
}

/** The track of a lane in an interactive chart, where the current bar can get the focus. */
export function liveTrack(
  track: Track,
  look: Look,
  current: Current | undefined,
  isSelected: (bar: Bar) => boolean,
): Tree {
  const bars = track.bars.map((bar): Tree => {
    const { first, state } = bar;
    const selected = isSelected(bar);
    const attributes = {
      class: `${CLASSES[state]}${selected ? " tl-s" : ""}`,
      ...box(bar, look),
      fill: state === "ready" ? `url(#${look.hatch})` : undefined,
      ...(current?.bar === bar && {
        role: "button",
        tabindex: 0,
        "aria-label": current.name,
        "aria-pressed": String(selected),
      }),
    };
    return { ...tree("rect", attributes), key: String(first) };
  });
  return tree(
    "svg",
    { class: "tl-track" },
    {
      ...tree(
        "g",
        { class: "tl-m" },
        ...track.bars.filter(({ marked }) => marked).map((bar) => tree("rect", box(bar, look))),
      ),
      // Behind the bars, because the highlight of a marked bar is larger than the bar.
      key: "marked",
    },
    ...bars,
    { ...tree("g", { "aria-hidden": "true" }, ...overlays(track, look)), key: "overlays" },
  );
}

/** A longer name is divided into two parts, the first of which the style sheet may shorten. */
const MAX_NAME_LENGTH = 16;
/** The length of the second part. */
const TAIL_LENGTH = 4;

function nameOf(name: string): Tree {
  if (name.length <= MAX_NAME_LENGTH) return tree("span", { class: "tl-name" }, name);
  const [head, tail] = [name.slice(0, -TAIL_LENGTH), name.slice(-TAIL_LENGTH)];
  return tree(
    "span",
    { class: "tl-name", title: name },
    tree("span", {}, head),
    tree("span", {}, tail),
  );
}

/** Returns the key by which a redraw finds the row of a lane again. */
export const rowKey = ({ process, id }: Lane): string => `${String(process.id)}:${String(id)}`;

/**
 * The row of one lane: its name and its track.
 *
 * @param content - the drawn track.
 * @param top - distance from the top, in px; undefined if the row has no fixed position.
 */
export function row(track: Track, content: Tree, top: number | undefined): Tree {
  const { lane, name, depth, mergedProcess } = track.listed;
  // A row that a process shares with a thread has the look of the process if it has its name.
  const kind = mergedProcess?.name === name ? mergedProcess.kind : lane.kind;
  const style = `${depth > 0 ? `--d:${String(depth)};` : ""}${top === undefined ? "" : `top:${String(top)}px`}`;
  return {
    ...tree("div", { class: `tl-lane tl-${kind ?? "thread"}`, style }, nameOf(name), content),
    key: rowKey(lane),
  };
}

/** The time axis below the rows. */
export function axis({ ticks, width }: Chart, { unit }: Look): Tree {
  return tree(
    "div",
    { class: "tl-lane tl-axis", "aria-hidden": "true" },
    tree(
      "svg",
      { class: "tl-track" },
      ...ticks.map(({ x, label }) =>
        tree(
          "text",
          {
            x: unit(x),
            y: 13,
            // The first label begins at its tick and the last one ends there, so neither is cut off.
            "text-anchor": x < 1 ? undefined : x > 0.96 * width ? "end" : "middle",
          },
          label,
        ),
      ),
    ),
  );
}

/** The vertical lines behind all lanes, and the area about which nothing is known. */
export function grid({ ticks, cut, width }: Chart, { unit }: Look): Tree {
  return tree(
    "svg",
    { class: "tl-grid", "aria-hidden": "true" },
    ...ticks.map(({ x }) => tree("rect", { x: unit(x) })),
    cut === undefined
      ? undefined
      : tree("rect", { class: "tl-cut", x: unit(cut), width: unit(width - cut) }),
  );
}

/** An entry of the legend: shapes and what they mean. */
const legendEntry = (name: string, ...shapes: Tree[]): Tree =>
  tree("span", {}, tree("svg", { class: "tl-key", "aria-hidden": "true" }, ...shapes), ` ${name}`);

/** Explains the colours, and those signs that occur in the timeline. */
export function legend(timeline: Timeline, look: Look): Tree[] {
  const sign = (kind: keyof typeof SIGNS, name: string): Tree =>
    legendEntry(name, tree("svg", { class: "tl-sign", x: 12 }, tree("path", { d: SIGNS[kind] })));
  const bar = (state: State, fill?: string): Tree =>
    tree("g", { class: CLASSES[state], fill }, tree("rect", { width: 24 }));
  const { kinds } = timeline;
  const found = [
    legendEntry("running", bar("running")),
    legendEntry("ready to run", bar("ready", `url(#${look.hatch})`)),
    legendEntry("waiting", bar("waiting")),
  ];
  if (kinds.has("stdout") || kinds.has("stderr")) {
    found.push(legendEntry("printed", tree("g", { class: "tl-o" }, tree("rect", { x: 12 }))));
  }
  if (kinds.has("failed")) found.push(sign("failed", "failed"));
  if (kinds.has("cancelled")) found.push(sign("cancelled", "cancelled"));
  if (kinds.has("killed")) found.push(sign("killed", "killed"));
  if (timeline.blockedSpans.all.length > 0) {
    const outline = tree("g", { class: "tl-h" }, tree("rect", { x: 1, width: 22 }));
    found.push(legendEntry("blocks the event loop", bar("running"), outline));
  }
  return found;
}

/** How many list items `findings` returns for blocked spans at most. */
const MAX_FINDINGS = 3;

/** Returns list items about what readers should not miss: blocked event loops, and missing data. */
export function findings(timeline: Timeline): Tree[] {
  const { cut, leftOut } = timeline;
  const spans = timeline.blockedSpans.all.toSorted(
    (one, other) => other.end - other.start - (one.end - one.start),
  );
  // A single blocked span is in the headline.
  const found = (spans.length > 1 ? spans : [])
    // If there are too many, the last item counts the others.
    .slice(0, spans.length > MAX_FINDINGS ? MAX_FINDINGS - 1 : MAX_FINDINGS)
    .map((span) => tree("li", {}, `${fullName(span.lane)} ${blockedWords(span)}.`));
  const left = spans.length - found.length;
  if (left > 1) {
    const further = spans.slice(-left);
    const sum = further.reduce((ms, { start, end }) => ms + end - start, 0);
    const times = plural(left, "further time");
    found.push(tree("li", {}, `The event loop was blocked ${times}, for ${time(sum)} in all.`));
  }
  if (leftOut > 0) {
    const others = `${plural(leftOut, "task")} that began later`;
    found.push(tree("li", {}, `The recording is limited in size: ${others} are not shown.`));
  }
  if (cut !== undefined) {
    found.push(tree("li", {}, `The timeline is limited in size: it ends at ${time(cut)}.`));
  }
  return found;
}
