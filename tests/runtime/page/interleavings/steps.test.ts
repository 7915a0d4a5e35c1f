import assert from "node:assert/strict";
import { test } from "node:test";
import type { ChosenRun, Step } from "../../../../runtime/page/interleavings/explorer_program.ts";
import {
  countNewSteps,
  endingOf,
  printedSoFar,
} from "../../../../runtime/page/interleavings/steps.ts";

/** Step number `number`, counted from 1, which prints its number. */
const step = (number: number, text = `Step ${String(number)}.`): Step => ({
  who: "Ada",
  line: 1,
  text,
  stdout: `${String(number)}\n`,
  values: {},
});

/** A run of `stepCount` steps, of which at most the last `kept` are in the report. */
function runOf(stepCount: number, kept: number, more: Partial<ChosenRun> = {}): ChosenRun {
  const all = Array.from({ length: stepCount }, (_, index) => step(index + 1));
  return {
    kind: "open",
    breaks: false,
    ending: "",
    line: 0,
    choices: Array.from({ length: stepCount }, () => 0),
    chosen: "",
    stepCount,
    printedBefore: all
      .slice(0, -kept)
      .map(({ stdout }) => stdout)
      .join(""),
    steps: all.slice(-kept),
    options: [],
    ...more,
  };
}

test("steps are new if they were not in the run before, whether or not the report has all steps", () => {
  for (const kept of [100, 20]) {
    assert.equal(countNewSteps(runOf(18, kept), runOf(19, kept)), 1);
    assert.equal(countNewSteps(runOf(20, kept), runOf(22, kept)), 2);
    assert.equal(countNewSteps(runOf(50, kept), runOf(51, kept)), 1);
    assert.equal(countNewSteps(runOf(50, kept), runOf(60, kept)), 10);
    // The reader may run the program to its end, and no step in the report was in the one before.
    assert.ok(countNewSteps(runOf(50, kept), runOf(90, kept)) >= Math.min(40, kept));
  }
});

test("the last step counts as new if it has another text, because it continued", () => {
  for (const kept of [100, 20]) {
    const before = runOf(50, kept);
    before.steps[before.steps.length - 1] = step(50, "It has begun.");
    assert.equal(countNewSteps(before, runOf(50, kept, { choices: before.choices })), 1);
    assert.equal(countNewSteps(before, runOf(53, kept)), 4);
  }
});

test("after the reader has taken a choice back, the last step counts as new", () => {
  assert.equal(countNewSteps(runOf(50, 20), runOf(49, 20)), 1);
});

test("the output begins with what was printed before the first step in the report", () => {
  const printed = Array.from({ length: 50 }, (_, index) => `${String(index + 1)}\n`).join("");
  assert.equal(printedSoFar(runOf(50, 20)), printed);
  assert.equal(printedSoFar(runOf(50, 100)), printed);
});

test("if the report does not have all steps of an interleaving, its ending says so", () => {
  const ending = "It ends normally.";
  assert.equal(endingOf({ ending, stepCount: 2, steps: [step(1), step(2)] }), ending);
  assert.equal(
    endingOf({ ending, stepCount: 3, steps: [step(1), step(2)] }),
    `1 more step is not shown. ${ending}`,
  );
  assert.equal(
    endingOf({ ending, stepCount: 1202, steps: [step(1), step(2)] }),
    `1,200 more steps are not shown. ${ending}`,
  );
});
