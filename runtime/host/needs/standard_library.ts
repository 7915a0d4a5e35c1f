/**
 * Finds out which programs need the archive of the standard library, called "the library" below. It is as
 * large as a third of all other files that Python needs. The snapshot contains the modules that most programs
 * use, so the host downloads the library only for programs that need other modules.
 *
 * The imports are found in the text, so that the download can begin before the program runs. The search
 * may find too many programs, which costs a download, or too few: a program that was not found waits for
 * the library when it imports a module that only the library contains; see worker/links/library.ts.
 */
import type { ProgramText } from "./imports.ts";

/** Names of modules of the standard library, separated by blanks. */
export interface StandardModules {
  /** The modules that programs can import without the library. */
  available: string;
  /** Modules that need the library, in packages that do not, for example `logging.handlers` in `logging`. */
  absent: string;
}

/** The JSON text of the `StandardModules`, which the build inserts here. */
declare const STANDARD_MODULES: string;

/**
 * A statement that imports modules, at the beginning of a line or after `:` or `;`. The limits keep the
 * search fast.
 */
const IMPORT =
  /(?:^|[:;])[ \t\f]*(?:from[ \t]+([\w.]{1,500})[ \t]+import\b([^#:;\n]{0,500})|import[ \t]+([^#:;\n]{1,500}))/gm;

/**
 * Modules of the snapshot that are of little use without the library, which contains the code of the
 * network; see runtime/bundle/pack.py.
 */
const NETWORK = new Set(["select", "selectors", "socket"]);

/**
 * Matches the use of names for which Python imports modules that the program does not name, and the options
 * `network` and `watch` in a header, for which the tracer imports `tomllib`; see runnable_tracer/header.py.
 * The second line matches the functions of asyncio and `os` that need the network.
 */
const IMPLICIT = new RegExp(
  [
    /\b(?:(?:Process|Interpreter)PoolExecutor|strptime)\b|\b(?:breakpoint|help)\(/,
    /\b(?:open|start|create)_(?:unix_)?(?:connection|server)\b|\b(?:create_datagram_endpoint|pipe)\(/,
    /^# *(?:network|watch) *=/,
  ]
    .map(({ source }) => source)
    .join("|"),
  "m",
);

const CONTINUED_LINE = /\\\r?\n/g;

/** Returns the names in a list such as `asyncio, json as j`. */
const namesIn = (list: string): string[] =>
  list.split(",").map((item) => /[\w.]+/.exec(item)?.[0] ?? "");

/**
 * Returns whether the program, or one of the modules that it is given, imports a module that neither the
 * snapshot nor the program contains, or uses something for which Python imports such a module.
 *
 * @param program - the program and its modules.
 * @param modules - the modules of the standard library.
 */
export function needsLibrary(
  { source, files = {} }: ProgramText,
  modules = JSON.parse(STANDARD_MODULES) as StandardModules,
): boolean {
  const available = new Set(modules.available.split(" "));
  const absent = new Set(modules.absent.split(" "));
  const own = new Set(Object.keys(files).map((path) => path.split("/")[0]!.replace(/\.py$/, "")));
  const isMissing = (name: string): boolean =>
    !name.startsWith(".") &&
    (!available.has(name) || NETWORK.has(name)) &&
    !own.has(name.split(".")[0]!);
  const needs = (text: string): boolean =>
    IMPLICIT.test(text) ||
    [...text.replaceAll(CONTINUED_LINE, " ").matchAll(IMPORT)].some(([, from, items, list]) =>
      from === undefined
        ? namesIn(list!).some(isMissing)
        : isMissing(from) || namesIn(items!).some((name) => absent.has(`${from}.${name}`)),
    );
  const decoder = new TextDecoder();
  return [source, ...Object.values(files).map((content) => decoder.decode(content))].some(needs);
}
