/** Finds the shortest range of a text that has to be replaced to turn the text into another one. */

/** The text between the offsets `from` and `to` is replaced by `insert`. */
export interface Replacement {
  from: number;
  to: number;
  insert: string;
}

/** Returns the replacement that turns `before` into `after`. */
export function difference(before: string, after: string): Replacement {
  let from = 0;
  const shorter = Math.min(before.length, after.length);
  while (from < shorter && before.charCodeAt(from) === after.charCodeAt(from)) from++;
  let end = 0;
  while (
    end < shorter - from &&
    before.charCodeAt(before.length - 1 - end) === after.charCodeAt(after.length - 1 - end)
  ) {
    end++;
  }
  return { from, to: before.length - end, insert: after.slice(from, after.length - end) };
}
