/** Says in words what a timeline shows. */
import type { HoldUp, Lane, Mark, Segment, State, Timeline } from "./model.ts";
import type { Reason } from "./rows.ts";

/** With what `of` adds in brackets. */
const WAITS: Record<Reason, string> = {
  sleep: "slept",
  lock: "waited for a lock",
  semaphore: "waited for a semaphore",
  event: "waited for an event",
  condition: "waited for a condition",
  barrier: "waited at a barrier",
  "queue get": "waited for something in a queue",
  "queue put": "waited for room in a queue",
  "queue join": "waited for a queue to be dealt with",
  thread: "waited for a thread to end",
  process: "waited for a process",
  task: "waited for a task",
  tasks: "waited for several tasks",
  "task group": "waited for the tasks of a group",
  future: "waited for a future",
  executor: "waited for a call in an executor",
  work: "had no work",
  shutdown: "waited for a pool to end",
  idle: "had no task that was ready",
  turn: "let others have their turn",
  "I/O": "waited for I/O",
  input: "waited for your input",
  other: "waited",
};

/** What held up an event loop. */
const BLOCKS: Partial<Record<Reason, string>> = {
  sleep: "time.sleep",
  lock: "it waited for a lock",
  "queue get": "it waited for something in a queue",
  "queue put": "it waited for room in a queue",
  thread: "it waited for a thread",
  process: "it waited for a process",
  event: "it waited for an event",
  future: "it waited for a result",
  "I/O": "it waited for I/O",
  input: "it waited for input",
};

export const STATES: Record<State, string> = {
  running: "running",
  ready: "ready",
  waiting: "waiting",
};

/** With three digits: 350 µs, 12.3 ms, 1.24 s, 2 min 5 s. */
export function time(ms: number): string {
  if (ms === 0) return "0";
  if (ms < 0.9995) return `${digits(ms * 1000)} µs`;
  if (ms < 999.5) return `${digits(ms)} ms`;
  if (ms < 59_950) return `${digits(ms / 1000)} s`;
  const seconds = Math.round(ms / 1000);
  const minutes = `${String(Math.floor(seconds / 60))} min`;
  return seconds % 60 === 0 ? minutes : `${minutes} ${String(seconds % 60)} s`;
}

/** A point in time, fine enough to tell it from its neighbours: 104.2 ms, 1.1067 s. */
export function moment(ms: number): string {
  const [value, unit] = ms < 1 ? [ms * 1000, "µs"] : ms < 1000 ? [ms, "ms"] : [ms / 1000, "s"];
  return ms === 0 ? "0" : `${String(Number(value.toPrecision(5)))} ${unit}`;
}

function digits(value: number): string {
  return value.toFixed(value < 9.995 ? 2 : value < 99.95 ? 1 : 0).replace(/\.0+$/, "");
}

export function plural(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString("en")} ${count === 1 ? one : many}`;
}

const atLine = (line: number): string => (line > 0 ? `, at line ${String(line)}` : "");
const named = (of: string): string => (of === "" ? "" : ` (${of})`);

/** "slept", "waited for a lock (orders)". */
export function waited({ reason, of }: Pick<Segment, "reason" | "of">): string {
  return (reason === "" ? "waited" : WAITS[reason]) + named(of);
}

/** Who woke a lane; empty if that is unknown, or nobody had to. */
export function woken(lane: Lane, { by, state }: Segment): string {
  if (by === undefined) return "";
  if (by === lane.id) return state === "waiting" ? "" : "its turn was over";
  if (by < 0) return "a timer or something outside";
  return lane.process.lanes.get(by)?.name ?? "";
}

/** A sentence on one segment. */
export function sentence(lane: Lane, segment: Segment): string {
  const { state, start, end, line, job, cpu, held } = segment;
  const long = time(end - start);
  const span = `, from ${moment(start)} to ${moment(end)}`;
  const by = woken(lane, segment);
  if (held) return `${lane.name} ${heldUp(held)}${span}.`;
  if (state === "running") {
    const at = job === "" ? "ran" : `ran ${job}`;
    const share =
      cpu === undefined || end - start - cpu < 0.5
        ? ""
        : ` Of this it was on a processor for ${time(cpu)}, and else waited for the GIL or a core.`;
    return `${lane.name} ${at} for ${long}${atLine(line)}${span}.${share}`;
  }
  const why = by === "" ? "" : state === "ready" ? `: ${readyFor(by)}` : `. Woken by ${by}`;
  if (state === "ready") return `${lane.name} was ready to run for ${long}${span}${why}.`;
  return `${lane.name} ${waited(segment)} for ${long}${atLine(line)}${span}${why}.`;
}

const readyFor = (by: string): string => (by === "its turn was over" ? by : `woken by ${by}`);

/** "held up the event loop for 1.2 s at line 7: time.sleep". */
export function heldUp({ start, end, reason, of, line, starved }: HoldUp): string {
  const place = line > 0 ? ` at line ${String(line)}` : "";
  const what =
    reason === ""
      ? starved
        ? "another thread had the GIL, or there was no core for it"
        : "it computed"
      : (BLOCKS[reason] ?? `it ${WAITS[reason]}`) + (reason === "sleep" ? "" : named(of));
  return `held up the event loop for ${time(end - start)}${place}: ${what}`;
}

export function markSentence({ kind, at, text, line }: Mark): string {
  const what =
    kind === "stdout"
      ? `Printed “${text}”`
      : kind === "stderr"
        ? `Wrote “${text}” to stderr`
        : kind === "failed"
          ? `Failed${text === "" ? "" : ` with ${text}`}`
          : kind === "cancelled"
            ? "Was cancelled"
            : "Was killed";
  return `${what} at ${moment(at)}${atLine(line)}.`;
}

/** "3 tasks in 1 thread, 2.01 s". */
export function summary(timeline: Timeline): string {
  const own = timeline.lanes.filter((lane) => lane.own);
  const count = (kind: string): number => own.filter((lane) => lane.kind === kind).length;
  const [processes, threads, tasks] = [count("process"), count("thread"), count("task")];
  const parts = [];
  if (tasks > 0) parts.push(plural(tasks, "task"));
  if (threads > processes || tasks === 0) parts.push(plural(threads, "thread"));
  if (processes > 1) parts.push(plural(processes, "process", "processes"));
  return `${parts.join(", ")}, ${time(timeline.now)}`;
}
