/** Reads which ranges of lines a widget shows, and computes which it hides. Lines are counted from 1. */

/** The lines from `from` to `to`, both included. */
export interface LineRange {
  from: number;
  to: number;
}

/**
 * Reads the attribute `data-lines`: `"4-38,41"` → `[{from: 4, to: 38}, {from: 41, to: 41}]`.
 * Ignores parts that are not ranges. An empty result means that the widget shows all lines.
 */
export function parseRanges(text: string): LineRange[] {
  const ranges: LineRange[] = [];
  for (const part of text.split(",")) {
    const match = /^\s*(\d+)(?:-(\d+))?\s*$/.exec(part);
    if (!match) continue;
    const from = Number(match[1]);
    const to = Number(match[2] ?? match[1]);
    if (from >= 1 && to >= from) ranges.push({ from, to });
  }
  return ranges.sort((a, b) => a.from - b.from);
}

/** Returns how many lines an editor shows for a text. A final newline does not start a new line. */
export function countLines(source: string): number {
  const lines = source.split("\n").length;
  return source.endsWith("\n") && lines > 1 ? lines - 1 : lines;
}

/** Returns the lines that are not in `shown`; none if `shown` is empty, which means that all are shown. */
export function complement(shown: LineRange[], lineCount: number): LineRange[] {
  if (shown.length === 0) return [];
  const hidden: LineRange[] = [];
  let next = 1;
  for (const range of shown) {
    if (range.from > next) hidden.push({ from: next, to: Math.min(range.from - 1, lineCount) });
    next = Math.max(next, range.to + 1);
  }
  if (next <= lineCount) hidden.push({ from: next, to: lineCount });
  return hidden.filter((range) => range.from <= range.to);
}

/**
 * Finds the hidden lines of the published source in a source that the reader has edited. A block of
 * hidden lines that the reader has changed is not found, so it is no longer hidden.
 *
 * @param original - The published source.
 * @param shown - The lines of the published source that the page shows; empty for all of them.
 * @param source - The edited source.
 * @returns The ranges of the edited source to hide.
 */
export function locateHidden(original: string, shown: LineRange[], source: string): LineRange[] {
  const published = original.split("\n");
  const publishedCount = countLines(original);
  const hidden = complement(shown, publishedCount);
  if (source === original) return hidden;
  const lines = source.split("\n");
  const found: LineRange[] = [];
  let next = 0;
  for (const range of hidden) {
    const block = published.slice(range.from - 1, range.to);
    // A block at the beginning or the end of the published source is searched for only at the beginning
    // or the end of the edited source. Any other block is searched for after the last block that was found,
    // and the first match counts.
    let first = next;
    let last = lines.length - block.length;
    if (range.to === publishedCount) first = last = countLines(source) - block.length;
    else if (range.from === 1) first = last = 0;
    for (let start = Math.max(first, next); start <= last; start++) {
      if (!block.every((line, index) => lines[start + index] === line)) continue;
      found.push({ from: start + 1, to: start + block.length });
      next = start + block.length;
      break;
    }
  }
  return found;
}
