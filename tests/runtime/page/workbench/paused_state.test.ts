import assert from "node:assert/strict";
import { test } from "node:test";
import {
  asPausedState,
  describeState,
  sections,
  type Call,
} from "../../../../runtime/page/workbench/paused_state.ts";

const emptyList = { entries: [], count: 0 };
const emptyState = {
  next: null,
  last: null,
  running: emptyList,
  ready: emptyList,
  timers: emptyList,
  waiting: emptyList,
};
/** Reads a state that Python has sent; fields that are not given are empty. */
const read = (state: object) => asPausedState(JSON.stringify({ ...emptyState, ...state }))!;
const listOf = (...entries: object[]) => ({ entries, count: entries.length });
/** A call of an event loop; `of` is the coroutine of a task, or the task for which a function runs. */
const call = (kind: Call["kind"], name: string, of = "", line = 0): Call => ({
  kind,
  name,
  of,
  line,
});

// Times are in ms.
test("the next call of the event loop is described in words, with its line", () => {
  const describeNext = (next: Call) => describeState(read({ next }), 1200);
  assert.deepEqual(describeNext(call("start", "Task-1", "main", 21)), {
    text: "At 1.2\u00a0s, next: Task-1 starts main() at line 21.",
    line: 21,
  });
  const texts = [
    call("resume", "Task-2", "", 14),
    call("wake", "Task-2", "", 14),
    call("timeout", "Task-2"),
    call("timeout", ""),
    call("call", "TaskGroup._on_task_done", "Task-2"),
    call("call", "tick", "", 3),
  ].map((next) => describeNext(next).text.replace("At 1.2\u00a0s, next: ", ""));
  assert.deepEqual(texts, [
    "Task-2 resumes at line 14.",
    "the timer that ends the sleep of Task-2 at line 14.",
    "the timeout of Task-2 expires.",
    "the timeout expires.",
    "TaskGroup._on_task_done() for Task-2.",
    "tick() at line 3.",
  ]);
});

test("if no call is next, the text says where a thread is, and whether everything is waiting", () => {
  const last = { name: "worker", line: 6 };
  assert.deepEqual(describeState(read({ last, ready: listOf(call("resume", "y", "", 5)) }), 5), {
    text: "At 5\u00a0ms: worker is at line 6.",
    line: 6,
  });
  assert.deepEqual(describeState(read({ last }), 5), {
    text: "At 5\u00a0ms: worker is at line 6. Everything is waiting.",
    line: 6,
  });
  assert.deepEqual(describeState(read({ running: listOf({ name: "MainThread", line: 0 }) }), 5), {
    text: "At 5\u00a0ms: MainThread is running.",
    line: 0,
  });
  const ended = { name: "worker", line: 0, ended: true };
  assert.deepEqual(
    describeState(read({ last: ended, ready: listOf(call("resume", "y", "", 5)) }), 5),
    {
      text: "At 5\u00a0ms: worker has ended.",
      line: 0,
    },
  );
  assert.equal(describeState(read({}), 0).text, "At 0: Everything is waiting.");
});

test("the text says that the first line has not been reached, or that the last one has been run", () => {
  assert.deepEqual(describeState(read({ phase: "before" }), 103), {
    text:
      "At 103\u00a0ms, the program has not reached its first line yet. " +
      "Press Step to run to the first stop, or Resume to let it run.",
    line: 0,
  });
  assert.deepEqual(describeState(read({ phase: "after" }), 103), {
    text: "At 103\u00a0ms, the program has run its last line and is ending.",
    line: 0,
  });
  // If another thread still runs, the text says where this thread is instead.
  const last = { name: "worker", line: 6 };
  const ready = listOf(call("resume", "y", "", 5));
  assert.equal(
    describeState(read({ phase: "after", last, ready }), 5).text,
    "At 5\u00a0ms: worker is at line 6.",
  );
  // An unknown phase counts as inside the program.
  assert.equal(read({ phase: "elsewhere" }).phase, "inside");
});

test("a list has at most eight entries, and waits for the same thing at the same line share one", () => {
  const wait = (name: string, reason: string, of = "", line = 9) => ({ name, reason, of, line });
  const tasks = Array.from({ length: 6 }, (_, number) => wait(`Task-${number + 2}`, "event"));
  const ready = Array.from({ length: 10 }, (_, number) => call("resume", `Task-${number}`, "", 1));
  const shown = sections(
    read({
      ready: { entries: ready, count: 400 },
      timers: listOf(
        { ...call("wake", "Task-9", "", 3), in: 149 },
        { ...call("call", "f"), in: -1 },
      ),
      waiting: listOf(...tasks, wait("MainThread", "thread", "worker", 12)),
    }),
  );
  assert.deepEqual(
    shown.map(({ name, count, entries }) => [name, count, entries.length]),
    [
      ["Ready queue", 400, 8],
      ["Timers", 2, 2],
      ["Waiting", 2, 2],
    ],
  );
  assert.deepEqual(shown[1]!.entries, [
    { name: "in 149\u00a0ms:", text: "the timer that ends the sleep of Task-9 at line 3" },
    { name: "due:", text: "f()" },
  ]);
  assert.deepEqual(shown[2]!.entries, [
    { name: "event at line 9", text: "Task-2, Task-3, Task-4, Task-5 and 2 others" },
    { name: "thread (worker) at line 12", text: "MainThread" },
  ]);
});

test("states that a program has forged cause no error, and are shown only as text", () => {
  for (const text of ["", "no JSON", "[]", "null", "3", '{"next":7,"ready":[],"timers":{}}']) {
    const paused = asPausedState(text);
    if (!paused) continue;
    assert.equal(typeof describeState(paused, 1).text, "string");
    for (const { entries, count } of sections(paused)) assert.deepEqual([entries, count], [[], 0]);
  }
  assert.equal(asPausedState("no JSON"), undefined);
  const forged = read({ next: { kind: "evil", name: 5, of: null, line: "7" } });
  assert.deepEqual(forged.next, call("call", ""));
});

test("a wait for a socket or pipe names the other end", () => {
  const wait = (reason: string, of: string) => ({ name: "MainThread", reason, of, line: 9 });
  const waiting = listOf(
    wait("connect", "127.0.0.1:8000"),
    wait("accept", "[::1]:8000"),
    wait("read", "127.0.0.1:8000"),
    wait("write", "a pipe"),
    wait("select", "127.0.0.1:8000 and 2 more"),
    wait("read", ""),
  );
  assert.deepEqual(
    sections(read({ waiting }))[2]!.entries.map(({ name }) => name),
    [
      "connection to 127.0.0.1:8000 at line 9",
      "client at [::1]:8000 at line 9",
      "data from 127.0.0.1:8000 at line 9",
      "room to send data to a pipe at line 9",
      "select (127.0.0.1:8000 and 2 more) at line 9",
      "data at line 9",
    ],
  );
});
