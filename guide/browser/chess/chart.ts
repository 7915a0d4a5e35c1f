/** How many times faster, by number of opponents: what was run, and the curve that is expected. */
import { cap, inTurn, saturation, together } from "./formula.ts";
import { FIELDS, type Settings } from "./settings.ts";
import { element } from "../../../runtime/page/kit/dom.ts";

/** Of a number of opponents, times of two runs in seconds. */
export interface Measured {
  boards: number;
  together: number;
  inTurn: number;
}

const SVG = "http://www.w3.org/2000/svg";
const [WIDEST, HEIGHT] = [640, 220];
const [LEFT, RIGHT, TOP, BOTTOM] = [36, 12, 14, 34];
const MOST = FIELDS.find(({ key }) => key === "boards")!.most;

function draw(name: string, attributes: Record<string, string | number>, text = ""): SVGElement {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
  if (text !== "") made.textContent = text;
  return made;
}

/** By number of opponents, from 1; empty where there is no formula. */
function expectedGains(settings: Settings): number[] {
  return Array.from({ length: MOST }, (_, index) => {
    const those = { ...settings, boards: index + 1 };
    const expected = together(those);
    return expected ? [inTurn(those) / expected.seconds] : [];
  }).flat();
}

export class Chart {
  readonly element = element("figure", "chess-chart");
  readonly #svg = draw("svg", { role: "img" });
  readonly #caption = element("figcaption", "");

  constructor() {
    this.element.append(this.#svg, this.#caption);
  }

  draw(settings: Settings, measured: readonly Measured[]): void {
    // As wide as there is room, so that text keeps its size.
    const width = Math.min(this.element.clientWidth || WIDEST, WIDEST);
    this.#svg.setAttribute("viewBox", `0 0 ${String(width)} ${String(HEIGHT)}`);
    const limit = cap(settings);
    const curve = expectedGains(settings);
    const gains = [...curve, ...measured.map((each) => each.inTurn / each.together)];
    const most = Math.max(2, 1.15 * Math.max(limit ?? 0, ...gains));
    const x = (boards: number): number =>
      LEFT + ((boards - 1) / (MOST - 1)) * (width - LEFT - RIGHT);
    const y = (gain: number): number => TOP + (1 - gain / most) * (HEIGHT - TOP - BOTTOM);
    const parts: SVGElement[] = [];
    const step = most > 20 ? 10 : most > 8 ? 4 : 1;
    for (let gain = 0; gain <= most; gain += step) {
      parts.push(
        draw("path", {
          class: "chess-grid",
          d: `M${String(LEFT)} ${String(y(gain))}H${String(width - RIGHT)}`,
        }),
        draw("text", { x: LEFT - 6, y: y(gain) + 4, "text-anchor": "end" }, `${String(gain)}×`),
      );
    }
    for (const boards of [1, 4, 8, 12, 16, 20, 24, 28, 32]) {
      parts.push(
        draw("text", { x: x(boards), y: HEIGHT - 16, "text-anchor": "middle" }, String(boards)),
      );
    }
    parts.push(
      draw("text", { x: width - RIGHT, y: HEIGHT - 2, "text-anchor": "end" }, "opponents"),
    );
    const full = saturation(settings);
    if (limit !== undefined) {
      parts.push(
        draw("path", {
          class: "chess-limit",
          d: `M${String(LEFT)} ${String(y(limit))}H${String(width - RIGHT)}`,
        }),
        draw("text", { x: LEFT + 6, y: y(limit) - 4 }, `at most ${short(limit)}×`),
      );
    }
    if (curve.length > 0 && full > 1 && full < MOST) {
      parts.push(
        draw("path", {
          class: "chess-limit",
          d: `M${String(x(full))} ${String(TOP)}V${String(HEIGHT - BOTTOM)}`,
        }),
        draw(
          "text",
          { x: x(full) + 5, y: HEIGHT - BOTTOM - 6 },
          `no waiting from ${short(full)} on`,
        ),
      );
    }
    if (curve.length > 0) {
      const points = curve.map((gain, index) => `${x(index + 1).toFixed(1)} ${y(gain).toFixed(1)}`);
      parts.push(draw("path", { class: "chess-curve", d: `M${points.join("L")}` }));
    }
    for (const { boards, together, inTurn } of measured) {
      const here = boards === settings.boards ? " chess-here" : "";
      parts.push(
        draw("circle", {
          class: `chess-dot${here}`,
          cx: x(boards),
          cy: y(inTurn / together),
          r: here ? 6 : 4,
        }),
      );
    }
    this.#svg.replaceChildren(...parts);
    const said = measured
      .toSorted((one, other) => one.boards - other.boards)
      .map(({ boards, together, inTurn }) => `${String(boards)}: ${short(inTurn / together)}×`);
    this.#svg.setAttribute(
      "aria-label",
      `How many times faster it is to play from board to board than game after game, by number of opponents. ` +
        (said.length > 0 ? `Measured: ${said.join(", ")}.` : "Nothing has been run yet."),
    );
    this.#caption.textContent =
      "How many times faster it is to play from board to board than game after game. Dots: measured with the program. Line: calculated with the formula.";
  }
}

const short = (value: number): string => String(Number(value.toFixed(2)));
