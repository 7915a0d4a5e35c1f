/**
 * Finds the modules that a program imports, in its text.
 *
 * The host has to know them before the program runs, because a library can only be installed while no
 * program runs. The search may find modules that the program does not import, for example in a docstring,
 * which costs a download. It does not find modules whose names the program computes.
 */

/** The texts of a program, in which its imports and the libraries that it declares are found. */
export interface ProgramText {
  source: string;
  /** Further modules that the program can import: their content by relative path. */
  files?: Record<string, Uint8Array>;
}

/**
 * A statement that imports modules, at the beginning of a line or after `:` or `;`, or a string that may
 * name a module, as in `import_module("zoneinfo")`. After `import`, at most 500 characters are read, because
 * a longer match would make the search slow.
 */
const IMPORT =
  /(?:^|[:;])[ \t\f]*(?:from[ \t]+(\w+)|import[ \t]+([^#:;\n]{1,500}))|["'](\w+)["'.:]/gm;

const CONTINUED_LINE = /\\\r?\n/g;

/**
 * Returns the modules that a program may import, itself or in the further modules that it is given. Of each
 * name, this is the first part, for example `os` for `os.path`.
 */
export function importedModules({ source, files = {} }: ProgramText): Set<string> {
  const decoder = new TextDecoder();
  const found = new Set<string>();
  for (const text of [source, ...Object.values(files).map((content) => decoder.decode(content))]) {
    for (const match of text.replaceAll(CONTINUED_LINE, " ").matchAll(IMPORT)) {
      const [, from, names = "", string] = match;
      for (const name of [from, string, ...names.split(",")]) {
        const first = /^\s*(\w+)/.exec(name ?? "")?.[1];
        if (first !== undefined) found.add(first);
      }
    }
  }
  return found;
}
