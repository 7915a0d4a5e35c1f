/** Which answers to a question a run bears out; mkdocs_runnable/pages/answers.py judges alike. */
import type { Outcome } from "../../host/types.ts";

export interface Answer {
  /** A regular expression that is searched in the output. */
  when: string;
  /** What its first group finds is a number smaller than this. */
  below?: number;
  /** It is greater than this. */
  above?: number;
}

const NUMBER = /^-?\d+(\.\d+)?$/;

export function holds({ when, below, above }: Answer, text: string): boolean {
  const found = new RegExp(when, "mu").exec(text);
  if (!found) return false;
  if (below === undefined && above === undefined) return true;
  const digits = (found[1] ?? "").replaceAll(",", "");
  if (!NUMBER.test(digits)) return false;
  const number = Number(digits);
  return (below === undefined || number < below) && (above === undefined || number > above);
}

/** The numbers, from 1, of the answers that hold for an output. */
export function judge(answers: readonly Answer[], text: string): number[] {
  return answers.flatMap((answer, index) => (holds(answer, text) ? [index + 1] : []));
}

export interface Verdict {
  /** The answer that the run bears out, from 1; undefined if it decides nothing. */
  answer: number | undefined;
  /** In a sentence. */
  said: string;
}

/** What a run says of the answers, and of the one that the reader has chosen. */
export function decide(
  answers: readonly Answer[],
  chosen: number | undefined,
  outcome: Outcome,
  text: string,
): Verdict {
  const nothing = (said: string): Verdict => ({ answer: undefined, said });
  if (outcome.type === "failed") return nothing("The program could not be run.");
  if (outcome.type === "stopped") {
    return nothing("This run matches none of the answers: it was stopped.");
  }
  const held = judge(answers, text);
  const [answer] = held;
  if (answer !== undefined && held.length === 1) return { answer, said: compare(answer, chosen) };
  if (held.length > 1) return nothing("This run matches more than one answer.");
  const failed = outcome.status === 0 ? "" : ": the program failed";
  return nothing(`This run matches none of the answers${failed}.`);
}

/** In a sentence: what happened, and what the reader has said of it. */
export function compare(answer: number, chosen: number | undefined): string {
  const run = `run matches answer ${String(answer)}.`;
  if (chosen === answer) return `You were right: the ${run}`;
  if (chosen === undefined) return `The ${run}`;
  return `You chose ${String(chosen)}, but the ${run}`;
}
