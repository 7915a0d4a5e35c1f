import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { neededLibraries } from "../../../../runtime/host/needs/project_libraries.ts";
import type { Library } from "../../../../runtime/host/needs/requirements.ts";

const library = (requires: string[] = [], optional: string[] = []): Library => ({
  ...{ version: "1.5", requires, optional, offered: true },
});
const LIBRARIES = {
  fastapi: library(["starlette", "pydantic"], ["httpx"]),
  httpx: library(["anyio"]),
  anyio: library(),
  pydantic: library(["pydantic-core"]),
  "pydantic-core": library(),
  starlette: library(["anyio"]),
};

/**
 * Returns what a program needs if its project declares the libraries `shared`, and if the program
 * imports the modules `imported` and declares the libraries `declared` itself.
 */
const needed = (shared: string[], imported: string[], declared: string[] = []) =>
  neededLibraries(declared, shared, new Set(imported), LIBRARIES).toSorted();

describe("of the libraries that a project declares, a program needs", () => {
  // Each case has a title, `shared`, `imported`, and the libraries that the program needs.
  for (const [what, shared, imported, expected] of [
    [
      "those that it imports, and what they require",
      ["httpx", "pydantic"],
      ["os", "httpx"],
      ["anyio", "httpx"],
    ],
    ["none if it imports none", ["httpx>=1", "fastapi"], ["asyncio"], []],
    [
      "only the one that it imports of those that a declared library requires",
      ["fastapi"],
      ["pydantic"],
      ["pydantic", "pydantic-core"],
    ],
    [
      "one whose name has a hyphen where that of its module has an underscore",
      ["fastapi"],
      ["pydantic_core"],
      ["pydantic-core"],
    ],
    ["none that it imports without a declaration", ["httpx"], ["pydantic"], []],
    [
      "those that an imported library uses if they are installed",
      ["httpx", "fastapi"],
      ["fastapi"],
      Object.keys(LIBRARIES),
    ],
    [
      "those that it imports, however the declaration spells their names",
      ["FastAPI", "Pydantic_Core"],
      ["pydantic_core"],
      ["pydantic-core"],
    ],
  ] as [string, string[], string[], string[]][]) {
    test(what, () => assert.deepEqual(needed(shared, imported), expected.toSorted()));
  }
});

test("a program also needs the libraries that it declares in its own header", () => {
  assert.deepEqual(needed(["httpx"], [], ["pydantic-core"]), ["pydantic-core"]);
  assert.deepEqual(needed(["httpx"], ["httpx"], ["pydantic-core"]), [
    "anyio",
    "httpx",
    "pydantic-core",
  ]);
  // The project's HTTPX is an optional part of the program's FastAPI.
  assert.ok(needed(["httpx"], [], ["fastapi"]).includes("httpx"));
});

test("a version that a program declares replaces the one that its project declares", () => {
  assert.throws(
    () => needed(["httpx>=2"], ["httpx"]),
    /^Error: The option dependencies in mkdocs.yml/,
  );
  assert.deepEqual(needed(["httpx>=2"], ["httpx"], ["HTTPX<2"]), ["anyio", "httpx"]);
});

describe("a declaration of the project that the browser cannot meet", () => {
  const available =
    "anyio, fastapi, httpx, pydantic, pydantic-core and starlette are available in the browser.";
  for (const [shared, imported, message] of [
    [
      "numpy",
      "numpy",
      `The option dependencies in mkdocs.yml declares numpy, but only ${available}`,
    ],
    [
      "fastapi>=2",
      "fastapi",
      "The option dependencies in mkdocs.yml declares fastapi>=2, but only fastapi 1.5 is available in the browser.",
    ],
    [
      "fastapi>=2",
      "pydantic",
      "The option dependencies in mkdocs.yml declares fastapi>=2, but only fastapi 1.5 is available in the browser.",
    ],
    [
      "httpx[http2]",
      "httpx",
      'In the option dependencies in mkdocs.yml, "httpx[http2]" cannot be declared, because the browser does not support extras.',
    ],
  ] as [string, string, string][]) {
    test(`is an error if the project declares ${shared} and a program imports ${imported}`, () => {
      assert.throws(() => needed([shared], [imported]), { message });
    });
  }

  test("does not matter to a program that does not import the library", () => {
    assert.deepEqual(needed(["numpy", "httpx"], ["httpx"]), ["anyio", "httpx"]);
  });
});
