import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { Following, type Told } from "../../../../runtime/page/timeline/following.ts";
import * as collect from "../../../../runtime/timeline/model/collect.ts";

const MAIN = 42;
const CHILD = 43;

type Printed = [stream: "stdout" | "stderr", text: string];

const told = (process: number, printed: Printed[]): Told => {
  const rows = printed.map(([stream, text], at) => ["output", 1, at * 1e6, stream, text, 3]);
  const clocks = { begun: 1000, origin: 0 };
  const parent = process === MAIN ? 0 : MAIN;
  const [text, steps] = [JSON.stringify(rows), new Float64Array()];
  return { type: "trace", process, parent, ...clocks, rows: text, steps };
};

/** The lines that the events report as printed. */
const printed = (following: Following, of: Told): Printed[] =>
  following
    .read(of)!
    .events.flatMap((event) => (event.kind === "output" ? [[event.stream, event.text]] : []));

const cases = new URL("../../../cases/traceback/", import.meta.url);
const names = readdirSync(cases).filter((file) => file.endsWith(".raw"));

for (const name of names) {
  test(`of ${name} the rows hold what the output shows`, () => {
    const lines = (file: string): Printed[] =>
      readFileSync(new URL(file, cases), "utf8")
        .split("\n")
        .slice(0, -1)
        .map((line) => ["stderr", line.slice(0, 200)]);
    const of = told(MAIN, lines(name));
    assert.deepEqual(
      printed(new Following(collect, "demo.py", of), of),
      lines(name.replace(".raw", ".tidy")),
    );
  });
}

test("each process has a traceback of its own, which may come in pieces", () => {
  const frame: Printed = [
    "stderr",
    '  File "/lib/python314.zip/asyncio/runners.py", line 204, in run',
  ];
  const source: Printed = ["stderr", "    return runner.run(main)"];
  const first = told(MAIN, [frame]);
  const following = new Following(collect, "demo.py", first);
  assert.deepEqual(printed(following, first), []);
  const child = told(CHILD, [source, ["stdout", "in /home/reader/demo.py"]]);
  assert.deepEqual(printed(following, child), [source, ["stdout", "in demo.py"]]);
  assert.deepEqual(printed(following, told(MAIN, [source, ["stderr", "Error"]])), [
    ["stderr", "Error"],
  ]);
});
