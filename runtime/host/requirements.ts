/** What a program declares that it needs: the `dependencies` in its header (PEP 723). */
import { satisfies, validRange } from "@renovatebot/pep440";
import { parse } from "smol-toml";

/** A library that programs may declare. */
export interface Library {
  version: string;
  /** Names of the libraries it needs itself. */
  requires: readonly string[];
  /** Readers are told of it; the others come with one that is. */
  offered: boolean;
}

// The expression of PEP 723, for the type `script`.
const HEADER = /^# \/\/\/ script$\n((?:^#(?:| .*)$\n)+)^# \/\/\/$/gm;

// A name, extras, versions, and the rest: a condition or an address.
const REQUIREMENT = /^\s*([\w][\w.-]*)\s*(?:\[([^\]]*)\])?\s*\(?\s*([^;@()]*?)\s*\)?\s*([;@].*)?$/;

/** The program's `dependencies`, as they stand there; throws a message for the reader. */
export function dependencies(source: string): string[] {
  const headers = [...source.replaceAll("\r\n", "\n").matchAll(HEADER)];
  if (headers.length === 0) return [];
  if (headers.length > 1) throw new Error("The program has two headers (# /// script).");
  const toml = headers[0]![1]!.replaceAll(/^# ?/gm, "");
  let declared: unknown;
  try {
    declared = parse(toml)["dependencies"] ?? [];
  } catch (error) {
    const reason = String(error)
      .split("\n")[0]!
      .replace(/^.*?: /, "");
    throw new Error(`The program's header (# /// script) is not valid TOML: ${reason}`);
  }
  if (!Array.isArray(declared) || !declared.every((each) => typeof each === "string")) {
    throw new Error("In the program's header, dependencies must be a list of strings.");
  }
  return declared;
}

/** A project's name in its one canonical form. */
function canonical(name: string): string {
  return name.toLowerCase().replaceAll(/[-_.]+/g, "-");
}

/**
 * Names of the libraries to install for these dependencies, with those that they need; throws a message
 * for the reader when one cannot be had.
 */
export function resolve(
  declared: readonly string[],
  libraries: Readonly<Record<string, Library>>,
): string[] {
  const names: string[] = [];
  const unknown: string[] = [];
  for (const text of declared) {
    const [, name, extras, versions = "", rest = ""] = REQUIREMENT.exec(text) ?? [];
    if (name === undefined || (versions !== "" && !validRange(versions))) {
      throw new Error(
        `In the program's header, "${text}" does not name a library and its version.`,
      );
    }
    if (rest !== "" || extras) {
      const what = extras ? "extras" : rest.startsWith("@") ? "addresses" : "conditions";
      throw new Error(
        `In the browser, a program cannot declare "${text}": ${what} are not supported here.`,
      );
    }
    const library = Object.hasOwn(libraries, canonical(name))
      ? libraries[canonical(name)]
      : undefined;
    if (!library) unknown.push(name);
    else if (versions !== "" && !satisfies(library.version, versions, { prereleases: true })) {
      throw new Error(
        `The program declares ${text}, but only ${name} ${library.version} is available in the browser.`,
      );
    } else names.push(canonical(name));
  }
  if (unknown.length > 0) {
    const offered = Object.keys(libraries)
      .filter((name) => libraries[name]!.offered)
      .toSorted();
    throw new Error(
      `The program declares ${list(unknown)}, but only ${list(offered)} are available in the browser.`,
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
