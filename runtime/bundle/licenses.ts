/**
 * Collects the licences of the third-party software in the published runtime.
 *
 * Most of this software comes with its licence: the npm packages that esbuild has bundled, and the Python
 * libraries that programs may declare. Pyodide comes without its licence, and contains further software.
 * Therefore the licences of Pyodide and of this software are in `licenses/`, as unchanged copies. EXCEPTIONS
 * and IN_PYODIDE say where the copies come from.
 */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { filesOf } from "../protocol/archive.ts";

/** One piece of third-party software. */
export interface Component {
  name: string;
  version: string;
  /** The licence, as an SPDX expression unless the software names it in another way. */
  license: string;
  /** The address of the software, or of its licence. */
  source: string;
  /** The full text of the licence. If the text is not known, this is empty, and `note` says why. */
  text: string;
  note?: string;
}

const TEXTS = join(import.meta.dirname, "licenses");

/** The site with the repositories from which most texts in `licenses/` were copied. */
const GITHUB = "https://github.com";
const EMSCRIPTEN = `${GITHUB}/emscripten-core/emscripten`;
/** The repository with the sources of the libraries that CPython's own builds link. */
const CPYTHON_DEPENDENCIES = `${GITHUB}/python/cpython-source-deps`;

/**
 * The software that Pyodide contains: what its own code includes (hiwire and stackframe), what its
 * `cpython/Makefile` and `cpython/Setup.local` compile into `pyodide.asm.wasm`, and what Emscripten adds.
 * Each entry has the name, the licence, the file in `licenses/`, and where this file comes from.
 */
const IN_PYODIDE: readonly (readonly [
  name: string,
  license: string,
  file: string,
  source: string,
])[] = [
  ["hiwire", "MPL-2.0", "pyodide", `${GITHUB}/pyodide/hiwire`],
  ["stackframe", "MIT", "stackframe", `${GITHUB}/pyodide/pyodide/tree/main/src/js/vendor`],
  ["CPython and its standard library", "Python-2.0", "cpython", `${GITHUB}/python/cpython`],
  ["HACL*", "MIT", "hacl", `${GITHUB}/python/cpython/tree/3.14/Modules/_hacl`],
  ["mimalloc", "MIT", "mimalloc", `${GITHUB}/microsoft/mimalloc`],
  ["bzip2", "bzip2-1.0.6", "bzip2", `${CPYTHON_DEPENDENCIES}/tree/bzip2`],
  ["libffi", "MIT", "libffi", `${CPYTHON_DEPENDENCIES}/tree/libffi`],
  ["SQLite", "blessing", "sqlite", "https://sqlite.org/copyright.html"],
  ["liblzma", "LicenseRef-Public-Domain", "xz", `${CPYTHON_DEPENDENCIES}/tree/xz`],
  ["zlib", "Zlib", "zlib", `${CPYTHON_DEPENDENCIES}/tree/zlib`],
  ["Zstandard", "BSD-3-Clause", "zstd", `${CPYTHON_DEPENDENCIES}/tree/zstd`],
  ["Emscripten", "MIT", "emscripten", EMSCRIPTEN],
  ["musl", "MIT", "musl", `${EMSCRIPTEN}/tree/main/system/lib/libc/musl`],
  [
    "LLVM runtime libraries (compiler-rt, libc++)",
    "Apache-2.0 WITH LLVM-exception",
    "llvm",
    `${EMSCRIPTEN}/tree/main/system/lib/libcxx`,
  ],
];

/** The npm packages without a licence text: the file in `licenses/`, and where this file comes from. */
const EXCEPTIONS = new Map([["pyodide", { file: "pyodide", source: `${GITHUB}/pyodide/pyodide` }]]);

/** Modules of this project that replace libraries; their licence is that of the project. */
const OWN = new Set(["greenlet"]);

/**
 * Libraries whose metadata name no licence by its identifier, and the identifier of the licence whose text
 * they contain; see https://spdx.org/licenses/.
 */
const IN_TEXT_ONLY = new Map([
  ["blinker", "MIT"],
  ["itsdangerous", "BSD-3-Clause"],
  ["jinja2", "BSD-3-Clause"],
]);

const LICENSE_FILE = /^(?:licen[cs]e|copying|notice)\b/i;

/** Returns the folders of the npm packages among the inputs of esbuild, sorted. */
export function packageFolders(inputs: Iterable<string>): string[] {
  const folders = new Set<string>();
  for (const input of inputs) {
    const found = /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input);
    if (found) folders.add(found[0]);
  }
  return [...folders].toSorted();
}

/**
 * Returns the licence of an npm package.
 *
 * @throws Error that names the package if its licence, or the text of its licence, is missing.
 */
export async function npmComponent(folder: string): Promise<Component> {
  const data = JSON.parse(await readFile(join(folder, "package.json"), "utf8")) as {
    name: string;
    version: string;
    license?: string;
  };
  const files = (await readdir(folder)).filter((name) => LICENSE_FILE.test(name)).toSorted();
  const exception = EXCEPTIONS.get(data.name);
  const texts = exception
    ? [await textOf(exception.file)]
    : await Promise.all(files.map((file) => readFile(join(folder, file), "utf8")));
  return checked({
    ...{ name: data.name, version: data.version, license: data.license ?? "" },
    source: exception?.source ?? `https://www.npmjs.com/package/${data.name}/v/${data.version}`,
    text: joined(texts),
  });
}

/**
 * Returns the licence of a Python library, and those of the Rust libraries that are compiled into it. The
 * list is empty for modules of this project that replace a library.
 *
 * @param archive - an archive that pack_packages.py has written.
 * @throws Error that names the library if its licence, the text of its licence, or the licence of one of
 *   these Rust libraries is missing.
 */
export function libraryComponents(
  name: string,
  version: string,
  archive: ArrayBuffer,
): Component[] {
  if (OWN.has(name)) return [];
  const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  const texts: string[] = [];
  let license = "";
  const compiled: Component[] = [];
  for (const [path, content] of filesOf(archive)) {
    const [folder, first, ...rest] = path.split("/");
    if (!folder?.endsWith(".dist-info") || first === undefined) continue;
    if (first === "METADATA") {
      const field = (key: string) => new RegExp(`^${key}: (.+)$`, "m").exec(decode(content))?.[1];
      license = field("License-Expression") ?? field("License") ?? IN_TEXT_ONLY.get(name) ?? "";
    } else if (first === "licenses" || LICENSE_FILE.test(first)) {
      texts.push(decode(content));
    } else if (first === "sboms" && rest.at(-1)?.endsWith(".json")) {
      compiled.push(...rustComponents(name, decode(content)));
    }
  }
  const source = `https://pypi.org/project/${name}/${version}/`;
  return [checked({ name, version, license, source, text: joined(texts) }), ...compiled];
}

/** Reads a list of Rust libraries in the format CycloneDX; see https://peps.python.org/pep-0770/. */
function rustComponents(library: string, content: string): Component[] {
  const { components } = JSON.parse(content) as {
    components: { name: string; version: string; licenses?: { expression?: string }[] }[];
  };
  return components.map(({ name, version, licenses }) => {
    const license = (licenses ?? []).map(({ expression }) => expression ?? "").join(" AND ");
    const source = `https://crates.io/crates/${name}/${version}`;
    if (license === "") throw new Error(`${library} contains ${name}, whose licence is not known.`);
    const note = `This Rust library is compiled into ${library}, whose wheel does not contain its text.`;
    return { name, version, license, source, text: "", note };
  });
}

/** Returns the licences of the software in `IN_PYODIDE`; the licence of Pyodide itself is not among them. */
export function pyodideComponents(version: string): Promise<Component[]> {
  const components = IN_PYODIDE.map(async ([name, license, file, source]) =>
    checked({
      ...{ name, license, source, text: await textOf(file) },
      version: `in Pyodide ${version}`,
    }),
  );
  return Promise.all(components);
}

const textOf = (name: string): Promise<string> => readFile(join(TEXTS, `${name}.txt`), "utf8");

const joined = (texts: readonly string[]): string => texts.map((text) => text.trim()).join("\n\n");

function checked(component: Component): Component {
  const { name, license, text } = component;
  if (license === "") throw new Error(`${name} does not say under which license it is.`);
  if (text === "") {
    throw new Error(
      `${name} has no licence text. Add the text to runtime/bundle/licenses/, and name it in licenses.ts.`,
    );
  }
  return component;
}

const RULE = "=".repeat(80);

/**
 * Returns the text of `licenses.txt`: a list of the software, the texts of the licences and, for software
 * without a text, a note.
 */
export function licenseFile(components: readonly Component[]): string {
  const titles = components.map(({ name, version, license }) => `${name} ${version}: ${license}`);
  const sections = components
    .filter(({ text }) => text !== "")
    .map(({ name, version, license, source, text }) =>
      [RULE, `${name} ${version}`, `Licence: ${license}`, `Source: ${source}`, RULE, text].join(
        "\n",
      ),
    );
  const withoutText = components.filter(({ text }) => text === "");
  return [
    "This folder contains third-party software, under the following licences. The rest of it belongs",
    "to mkdocs-runnable, which is published under the MIT license.",
    "",
    ...titles.map((title) => `- ${title}`),
    "",
    sections.join("\n\n\n"),
    "",
    ...withoutText.map(
      ({ name, version, source, note }) => `${name} ${version}: ${note} See ${source}`,
    ),
    "",
  ].join("\n");
}
