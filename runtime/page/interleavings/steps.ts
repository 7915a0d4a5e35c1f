/** Computes what to say about the steps of a run, of which a report may contain only some. */
import { finalText } from "../output/terminal.ts";
import type { ChosenRun, Group, Step } from "./explorer_program.ts";

/** The last steps of a run, or all of them. */
export interface LastSteps {
  /** What was printed before the first of `steps`. */
  printedBefore: string;
  steps: readonly Step[];
}

/**
 * Counts the steps at the end of `run` that are not in the run `before`. The last step of `before` counts as
 * well if it has another text now, because its thread or task has continued. If the reader has taken a
 * choice back, the result is 1. The result can be higher than the number of steps in the report.
 */
export function countNewSteps(before: ChosenRun, run: ChosenRun): number {
  if (run.choices.length < before.choices.length) return 1;
  const known = before.stepCount;
  const missing = run.stepCount - run.steps.length;
  const hasLastGrown = before.steps.at(-1)?.text !== run.steps[known - 1 - missing]?.text;
  return run.stepCount - known + Number(hasLastGrown);
}

/** Returns everything that a run has printed. */
export function printedSoFar({ printedBefore, steps }: LastSteps): string {
  return finalText(printedBefore + steps.map(({ stdout }) => stdout).join(""));
}

/** Says what comes after the last of the steps in the report: perhaps further steps, and the ending. */
export function endingOf({
  ending,
  stepCount,
  steps,
}: Pick<Group, "ending" | "stepCount" | "steps">): string {
  const missing = stepCount - steps.length;
  if (missing <= 0) return ending;
  const more = missing === 1 ? "1 more step is" : `${missing.toLocaleString("en")} more steps are`;
  return `${more} not shown. ${ending}`;
}
