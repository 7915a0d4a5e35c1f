import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { TracebackFilter, filterFor } from "../../../../runtime/page/output/traceback_filter.ts";

/** Pairs of files with the output of a program, as printed (.raw) and as shown to readers (.tidy). */
const cases = new URL("../../../cases/traceback/", import.meta.url);
/** The path of the program in the browser. */
const PATH = "/home/reader/demo.py";

/** Filters a text that arrives in pieces of `size` characters. */
function filterInPieces(raw: string, size: number): string {
  const filter = new TracebackFilter(PATH);
  let shown = "";
  for (let at = 0; at < raw.length; at += size) shown += filter.push(raw.slice(at, at + size));
  return shown + filter.end();
}

const names = readdirSync(cases)
  .filter((file) => file.endsWith(".raw"))
  .map((file) => file.slice(0, -".raw".length));

test("the shared cases are found", () => assert.ok(names.length > 10));

for (const name of names) {
  // tests/mkdocs_runnable/recording/test_tidy.py has the same cases for recordings.
  test(`the output ${name} is filtered as in recordings, in pieces of any size`, () => {
    const raw = readFileSync(new URL(`${name}.raw`, cases), "utf8");
    const tidy = readFileSync(new URL(`${name}.tidy`, cases), "utf8");
    for (const size of [1, 7, 64, raw.length]) assert.equal(filterInPieces(raw, size), tidy);
  });
}

test("frames of the program are kept whatever its file name is", () => {
  for (const name of ["a b.py", "grün (1) [x].py", "say: 'hi'.py", "-x.py", "__main__.py"]) {
    const filter = filterFor(name);
    const kept = [`  File "${name}", line 4, in <module>`, "    raise ValueError", "ValueError"];
    const path = `/home/reader/${name}`;
    assert.equal(
      filter.push(
        `${path}:3: UserWarning: cold\n  File "${path}", line 4, in <module>\n` +
          '    raise ValueError\n  File "/lib/a b.py", line 1, in f\n    g()\nValueError\n',
      ),
      [`${name}:3: UserWarning: cold`, ...kept, ""].join("\n"),
    );
  }
});

test("a last line without a newline is returned at the end", () => {
  assert.equal(filterInPieces("no newline", 3), "no newline");
});

test("the beginning of a line can be released early, and its rest follows unchanged", () => {
  const filter = new TracebackFilter(PATH);
  assert.equal(filter.push("Progress: 10 %"), "");
  assert.equal(filter.release(), "Progress: 10 %");
  assert.equal(filter.push(" 20 %"), " 20 %");
  assert.equal(filter.push(" done\nnext\n"), " done\nnext\n");
});

test("a progress bar that redraws its line is shown immediately, even if it begins with spaces", () => {
  for (const update of ["\r  5%|#    |", "  5%\b\b", "\u001b[2K  5%"]) {
    const filter = new TracebackFilter(PATH);
    assert.equal(filter.push(update), update);
    assert.equal(filter.push(update), update);
    assert.equal(filter.push('\n  File "/usr/lib/x.py", line 3, in f\n'), "\n");
  }
});

test("the beginning of a line that may belong to a traceback is not released early", () => {
  const filter = new TracebackFilter(PATH);
  filter.push('  File "/usr/lib/');
  assert.equal(filter.release(), "");
  filter.push('x.py", line 3, in f\n');
  filter.push("    hidden = 1");
  assert.equal(filter.release(), "");
  assert.equal(filter.push("\nValueError: x\n"), "ValueError: x\n");
});
