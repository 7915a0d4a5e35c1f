/**
 * Finds out which programs need the data of the time zones. Python in the browser does not have this
 * data, so the host installs the library tzdata for these programs, without a declaration.
 *
 * The imports are found in the text, before the program runs, because a library can only be installed
 * while no program runs. The search may find too many programs, which costs a download, but not too
 * few: a program in which it finds nothing has to declare tzdata; see browser_runtime/time_zones.py.
 */
import type { Program } from "./types.ts";

/** The library with the data. */
export const TIME_ZONES = "tzdata";

/** The modules whose import shows that a program uses time zones. */
const NAMES = "(?:zoneinfo|tzdata)\\b";

/**
 * A statement that imports one of the modules, at the beginning of a line or after `:` or `;`, or the
 * module's name as a string, as in `import_module("zoneinfo")`. The limit keeps the search fast.
 */
const IMPORT = new RegExp(
  `(?:^|[:;])[ \\t\\f]*(?:from[ \\t]+|import[ \\t]+(?:[^#:;\\n]{1,500},[ \\t]*)?)${NAMES}|["']${NAMES}`,
  "m",
);

const CONTINUED_LINE = /\\\r?\n/g;

/** Returns whether the program, or one of the modules that it is given, uses time zones. */
export function usesTimeZones({ source, files = {} }: Pick<Program, "source" | "files">): boolean {
  const decoder = new TextDecoder();
  const modules = Object.values(files).map((content) => decoder.decode(content));
  return [source, ...modules].some((text) => IMPORT.test(text.replaceAll(CONTINUED_LINE, " ")));
}
