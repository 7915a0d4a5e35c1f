import assert from "node:assert/strict";
import { test } from "node:test";
import { findLines } from "../../../../runtime/page/output/line_links.ts";

test("finds lines of the snippet in tracebacks and warnings, but no lines of other files", () => {
  const text =
    'File "x.py", line 3, in f\nFile "/lib/x.py", line 4\nx.py:9: RuntimeWarning\nax.py:1';
  assert.deepEqual(
    findLines(text, "x.py").map(({ index, length, line }) => [
      text.slice(index, index + length),
      line,
    ]),
    [
      ['File "x.py", line 3', 3],
      ["x.py:9", 9],
    ],
  );
});
