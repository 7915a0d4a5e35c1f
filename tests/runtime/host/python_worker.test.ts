import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { PythonWorker } from "../../../runtime/host/python_worker.ts";
import { FakeSandbox, type FakeWorker } from "./fakes.ts";

/** What the worker has reported to its listener. */
let reports: unknown[][];
/** The worker as the page sees it. */
let worker: PythonWorker;
/** The other end of its port, in the sandbox. */
let inside: FakeWorker;
beforeEach(() => {
  reports = [];
  const sandbox = new FakeSandbox();
  worker = new PythonWorker(sandbox, false, {
    onEvent: (_, event) => void reports.push(["event", event.type]),
    onFailure: (_, message) => void reports.push(["failure", message]),
  });
  inside = sandbox.workers[0]!;
});

test("the first ready event makes a worker ready; a second one may be forged, and is ignored", async () => {
  assert.equal(worker.isReady, false);
  await inside.postReady();
  inside.post({ type: "ready", version: "9.9", jspi: false, restored: false });
  assert.equal(worker.isReady, true);
  assert.equal((await worker.ready).version, "3.14.2");
  assert.deepEqual(reports, []);
});

test("events of a program are reported, and a crash or an invalid message is a failure", () => {
  inside.post({ type: "started", run: 1 });
  inside.post({ type: "crashed", message: "no memory" });
  inside.post({ type: "started", run: "1" });
  inside.post("hello");
  const invalid = ["failure", "it sent messages that only the runtime may send."];
  assert.deepEqual(reports, [["event", "started"], ["failure", "no memory"], invalid, invalid]);
});

test("a worker that has been ended is terminated, and what it still posts is ignored", () => {
  worker.end();
  inside.post({ type: "started", run: 1 });
  inside.post("hello");
  assert.equal(inside.isTerminated, true);
  assert.deepEqual(reports, []);
});

test("only archives that the worker does not have yet are sent to it", () => {
  const [a, b] = [new ArrayBuffer(1), new ArrayBuffer(2)];
  worker.addArchives({});
  worker.addArchives({ a });
  worker.addArchives({ a, b });
  assert.deepEqual(inside.commands, [
    { type: "packages", packages: { a } },
    { type: "packages", packages: { b } },
  ]);
});

test("a worker counts as used after its first command other than `packages`, which sends archives", () => {
  worker.addArchives({ a: new ArrayBuffer(1) });
  assert.equal(worker.isUsed, false);
  worker.post({ type: "interrupt", run: 1 });
  assert.equal(worker.isUsed, true);
});
