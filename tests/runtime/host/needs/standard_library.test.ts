import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { needsLibrary } from "../../../../runtime/host/needs/standard_library.ts";

const MODULES = {
  available:
    "asyncio collections collections.abc concurrent concurrent.futures json logging socket time",
  absent: "concurrent.interpreters logging.config logging.handlers",
};
const encode = (text: string) => new TextEncoder().encode(text);

describe("the library is needed", () => {
  for (const source of [
    "import difflib",
    "import asyncio, difflib",
    "import json as j, difflib as d",
    "from difflib import ndiff",
    "import concurrent.futures.process",
    "from collections.other import thing",
    "def f():\n    import difflib",
    "if True: import difflib",
    "import time; import difflib",
    "import asyncio, \\\n    difflib",
    "from concurrent import interpreters",
    "from logging import Logger, handlers",
    "from logging import (handlers, Logger)",
    "from concurrent.futures import ProcessPoolExecutor",
    "# /// script\n# [tool.runnable]\n# watch = ['queue']\n# ///",
    "time.strptime('2026', '%Y')",
    "breakpoint()",
    "help(len)",
    "import socket",
    "from socket import create_server",
    "asyncio.open_connection('localhost', 80)",
    "asyncio.start_unix_server(serve, 'tea.sock')",
    "loop.create_datagram_endpoint(Protocol, local_addr=None)",
    "os.pipe()",
    "# /// script\n# [tool.runnable]\n# network = { latency = 1 }\n# ///",
  ]) {
    test(`by ${JSON.stringify(source)}`, () =>
      assert.equal(needsLibrary({ source }, MODULES), true));
  }

  test("if a module of the program imports something else", () => {
    const program = { source: "import tea", files: { "tea.py": encode("import difflib") } };
    assert.equal(needsLibrary(program, MODULES), true);
  });
});

describe("the library is not needed", () => {
  for (const source of [
    "",
    "print('hello')",
    "import asyncio",
    "import asyncio, json as j",
    "from collections.abc import Callable, Iterator",
    "from concurrent.futures import ThreadPoolExecutor",
    "# import difflib",
    "import asyncio  # import difflib",
    "important = difflib",
    "from concurrent import futures",
    "from logging import Logger  # handlers",
    "# Please watch: this may help.",
    "# This network has no pipes.",
  ]) {
    test(`by ${JSON.stringify(source)}`, () =>
      assert.equal(needsLibrary({ source }, MODULES), false));
  }

  test("if the program brings the modules that it imports", () => {
    const files = {
      "tea.py": encode("from . import pot"),
      "pots/__init__.py": encode("from .small import Pot\nimport json"),
      "data.bin": Uint8Array.of(255, 254),
    };
    assert.equal(
      needsLibrary({ source: "import tea\nfrom pots.small import Pot", files }, MODULES),
      false,
    );
  });
});
