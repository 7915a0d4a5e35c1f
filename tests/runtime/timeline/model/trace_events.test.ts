import assert from "node:assert/strict";
import { test } from "node:test";
import {
  decodeEvents,
  decodeTrace,
  type CollectionsEvent,
  type OutputEvent,
  type TraceEvent,
  type TraceRow,
} from "../../../../runtime/timeline/model/trace_events.ts";

/** Rows of every kind, each with the event that it means. */
const DECODED: [TraceRow, TraceEvent][] = [
  [
    ["lane", 1, 0, "thread", "MainThread", 0, -1, 0],
    {
      kind: "lane",
      lane: 1,
      parent: 0,
      laneKind: "thread",
      name: "MainThread",
      at: 0,
      createdBy: -1,
      line: 0,
      runs: "",
    },
  ],
  [
    ["lane", 2, 1, "task", "Task-1", 0.5, 1, 5, "main"],
    {
      kind: "lane",
      lane: 2,
      parent: 1,
      laneKind: "task",
      name: "Task-1",
      at: 0.5,
      createdBy: 1,
      line: 5,
      runs: "main",
    },
  ],
  [
    ["step", 2, 0.25, -1, 0.5, 1, "sleep", "", 7],
    {
      kind: "step",
      lane: 2,
      ready: 0.25,
      wokenBy: -1,
      start: 0.5,
      end: 1,
      reason: "sleep",
      target: "",
      line: 7,
    },
  ],
  [
    ["step", 2, 1, 1, 1, 1, "", "", 0],
    {
      kind: "step",
      lane: 2,
      ready: 1,
      wokenBy: 1,
      start: 1,
      end: 1,
      reason: "",
      target: "",
      line: 0,
    },
  ],
  [
    ["wait", 1, 2, "I/O", "socket", 3],
    { kind: "wait", lane: 1, at: 2, reason: "I/O", target: "socket", line: 3 },
  ],
  [["ready", 1, 3, -1], { kind: "ready", lane: 1, at: 3, wokenBy: -1 }],
  [["run", 1, 3], { kind: "run", lane: 1, at: 3 }],
  [["seen", 1, 4, 9], { kind: "seen", lane: 1, at: 4, line: 9 }],
  [["job", 1, 4, "read", 2], { kind: "job", lane: 1, at: 4, name: "read", line: 2 }],
  [["cpu", 1, 5, 0.3], { kind: "cpu", lane: 1, at: 5, ms: 0.3 }],
  [["end", 2, 6, "cancelled", ""], { kind: "end", lane: 2, at: 6, how: "cancelled", text: "" }],
  [
    ["output", 1, 7, "stderr", "oh", 4],
    { kind: "output", lane: 1, at: 7, stream: "stderr", text: "oh", line: 4 },
  ],
  [
    ["state", 1, 7, 5, { ready: ["flash('Fastnet')", "main()"], timers: [] }],
    {
      kind: "state",
      lane: 1,
      at: 7,
      line: 5,
      values: { ready: ["flash('Fastnet')", "main()"], timers: [] },
    },
  ],
  [["state", 1, 8, 6, {}], { kind: "state", lane: 1, at: 8, line: 6, values: {} }],
  [["fewer", 3], { kind: "fewer", tasks: 3 }],
  [["cut", 8], { kind: "cut", at: 8 }],
];

const ROWS = DECODED.map(([row]) => row);

/**
 * Returns a copy whose objects are all ordinary ones. The collections of a `CollectionsEvent` have no
 * prototype, and without this copy `deepEqual` would find them different from object literals.
 */
const plain = (value: unknown): unknown => structuredClone(value);

test("rows of every kind are decoded into events with named fields", () => {
  assert.deepEqual(
    plain(decodeEvents(ROWS)),
    DECODED.map(([, event]) => event),
  );
});

test("a single invalid row makes all rows invalid", () => {
  const invalid: unknown[] = [
    ["run", 1],
    ["run", 1, 2, 3],
    ["run", 1, Infinity],
    ["run", 1, NaN],
    ["run", 1, "2"],
    ["run", -1, 2],
    ["run", 1.5, 2],
    ["ready", 1, 2, -2],
    ["wait", 1, 2, "", "", 0],
    ["wait", 1, 2, "nap", "", 0],
    ["wait", 1, 2, "sleep", "", -3],
    ["step", 2, 0, -1, 0.5, 1, "nap", "", 7],
    ["lane", 1, 0, "fibre", "a", 0, -1, 0],
    ["lane", 2, 1, "task", "a", 0, -1, 0, 7],
    ["lane", 2, 1, "task", "a", 0, -1, 0, "main", "more"],
    ["end", 1, 0, "won", ""],
    ["output", 1, 0, "stdlog", "", 0],
    ["state", 1, 0, 5],
    ["state", 1, 0, 5, null],
    ["state", 1, 0, 5, "ready"],
    ["state", 1, 0, 5, []],
    ["state", 1, 0, 5, { ready: "flash" }],
    ["state", 1, 0, 5, { ready: ["flash", 1] }],
    ["state", 1, 0, 5, { ready: { 0: "flash" } }],
    ["state", 1, 0, 5, { ready: [] }, "more"],
    ["state", 1, 0, -5, { ready: [] }],
    ["toString"],
    ["__proto__", 1, 2],
    [["run"], 1, 2],
    [],
    {},
    null,
    "run",
  ];
  for (const row of invalid) {
    assert.equal(decodeEvents([...ROWS, row]), undefined, JSON.stringify(row));
  }
  for (const rows of [undefined, null, {}, "rows", 5]) assert.equal(decodeEvents(rows), undefined);
});

const decodeOne = <Event extends TraceEvent>(row: unknown): Event =>
  decodeEvents([row])![0] as Event;

test("long texts are truncated", () => {
  const { text } = decodeOne<OutputEvent>(["output", 1, 0, "stdout", "x".repeat(5000), 0]);
  assert.equal(text, "x".repeat(200));
});

test("collections and entries beyond the limit are left out", () => {
  const entries = Array.from({ length: 1000 }, () => "x".repeat(5000));
  const names = Array.from({ length: 100 }, (_, index) => `${"n".repeat(300)}${String(index)}`);
  const long = Object.fromEntries(names.map((name) => [name, entries]));
  const { values } = decodeOne<CollectionsEvent>(["state", 1, 0, 5, long]);
  // Truncated, these names are equal.
  assert.deepEqual(plain(values), { ["n".repeat(200)]: Array(50).fill("x".repeat(200)) });
  const many = Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`n${index}`, []]));
  const kept = decodeOne<CollectionsEvent>(["state", 1, 0, 5, many]).values;
  assert.equal(Object.keys(kept).length, 4);
});

test("a collection may have the name of a property that all objects inherit", () => {
  const named: unknown = JSON.parse('{"__proto__": ["a"], "constructor": []}');
  const { values } = decodeOne<CollectionsEvent>(["state", 1, 0, 5, named]);
  assert.deepEqual(Object.entries(values), [
    ["__proto__", ["a"]],
    ["constructor", []],
  ]);
  assert.equal((values as Record<string, unknown>)["toString"], undefined);
});

test("a trace is decoded only if all of its parts are valid", () => {
  const trace = {
    schema: 1,
    interpreter: "CPython 3.13",
    end: 9,
    processes: [{ process: 1, parent: 0, rows: ROWS }],
  };
  assert.deepEqual(plain(decodeTrace(trace)), {
    interpreter: "CPython 3.13",
    end: 9,
    processes: [{ process: 1, parent: 0, events: DECODED.map(([, event]) => event) }],
  });
  const invalid: unknown[] = [
    { ...trace, schema: 2 },
    { ...trace, end: "9" },
    { ...trace, processes: [{ process: 1, parent: 0, rows: [["run"]] }] },
    { ...trace, processes: [{ process: -1, parent: 0, rows: [] }] },
    { ...trace, processes: {} },
    null,
    [],
  ];
  for (const value of invalid) assert.equal(decodeTrace(value), undefined);
});
