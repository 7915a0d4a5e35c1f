import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { test } from "node:test";
import {
  allows,
  dependencies,
  describePythonMismatch,
  resolve,
} from "../../../../runtime/host/needs/requirements.ts";

interface Case {
  about: string;
  source: string;
  /** Null if the header is invalid. */
  dependencies: string[] | null;
}

// The same cases as in tests/mkdocs_runnable/snippets/test_snippet.py.
const cases = JSON.parse(readFileSync("tests/cases/headers.json", "utf8")) as Case[];

for (const { about, source, dependencies: expected } of cases) {
  test(`the dependencies in a header are read: ${about}`, () => {
    if (expected === null) assert.throws(() => dependencies(source), /header/);
    else assert.deepEqual(dependencies(source), expected);
  });
}

test("an error in the header's TOML is explained in one line", () => {
  const source = "# /// script\n# dependencies = [\n# ///\n";
  assert.throws(() => dependencies(source), {
    message: /^The program's header \(# \/\/\/ script\) is not valid TOML: \w[^\n]*$/,
  });
});

interface VersionCase {
  specifier: string;
  version: string;
  /** Whether the specifier allows the version; null if the specifier is invalid. */
  allowed: boolean | null;
}

test("versions are compared as Python's library packaging compares them", () => {
  // The same cases as in tests/mkdocs_runnable/snippets/test_snippet.py.
  const text = readFileSync("tests/cases/python_versions.json", "utf8");
  for (const { specifier, version, allowed } of JSON.parse(text) as VersionCase[]) {
    assert.equal(allows(specifier, version) ?? null, allowed, `${specifier} and ${version}`);
  }
});

/** Returns a program whose header asks for a version of Python; `value` is written as in TOML. */
const asking = (value: string): string =>
  `# /// script\n# requires-python = ${value}\n# dependencies = []\n# ///\nprint()\n`;

test("if a program asks for another version of Python, the message names both if they are short", () => {
  assert.equal(
    describePythonMismatch(asking('">=3.15"'), "3.14.2"),
    "The program's header asks for Python >=3.15, but this is Python 3.14.2. It runs anyway, and may fail.",
  );
  assert.match(
    describePythonMismatch(asking(`">=3.15${",!=3.15.1".repeat(20)}"`), "3.14.2")!,
    /^The program's header asks for another version of Python, but this is Python 3\.14\.2\./,
  );
});

test("there is no message if Python has the version that a program asks for, or if it asks for none", () => {
  for (const source of ["print()", asking('">=3.14"'), asking('"~=3.13"'), asking('""')]) {
    assert.equal(describePythonMismatch(source, "3.14.2"), undefined, source);
  }
});

test("the Python in the browser has the version that every snippet of the site asks for", () => {
  const lock = readFileSync("node_modules/pyodide/pyodide-lock.json", "utf8");
  const { info } = JSON.parse(lock) as { info: { python: string } };
  const asking = globSync("snippets/**/*.py").filter((path) =>
    readFileSync(path, "utf8").includes("# requires-python"),
  );
  assert.ok(asking.length >= 3, String(asking));
  for (const path of asking) {
    assert.equal(describePythonMismatch(readFileSync(path, "utf8"), info.python), undefined, path);
  }
});

test("if a header asks for something that is not a version specifier, the message says so", () => {
  for (const value of ['"banana"', "3.14", '"3.14"', '[">=3.14"]']) {
    assert.equal(
      describePythonMismatch(asking(value), "3.14.2"),
      'In the program\'s header, requires-python is not a version specifier such as ">=3.13".',
    );
  }
  assert.match(describePythonMismatch(asking(""), "3.14.2")!, /is not valid TOML/);
});

/** Libraries of which two import each other, and one is not offered to readers. */
const libraries = {
  fastapi: {
    version: "0.165.0",
    requires: ["pydantic", "typing-extensions"],
    optional: [],
    offered: true,
  },
  greenlet: { version: "3.5.6", requires: [], optional: [], offered: true },
  pydantic: {
    version: "2.14.3",
    requires: ["typing-extensions", "fastapi"],
    optional: [],
    offered: true,
  },
  "typing-extensions": { version: "4.16.0", requires: [], optional: [], offered: false },
};

test("a library is installed with the libraries that it imports, each of them once", () => {
  assert.deepEqual(resolve(["greenlet"], libraries), ["greenlet"]);
  assert.deepEqual(resolve(["fastapi", "pydantic"], libraries).toSorted(), [
    "fastapi",
    "pydantic",
    "typing-extensions",
  ]);
  assert.deepEqual(resolve([], libraries), []);
});

test("the name of a library is normalized", () => {
  assert.deepEqual(resolve(["Typing_Extensions"], libraries), ["typing-extensions"]);
});

for (const fits of ["==3.5.6", ">=3.2,<4", "~= 3.5", "(>=3)", "!=3.5.5", "==3.*"]) {
  test(`version 3.5.6 satisfies greenlet ${fits}`, () => {
    assert.deepEqual(resolve([`greenlet ${fits}`], libraries), ["greenlet"]);
  });
}

for (const [declared, message] of [
  [
    ["greenlet>=4"],
    "The program declares greenlet>=4, but only greenlet 3.5.6 is available in the browser.",
  ],
  [
    ["numpy"],
    "The program declares numpy, but only fastapi, greenlet and pydantic are available in the browser.",
  ],
  [
    ["numpy", "fastapi", "dask>=2"],
    "The program declares numpy and dask, but only fastapi, greenlet and pydantic are available in the browser.",
  ],
  [
    ["constructor"],
    "The program declares constructor, but only fastapi, greenlet and pydantic are available in the browser.",
  ],
  [
    ["fastapi[standard]"],
    'In the program\'s header, "fastapi[standard]" cannot be declared, because the browser does not support extras.',
  ],
  [
    ["fastapi @ file:///fastapi"],
    'In the program\'s header, "fastapi @ file:///fastapi" cannot be declared, because the browser does not support addresses.',
  ],
  [
    ["fastapi; python_version < '4'"],
    "In the program's header, \"fastapi; python_version < '4'\" cannot be declared, because the browser does not support conditions.",
  ],
  [
    ["fastapi greenlet"],
    'In the program\'s header, "fastapi greenlet" does not name a library and its version.',
  ],
  [[""], 'In the program\'s header, "" does not name a library and its version.'],
] as [string[], string][]) {
  test(`the dependencies ${JSON.stringify(declared)} are refused with an explanation`, () => {
    assert.throws(() => resolve(declared, libraries), { message });
  });
}
