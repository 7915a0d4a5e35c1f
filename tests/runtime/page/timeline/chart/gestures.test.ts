import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { Gestures } from "../../../../../runtime/page/timeline/chart/gestures.ts";

/** The actions that the gestures have called, with their arguments. */
let calls: unknown[][];
/** Whether the whole run is in view. */
let isWhole: boolean;
/**
 * The area of the chart, 100 px wide. `zoom` and `pan` are called with fractions of this width, `hover` and
 * `press` with px.
 */
let area: EventTarget & { setPointerCapture: (id: number) => void };
let end: AbortController;

beforeEach(() => {
  calls = [];
  isWhole = false;
  end = new AbortController();
  area = Object.assign(new EventTarget(), { setPointerCapture: () => undefined });
  new Gestures(area as unknown as HTMLElement, end.signal, {
    position: (x) => x / 100,
    isWhole: () => isWhole,
    zoom: (factor, at) => calls.push(["zoom", factor, at]),
    pan: (by) => calls.push(["pan", by]),
    hover: (x, y) => calls.push(["hover", x, y]),
    leave: () => calls.push(["leave"]),
    press: (x, y) => calls.push(["press", x, y]),
  });
});

/** Dispatches an event with these fields at the area. */
function dispatch(type: string, fields: object): Event {
  const event = Object.assign(new Event(type, { cancelable: true }), fields);
  area.dispatchEvent(event);
  return event;
}

const pointer = (type: string, x: number, y: number, pointerId = 1, more: object = {}): Event =>
  dispatch(`pointer${type}`, {
    ...{ clientX: x, clientY: y, pointerId, button: 0, pointerType: "mouse" },
    ...more,
  });

const wheel = (fields: object): Event =>
  dispatch("wheel", {
    ...{ clientX: 50, deltaX: 0, deltaY: 0, deltaMode: 0 },
    ...{ ctrlKey: false, metaKey: false, shiftKey: false },
    ...fields,
  });

test("moving the mouse hovers, moving a finger does not", () => {
  pointer("move", 10, 5);
  pointer("move", 11, 5, 2, { pointerType: "touch" });
  pointer("leave", 0, 0);
  assert.deepEqual(calls, [["hover", 10, 5], ["leave"]]);
});

test("a pointer that barely moves between down and up makes a press", () => {
  pointer("down", 10, 5);
  pointer("move", 12, 6);
  pointer("up", 12, 6);
  assert.deepEqual(calls, [["press", 12, 6]]);
});

test("a drag pans by the distance and is not a press", () => {
  pointer("down", 10, 5);
  pointer("move", 30, 5);
  pointer("move", 40, 5);
  pointer("up", 40, 5);
  assert.deepEqual(
    calls.map(([name, by]) => [name, Number((by as number).toFixed(9))]),
    [
      ["pan", -0.2],
      ["pan", -0.1],
    ],
  );
});

test("if the whole run is in view, a drag does nothing", () => {
  isWhole = true;
  pointer("down", 10, 5);
  pointer("move", 40, 5);
  pointer("up", 40, 5);
  assert.deepEqual(calls, []);
});

test("a pointer that moves vertically makes no press, because it scrolls the page", () => {
  pointer("down", 10, 5);
  pointer("up", 10, 60);
  assert.deepEqual(calls, []);
});

test("the right button does nothing", () => {
  pointer("down", 10, 5, 1, { button: 2 });
  pointer("up", 10, 5, 1, { button: 2 });
  assert.deepEqual(calls, []);
});

test("two fingers zoom around the point between them", () => {
  pointer("down", 40, 5, 1);
  pointer("down", 60, 5, 2);
  // The distance of the fingers doubles from 20 to 40 px, around 60 px.
  pointer("move", 80, 5, 2);
  assert.deepEqual(calls, [["zoom", 2, 0.6]]);
});

test("a wheel with Ctrl zooms around the pointer and does not scroll the page", () => {
  const event = wheel({ ctrlKey: true, deltaY: -10 });
  assert.equal(event.defaultPrevented, true);
  const [name, factor, at] = calls[0]!;
  assert.deepEqual([name, at], ["zoom", 0.5]);
  assert.ok((factor as number) > 1);
  // On macOS, the command key does what Ctrl does elsewhere.
  wheel({ metaKey: true, deltaY: 10 });
  assert.ok((calls[1]![1] as number) < 1);
});

test("a horizontal wheel pans, and so does a vertical wheel with Shift", () => {
  assert.equal(wheel({ deltaX: 80 }).defaultPrevented, true);
  assert.equal(wheel({ deltaY: 80, shiftKey: true }).defaultPrevented, true);
  assert.deepEqual(calls, [
    ["pan", 0.1],
    ["pan", 0.1],
  ]);
});

test("a vertical wheel is left to the page, which scrolls", () => {
  assert.equal(wheel({ deltaY: 80, deltaX: 3 }).defaultPrevented, false);
  assert.deepEqual(calls, []);
});

test("after the signal is aborted, gestures do nothing", () => {
  end.abort();
  pointer("move", 10, 5);
  wheel({ ctrlKey: true, deltaY: -10 });
  assert.deepEqual(calls, []);
});
