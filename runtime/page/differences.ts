/**
 * What the widget says, in one line, of something that is otherwise in this browser than on CPython.
 * Which of these lines a run gets is decided by what happened to the program: see facts.py.
 */

/** The `note` of a worker: what was met, and a number or a name that belongs to it. */
export interface Fact {
  fact: string;
  value: number;
  detail: string;
}

/** More would be read by nobody. */
const MOST = 3;

const NAME = /^[\w.]{1,80}$/;

const texts: Record<string, (fact: Fact) => string | undefined> = {
  "took-turns": ({ value }) =>
    `${count(value)} threads took turns on one core, as under the GIL; ` +
    "CPython's free-threaded build would use several.",
  "clock-step": ({ value }) =>
    `This browser's clock has steps of ${milliseconds(value)} ms; what takes less looks like no time.`,
  "looked-at-clock": () =>
    "This program waits by looking at the clock. In virtual time that would never end, so in the end each look took 10 µs.",
  cores: ({ value }) =>
    `Python is told of ${count(value)} ${value === 1 ? "core" : "cores"} here, as this browser says; ` +
    "some browsers say fewer than the machine has.",
  "processes-wait": ({ value }) =>
    `At most ${count(value)} processes run at once here; the others start as those end.`,
  "own-files": () =>
    "Each process has files of its own here: what one of them writes, the others do not see.",
  "no-processes": () => "This browser cannot run processes. Chrome 137, Firefox 153 and newer can.",
  "no-threads": () =>
    "This browser cannot switch between threads. Chrome 137, Firefox 153 and newer can.",
  "no-call": ({ detail }) =>
    NAME.test(detail)
      ? `${detail}() does not work in a browser: it needs something of the operating system.`
      : undefined,
  "no-module": ({ detail }) =>
    NAME.test(detail)
      ? `The standard library's module ${detail} does not exist in a browser.`
      : undefined,
};

/** The lines to show, the most telling ones; a program can post facts of its own making. */
export function describeDifferences(facts: readonly Fact[]): string[] {
  const lines = new Set<string>();
  for (const fact of facts) {
    if (!Object.hasOwn(texts, fact.fact) || !Number.isFinite(fact.value)) continue;
    const line = texts[fact.fact]!(fact);
    if (line !== undefined) lines.add(line);
  }
  return [...lines].slice(0, MOST);
}

function count(value: number): string {
  return Math.round(value).toLocaleString("en");
}

/** Clocks have steps of 0.005 to 100 ms, and subtracting floats leaves traces. */
function milliseconds(value: number): string {
  return String(Number(value.toPrecision(2)));
}
