/** The rules of `<choice-table>`: which question comes next, and which rows are still possible. */

/** A question, with the answers from which readers choose. */
export interface Question {
  key: string;
  /** The question as readers see it. */
  ask: string;
  answers: readonly { key: string; text: string }[];
}

/**
 * Maps keys of questions to the answers that fit a row. A question without an entry does not matter
 * for the row.
 */
export type RowConditions = Readonly<Record<string, readonly string[]>>;

/** Maps keys of questions to the answers that the reader has given. */
export type GivenAnswers = Readonly<Record<string, string>>;

/** The state of the questions after some answers. */
export interface Progress {
  /** The questions to show, in order. */
  asked: Question[];
  /** The answers to these questions. Answers to other questions are dropped. */
  given: GivenAnswers;
  /**
   * The index of the first row that fits the answers, once no question is left to ask; undefined before,
   * or if no row fits.
   */
  found: number | undefined;
}

/** Whether a row is still possible after these answers. */
export function fits(conditions: RowConditions, given: GivenAnswers): boolean {
  return Object.entries(conditions).every(([key, answers]) => {
    const answer = given[key];
    return answer === undefined || answers.includes(answer);
  });
}

/** Finds the questions to show: those that are answered and, until one row is left, one more. */
export function progress(
  questions: readonly Question[],
  rows: readonly RowConditions[],
  given: GivenAnswers,
): Progress {
  const asked: Question[] = [];
  let kept: GivenAnswers = {};
  for (const question of questions) {
    const possible = rows.filter((conditions) => fits(conditions, kept));
    if (possible.length < 2) break;
    // Skip questions that none of the possible rows depends on.
    if (!possible.some((conditions) => question.key in conditions)) continue;
    asked.push(question);
    const answer = given[question.key];
    if (answer === undefined) return { asked, given: kept, found: undefined };
    kept = { ...kept, [question.key]: answer };
  }
  const found = rows.findIndex((conditions) => fits(conditions, kept));
  return { asked, given: kept, found: found < 0 ? undefined : found };
}
