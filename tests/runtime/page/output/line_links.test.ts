import assert from "node:assert/strict";
import { test } from "node:test";
import { findLines } from "../../../../runtime/page/output/line_links.ts";

test("lines of a snippet are found even if its name has characters that are special in patterns", () => {
  for (const name of ["a b.py", "grün (1) [x].py", "$^*+?.{}|\\\\.py", "-x.py"]) {
    const text = `File "${name}", line 3\n${name}:9: RuntimeWarning\nx${name}:1\nFile "x", line 4`;
    assert.deepEqual(
      findLines(text, name).map(({ line }) => line),
      [3, 9],
    );
  }
  // The dot in "a.py" is not a pattern that also matches "x".
  assert.deepEqual(findLines('File "axpy", line 3', "a.py"), []);
});

test("lines of the snippet are found in tracebacks and warnings, but no lines of other files", () => {
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
