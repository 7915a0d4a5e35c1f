import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { TraceReader, type TraceBatch } from "../../../../runtime/page/timeline/trace_reader.ts";
import * as collect from "../../../../runtime/timeline/model/collect.ts";

/** The numbers of the main process and of its child, which may be any numbers. */
const MAIN = 42;
const CHILD = 43;

/** A line that was printed, without its newline. */
type Printed = [stream: "stdout" | "stderr", text: string];

/** Returns the events of a process whose main thread prints one line per millisecond. */
const batch = (process: number, printed: Printed[]): TraceBatch => {
  // Times are in ns. The lane of the main thread is 1, and it prints in line 3 of the program.
  const rows = printed.map(([stream, text], index) => ["output", 1, index * 1e6, stream, text, 3]);
  const clocks = { begun: 1000, origin: 0 };
  const parent = process === MAIN ? 0 : MAIN;
  const [text, steps] = [JSON.stringify(rows), new Float64Array()];
  return { type: "trace", process, parent, ...clocks, rows: text, steps };
};

/** Returns the printed lines among the events that the reader makes from a batch. */
const printed = (reader: TraceReader, received: TraceBatch): Printed[] =>
  reader
    .read(received)!
    .events.flatMap((event) => (event.kind === "output" ? [[event.stream, event.text]] : []));

/** Pairs of files with the output of a program, as printed (.raw) and as shown to readers (.tidy). */
const cases = new URL("../../../cases/traceback/", import.meta.url);
const names = readdirSync(cases).filter((file) => file.endsWith(".raw"));

for (const name of names) {
  test(`the traceback in ${name} is shortened in the events just as in the output`, () => {
    const lines = (file: string): Printed[] =>
      readFileSync(new URL(file, cases), "utf8")
        .split("\n")
        .slice(0, -1)
        // Events contain only the first 200 characters of a line.
        .map((line) => ["stderr", line.slice(0, 200)]);
    const received = batch(MAIN, lines(name));
    assert.deepEqual(
      printed(new TraceReader(collect, "demo.py", received), received),
      lines(name.replace(".raw", ".tidy")),
    );
  });
}

test("a traceback may continue in the next batch of the same process, but not of another one", () => {
  const frame: Printed = [
    "stderr",
    '  File "/lib/python314.zip/asyncio/runners.py", line 204, in run',
  ];
  const source: Printed = ["stderr", "    return runner.run(main)"];
  const first = batch(MAIN, [frame]);
  const reader = new TraceReader(collect, "demo.py", first);
  assert.deepEqual(printed(reader, first), []);
  const child = batch(CHILD, [source, ["stdout", "in /home/reader/demo.py"]]);
  assert.deepEqual(printed(reader, child), [source, ["stdout", "in demo.py"]]);
  assert.deepEqual(printed(reader, batch(MAIN, [source, ["stderr", "Error"]])), [
    ["stderr", "Error"],
  ]);
});

test("control characters are removed, and lines that contain nothing else are left out", () => {
  const received = batch(MAIN, [
    ["stdout", "\u001b[1;31mred\u001b[0m\r"],
    ["stdout", "\u001b[?25l"],
    ["stdout", ""],
    ["stderr", "\u001b]0;title\u0007 5%\t|"],
  ]);
  assert.deepEqual(printed(new TraceReader(collect, "demo.py", received), received), [
    ["stdout", "red"],
    ["stdout", ""],
    ["stderr", " 5%\t|"],
  ]);
});
