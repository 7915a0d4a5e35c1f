import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { usesTimeZones } from "../../../../runtime/host/needs/time_zones.ts";
import { assertLinear } from "../../growth.ts";

/**
 * Returns whether a use of time zones is found in a program or in the files beside it.
 *
 * @param source - The text of the program.
 * @param files - The text of each file beside the program, by the path of the file.
 */
const finds = (source: string, files?: Record<string, string>) => {
  const encoded = Object.entries(files ?? {}).map(([path, text]): [string, Uint8Array] => [
    path,
    new TextEncoder().encode(text),
  ]);
  return usesTimeZones({ source, files: Object.fromEntries(encoded) });
};

describe("a program uses time zones if it contains", () => {
  for (const source of [
    "import zoneinfo",
    "import zoneinfo as z",
    "import time, zoneinfo",
    "import asyncio.locks as locks , \\\n    zoneinfo",
    "from zoneinfo import ZoneInfo",
    "from zoneinfo._common import load_tzdata",
    "def local():\n\tfrom zoneinfo import ZoneInfo",
    "try: import zoneinfo\nexcept ImportError: pass",
    "import time; import zoneinfo",
    "import time\r\nfrom zoneinfo import ZoneInfo\r\n",
    "from \\\r\n  zoneinfo import ZoneInfo",
    "import tzdata.zoneinfo",
    'importlib.import_module("zoneinfo")',
    "__import__('zoneinfo').ZoneInfo",
    'resources.files("tzdata.zoneinfo.Europe")',
    // This is a string, but it looks like an import, so the data of the time zones is fetched without need.
    '__doc__ = """\nfrom zoneinfo import ZoneInfo\n"""',
  ]) {
    test(JSON.stringify(source), () => assert.equal(finds(source), true));
  }
});

describe("a program does not use time zones because of", () => {
  for (const source of [
    "import time, datetime\nprint(datetime.datetime.now().astimezone())",
    "# import zoneinfo",
    "import time  # not zoneinfo",
    "import time # , zoneinfo",
    'print("Use zoneinfo instead.")',
    "zoneinfo = 3",
    "import zoneinformation",
    "from my.zoneinfo import zones",
    "import my_zoneinfo, time",
  ]) {
    test(JSON.stringify(source), () => assert.equal(finds(source), false));
  }
});

test("a module beside a program is searched like the program", () => {
  const program = "import clock";
  assert.equal(finds(program, { "clock.py": "from zoneinfo import ZoneInfo" }), true);
  assert.equal(finds(program, { "clock.py": "import time" }), false);
});

test("a long text that nearly contains an import again and again is searched quickly", () => {
  for (const repeated of [":import a,", "a, "]) {
    assertLinear((size) => {
      const source = `import ${repeated.repeat(size)}`;
      return () => assert.equal(finds(source), false);
    }, 10_000);
  }
});
