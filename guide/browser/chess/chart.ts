/**
 * Draws the chart that shows how many times faster playing from board to board is than playing game after
 * game, by number of opponents. Dots are measured, and the curve is calculated.
 */
import { boardToBoard, gameAfterGame, saturation, speedupLimit } from "./formula.ts";
import { MAX_BOARDS, type Settings } from "./settings.ts";
import { element } from "../../../runtime/entry/for_elements.ts";

/** How long both ways of playing took with a number of opponents, in seconds. */
export interface Measurement {
  boards: number;
  boardToBoard: number;
  gameAfterGame: number;
}

const SVG = "http://www.w3.org/2000/svg";
/** The greatest width and the height of the drawing, in px. */
const [MAX_WIDTH, HEIGHT] = [640, 220];
/** The margins of the drawing, in px. */
const [LEFT, RIGHT, TOP, BOTTOM] = [36, 12, 14, 34];

/** Makes an SVG element with these attributes and this text. */
function svgElement(
  name: string,
  attributes: Record<string, string | number>,
  text = "",
): SVGElement {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
  if (text !== "") made.textContent = text;
  return made;
}

/** The calculated speedups with 1 to `MAX_BOARDS` opponents; empty if there is no formula. */
function expectedSpeedups(settings: Settings): number[] {
  return Array.from({ length: MAX_BOARDS }, (_, index) => {
    const changed = { ...settings, boards: index + 1 };
    const expected = boardToBoard(changed);
    return expected ? [gameAfterGame(changed) / expected.seconds] : [];
  }).flat();
}

export class Chart {
  readonly element = element("figure", "chess-chart");
  readonly #svg = svgElement("svg", { role: "img" });
  readonly #caption = element("figcaption", "");

  constructor() {
    this.element.append(this.#svg, this.#caption);
  }

  /** Draws the curve for these settings, and a dot for each measurement. */
  draw(settings: Settings, measurements: readonly Measurement[]): void {
    // The chart is drawn anew for each width, because scaling it would change the size of its text.
    const width = Math.min(this.element.clientWidth || MAX_WIDTH, MAX_WIDTH);
    this.#svg.setAttribute("viewBox", `0 0 ${String(width)} ${String(HEIGHT)}`);
    const limit = speedupLimit(settings);
    const curve = expectedSpeedups(settings);
    const speedups = [...curve, ...measurements.map(speedupOf)];
    // The largest speedup of the vertical axis, with some space above what is drawn.
    const top = Math.max(2, 1.15 * Math.max(limit ?? 0, ...speedups));
    const x = (boards: number): number =>
      LEFT + ((boards - 1) / (MAX_BOARDS - 1)) * (width - LEFT - RIGHT);
    const y = (speedup: number): number => TOP + (1 - speedup / top) * (HEIGHT - TOP - BOTTOM);
    const parts: SVGElement[] = [];
    const step = top > 20 ? 10 : top > 8 ? 4 : 1;
    for (let speedup = 0; speedup <= top; speedup += step) {
      parts.push(
        svgElement("path", {
          class: "chess-grid",
          d: `M${String(LEFT)} ${String(y(speedup))}H${String(width - RIGHT)}`,
        }),
        svgElement(
          "text",
          { x: LEFT - 6, y: y(speedup) + 4, "text-anchor": "end" },
          `${String(speedup)}×`,
        ),
      );
    }
    for (const boards of [1, 4, 8, 12, 16, 20, 24, 28, 32]) {
      parts.push(
        svgElement(
          "text",
          { x: x(boards), y: HEIGHT - 16, "text-anchor": "middle" },
          String(boards),
        ),
      );
    }
    parts.push(
      svgElement("text", { x: width - RIGHT, y: HEIGHT - 2, "text-anchor": "end" }, "opponents"),
    );
    const saturated = saturation(settings);
    if (limit !== undefined) {
      parts.push(
        svgElement("path", {
          class: "chess-limit",
          d: `M${String(LEFT)} ${String(y(limit))}H${String(width - RIGHT)}`,
        }),
        svgElement("text", { x: LEFT + 6, y: y(limit) - 4 }, `at most ${rounded(limit)}×`),
      );
    }
    if (curve.length > 0 && saturated > 1 && saturated < MAX_BOARDS) {
      parts.push(
        svgElement("path", {
          class: "chess-limit",
          d: `M${String(x(saturated))} ${String(TOP)}V${String(HEIGHT - BOTTOM)}`,
        }),
        svgElement(
          "text",
          { x: x(saturated) + 5, y: HEIGHT - BOTTOM - 6 },
          `no waiting from ${rounded(saturated)} on`,
        ),
      );
    }
    if (curve.length > 0) {
      const points = curve.map(
        (speedup, index) => `${x(index + 1).toFixed(1)} ${y(speedup).toFixed(1)}`,
      );
      parts.push(svgElement("path", { class: "chess-curve", d: `M${points.join("L")}` }));
    }
    for (const measurement of measurements) {
      const { boards } = measurement;
      const isPresent = boards === settings.boards;
      parts.push(
        svgElement("circle", {
          class: `chess-dot${isPresent ? " chess-here" : ""}`,
          cx: x(boards),
          cy: y(speedupOf(measurement)),
          r: isPresent ? 6 : 4,
        }),
      );
    }
    this.#svg.replaceChildren(...parts);
    const values = measurements
      .toSorted((one, other) => one.boards - other.boards)
      .map((measurement) => `${String(measurement.boards)}: ${rounded(speedupOf(measurement))}×`);
    this.#svg.setAttribute(
      "aria-label",
      `How many times faster it is to play from board to board than game after game, by number of opponents. ` +
        (values.length > 0 ? `Measured: ${values.join(", ")}.` : "Nothing has been run yet."),
    );
    this.#caption.textContent =
      "How many times faster it is to play from board to board than game after game. Dots: measured with the program. Line: calculated with the formula.";
  }
}

const speedupOf = (measurement: Measurement): number =>
  measurement.gameAfterGame / measurement.boardToBoard;

/** Formats a number with at most two decimals. */
const rounded = (value: number): string => String(Number(value.toFixed(2)));
