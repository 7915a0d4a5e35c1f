/**
 * Finds out which programs need the standard library. The snapshot contains the modules that most programs
 * use, so for other programs the host does not fetch the library, which is as large as a third of all
 * other files that Python needs.
 *
 * The imports are found in the text, so that the download can begin before the program runs. The search
 * may find too many programs, which costs a download, or too few: a program in which it finds nothing
 * waits for the library when it imports such a module; see worker/links/library.ts.
 */
import type { ProgramText } from "./imports.ts";

/** The names of the modules that every snapshot contains, which the build inserts here. */
declare const SNAPSHOT_MODULES: string;

/**
 * A statement that imports modules, at the beginning of a line or after `:` or `;`. The limit keeps the
 * search fast.
 */
const IMPORT =
  /(?:^|[:;])[ \t\f]*(?:from[ \t]+([\w.]{1,500})[ \t]+import\b|import[ \t]+([^#:;\n]{1,500}))/gm;

const CONTINUED_LINE = /\\\r?\n/g;

/** Yields the names of the modules that a text imports. */
function* imports(text: string): Generator<string> {
  for (const [, from, list] of text.replaceAll(CONTINUED_LINE, " ").matchAll(IMPORT)) {
    for (const item of (from ?? list!).split(",")) yield item.trim().split(/\s/)[0]!;
  }
}

/**
 * Returns whether the program, or one of the modules that it is given, imports a module that neither the
 * snapshot nor the program contains.
 *
 * @param program - the program and its modules.
 * @param known - the names of the modules in the snapshot, separated by blanks.
 */
export function needsLibrary(
  { source, files = {} }: ProgramText,
  known = SNAPSHOT_MODULES,
): boolean {
  const names = new Set(known.split(" "));
  const own = new Set(Object.keys(files).map((path) => path.split("/")[0]!.replace(/\.py$/, "")));
  const decoder = new TextDecoder();
  const modules = Object.values(files).map((content) => decoder.decode(content));
  return [source, ...modules].some((text) =>
    [...imports(text)].some((name) => {
      const isRelative = name.startsWith(".");
      return !isRelative && !names.has(name) && !own.has(name.split(".")[0]!);
    }),
  );
}
