import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { dependencies, resolve } from "../../../runtime/host/requirements.ts";

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

const libraries = {
  fastapi: { version: "0.165.0", requires: ["pydantic", "typing-extensions"], offered: true },
  greenlet: { version: "3.5.6", requires: [], offered: true },
  pydantic: { version: "2.14.3", requires: ["typing-extensions", "fastapi"], offered: true },
  "typing-extensions": { version: "4.16.0", requires: [], offered: false },
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
    'In the browser, a program cannot declare "fastapi[standard]": extras are not supported here.',
  ],
  [
    ["fastapi @ file:///fastapi"],
    'In the browser, a program cannot declare "fastapi @ file:///fastapi": addresses are not supported here.',
  ],
  [
    ["fastapi; python_version < '4'"],
    "In the browser, a program cannot declare \"fastapi; python_version < '4'\": conditions are not supported here.",
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
