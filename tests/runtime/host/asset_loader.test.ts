import assert from "node:assert/strict";
import { beforeEach, describe, mock, test } from "node:test";
import { AssetLoader, type RuntimeFiles } from "../../../runtime/host/asset_loader.ts";
import { FakeDownloads, FakeSandbox, fileCalled, settle } from "./fakes.ts";

const FILES: RuntimeFiles = {
  worker: fileCalled("worker"),
  wasm: fileCalled("wasm"),
  snapshots: { switching: fileCalled("switching"), plain: fileCalled("plain") },
  stdlib: fileCalled("stdlib"),
  stdlibSize: 7,
  wheels: { "a.whl": fileCalled("a"), "b.whl": fileCalled("b") },
  lockfile: "{}",
  packages: ["a", "b"],
};

let sandbox: FakeSandbox;
let downloads: FakeDownloads;
beforeEach(() => {
  sandbox = new FakeSandbox();
  downloads = new FakeDownloads();
});

const createLoader = ({ canSwitchStacks = true } = {}) =>
  new AssetLoader(sandbox, downloads, FILES, canSwitchStacks);
const sentTypes = () => sandbox.commands.map(({ type }) => type);
const decode = (buffer: ArrayBuffer) => new TextDecoder().decode(buffer);

/**
 * Starts loading, and returns an object that shows how far it has come: its `state` is "loading", and
 * later "loaded" or the error message.
 */
function load(
  loader: AssetLoader,
  options?: Parameters<AssetLoader["load"]>[1],
): { state: string } {
  const loading = { state: "loading" };
  loader
    .load(() => {}, options)
    .then(
      () => (loading.state = "loaded"),
      (error: Error) => (loading.state = error.message),
    );
  return loading;
}

describe("with a snapshot", () => {
  test("files are sent as they arrive, and the standard library is not fetched", async () => {
    const loading = load(createLoader());
    assert.deepEqual(downloads.requests, ["worker", "wasm", "switching"]);
    await downloads.arrive("switching");
    await downloads.arrive("worker");
    assert.equal(loading.state, "loading");
    await downloads.arrive("wasm");
    assert.equal(loading.state, "loaded");
    assert.deepEqual(sentTypes(), ["assets", "script", "wasm"]);
    assert.equal(downloads.requests.length, 3);
  });

  test("a standard library that a program needs is fetched when Python can start", async () => {
    const loading = load(createLoader(), { withLibrary: true });
    assert.deepEqual(downloads.requests, ["worker", "wasm", "switching"]);
    await downloads.arrive("worker", "wasm", "switching");
    assert.equal(loading.state, "loaded");
    assert.equal(downloads.requests.at(-1), "stdlib");
    await downloads.arrive("stdlib");
    assert.equal(sentTypes().at(-1), "library");
  });

  test("a standard library that an earlier visit has stored is read, because that costs no download", async () => {
    downloads.cache.set("stdlib", new ArrayBuffer(7));
    load(createLoader());
    await downloads.arrive("worker", "wasm", "switching");
    assert.equal(downloads.requests.at(-1), "stdlib");
  });

  test("a standard library that a running program asks for is fetched once", async () => {
    const loader = createLoader();
    load(loader);
    await downloads.arrive("worker", "wasm", "switching");
    loader.fetchLibrary();
    loader.fetchLibrary();
    await downloads.arrive("stdlib");
    loader.fetchLibrary();
    assert.equal(downloads.requests.filter((file) => file === "stdlib").length, 1);
    assert.equal(sentTypes().filter((type) => type === "library").length, 1);
  });

  test("the sandbox gets the content of each file, and the page keeps no copy", async () => {
    load(createLoader(), { withLibrary: true });
    await downloads.arrive("worker", "wasm", "switching");
    await downloads.arrive("stdlib");
    const [script, wasm, assets, library] = ["script", "wasm", "assets", "library"].map((type) => {
      const index = sentTypes().indexOf(type as never);
      return { command: sandbox.commands[index]!, transfer: sandbox.transfers[index]! };
    });
    assert.deepEqual(script!.command, { type: "script", script: "worker" });
    for (const [{ transfer }, content] of [
      [wasm!, "wasm"],
      [assets!, "switching"],
      [library!, "stdlib"],
    ] as const) {
      assert.deepEqual(
        transfer.map((buffer) => decode(buffer as ArrayBuffer)),
        [content],
      );
    }
    assert.deepEqual(assets!.command, {
      type: "assets",
      assets: {
        snapshot: assets!.transfer[0],
        ...{ stdlibSize: 7, lockfile: "{}", wheels: {}, packages: [] },
      },
    });
    assert.deepEqual(downloads.forgotten.toSorted(), ["stdlib", "switching", "wasm", "worker"]);
  });

  test("each file is sent once, however often the files are loaded", async () => {
    const loader = createLoader();
    const loadings = [load(loader), load(loader, { withLibrary: true })];
    await downloads.arrive("worker", "wasm", "switching");
    await downloads.arrive("stdlib");
    loadings.push(load(loader, { withLibrary: true }));
    await settle();
    assert.deepEqual(
      loadings.map(({ state }) => state),
      ["loaded", "loaded", "loaded"],
    );
    assert.deepEqual(sentTypes().toSorted(), ["assets", "library", "script", "wasm"]);
  });

  test("after a failed download, only the missing file is fetched again", async () => {
    const loader = createLoader();
    const first = load(loader);
    await downloads.arrive("worker", "switching");
    await downloads.fail("wasm");
    assert.equal(first.state, "/wasm could not be loaded.");
    assert.equal(downloads.watching, 0);
    const second = load(loader);
    assert.deepEqual(downloads.requests, ["worker", "wasm", "switching", "wasm"]);
    await downloads.arrive("wasm");
    assert.equal(second.state, "loaded");
  });

  test("the snapshot can be left out for a warm worker, which has its own, and be sent later", async () => {
    const loader = createLoader();
    const warm = load(loader, { withoutSnapshot: true });
    await downloads.arrive("worker", "wasm");
    assert.equal(warm.state, "loaded");
    assert.deepEqual(downloads.watched, [["worker", "wasm"]]);
    assert.deepEqual(downloads.requests, ["worker", "wasm"]);
    const cold = load(loader);
    await settle();
    assert.equal(cold.state, "loading");
    await downloads.arrive("switching");
    assert.equal(cold.state, "loaded");
  });

  test("progress counts the files that Python needs to start", async () => {
    const seen: [number, number][] = [];
    const loading = createLoader().load((...counts) => void seen.push(counts));
    assert.deepEqual(downloads.watched, [["worker", "wasm", "switching"]]);
    assert.deepEqual(seen, [[0, 3]]);
    assert.equal(downloads.watching, 1);
    await downloads.arrive("worker", "wasm", "switching");
    await loading;
    assert.equal(downloads.watching, 0);
  });

  test("when Python can start, only files of this version are kept in the cache", async () => {
    load(createLoader());
    await downloads.arrive("worker", "wasm");
    assert.deepEqual(downloads.kept, []);
    await downloads.arrive("switching");
    assert.deepEqual(downloads.kept.toSorted(), [
      ...["a", "b", "stdlib", "switching", "wasm", "worker"],
    ]);
  });

  test("if the standard library cannot be fetched, the program gets the reason, and the next call tries again", async () => {
    const loader = createLoader();
    load(loader, { withLibrary: true });
    await downloads.arrive("worker", "wasm", "switching");
    await downloads.fail("stdlib");
    assert.deepEqual(sandbox.commands.at(-1), {
      type: "library",
      problem: "/stdlib could not be loaded.",
    });
    loader.fetchLibrary();
    await downloads.arrive("stdlib");
    assert.equal(sandbox.commands.at(-1)!.type, "library");
    assert.equal(sandbox.transfers.at(-1)!.length, 1);
  });
});

describe("without stack switching", () => {
  test("Python starts from the plain snapshot, and waits for the standard library", async () => {
    const loader = createLoader({ canSwitchStacks: false });
    const loading = load(loader);
    assert.deepEqual(downloads.watched, [["worker", "wasm", "plain", "stdlib"]]);
    await downloads.arrive("worker", "wasm", "plain");
    assert.equal(loading.state, "loading");
    await downloads.arrive("stdlib");
    assert.equal(loading.state, "loaded");
  });

  test("loading fails if the standard library cannot be fetched", async () => {
    const loading = load(createLoader({ canSwitchStacks: false }));
    await downloads.arrive("worker", "wasm", "plain");
    await downloads.fail("stdlib");
    assert.equal(loading.state, "/stdlib could not be loaded.");
  });
});

describe("without a usable snapshot", () => {
  beforeEach(() => void mock.method(console, "warn", () => {}));

  test("Python starts from its wheels, and waits for them and the standard library", async () => {
    const loader = createLoader();
    loader.distrustSnapshot("bad memory");
    const loading = load(loader);
    assert.deepEqual(downloads.watched, [["worker", "wasm", "a", "b", "stdlib"]]);
    await downloads.arrive("worker", "wasm", "a", "b");
    assert.equal(loading.state, "loading");
    await downloads.arrive("stdlib");
    assert.equal(loading.state, "loaded");
    assert.deepEqual(sentTypes(), ["withdraw", "script", "wasm", "assets", "library"]);
    // The command "assets" is the fourth of these.
    const command = sandbox.commands[3]!;
    assert.ok(command.type === "assets");
    const { wheels, ...rest } = command.assets;
    assert.deepEqual(rest, { stdlibSize: 7, lockfile: "{}", packages: ["a", "b"] });
    assert.deepEqual(
      Object.entries(wheels).map(([name, wheel]) => [name, decode(wheel)]),
      [
        ["a.whl", "a"],
        ["b.whl", "b"],
      ],
    );
    assert.equal(sandbox.transfers[3]!.length, 2);
  });

  test("if the snapshot cannot be fetched, the same call fetches the wheels instead", async () => {
    const loader = createLoader();
    const loading = load(loader);
    await downloads.arrive("worker", "wasm");
    await downloads.fail("switching");
    assert.equal(loader.restoresSnapshot, false);
    assert.equal(loading.state, "loading");
    await downloads.arrive("a", "b", "stdlib");
    assert.equal(loading.state, "loaded");
    assert.deepEqual(sentTypes().slice(0, 3), ["script", "wasm", "withdraw"]);
    assert.deepEqual(sentTypes().slice(3).toSorted(), ["assets", "library"]);
  });

  test("a snapshot that the host rejects twice is withdrawn once, and the reason is logged once", () => {
    const loader = createLoader();
    loader.distrustSnapshot("bad memory");
    loader.distrustSnapshot("bad memory");
    assert.deepEqual(sentTypes(), ["withdraw"]);
    const warnings = (console.warn as unknown as ReturnType<typeof mock.fn>).mock.calls;
    assert.deepEqual(
      warnings.map(({ arguments: [message] }) => message),
      ["Python starts without its snapshot, which takes longer: bad memory"],
    );
  });
});
