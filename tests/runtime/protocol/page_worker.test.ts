import assert from "node:assert/strict";
import { test } from "node:test";
import { asWorkerEvent } from "../../../runtime/protocol/page_worker.ts";

test("a valid event from a worker is accepted, without fields that do not belong to its type", () => {
  const event = asWorkerEvent({ type: "stdout", run: 3, text: "hi", extra: "<b>" });
  assert.deepEqual(event, { type: "stdout", run: 3, text: "hi" });
});

const invalid: [string, unknown][] = [
  ["undefined", undefined],
  ["null", null],
  ["a string", "stdout"],
  ["an unknown type", { type: "navigate", url: "https://example.org" }],
  ["a type from the prototype", { type: "constructor" }],
  ["a type that is not a string", { type: { toString: () => "stdout" }, run: 1, text: "" }],
  ["an event without one of its fields", { type: "stdout", run: 1 }],
  ["a field of the wrong kind", { type: "stdout", run: "1", text: "hi" }],
  ["a run that is not a number", { type: "started", run: NaN }],
  ["an infinite status", { type: "ended", run: 1, status: Infinity }],
  ["a text that is too long", { type: "stdout", run: 1, text: "x".repeat(1_000_001) }],
  ["a number object", { type: "ended", run: new Number(1), status: 0 }],
  ["an array of fields", ["stdout", 1, "hi"]],
  ["an object for text", { type: "stderr", run: 1, text: { toString: () => "hi" } }],
];
for (const [name, message] of invalid) {
  test(`a message is rejected: ${name}`, () => assert.equal(asWorkerEvent(message), undefined));
}
