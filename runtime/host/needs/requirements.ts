/**
 * Reads which libraries and which Python a program declares in its header, and finds out which
 * libraries to install. The format of the header is defined in https://peps.python.org/pep-0723/.
 */
import { satisfies, validRange } from "@renovatebot/pep440";
import { parse } from "smol-toml";

/** A library that programs may declare. */
export interface Library {
  version: string;
  /** Names of the libraries that this one imports. */
  requires: readonly string[];
  /** Names of the libraries that this one imports only if they are installed. */
  optional: readonly string[];
  /**
   * Whether error messages list this library as available. A library that is not offered is published
   * only because an offered one imports it.
   */
  offered: boolean;
}

// The regular expression from PEP 723, for blocks of the type `script`.
const HEADER = /^# \/\/\/ script$\n((?:^#(?:| .*)$\n)+)^# \/\/\/$/gm;

// A dependency specifier as in https://peps.python.org/pep-0508/: the name, extras, versions, and the
// rest, which is a marker (`; …`) or a URL (`@ …`).
const REQUIREMENT = /^\s*([\w][\w.-]*)\s*(?:\[([^\]]*)\])?\s*\(?\s*([^;@()]*?)\s*\)?\s*([;@].*)?$/;

/**
 * Returns the fields of a program's header; none if it has no header.
 *
 * @throws Error with a message for the reader.
 */
function headerOf(source: string): Readonly<Record<string, unknown>> {
  const headers = [...source.replaceAll("\r\n", "\n").matchAll(HEADER)];
  if (headers.length === 0) return {};
  if (headers.length > 1) throw new Error("The program has two headers (# /// script).");
  try {
    return parse(headers[0]![1]!.replaceAll(/^# ?/gm, ""));
  } catch (error) {
    const reason = String(error)
      .split("\n")[0]!
      .replace(/^.*?: /, "");
    throw new Error(`The program's header (# /// script) is not valid TOML: ${reason}`);
  }
}

/** Returns the header of a program, which another program with the same needs can copy; empty if none. */
export function headerText(source: string): string {
  const headers = source.replaceAll("\r\n", "\n").match(HEADER) ?? [];
  return headers.map((header) => `${header}\n`).join("");
}

/**
 * Returns the `dependencies` in a program's header, unchanged.
 *
 * @throws Error with a message for the reader.
 */
export function dependencies(source: string): string[] {
  const declared = headerOf(source)["dependencies"] ?? [];
  if (!Array.isArray(declared) || !declared.every((each) => typeof each === "string")) {
    throw new Error("In the program's header, dependencies must be a list of strings.");
  }
  return declared;
}

/**
 * Returns whether a version is among those that a version specifier allows, or undefined if the text
 * is no version specifier. Like Python's `packaging`, this function accepts an empty specifier and a comma at
 * the end. The syntax is that of https://packaging.python.org/en/latest/specifications/version-specifiers/.
 */
export function allows(specifier: string, version: string): boolean | undefined {
  const clauses = specifier.split(",").filter((clause) => clause.trim() !== "");
  if (clauses.length === 0) return true;
  const range = clauses.join(",");
  return validRange(range) ? satisfies(version, range, { prereleases: true }) : undefined;
}

/** A specifier that is longer than this (in characters) is not repeated to the reader. */
const LONGEST_SPECIFIER = 60;

/**
 * Returns a message for the reader if a program's header excludes this version of Python, or if it cannot be
 * said which versions the header allows. Otherwise returns undefined.
 *
 * @param source - the program, whose header may contain `requires-python`.
 * @param version - the version of the Python that runs the program, for example "3.14.2".
 */
export function describePythonMismatch(source: string, version: string): string | undefined {
  let specifier: unknown;
  try {
    specifier = headerOf(source)["requires-python"] ?? "";
  } catch (error) {
    return (error as Error).message;
  }
  const isAllowed = typeof specifier === "string" ? allows(specifier, version) : undefined;
  if (isAllowed === true) return undefined;
  if (isAllowed === undefined) {
    return 'In the program\'s header, requires-python is not a version specifier such as ">=3.13".';
  }
  const asked = String(specifier).trim();
  const wanted = asked.length > LONGEST_SPECIFIER ? "another version of Python" : `Python ${asked}`;
  return `The program's header asks for ${wanted}, but this is Python ${version}. It runs anyway, and may fail.`;
}

/** Where libraries are declared, for error messages. */
export interface Declarer {
  /** The subject of a sentence, for example "The program". */
  who: string;
  /** The place of the declaration, for example "the program's header". */
  where: string;
}

const PROGRAM: Declarer = { who: "The program", where: "the program's header" };

/** Returns the normalized name of the library that a dependency names; empty if it is malformed. */
export function nameOf(dependency: string): string {
  return normalize(REQUIREMENT.exec(dependency)?.[1] ?? "");
}

/** Returns a project's normalized name; see https://peps.python.org/pep-0503/#normalized-names. */
function normalize(name: string): string {
  return name.toLowerCase().replaceAll(/[-_.]+/g, "-");
}

/**
 * Returns the names of the libraries to install: the declared ones, and all that these require.
 *
 * @param declared - the dependencies.
 * @param libraries - what is available in the browser, by normalized name.
 * @param declarer - who declares the dependencies.
 * @throws Error with a message for the reader, if a dependency is malformed or uses unsupported syntax, or
 *   if the library is not available, or not in the declared version.
 */
export function resolve(
  declared: readonly string[],
  libraries: Readonly<Record<string, Library>>,
  { who, where }: Declarer = PROGRAM,
): string[] {
  const names: string[] = [];
  const unknown: string[] = [];
  for (const text of declared) {
    const [, name, extras, versions = "", rest = ""] = REQUIREMENT.exec(text) ?? [];
    if (name === undefined || (versions !== "" && !validRange(versions))) {
      throw new Error(`In ${where}, "${text}" does not name a library and its version.`);
    }
    if (rest !== "" || extras) {
      const what = extras ? "extras" : rest.startsWith("@") ? "addresses" : "conditions";
      throw new Error(
        `In ${where}, "${text}" cannot be declared, because the browser does not support ${what}.`,
      );
    }
    const library = Object.hasOwn(libraries, normalize(name))
      ? libraries[normalize(name)]
      : undefined;
    if (!library) unknown.push(name);
    else if (versions !== "" && !satisfies(library.version, versions, { prereleases: true })) {
      throw new Error(
        `${who} declares ${text}, but only ${name} ${library.version} is available in the browser.`,
      );
    } else names.push(normalize(name));
  }
  if (unknown.length > 0) {
    const offered = Object.keys(libraries)
      .filter((name) => libraries[name]!.offered)
      .toSorted();
    throw new Error(
      `${who} declares ${list(unknown)}, but only ${list(offered)} are available in the browser.`,
    );
  }
  const chosen = new Set<string>();
  const choose = (name: string): void => {
    if (chosen.has(name)) return;
    chosen.add(name);
    libraries[name]!.requires.forEach(choose);
  };
  names.forEach(choose);
  return [...chosen];
}

function list(names: readonly string[]): string {
  if (names.length < 2) return names.join("");
  return `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
}
