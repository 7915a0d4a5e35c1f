/** Which lines of a file a widget shows. Line numbers are 1-based and ranges include both ends. */

export interface LineRange {
  from: number;
  to: number;
}

/**
 * Reads `data-lines`: `"4-38,41"` → `[{from: 4, to: 38}, {from: 41, to: 41}]`. Parts that are not
 * ranges are left out; an empty result means that nothing is hidden.
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

/** The number of lines an editor shows for this text; a final newline does not start another. */
export function countLines(source: string): number {
  const lines = source.split("\n").length;
  return source.endsWith("\n") && lines > 1 ? lines - 1 : lines;
}

/** The lines that `shown` leaves out of a file with `total` lines; nothing when `shown` is empty. */
export function complement(shown: LineRange[], total: number): LineRange[] {
  if (shown.length === 0) return [];
  const hidden: LineRange[] = [];
  let next = 1;
  for (const range of shown) {
    if (range.from > next) hidden.push({ from: next, to: Math.min(range.from - 1, total) });
    next = Math.max(next, range.to + 1);
  }
  if (next <= total) hidden.push({ from: next, to: total });
  return hidden.filter((range) => range.from <= range.to);
}

/**
 * Where the hidden lines of the published file are in an edited one. A hidden block whose text the
 * reader has changed is not hidden any more; the order of blocks is kept.
 */
export function locateHidden(original: string, shown: LineRange[], source: string): LineRange[] {
  const published = original.split("\n");
  const hidden = complement(shown, countLines(original));
  if (source === original) return hidden;
  const lines = source.split("\n");
  const found: LineRange[] = [];
  let next = 0;
  for (const range of hidden) {
    const block = published.slice(range.from - 1, range.to);
    // The head and the tail of a file stay where they are; in between, the first match is taken.
    const atEnd = range.to === countLines(original);
    const start = atEnd ? countLines(source) - block.length : range.from === 1 ? 0 : next;
    const last = atEnd || range.from === 1 ? start : lines.length - block.length;
    for (let at = Math.max(start, next); at <= last; at++) {
      if (!block.every((line, index) => lines[at + index] === line)) continue;
      found.push({ from: at + 1, to: at + block.length });
      next = at + block.length;
      break;
    }
  }
  return found;
}
