import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { decide, holds, judge, type Answer } from "../../../../runtime/page/question/answers.ts";

interface Case extends Answer {
  about: string;
  text: string;
  holds: boolean;
}

for (const each of JSON.parse(readFileSync("tests/cases/answers.json", "utf8")) as Case[]) {
  test(`an answer: ${each.about}`, () => assert.equal(holds(each, each.text), each.holds));
}

const ANSWERS: Answer[] = [{ when: "^Ada" }, { when: "^Ben" }, { when: "^Cleo" }];
const FINISHED = { type: "finished", status: 0 } as const;
const said = (chosen: number | undefined, text: string): string =>
  decide(ANSWERS, chosen, FINISHED, text).said;

test("all answers that hold are found", () => {
  assert.deepEqual(judge(ANSWERS, "Cleo\nAda\n"), [1, 3]);
  assert.deepEqual(judge(ANSWERS, ""), []);
});

test("a run bears out one answer, whatever has been chosen", () => {
  assert.equal(said(2, "Ben\n"), "You were right: the run matches answer 2.");
  assert.equal(said(1, "Ben\n"), "You chose 1, but the run matches answer 2.");
  assert.equal(said(undefined, "Ben\n"), "The run matches answer 2.");
  assert.equal(decide(ANSWERS, 1, FINISHED, "Ben\n").answer, 2);
});

test("a run that fits none, or several, decides nothing", () => {
  assert.deepEqual(decide(ANSWERS, 1, FINISHED, "Dora\n"), {
    answer: undefined,
    said: "This run matches none of the answers.",
  });
  assert.deepEqual(decide(ANSWERS, 1, FINISHED, "Ada\nBen\n"), {
    answer: undefined,
    said: "This run matches more than one answer.",
  });
});

test("a run that was stopped or did not come about decides nothing, whatever it printed", () => {
  assert.deepEqual(decide(ANSWERS, 1, { type: "stopped" }, "Ada\n"), {
    answer: undefined,
    said: "This run matches none of the answers: it was stopped.",
  });
  assert.deepEqual(decide(ANSWERS, 1, { type: "failed", message: "offline" }, ""), {
    answer: undefined,
    said: "The program could not be run.",
  });
});

test("a program that fails on purpose may answer; another one is said to have failed", () => {
  const failed = { type: "finished", status: 1 } as const;
  assert.equal(decide(ANSWERS, 1, failed, "Ada\nKeyError\n").answer, 1);
  assert.match(decide(ANSWERS, 1, failed, "SyntaxError\n").said, /none .*: the program failed\.$/);
});
