/** The figure of a finished run, complete without scripts. */
import * as draw from "./draw.ts";
import { layOut, list } from "./layout.ts";
import type { Timeline } from "./model.ts";
import { tree, type Tree } from "./tree.ts";
import { plural, summary } from "./words.ts";

/** So many lanes are in sight at once. */
export const LANES = 24;
/** Of bars and marks. */
const ELEMENTS = 600;
const TABLE_ROWS = 40;
/** Positions are thousandths: the figure is as wide as there is room. */
const WIDTH = 1000;
/** More than a pixel on a wide page. */
const NARROWEST = 2;
/** On a phone there is room for no more. */
const TICKS = 6;

/** A `<figure>`; `name` makes its ids its own in a page. */
export function figure(timeline: Timeline, { what, name }: { what: string; name: string }): Tree {
  const hatch = `hatch-${name.replace(/\W+/g, "-")}`;
  const look: draw.Look = { unit: draw.percent, hatch };
  const { rows, library } = list(timeline, false);
  const places = rows.slice(0, LANES).map((_, index) => index);
  const chart = layOut(timeline, rows, {
    from: 0,
    to: Math.max(timeline.now, 0.001),
    width: WIDTH,
    places,
    narrowest: NARROWEST,
    budget: ELEMENTS,
    ticks: TICKS,
    line: 0,
  });
  const about = summary(timeline);
  const found = draw.findings(timeline);
  const hidden = [];
  if (rows.length > LANES) hidden.push(`${plural(rows.length - LANES, "more lane")}`);
  if (library > 0) hidden.push(`${plural(library, "lane")} of libraries`);
  return tree(
    "figure",
    { class: "runnable-timeline" },
    tree("figcaption", { class: "tl-head" }, tree("span", {}, `Timeline ${what}: ${about}`)),
    found.length > 0 ? tree("ul", { class: "tl-findings" }, ...found) : undefined,
    tree(
      "div",
      { class: "tl-chart", role: "img", "aria-label": `Timeline: ${about}` },
      draw.definitions(hatch),
      draw.grid(chart, look),
      tree(
        "div",
        { class: "tl-lanes" },
        ...chart.tracks.map((track) => draw.row(track, draw.staticTrack(track, look), undefined)),
      ),
      draw.axis(chart, look),
    ),
    tree(
      "p",
      { class: "tl-panel" },
      tree(
        "span",
        { class: "tl-legend" },
        ...draw.legend(timeline, look),
        hidden.length > 0 ? tree("span", {}, `Not shown: ${hidden.join(", ")}`) : undefined,
      ),
    ),
    tree(
      "details",
      {},
      tree("summary", {}, "The timeline as a table"),
      tree("div", { class: "tl-tables" }, ...draw.tables(timeline, TABLE_ROWS)),
    ),
  );
}
