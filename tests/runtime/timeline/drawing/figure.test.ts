import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import process from "node:process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { figure } from "../../../../runtime/timeline/drawing/figure.ts";
import { html } from "../../../../runtime/timeline/drawing/html.ts";
import { manyTasks } from "../../../../runtime/bench/many_tasks.ts";
import { Timeline } from "../../../../runtime/timeline/model/timeline.ts";
import { answer, prerender } from "../../../../runtime/timeline/drawing/prerender.ts";
import type { TraceRow } from "../../../../runtime/timeline/model/trace_events.ts";
import { tree } from "../../../../runtime/timeline/drawing/tree.ts";
import { moment, time } from "../../../../runtime/timeline/words/words.ts";
import { BLOCKED, MAIN_THREAD, events } from "../model/sample_rows.ts";

/** Returns the content of a `.trace.json` of one process, whose run ended at `end` (in ms). */
const traceOf = (rows: TraceRow[], end: number): string =>
  JSON.stringify({
    schema: 1,
    interpreter: "CPython 3.13",
    end,
    processes: [{ process: 1, parent: 0, rows }],
  });

/** Returns a character as JSON writes it with an escape, for example `\u00fc`. */
const escaped = (character: string): string =>
  `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;

/** Returns the text of HTML, with one space in place of each tag and of each run of white space. */
const textOf = (markup: string): string => markup.replace(/<[^>]*>/g, " ").replace(/\s+/g, " ");

test("durations have a suitable unit and at most three digits, and moments have all their digits", () => {
  const cases: [number, string][] = [
    [0, "0"],
    [0.0004, "0.40\u00a0µs"],
    [0.35, "350\u00a0µs"],
    [0.9996, "1\u00a0ms"],
    [12.345, "12.3\u00a0ms"],
    [999.7, "1\u00a0s"],
    [1234, "1.23\u00a0s"],
    [59_960, "1\u00a0min"],
    [125_000, "2\u00a0min 5\u00a0s"],
  ];
  for (const [ms, expected] of cases) assert.equal(time(ms), expected);
  assert.deepEqual([0, 0.0123, 104.2, 1106.72].map(moment), [
    "0",
    "12.3\u00a0µs",
    "104.2\u00a0ms",
    "1.10672\u00a0s",
  ]);
});

test("markup in names and texts is escaped", () => {
  const name = `<img src=x onerror="alert(1)">&`;
  const markup = prerender(
    traceOf(
      [
        ["lane", 1, 0, "thread", name, 0, -1, 0],
        ["run", 1, 0],
        ["wait", 1, 1, "lock", name, 2],
        ["end", 1, 9, "failed", name],
      ],
      9,
    ),
    `a/b"><script>`,
  )!;
  assert.doesNotMatch(markup, /<img|<script/);
  assert.match(markup, /&lt;img src=x onerror=/);
  assert.equal(
    html(tree("p", { title: `a"b\nc` }, "<&>")),
    `<p title="a&quot;b c">&lt;&amp;&gt;</p>`,
  );
});

/**
 * The content of the collections `ready` and `timers` at three lines of a program that names them in the
 * option `watch` of its header. At first, `timers` does not exist.
 */
const STATES: TraceRow[] = [
  ["state", 1, 1, 20, { ready: [] }],
  ["state", 1, 2.5, 22, { ready: ["flash(<a>)", "b()"], timers: [] }],
  ["state", 1, 4, 23, { timers: ["in 0.20 s: b()"] }],
];

test("a table shows the entries of the watched collections at each change", () => {
  const markup = prerender(traceOf([...MAIN_THREAD, ...STATES], 5), "loop")!;
  assert.match(
    textOf(markup),
    /What the collections held when a line began Moment Line ready timers/,
  );
  const rows = [...markup.matchAll(/<tr>(<td>.*?)<\/tr>/g)].map(([, cells]) => cells);
  assert.deepEqual(rows.slice(0, 3), [
    "<td>1\u00a0ms</td><td>20</td><td>empty</td><td></td>",
    "<td>2.5\u00a0ms</td><td>22</td><td><div>flash(&lt;a&gt;)</div><div>b()</div></td><td>empty</td>",
    "<td>4\u00a0ms</td><td>23</td><td></td><td><div>in 0.20 s: b()</div></td>",
  ]);
  assert.doesNotMatch(prerender(traceOf(MAIN_THREAD, 5), "loop")!, /collections/);
});

test("the table of a long run shows the first 40 changes", () => {
  // A collection may have any name, even that of a property that all objects inherit.
  const many = Array.from({ length: 100 }, (_, at): TraceRow => [
    "state",
    1,
    at,
    5,
    { constructor: [] },
  ]);
  const markup = prerender(
    traceOf([...MAIN_THREAD, ...many, ["state", 1, 200, 5, {}]], 300),
    "loop",
  )!;
  assert.match(textOf(markup), /when a line began: the first 40 of 101 changes/);
  assert.equal(markup.match(/<td>empty<\/td>/g)!.length, 40);
});

test("the figure has a headline, an accessible name and tables", () => {
  const markup = prerender(traceOf(BLOCKED, 1110), "blocking/held_up")!;
  assert.doesNotMatch(markup, /\n/);
  const content = textOf(markup);
  assert.match(content, /Timeline recorded on CPython 3\.13: 2 tasks, 1\.11\ss/);
  assert.match(content, /Line 13 of Task-1 blocked the event loop for 1\ss: time\.sleep\./);
  assert.match(content, /Task-2 waiting 4\sms 104\.1\sms slept 21 a timer or something outside/);
  assert.match(content, /Task-2 .* failed at 1\.107\ss: ValueError/);
  assert.match(
    markup,
    /<div class="tl-chart" role="img" aria-label="Timeline: 2 tasks, 1\.11\ss\. Line 13 of Task-1 blocked [^"]*" style="--tl-rows:2">/,
  );
  // The figure is part of the page, so its size (in characters) is part of what readers download.
  assert.ok(markup.length < 12_000, String(markup.length));
});

test("the figure of a long run stays small, with 24 rows, and says what is left out", () => {
  const markup = prerender(traceOf(manyTasks(10_000), 2000), "many/tasks")!;
  assert.ok(markup.length < 60_000, String(markup.length));
  assert.ok(markup.split("<rect").length < 800);
  assert.equal(markup.split("tl-name").length - 1, 24);
  assert.match(textOf(markup), /Not shown: 9,977 more rows/);
  assert.match(textOf(markup), /The first 40 of [\d,]+ states/);
  assert.match(textOf(markup), /Totals: the first 40 of 10,001 rows/);
});

test("texts name a task with its function, and with its process if there are several", () => {
  const timeline = new Timeline();
  const rows: TraceRow[] = [
    ...MAIN_THREAD,
    ["lane", 2, 1, "task", "Task-1", 0, 1, 3, "main"],
    ["step", 2, 0, 1, 0, 100, "sleep", "", 4],
  ];
  timeline.add(1, events(rows));
  const content = (): string => textOf(html(figure(timeline, { what: "of this run", name: "x" })));
  assert.match(content(), /Line 4 of main \(Task-1\) blocked the event loop for 100\sms/);
  timeline.add(2, events(rows), 1);
  // Tasks of both processes have blocked their loops for the same time, and either may be named.
  assert.match(content(), /main \(Task-1\) of Process 2|main \(Task-1\) of MainProcess/);
});

test("a task that has the same name as its function is named once", () => {
  const timeline = new Timeline();
  timeline.add(1, events([...MAIN_THREAD, ["lane", 2, 1, "task", "brew", 0, 1, 3, "brew"]]));
  timeline.add(1, events([["step", 2, 0, 1, 0, 100, "sleep", "", 4]]));
  const content = textOf(html(figure(timeline, { what: "of this run", name: "x" })));
  assert.match(content, /brew blocked the event loop/);
  assert.doesNotMatch(content, /brew \(?brew/);
});

test("the figure says where a trace was cut", () => {
  const timeline = new Timeline();
  timeline.add(1, events([...MAIN_THREAD, ["cut", 50]]));
  timeline.end(80);
  const markup = html(figure(timeline, { what: "of this run", name: "x" }));
  assert.match(textOf(markup), /The timeline is limited in size: it ends at 50\sms/);
});

test("tasks that the recording leaves out are counted and mentioned", () => {
  const timeline = new Timeline();
  timeline.add(
    1,
    events([...MAIN_THREAD, ["lane", 2, 1, "task", "Task-1", 0, 1, 3, "main"], ["fewer", 9000]]),
  );
  timeline.end(80);
  const content = textOf(html(figure(timeline, { what: "of this run", name: "x" })));
  assert.match(content, /9,001 tasks/);
  assert.match(
    content,
    /The recording is limited in size: 9,000 tasks that began later are not shown/,
  );
});

test("prerender.ts answers one request after another, and reports texts that are no traces", () => {
  const script = new URL("../../../../runtime/timeline/drawing/prerender.ts", import.meta.url);
  const requests = [
    { name: "topic/good", trace: traceOf(BLOCKED, 1110) },
    { name: "topic/bad", trace: "{}" },
    { name: "Tea [1]/grün {x}", trace: traceOf(BLOCKED, 1110) },
    { name: "both", runs: [{ title: "One\u2028line", trace: traceOf(BLOCKED, 1110) }] },
    { name: "torn", runs: [{ title: "Torn", trace: "{" }] },
  ];
  // As Python writes JSON, with escapes for everything but ASCII.
  const input = requests
    .map((each) => JSON.stringify(each).replaceAll(/[^\0-\x7f]/g, escaped))
    .join("\n");
  const { stdout, status } = spawnSync(process.execPath, [fileURLToPath(script)], {
    input: `${input}\n`,
    encoding: "utf8",
  });
  assert.equal(status, 0);
  const answers = stdout
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as object);
  assert.deepEqual(
    answers,
    requests.map((each) => answer(each as Parameters<typeof answer>[0])),
  );
  assert.deepEqual(
    answers.map((each) => Object.keys(each)),
    [["html"], ["damaged"], ["html"], ["html"], ["damaged"]],
  );
});

test("a bar has a label if it has space for it, and the label is marked if it is too long for phones", () => {
  const markup = prerender(
    traceOf(
      [
        ["lane", 1, 0, "thread", "MainThread", 0, -1, 0],
        ["wait", 1, 0, "sleep", "", 1],
        ["wait", 1, 500, "task group", "", 2],
        ["wait", 1, 650, "barrier", "", 3],
        ["wait", 1, 730, "event", "", 4],
        ["run", 1, 1000],
      ],
      1000,
    ),
    "words",
  )!;
  // The wait at the barrier is too short for its label; "event" fits on a phone, "task group" does not.
  const labels = [...markup.matchAll(/class="tl-label( tl-tight)?"[^>]*><text[^>]*>([^<]*)/g)];
  assert.deepEqual(
    labels.map(([, tight, label]) => `${label!}${tight ?? ""}`),
    ["sleeping", "task group tl-tight", "event"],
  );
});

test("tables are only for readers without scripts, and the chart says how many rows it has", () => {
  const markup = prerender(traceOf(BLOCKED, 1110), "light")!;
  const [outside = "", inside = ""] = markup.split("<noscript>");
  assert.ok(!outside.includes("<table") && inside.includes("<table"));
  assert.match(inside, /<\/table><\/div><\/noscript><\/details><\/figure>$/);
  // The axis has the same class as the rows.
  const rows = [...outside.matchAll(/<div class="tl-lane tl-/g)].length - 1;
  assert.match(outside, new RegExp(`class="tl-chart"[^>]*style="--tl-rows:${String(rows)}"`));
});
