/**
 * Finds out which libraries a program needs if its project declares libraries for all programs. Each
 * program gets only those that it imports, and those that a needed library can use optionally, so that
 * the others are not downloaded. When the site is built, mkdocs_runnable/snippets/dependencies.py looks
 * only at what the program itself imports.
 */
import { nameOf, resolve, type Declarer, type Library } from "./requirements.ts";

const PROJECT: Declarer = {
  who: "The option dependencies in mkdocs.yml",
  where: "the option dependencies in mkdocs.yml",
};

/** The libraries that are available in the browser, by normalized name. */
type Libraries = Readonly<Record<string, Library>>;

/** The name of the module that a library provides. All libraries that the browser has follow this rule. */
const moduleOf = (library: string): string => library.replaceAll("-", "_");

/**
 * Returns the names of the libraries that a program needs, including those that a needed library requires:
 *
 * - the libraries that the program declares in its header;
 * - the libraries that it imports, if the project declares them or a library that requires them;
 * - the libraries that the project declares and that a needed library can use optionally.
 *
 * If the header and the project declare the same library, the header counts.
 *
 * @param declared - the dependencies in the program's header.
 * @param shared - the dependencies that the project declares for all programs.
 * @param imported - the modules that the program imports.
 * @param libraries - what is available in the browser.
 * @throws Error with a message for the reader, if a declaration is invalid, or if the browser does not have
 *   a library that is needed.
 */
export function neededLibraries(
  declared: readonly string[],
  shared: readonly string[],
  imported: ReadonlySet<string>,
  libraries: Libraries,
): string[] {
  const needed = new Set(resolve(declared, libraries));
  const inHeader = new Set(declared.map(nameOf));
  const remaining = shared.filter((text) => !inHeader.has(nameOf(text)));
  const add = (text: string): void =>
    resolve([text], libraries, PROJECT).forEach((name) => needed.add(name));
  for (const text of remaining) {
    const used = family(nameOf(text), libraries).filter((name) => imported.has(moduleOf(name)));
    if (used.length === 0) continue;
    // Throws an error if the browser does not have the declared version, or the declaration is invalid,
    // even if the program imports only libraries that this one requires.
    resolve([text], libraries, PROJECT);
    used.forEach(add);
  }
  // Add the libraries that the project declares and that a needed library can use optionally. FastAPI's
  // test client, for example, imports HTTPX, which FastAPI itself does not require.
  const isOptional = (name: string): boolean =>
    [...needed].some((user) => libraries[user]!.optional.includes(name));
  remaining.filter((text) => isOptional(nameOf(text))).forEach(add);
  return [...needed];
}

/** Returns the names of a library and of those that it requires; of an unknown library, only its own name. */
function family(name: string, libraries: Libraries): string[] {
  return Object.hasOwn(libraries, name) ? resolve([name], libraries) : [name];
}
