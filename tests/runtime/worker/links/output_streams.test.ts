import assert from "node:assert/strict";
import { test } from "node:test";
import type { PyodideAPI } from "pyodide";
import { asWorkerEvent, type WorkerEvent } from "../../../../runtime/protocol/page_worker.ts";
import { OutputStreams } from "../../../../runtime/worker/links/output_streams.ts";

type Write = (bytes: Uint8Array) => number;

/** Creates the streams of a run. Python calls `write` for stdout, and `events` go to the page. */
function makeStreams(): { events: WorkerEvent[]; write: Write } {
  const events: WorkerEvent[] = [];
  let write: Write | undefined;
  const pyodide = {
    setStdout: (options: { write: Write }) => (write = options.write),
    setStderr: () => {},
  } as unknown as PyodideAPI;
  new OutputStreams(pyodide, (event) => events.push(event)).assignTo(1);
  return { events, write: write! };
}

const textsOf = (events: WorkerEvent[]): string[] =>
  events.map((event) => (event.type === "stdout" ? event.text : ""));

test("a program that overwrites its output in one long write sends events that the page accepts", () => {
  const { events, write } = makeStreams();
  // 61 UTF-16 code units per update, more than three million in all, where an event may have one million.
  const text = `\r${"🐍".repeat(30)}`.repeat(50_001);
  write(new TextEncoder().encode(text));
  assert.ok(events.length > 1);
  for (const event of events) {
    assert.ok(asWorkerEvent(event));
    assert.ok(textsOf([event])[0]!.isWellFormed());
  }
  assert.equal(textsOf(events).join(""), text);
});

test("a character that arrives in two writes is not damaged", () => {
  const { events, write } = makeStreams();
  const bytes = new TextEncoder().encode("é");
  write(bytes.slice(0, 1));
  write(bytes.slice(1));
  assert.deepEqual(textsOf(events), ["é"]);
});
