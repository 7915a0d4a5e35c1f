/** Which question comes next, and which rows are left: the rules of `<choice-table>`. */

export interface Question {
  key: string;
  ask: string;
  answers: readonly { key: string; text: string }[];
}

/** Key of a question → the answers that lead to a row. Other questions do not matter to it. */
export type When = Readonly<Record<string, readonly string[]>>;

/** Key of a question → the answer given. */
export type Given = Readonly<Record<string, string>>;

export function fits(when: When, given: Given): boolean {
  return Object.entries(when).every(([key, answers]) => {
    const answer = given[key];
    return answer === undefined || answers.includes(answer);
  });
}

/** The questions to show, in order: those answered and, unless one row is left, one more. */
export function path(
  questions: readonly Question[],
  rows: readonly When[],
  given: Given,
): { asked: Question[]; given: Given; found: number | undefined } {
  const asked: Question[] = [];
  let taken: Given = {};
  for (const question of questions) {
    const left = rows.filter((when) => fits(when, taken));
    if (left.length < 2) break;
    if (!left.some((when) => question.key in when)) continue; // makes no difference any more
    asked.push(question);
    const answer = given[question.key];
    if (answer === undefined) return { asked, given: taken, found: undefined };
    taken = { ...taken, [question.key]: answer };
  }
  const found = rows.findIndex((when) => fits(when, taken));
  return { asked, given: taken, found: found < 0 ? undefined : found };
}
