/** Draws the static figure of a finished run, which needs no scripts. */
import * as draw from "./draw.ts";
import { headline } from "../words/headline.ts";
import { LANES, layOut, list, labelWidth } from "./layout.ts";
import type { Timeline } from "../model/timeline.ts";
import { tables } from "./tables.ts";
import { tree, type Tree } from "./tree.ts";
import { census, folded, plural, time } from "../words/words.ts";

/** How many bars and signs are drawn at most. */
const MAX_ELEMENTS = 600;
const TABLE_ROWS = 40;
/** Positions are thousandths of the width, because the figure takes all the width there is. */
const WIDTH = 1000;
/** The width of a pixel in this unit, on a page and on a phone. */
const PIXEL = WIDTH / 520;
const PHONE_PIXEL = WIDTH / 330;
/** In this unit, a little more than a pixel on a page. */
const MIN_BAR_WIDTH = 2;
/** The approximate number of labels on the axis, which is as many as fit on a phone. */
const TICKS = 6;

export interface FigureOptions {
  /** Where the run took place, for the caption: "recorded on CPython 3.13". */
  what: string;
  /** A name that no other figure of the page has. It makes the ids in the figure unique. */
  name: string;
  /** Replaces the number of lanes and the duration in the caption. */
  about?: string;
  /** Replaces the headline that is computed from the run. */
  says?: string;
}

/** Returns a `<figure>`. */
export function figure(timeline: Timeline, options: FigureOptions): Tree {
  const { what, name, about = `${census(timeline)}, ${time(timeline.now)}` } = options;
  const says = options.says ?? headline(timeline);
  // Ids of widgets contain no dot, so that none of them can be the same.
  const hatch = `hatch.${name.replace(/[^\w.-]+/g, "-")}`;
  const look: draw.Look = {
    unit: draw.percent,
    hatch,
    isTight: (text, room) => labelWidth(text) * PHONE_PIXEL > room,
  };
  const { rows, library } = list(timeline, false);
  const places = rows.slice(0, LANES).map((_, index) => index);
  const chart = layOut(timeline, rows, {
    from: 0,
    to: Math.max(timeline.known, 0.001),
    width: WIDTH,
    places,
    narrowest: MIN_BAR_WIDTH,
    budget: MAX_ELEMENTS,
    ticks: TICKS,
    pixel: PIXEL,
    phonePixel: PHONE_PIXEL,
    line: 0,
  });
  const found = draw.findings(timeline);
  const hidden = [];
  if (rows.length > LANES) hidden.push(`${plural(rows.length - LANES, "more row")}`);
  if (library.length > 0) hidden.push(folded(library));
  return tree(
    "figure",
    { class: "runnable-timeline" },
    tree(
      "figcaption",
      { class: "tl-head" },
      tree("span", {}, `Timeline ${what}: ${about}`),
      tree("div", { class: "tl-tools" }),
    ),
    says === "" ? undefined : tree("p", { class: "tl-says" }, says),
    found.length > 0 ? tree("ul", { class: "tl-findings" }, ...found) : undefined,
    tree(
      "div",
      {
        class: "tl-chart",
        role: "img",
        "aria-label": `Timeline: ${about}. ${says}`.trim(),
        // Before the chart is laid out, the style sheet computes its height from this number of rows.
        style: `--tl-rows:${String(chart.tracks.length)}`,
      },
      draw.definitions(hatch),
      draw.grid(chart, look),
      tree(
        "div",
        { class: "tl-lanes" },
        ...chart.tracks.map((track) => draw.row(track, draw.staticTrack(track, look), undefined)),
      ),
      draw.axis(chart, look),
    ),
    hidden.length > 0
      ? tree("p", { class: "tl-more" }, `Not shown: ${hidden.join(", ")}.`)
      : undefined,
    tree("p", { class: "tl-panel tl-legend" }, ...draw.legend(timeline, look)),
    tree(
      "details",
      {},
      tree("summary", {}, "The timeline as a table"),
      // Browsers with scripts read this as text, which costs less than elements. The page makes the
      // elements when a reader opens the details.
      tree(
        "noscript",
        {},
        tree(
          "div",
          // This element scrolls, so it must be reachable with the keyboard.
          { class: "tl-tables", role: "group", "aria-label": "Tables", tabindex: 0 },
          ...tables(timeline, TABLE_ROWS),
        ),
      ),
    ),
  );
}
