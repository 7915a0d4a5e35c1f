import assert from "node:assert/strict";
import { beforeEach, describe, mock, test } from "node:test";
import { Packages, type Libraries, type WarmSnapshot } from "../../../runtime/host/packages.ts";
import { FakeDownloads, FakeLoader, FakeSandbox, fileCalled, settle } from "./fakes.ts";

const library = (file: string, ...requires: string[]) => ({
  ...fileCalled(file),
  ...{ version: "1.0", requires, optional: [] as string[], offered: true },
});
const LIBRARIES: Libraries = {
  fastapi: library("fastapi.zip", "pydantic"),
  greenlet: library("greenlet.zip"),
  pydantic: library("pydantic.zip"),
  tzdata: library("tzdata.zip"),
};
const WARM: WarmSnapshot = {
  ...fileCalled("warm"),
  needs: ["fastapi", "pydantic"],
  modules: [{ library: "pydantic", path: "/home/packages/core.so", handle: 4 }],
};

const declaring = (...names: string[]) =>
  `# /// script\n# dependencies = ${JSON.stringify(names)}\n# ///\n`;

/**
 * Returns a zip archive with one file. Its header has only the fields that
 * runtime/protocol/archive.ts reads: signature, size and length of the name. Four zero bytes replace
 * the directory at the end.
 */
function archiveOf(name: string, content: string): ArrayBuffer {
  const bytes = new Uint8Array(30 + name.length + content.length + 4);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, 0x04034b50, true);
  view.setUint32(18, content.length, true);
  view.setUint16(26, name.length, true);
  bytes.set(new TextEncoder().encode(name + content), 30);
  return bytes.buffer;
}

let sandbox: FakeSandbox;
let downloads: FakeDownloads;
let packages: Packages;
beforeEach(() => {
  sandbox = new FakeSandbox();
  downloads = new FakeDownloads();
  packages = new Packages(downloads, [], LIBRARIES, WARM, true);
});

/** Sends the warm snapshot to the sandbox; `fetch` allows a download. */
const giveWarm = (fetch = false) => packages.giveWarm(sandbox, new FakeLoader(), { fetch });
const sentTypes = () => sandbox.commands.map(({ type }) => type);
/** Finishes the download of the archive with the C module that the warm snapshot needs. */
const arriveModules = () => downloads.arrive(["pydantic.zip", archiveOf("core.so", "code")]);

test("the cache keeps only files of this version", () => {
  const files = ["fastapi.zip", "greenlet.zip", "pydantic.zip", "tzdata.zip", "warm"];
  assert.deepEqual(downloads.kept.toSorted(), files);
});

describe("the archives that are fetched for a program", () => {
  test("are those of the libraries that it declares, and of the libraries that these require", async () => {
    const getting = packages.archivesFor({ source: declaring("FastAPI") }, () => {});
    assert.deepEqual(downloads.requests, ["fastapi.zip", "pydantic.zip"]);
    assert.deepEqual(downloads.watched, [["fastapi.zip", "pydantic.zip"]]);
    await downloads.arrive("fastapi.zip", "pydantic.zip");
    assert.deepEqual(Object.keys(await getting), ["fastapi", "pydantic"]);
    assert.equal(downloads.watching, 0);
  });

  for (const [what, source] of [
    ["if it uses time zones", "from zoneinfo import ZoneInfo"],
    ["once, if it also declares tzdata", `${declaring("tzdata")}from zoneinfo import ZoneInfo`],
    ["if it declares tzdata without using time zones", declaring("tzdata")],
  ] as const) {
    test(`include the data of the time zones ${what}`, async () => {
      const getting = packages.archivesFor({ source }, () => {});
      assert.deepEqual(downloads.requests, ["tzdata.zip"]);
      await downloads.arrive("tzdata.zip");
      assert.deepEqual(Object.keys(await getting), ["tzdata"]);
    });
  }

  test("include the data of the time zones if a module beside the program uses them", async () => {
    const files = { "clock.py": new TextEncoder().encode("import zoneinfo") };
    const getting = packages.archivesFor({ source: declaring("greenlet"), files }, () => {});
    await downloads.arrive("greenlet.zip", "tzdata.zip");
    assert.deepEqual(Object.keys(await getting), ["greenlet", "tzdata"]);
  });

  test("are none, and an error is reported, if it declares a library that is not available", async () => {
    await assert.rejects(
      packages.archivesFor({ source: declaring("numpy") }, () => {}),
      /declares numpy/,
    );
    assert.deepEqual(downloads.requests, []);
  });

  test("report no more progress after a failed download", async () => {
    const getting = packages.archivesFor({ source: declaring("greenlet") }, () => {});
    getting.catch(() => {});
    await downloads.fail("greenlet.zip");
    await assert.rejects(getting, /could not be loaded/);
    assert.equal(downloads.watching, 0);
  });
});

describe("if the project declares libraries for all of its programs", () => {
  beforeEach(() => {
    packages = new Packages(downloads, ["fastapi"], LIBRARIES, WARM, true);
  });

  test("the archives of those that a program imports are fetched", async () => {
    const getting = packages.archivesFor({ source: "import fastapi" }, () => {});
    await downloads.arrive("fastapi.zip", "pydantic.zip");
    assert.deepEqual(Object.keys(await getting), ["fastapi", "pydantic"]);
  });

  test("nothing is fetched for a program that imports none of them", async () => {
    assert.deepEqual(await packages.archivesFor({ source: "import asyncio" }, () => {}), {});
    assert.deepEqual(downloads.requests, []);
  });

  test("a program that imports them suits a warm worker", () => {
    assert.equal(packages.suitsWarm({ source: "import fastapi" }), true);
    assert.equal(packages.suitsWarm({ source: "import asyncio" }), false);
  });
});

describe("a program suits a warm worker", () => {
  for (const [what, source, suits] of [
    ["if it needs all libraries that the worker has imported", declaring("fastapi"), true],
    ["not if it needs only some of them", declaring("pydantic"), false],
    ["not if it declares a library that is not available", declaring("fastapi", "numpy"), false],
    ["not if its header is invalid", "# /// script\n# dependencies = [\n# ///\n", false],
  ] as const) {
    test(what, () => assert.equal(packages.suitsWarm({ source }), suits));
  }

  test("not in a browser without stack switching", () => {
    const plain = new Packages(downloads, [], LIBRARIES, WARM, false);
    assert.equal(plain.suitsWarm({ source: declaring("fastapi") }), false);
  });
});

describe("the warm snapshot", () => {
  // The archive with the C module is in the cache. Getting it from there still counts as a request, which
  // `arriveModules` finishes.
  beforeEach(() => downloads.cache.set("pydantic.zip", new ArrayBuffer()));

  test("is sent from the cache, after the C modules that it needs, and the page keeps no copy", async () => {
    const snapshot = new ArrayBuffer(9);
    downloads.cache.set("warm", snapshot);
    assert.equal(await packages.hasWarm(), true);
    const giving = giveWarm();
    await settle();
    await arriveModules();
    assert.equal(await giving, true);
    assert.deepEqual(sentTypes(), ["modules", "warm"]);
    const [modules, warm] = sandbox.commands;
    assert.ok(modules?.type === "modules" && warm?.type === "warm");
    const { path, handle, wasm } = modules.modules[0]!;
    assert.deepEqual([path, handle], ["/home/packages/core.so", 4]);
    assert.equal(new TextDecoder().decode(wasm), "code");
    assert.equal(warm.assets.snapshot, snapshot);
    assert.deepEqual(sandbox.transfers, [[wasm], [snapshot]]);
    assert.deepEqual(downloads.forgotten, ["warm"]);
    assert.ok(!downloads.requests.includes("warm"));
  });

  test("is sent once", async () => {
    downloads.cache.set("warm", new ArrayBuffer(9));
    const giving = [giveWarm(), giveWarm(true)];
    await settle();
    await arriveModules();
    assert.deepEqual(await Promise.all(giving), [true, true]);
    downloads.cache.delete("warm");
    assert.deepEqual([await giveWarm(), await packages.hasWarm()], [true, true]);
    assert.deepEqual(sentTypes(), ["modules", "warm"]);
  });

  test("is downloaded only if the caller allows it", async () => {
    assert.equal(await packages.hasWarm(), false);
    const giving = giveWarm();
    await settle();
    await arriveModules();
    assert.equal(await giving, false);
    const fetching = giveWarm(true);
    await settle();
    await downloads.arrive("warm");
    assert.equal(await fetching, true);
    assert.deepEqual(sentTypes(), ["modules", "warm"]);
  });

  test("is not sent while its C modules are missing, unless a program is already downloading them", async () => {
    downloads.cache.clear();
    downloads.cache.set("warm", new ArrayBuffer(9));
    const tried = giveWarm();
    await settle();
    assert.deepEqual(downloads.requests, []);
    assert.equal(await tried, false);
    void downloads.get(LIBRARIES["pydantic"]!);
    const giving = giveWarm();
    await settle();
    await arriveModules();
    assert.equal(await giving, true);
  });

  test("can be sent later if the download of its C modules has failed", async () => {
    downloads.cache.set("warm", new ArrayBuffer(9));
    const first = giveWarm();
    await settle();
    await downloads.fail("pydantic.zip");
    assert.equal(await first, false);
    const second = giveWarm();
    await settle();
    await arriveModules();
    assert.equal(await second, true);
  });

  test("is not sent if one of its C modules is missing from the archive of the library", async () => {
    downloads.cache.set("warm", new ArrayBuffer(9));
    const giving = giveWarm();
    await settle();
    await downloads.arrive(["pydantic.zip", archiveOf("other.so", "code")]);
    assert.equal(await giving, false);
    assert.deepEqual(sentTypes(), []);
  });

  test("is never used again after the host has rejected it", async () => {
    const warn = mock.method(console, "warn", () => {});
    downloads.cache.set("warm", new ArrayBuffer(9));
    const giving = giveWarm();
    await settle();
    await arriveModules();
    await giving;
    packages.distrustWarm("bad memory");
    assert.deepEqual([await packages.hasWarm(), await giveWarm(true)], [false, false]);
    assert.deepEqual(sentTypes(), ["modules", "warm"]);
    assert.match(String(warn.mock.calls[0]!.arguments[0]), /bad memory$/);
    warn.mock.restore();
  });
});
