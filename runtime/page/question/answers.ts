/**
 * Decides which answer to a question matches a run of the reader. `mkdocs_runnable/pages/answers.py`
 * decides this for recorded runs when the site is built.
 */
import type { Outcome } from "../../host/types.ts";

/** The condition under which an answer matches the output of a run. */
export interface Answer {
  /** A regular expression that the output has to match somewhere. */
  when: string;
  /** The number that the expression's first group captures has to be less than this. */
  below?: number;
  /** The number that the expression's first group captures has to be greater than this. */
  above?: number;
}

/** The result of comparing a run with the answers to a question. */
export interface Verdict {
  /** The number, from 1, of the answer that matches the run; undefined unless exactly one does. */
  answer: number | undefined;
  /** The sentence that the reader sees. */
  sentence: string;
}

const NUMBER = /^-?\d+(\.\d+)?$/;

/** Whether the output of a run meets the condition of an answer. */
export function matches({ when, below, above }: Answer, output: string): boolean {
  const found = new RegExp(when, "mu").exec(output);
  if (!found) return false;
  if (below === undefined && above === undefined) return true;
  const digits = (found[1] ?? "").replaceAll(",", "");
  if (!NUMBER.test(digits)) return false;
  const number = Number(digits);
  return (below === undefined || number < below) && (above === undefined || number > above);
}

/** Returns the numbers, from 1, of the answers that match an output. */
export function matchingAnswers(answers: readonly Answer[], output: string): number[] {
  return answers.flatMap((answer, index) => (matches(answer, output) ? [index + 1] : []));
}

/**
 * Decides what a run says about the answers to a question.
 *
 * @param answers - The answers, in the order of their numbers.
 * @param chosen - The number, from 1, of the answer that the reader has chosen, if any.
 * @param outcome - How the run ended.
 * @param output - What the program has printed.
 */
export function judgeRun(
  answers: readonly Answer[],
  chosen: number | undefined,
  outcome: Outcome,
  output: string,
): Verdict {
  const undecided = (sentence: string): Verdict => ({ answer: undefined, sentence });
  if (outcome.type === "failed") return undecided("The program could not be run.");
  if (outcome.type === "stopped") {
    return undecided("This run matches none of the answers: it was stopped.");
  }
  const matching = matchingAnswers(answers, output);
  const [answer] = matching;
  if (matching.length > 1) return undecided("This run matches more than one answer.");
  if (answer !== undefined) return { answer, sentence: describeMatch(answer, chosen) };
  const failed = outcome.status === 0 ? "" : ": the program failed";
  return undecided(`This run matches none of the answers${failed}.`);
}

/** Says which answer matches a run, and whether the reader has chosen it. */
export function describeMatch(answer: number, chosen: number | undefined): string {
  const run = `run matches answer ${String(answer)}.`;
  if (chosen === answer) return `You were right: the ${run}`;
  if (chosen === undefined) return `The ${run}`;
  return `You chose ${String(chosen)}, but the ${run}`;
}
