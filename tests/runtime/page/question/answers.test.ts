import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import {
  judgeRun,
  matches,
  matchingAnswers,
  type Answer,
} from "../../../../runtime/page/question/answers.ts";

interface Case extends Answer {
  about: string;
  /** The output of a run. */
  text: string;
  /** Whether the output meets the condition of the answer. */
  holds: boolean;
}

// The same cases as in tests/mkdocs_runnable/pages/test_answers.py.
for (const each of JSON.parse(readFileSync("tests/cases/answers.json", "utf8")) as Case[]) {
  test(`the condition of an answer: ${each.about}`, () =>
    assert.equal(matches(each, each.text), each.holds));
}

const ANSWERS: Answer[] = [{ when: "^Ada" }, { when: "^Ben" }, { when: "^Cleo" }];
const FINISHED = { type: "finished", status: 0 } as const;
/** Returns what the reader is told after choosing an answer and running the program. */
const sentence = (chosen: number | undefined, output: string): string =>
  judgeRun(ANSWERS, chosen, FINISHED, output).sentence;

test("finds all answers that match an output", () => {
  assert.deepEqual(matchingAnswers(ANSWERS, "Cleo\nAda\n"), [1, 3]);
  assert.deepEqual(matchingAnswers(ANSWERS, ""), []);
});

test("an answer that is the only one to match a run is right, whichever the reader has chosen", () => {
  assert.equal(sentence(2, "Ben\n"), "You were right: the run matches answer 2.");
  assert.equal(sentence(1, "Ben\n"), "You chose 1, but the run matches answer 2.");
  assert.equal(sentence(undefined, "Ben\n"), "The run matches answer 2.");
  assert.equal(judgeRun(ANSWERS, 1, FINISHED, "Ben\n").answer, 2);
});

test("a run that matches no answer or several answers shows no answer as right", () => {
  assert.deepEqual(judgeRun(ANSWERS, 1, FINISHED, "Dora\n"), {
    answer: undefined,
    sentence: "This run matches none of the answers.",
  });
  assert.deepEqual(judgeRun(ANSWERS, 1, FINISHED, "Ada\nBen\n"), {
    answer: undefined,
    sentence: "This run matches more than one answer.",
  });
});

test("a run that was stopped or could not start shows no answer as right", () => {
  assert.deepEqual(judgeRun(ANSWERS, 1, { type: "stopped" }, "Ada\n"), {
    answer: undefined,
    sentence: "This run matches none of the answers: it was stopped.",
  });
  assert.deepEqual(judgeRun(ANSWERS, 1, { type: "failed", message: "offline" }, ""), {
    answer: undefined,
    sentence: "The program could not be run.",
  });
});

test("a program that fails may match an answer; if it does not, the verdict says that it failed", () => {
  const failed = { type: "finished", status: 1 } as const;
  assert.equal(judgeRun(ANSWERS, 1, failed, "Ada\nKeyError\n").answer, 1);
  assert.match(
    judgeRun(ANSWERS, 1, failed, "SyntaxError\n").sentence,
    /none .*: the program failed\.$/,
  );
});
