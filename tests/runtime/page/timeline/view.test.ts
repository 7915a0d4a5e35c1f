import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { TimelineView } from "../../../../runtime/page/timeline/view.ts";
import { ROWS_IN_VIEW } from "../../../../runtime/timeline/drawing/layout.ts";
import type { Timeline } from "../../../../runtime/timeline/model/timeline.ts";
import { FakeElement, installDocument, nextFrame } from "../fake_document.ts";
import { makeTimeline } from "./fixture.ts";

const SUBJECT = { what: "of this run, in your browser" };

let page: ReturnType<typeof installDocument>;
/** The figure of a recorded timeline, as the page contains it before scripts run. */
let figure: FakeElement;
let original: FakeElement["childNodes"];
/** The lines of the program that the view has asked to mark, in this order. */
let lines: number[];
let view: TimelineView;

beforeEach(() => {
  page = installDocument();
  figure = new FakeElement("figure");
  const details = new FakeElement("details");
  details.append(new FakeElement("summary"), new FakeElement("table"));
  figure.append(new FakeElement("figcaption"), new FakeElement("svg"), details);
  page.body.append(figure);
  original = [...figure.childNodes];
  lines = [];
  view = new TimelineView({
    figure: figure as unknown as HTMLElement,
    markLine: (line) => lines.push(line),
  });
});

function show(timeline: Timeline = makeTimeline()): void {
  view.show(timeline, SUBJECT);
}

const find = (selector: string): FakeElement => figure.querySelector(selector)!;
const rows = (): FakeElement[] => find(".tl-lanes").children;
/** The bars that are drawn as selected. */
const selected = (): FakeElement[] =>
  find(".tl-lanes")
    .descendants()
    .filter((element) => element.classList.contains("tl-s"));

/** The accessible name of the bar that has the focus. */
const focused = (): string => page.activeElement?.getAttribute("aria-label") ?? "";

/** Presses keys one after another, and draws a frame after each. */
function press(...keys: string[]): void {
  for (const key of keys) {
    page.activeElement!.fire("keydown", { key });
    nextFrame();
  }
}

/** Clicks at a position in the chart, in px. */
function click(x: number, y: number): void {
  const pointer = { clientX: x, clientY: y, pointerId: 1, button: 0, pointerType: "mouse" };
  find(".tl-lanes").fire("pointerdown", pointer);
  find(".tl-lanes").fire("pointerup", pointer);
  nextFrame();
}

test("the figure gets a caption, the chart and a legend", () => {
  show();
  assert.match(find("figcaption").textContent, /^Timeline of this run, in your browser: /);
  // One for each task. The main thread has none, because its tasks show everything that it does.
  assert.equal(rows().length, 3);
  assert.match(find(".tl-panel").textContent, /running.*ready to run.*waiting/);
});

test("closing the view brings the static figure and its tables back", () => {
  show();
  view.close();
  assert.deepEqual(figure.childNodes, original);
  assert.deepEqual(
    find("details").children.map(({ tag }) => tag),
    ["summary", "table"],
  );
});

test("arrow keys move the focus, and the panel describes the focused bar", () => {
  show();
  view.focus();
  assert.match(focused(), /^Task-1 was ready /);
  press("ArrowRight");
  assert.match(focused(), /^Task-1 ran /);
  assert.equal(find(".tl-panel").textContent, focused());
  press("ArrowDown");
  assert.match(focused(), /^Task-2 /);
  press("ArrowUp", "Home");
  assert.match(focused(), /^Task-1 was ready /);
});

test("Enter selects a segment and marks its line, and Escape ends the selection", () => {
  show();
  view.focus();
  press("ArrowRight", "Enter");
  assert.equal(selected().length, 1);
  assert.equal(page.activeElement!.getAttribute("aria-pressed"), "true");
  assert.deepEqual(lines, [6]);
  press("Escape");
  assert.equal(selected().length, 0);
});

test("a click selects the bar under the pointer, and a moving pointer outlines it", () => {
  show();
  // The names of the lanes take 136 of 1,000 px. The run takes 100 ms, and Task-1 runs from 10 to 15 ms.
  // The first row is 22 px high.
  const [x, y] = [136 + 0.12 * 864, 11];
  click(x, y);
  assert.equal(selected().length, 1);
  find(".tl-lanes").fire("pointermove", { clientX: x, clientY: y, pointerType: "mouse" });
  const outlined = (): FakeElement[] =>
    figure.descendants().filter((element) => element.attributes.has("data-hover"));
  assert.deepEqual(outlined(), selected());
  find(".tl-lanes").fire("pointerleave");
  assert.deepEqual(outlined(), []);
});

test("of very many rows, only those in view are drawn", () => {
  show(makeTimeline(2000));
  assert.ok(rows().length < ROWS_IN_VIEW + 10, String(rows().length));
  // Rows are 22 px high, so this is the top of row 1,000.
  find(".tl-scroll").scrollTop = 22 * 1000;
  find(".tl-scroll").fire("scroll");
  nextFrame();
  assert.ok(rows().length < ROWS_IN_VIEW + 10, String(rows().length));
  assert.ok(rows().some((row) => row.textContent.includes("Task-1001")));
});

test("the row that has the focus stays in the page when it is scrolled out of view", () => {
  show(makeTimeline(1000));
  view.focus();
  press("ArrowDown");
  const before = page.activeElement;
  find(".tl-scroll").scrollTop = 22 * 500;
  find(".tl-scroll").fire("scroll");
  nextFrame();
  assert.equal(page.activeElement, before);
  assert.equal(before!.isConnected, true);
});

test("elements that did not change are kept from one frame to the next", () => {
  const timeline = makeTimeline();
  show(timeline);
  const before = find(".tl-lanes").descendants();
  view.changed();
  assert.equal(nextFrame(), 1);
  const after = find(".tl-lanes").descendants();
  assert.equal(after.length, before.length);
  assert.ok(after.every((element, index) => element === before[index]));
});

test("many changes between two frames are drawn once", () => {
  show();
  for (let count = 0; count < 100; count++) view.changed();
  assert.equal(nextFrame(), 1);
  assert.equal(nextFrame(), 0);
});

test("the button “Whole run” is disabled while the whole run is in view", () => {
  show();
  const isDisabled = (text: string): boolean =>
    figure
      .descendants()
      .find(({ tag, textContent }) => tag === "button" && textContent === text)!
      .attributes.has("aria-disabled");
  assert.equal(isDisabled("Whole run"), true);
  view.press("in");
  nextFrame();
  assert.equal(isDisabled("Whole run"), false);
  view.press("whole");
  nextFrame();
  assert.equal(isDisabled("Whole run"), true);
});

test("marking a line of the program marks all segments that belong to this line", () => {
  show();
  const markedSegments = (): number =>
    find(".tl-lanes")
      .descendants()
      .filter((element) => element.classList.contains("tl-m"))
      .reduce((count, group) => count + group.children.length, 0);
  assert.equal(markedSegments(), 0);
  view.mark(6);
  nextFrame();
  assert.ok(markedSegments() >= 2);
  view.mark(0);
  nextFrame();
  assert.equal(markedSegments(), 0);
});

test("the tables are filled when the reader opens them", () => {
  show();
  const details = find("details");
  assert.equal(find(".tl-tables").childNodes.length, 0);
  details.open = true;
  details.fire("toggle");
  assert.ok(find(".tl-tables").querySelector("table"));
});

test("showing another run forgets the selected segment and the one with the focus", () => {
  show();
  view.focus();
  press("ArrowDown", "ArrowRight", "Enter");
  show(makeTimeline(5));
  assert.equal(selected().length, 0);
  assert.equal(rows().length, 5);
  view.focus();
  assert.match(focused(), /^Task-1 was ready /);
});
