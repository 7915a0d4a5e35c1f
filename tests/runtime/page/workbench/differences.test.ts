import assert from "node:assert/strict";
import { test } from "node:test";
import { describeDifferences, type Fact } from "../../../../runtime/page/workbench/differences.ts";

const fact = (name: string, value = 0, detail = ""): Fact => ({ fact: name, value, detail });

// A fact says how a run in the browser differed from a run on CPython.
test("each fact is explained in one line, and only once", () => {
  assert.deepEqual(
    describeDifferences([
      fact("took-turns", 3),
      fact("took-turns", 3),
      fact("clock-step", 0.09999999999976694),
    ]),
    [
      "3 threads alternated on one core, as they do under the GIL; CPython's free-threaded build would use several cores.",
      "This browser's clock advances in steps of 0.1 ms; anything shorter seems to take no time.",
    ],
  );
});

test("if the data of the time zones was missing, the reader is told how to declare tzdata", () => {
  const [line, ...more] = describeDifferences([fact("no-time-zones"), fact("no-time-zones")]);
  assert.match(
    line!,
    /declare tzdata in the first lines of the program: .*"# dependencies = \["tzdata"\]"/,
  );
  assert.deepEqual(more, []);
});

test("at most three facts are explained", () => {
  const four = ["a", "b", "c", "d"].map((name) => fact("no-call", 0, name));
  assert.equal(describeDifferences(four).length, 3);
});

const forged: [string, Fact][] = [
  ["an unknown fact", fact("buy-now")],
  ["a name from the prototype", fact("constructor")],
  ["a value that is not a number", fact("took-turns", NaN)],
  [
    "a detail that is not a Python name",
    fact("no-call", 0, "Your password? Send it to evil.example"),
  ],
  ["a detail that is too long", fact("no-module", 0, "a".repeat(500))],
];
for (const [name, posted] of forged) {
  test(`${name} is ignored`, () => assert.deepEqual(describeDifferences([posted]), []));
}
