import assert from "node:assert/strict";
import { test } from "node:test";
import {
  fits,
  progress,
  type Question,
  type RowConditions,
} from "../../../../runtime/page/tables/choice_questions.ts";

const ask = (key: string): Question => ({ key, ask: `${key}?`, answers: [] });
const QUESTIONS = [ask("drink"), ask("leaf"), ask("milk")];
/** For each row of the table, the answers under which the row is the result. */
const ROWS: RowConditions[] = [
  { drink: ["water"] },
  { drink: ["tea"], leaf: ["green"] },
  { drink: ["tea"], leaf: ["black", "red"], milk: ["yes"] },
  { drink: ["tea"], leaf: ["black", "red"], milk: ["no"] },
];
/** Returns the keys of the questions that are shown after these answers. */
const askedKeys = (given: Record<string, string>): string[] =>
  progress(QUESTIONS, ROWS, given).asked.map(({ key }) => key);

test("a row fits as long as no answer excludes it", () => {
  assert.ok(fits({ drink: ["tea"] }, {}));
  assert.ok(fits({ drink: ["tea"] }, { leaf: "green" }));
  assert.ok(!fits({ drink: ["tea"] }, { drink: "water" }));
});

test("another question is asked as long as more than one row fits", () => {
  assert.deepEqual(askedKeys({}), ["drink"]);
  assert.deepEqual(askedKeys({ drink: "water" }), ["drink"]);
  assert.deepEqual(askedKeys({ drink: "tea" }), ["drink", "leaf"]);
  assert.deepEqual(askedKeys({ drink: "tea", leaf: "red" }), ["drink", "leaf", "milk"]);
});

test("a row is the result only when the answers leave no other", () => {
  assert.equal(progress(QUESTIONS, ROWS, {}).found, undefined);
  assert.equal(progress(QUESTIONS, ROWS, { drink: "water" }).found, 0);
  assert.equal(progress(QUESTIONS, ROWS, { drink: "tea", leaf: "red", milk: "no" }).found, 3);
});

test("answers to questions that are no longer asked are dropped", () => {
  const { given, found } = progress(QUESTIONS, ROWS, { drink: "tea", leaf: "green", milk: "no" });
  assert.deepEqual(given, { drink: "tea", leaf: "green" });
  assert.equal(found, 1);
});
