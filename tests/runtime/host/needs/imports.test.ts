import assert from "node:assert/strict";
import { test } from "node:test";
import { importedModules } from "../../../../runtime/host/needs/imports.ts";

// time_zones.test.ts has more cases of statements that are, or are not, imports.
for (const [source, ...expected] of [
  ["import httpx", "httpx"],
  ["import os.path, httpx as h, fastapi.responses", "fastapi", "httpx", "os"],
  ["from fastapi import FastAPI\nfrom pydantic.fields import Field", "fastapi", "pydantic"],
  ["if True: import httpx; from os import path", "httpx", "os"],
  [
    "module = __import__('httpx')\nother = import_module(\"fastapi.testclient\")",
    "fastapi",
    "httpx",
  ],
  ['print("httpx is a client", "unlike fastapi")'],
  ["# import httpx\nhttpx = 1\nfrom . import httpx\nfrom .httpx import x"],
] as [string, ...string[]][]) {
  test(`the modules that ${JSON.stringify(source)} imports are found`, () => {
    assert.deepEqual([...importedModules({ source })].toSorted(), expected);
  });
}

test("files beside a program are searched for imports, too", () => {
  const files = { "shop/stock.py": new TextEncoder().encode("import httpx") };
  assert.deepEqual([...importedModules({ source: "import shop", files })], ["shop", "httpx"]);
});
