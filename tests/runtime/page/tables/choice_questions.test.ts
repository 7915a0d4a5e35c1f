import assert from "node:assert/strict";
import { test } from "node:test";
import {
  fits,
  path,
  type Question,
  type When,
} from "../../../../runtime/page/tables/choice_questions.ts";

const ask = (key: string): Question => ({ key, ask: `${key}?`, answers: [] });
const QUESTIONS = [ask("drink"), ask("leaf"), ask("milk")];
const ROWS: When[] = [
  { drink: ["water"] },
  { drink: ["tea"], leaf: ["green"] },
  { drink: ["tea"], leaf: ["black", "red"], milk: ["yes"] },
  { drink: ["tea"], leaf: ["black", "red"], milk: ["no"] },
];
const keys = (given: Record<string, string>): string[] =>
  path(QUESTIONS, ROWS, given).asked.map(({ key }) => key);

test("a row fits as long as no answer speaks against it", () => {
  assert.ok(fits({ drink: ["tea"] }, {}));
  assert.ok(fits({ drink: ["tea"] }, { leaf: "green" }));
  assert.ok(!fits({ drink: ["tea"] }, { drink: "water" }));
});

test("asks one question more, until one row is left", () => {
  assert.deepEqual(keys({}), ["drink"]);
  assert.deepEqual(keys({ drink: "water" }), ["drink"]);
  assert.deepEqual(keys({ drink: "tea" }), ["drink", "leaf"]);
  assert.deepEqual(keys({ drink: "tea", leaf: "red" }), ["drink", "leaf", "milk"]);
});

test("finds the row, and none before", () => {
  assert.equal(path(QUESTIONS, ROWS, {}).found, undefined);
  assert.equal(path(QUESTIONS, ROWS, { drink: "water" }).found, 0);
  assert.equal(path(QUESTIONS, ROWS, { drink: "tea", leaf: "red", milk: "no" }).found, 3);
});

test("forgets answers to questions that are not asked any more", () => {
  const { given, found } = path(QUESTIONS, ROWS, { drink: "tea", leaf: "green", milk: "no" });
  assert.deepEqual(given, { drink: "tea", leaf: "green" });
  assert.equal(found, 1);
});
