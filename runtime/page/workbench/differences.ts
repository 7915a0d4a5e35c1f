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
    `${count(value)} threads alternated on one core, as they do under the GIL; ` +
    "CPython's free-threaded build would use several cores.",
  "clock-step": ({ value }) =>
    `This browser's clock advances in steps of ${milliseconds(value)} ms; anything shorter seems to take no time.`,
  "looked-at-clock": () =>
    "This program waits by checking the clock again and again. In virtual time that would never end, so each check was finally counted as 10 µs.",
  cores: ({ value }) =>
    `Python sees ${count(value)} ${value === 1 ? "core" : "cores"} here, the number that this browser reports; ` +
    "some browsers report fewer than the machine has.",
  "processes-wait": ({ value }) =>
    `At most ${count(value)} processes run at the same time here; the others start as these end.`,
  "own-files": () =>
    "Each process has its own files here: what one process writes, the others do not see.",
  "no-processes": () => "This browser cannot run processes. Use Chrome 137, Firefox 153 or newer.",
  "no-threads": () =>
    "This browser cannot switch between threads. Use Chrome 137, Firefox 153 or newer.",
  "no-call": ({ detail }) =>
    NAME.test(detail)
      ? `${detail}() does not work in a browser: it needs the operating system.`
      : undefined,
  "no-module": ({ detail }) =>
    NAME.test(detail)
      ? `The module ${detail} of the standard library is not available in a browser.`
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
