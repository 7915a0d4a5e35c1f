import assert from "node:assert/strict";
import { test } from "node:test";
import { asRows, asTrace } from "../../../../runtime/timeline/model/check.ts";
import type { Row } from "../../../../runtime/timeline/model/rows.ts";

const ROWS: Row[] = [
  ["lane", 1, 0, "thread", "MainThread", 0, -1, 0],
  ["lane", 2, 1, "task", "Task-1", 0, 1, 5, "main"],
  ["step", 2, 0, -1, 0.5, 1, "sleep", "", 7],
  ["step", 2, 1, 1, 1, 1, "", "", 0],
  ["wait", 1, 2, "I/O", "socket", 3],
  ["ready", 1, 3, -1],
  ["run", 1, 3],
  ["seen", 1, 4, 9],
  ["job", 1, 4, "read", 2],
  ["cpu", 1, 5, 0.3],
  ["end", 2, 6, "cancelled", ""],
  ["output", 1, 7, "stderr", "oh", 4],
  ["state", 1, 7, 5, { ready: ["flash('Fastnet')", "main()"], timers: [] }],
  ["state", 1, 8, 6, {}],
  ["fewer", 3],
  ["cut", 8],
];

/** With prototypes, which what a state holds has none of. */
const plain = (value: unknown): unknown => structuredClone(value);

test("rows of every type pass as they are", () => {
  assert.deepEqual(plain(asRows(ROWS)), ROWS);
});

test("one wrong row, and nothing passes", () => {
  const wrong: unknown[] = [
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
    {},
    null,
    "run",
  ];
  for (const row of wrong) assert.equal(asRows([...ROWS, row]), undefined, JSON.stringify(row));
  for (const rows of [undefined, null, {}, "rows", 5]) assert.equal(asRows(rows), undefined);
});

test("long texts are cut", () => {
  const [row] = asRows([["output", 1, 0, "stdout", "x".repeat(5000), 0]])!;
  assert.equal(row![4], "x".repeat(200));
});

test("of a state, collections and entries beyond what a page shows are left out", () => {
  const entries = Array.from({ length: 1000 }, () => "x".repeat(5000));
  const names = Array.from({ length: 100 }, (_, index) => [`${"n".repeat(300)}${String(index)}`]);
  const all = Object.fromEntries(names.map(([name]) => [name, entries]));
  const [row] = asRows([["state", 1, 0, 5, all]]) as [Extract<Row, ["state", ...unknown[]]>];
  // Names as long as these are the same when they are cut.
  assert.deepEqual(plain(row[4]), { ["n".repeat(200)]: Array(50).fill("x".repeat(200)) });
  const few = Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`n${index}`, []]));
  const [other] = asRows([["state", 1, 0, 5, few]])!;
  assert.equal(Object.keys(other![4] as object).length, 4);
});

test("a collection may have any name", () => {
  const values: unknown = JSON.parse('{"__proto__": ["a"], "constructor": []}');
  const [row] = asRows([["state", 1, 0, 5, values]])!;
  assert.deepEqual(Object.entries(row![4] as object), [
    ["__proto__", ["a"]],
    ["constructor", []],
  ]);
  assert.equal((row![4] as Record<string, unknown>)["toString"], undefined);
});

test("a trace is checked as a whole", () => {
  const trace = {
    schema: 1,
    interpreter: "CPython 3.13",
    end: 9,
    processes: [{ process: 1, parent: 0, rows: ROWS }],
  };
  assert.deepEqual(plain(asTrace(trace)), trace);
  const wrong: unknown[] = [
    { ...trace, schema: 2 },
    { ...trace, end: "9" },
    { ...trace, processes: [{ process: 1, parent: 0, rows: [["run"]] }] },
    { ...trace, processes: [{ process: -1, parent: 0, rows: [] }] },
    { ...trace, processes: {} },
    null,
    [],
  ];
  for (const one of wrong) assert.equal(asTrace(one), undefined);
});
