import assert from "node:assert/strict";
import { test } from "node:test";
import { lockDown } from "../../../runtime/worker/lockdown.ts";

test("lockdown keeps names of the language and timers, and removes other APIs, also from prototypes", () => {
  const base = Object.assign(Object.create(EventTarget.prototype), { fetch() {}, setTimeout() {} });
  const scope = Object.assign(Object.create(base), {
    Array,
    WebSocket: class {},
    somethingOfTheFuture: {},
    fetch() {},
  });
  lockDown(scope);
  assert.deepEqual(Object.keys(scope), ["Array"]);
  assert.deepEqual(Object.keys(base), ["setTimeout"]);
  assert.equal(scope.fetch, undefined);
  assert.equal(typeof scope.addEventListener, "function");
});

test("lockdown skips properties that cannot be deleted", () => {
  const scope = Object.defineProperty({ Worker: 1 }, "stays", { value: 1, configurable: false });
  lockDown(scope);
  assert.deepEqual(Object.getOwnPropertyNames(scope), ["stays"]);
});
