import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { after, afterEach, before, beforeEach, describe, test } from "node:test";
import { gzipSync } from "node:zlib";
import { librariesCache, runtimeCache } from "../../../runtime/host/cache_names.ts";
import {
  sumProgress,
  Downloads,
  gunzip,
  type RuntimeFile,
} from "../../../runtime/host/download.ts";
import { serve, type Server } from "../../../runtime/harness/server.ts";

/** The content of every published file. */
const text = "x = 1\n".repeat(20_000);
/** The same content as the server sends it. */
const packed = gzipSync(text);
const sha256 = (bytes: string | Uint8Array) => createHash("sha256").update(bytes).digest("hex");
const fileCalled = (file: string): RuntimeFile => ({
  file,
  bytes: packed.length,
  sha256: [sha256(packed), sha256(text)],
});
const [a, b] = [fileCalled("a"), fileCalled("b")];

let server: Server;
/** How the server answers a request. Tests replace this function. */
let answer: (request: IncomingMessage, response: ServerResponse) => void;
/** The paths that the server has been asked for. */
let requests: string[];

beforeEach(async () => {
  requests = [];
  answer = (_, response) => response.end(packed);
  server = await serve(tmpdir(), (request, response) => {
    requests.push(request.url ?? "");
    answer(request, response);
    return true;
  });
});
afterEach(() => server.close());

const decode = (bytes: ArrayBuffer) => new TextDecoder().decode(bytes);
const createDownloads = () => new Downloads(new URL(server.url));
const getBoth = (downloads: Downloads) => Promise.all([downloads.get(a), downloads.get(b)]);

test("files arrive decompressed, and the progress ends with all of their bytes", async () => {
  const seen: number[] = [];
  const downloads = createDownloads();
  const unwatch = downloads.watch([a, b], (loaded, total) => {
    assert.equal(total, 2 * packed.length);
    seen.push(loaded);
  });
  const [first] = await getBoth(downloads);
  unwatch();
  assert.equal(decode(first), text);
  assert.equal(seen[0], 0);
  assert.equal(seen.at(-1), 2 * packed.length);
  assert.deepEqual(
    seen,
    seen.toSorted((a, b) => a - b),
  );
});

test("a file that the browser has already decompressed is accepted", async () => {
  answer = (_, response) => response.writeHead(200, { "content-encoding": "gzip" }).end(packed);
  const downloads = createDownloads();
  downloads.watch([b], (loaded, total) => assert.ok(loaded <= total));
  assert.equal(decode(await downloads.get(b)), text);
});

test("bytes that are not gzip stay unchanged", async () => {
  assert.equal(decode(await gunzip(new TextEncoder().encode("plain"))), "plain");
});

test("the error names a missing file and the server's status, and only that file is fetched again", async () => {
  answer = ({ url }, response) => {
    if (url === "/b") response.writeHead(404).end();
    else response.end(packed);
  };
  const downloads = createDownloads();
  await assert.rejects(getBoth(downloads), /\/b could not be loaded: the server answered 404/);
  answer = (_, response) => response.end(packed);
  const [, second] = await getBoth(downloads);
  assert.equal(decode(second), text);
  assert.deepEqual(requests.toSorted(), ["/a", "/b", "/b"]);
});

test("a connection that breaks during a download is reported as lost", async () => {
  answer = (_, response) => {
    response.writeHead(200, { "content-length": packed.length });
    response.write(packed.subarray(0, 10), () => response.destroy());
  };
  await assert.rejects(createDownloads().get(a), /the connection was lost during the download/);
});

test("a server that cannot be reached is reported with advice", async () => {
  await server.close();
  await assert.rejects(
    createDownloads().get(a),
    /could not be loaded. Check your network connection/,
  );
});

const damagedContents: [string, Uint8Array][] = [
  ["cut short", packed.subarray(0, packed.length - 20)],
  ["another file", gzipSync("y = 2\n")],
];
for (const [name, bytes] of damagedContents) {
  test(`a damaged file (${name}) is reported as damaged after a second try`, async () => {
    answer = (_, response) => response.end(bytes);
    await assert.rejects(createDownloads().get(a), /\/a was damaged during the download/);
    assert.deepEqual(requests, ["/a", "/a"]);
  });

  test(`a damaged file (${name}) is fetched a second time`, async () => {
    answer = (_, response) => response.end(requests.length === 1 ? bytes : packed);
    assert.equal(decode(await createDownloads().get(a)), text);
  });
}

test("several counters of progress report the sums of their bytes", () => {
  const reported: [number, number][] = [];
  const createCounter = sumProgress((loaded, total) => reported.push([loaded, total]));
  const [first, second] = [createCounter(), createCounter()];
  first(0, 10);
  second(5, 20);
  first(10, 10);
  assert.deepEqual(reported, [
    [0, 10],
    [5, 30],
    [15, 30],
  ]);
});

describe("with a cache in the browser", () => {
  const caches = new Map<string, Map<string, Response>>();
  const open = async (name: string) => {
    const stored = caches.get(name) ?? new Map<string, Response>();
    caches.set(name, stored);
    return {
      match: async (url: URL) => stored.get(url.href)?.clone(),
      put: async (url: URL, response: Response) => void stored.set(url.href, response),
      keys: async () => [...stored.keys()].map((url) => ({ url })),
      delete: async (url: string) => stored.delete(url),
    };
  };
  before(() => void Object.assign(globalThis, { caches: { open } }));
  after(() => Reflect.deleteProperty(globalThis, "caches"));
  beforeEach(() => caches.clear());
  const storedUrls = () => [...caches.values()].flatMap((stored) => [...stored.keys()]);

  test("a further visit fetches nothing, and its progress is complete from the start", async () => {
    const content = await createDownloads().get(a);
    // Transferring the content to the sandbox must not affect the cache.
    structuredClone(content, { transfer: [content] });
    const nextVisit = createDownloads();
    assert.equal(decode(await nextVisit.get(a)), text);
    nextVisit.watch([a], (loaded, total) => assert.equal(loaded, total))();
    assert.deepEqual(requests, ["/a"]);
  });

  test("a damaged file in the cache is fetched again", async () => {
    const cache = await open(runtimeCache(new URL(server.url)));
    await cache.put(new URL("a", server.url), new Response("something else"));
    assert.equal(decode(await createDownloads().get(a)), text);
    assert.deepEqual(requests, ["/a"]);
  });

  test("files are downloaded if the browser refuses the cache", async () => {
    const { caches } = globalThis;
    Object.assign(globalThis, { caches: { open: () => Promise.reject(new Error("private")) } });
    assert.equal(decode(await createDownloads().get(a)), text);
    Object.assign(globalThis, { caches });
  });

  test("tidying removes files of older versions, which are all files that it is not told to keep", async () => {
    const downloads = createDownloads();
    await getBoth(downloads);
    await downloads.tidy([b]);
    assert.deepEqual(storedUrls(), [new URL("b", server.url).href]);
  });

  test("tidying the runtime's cache of a site keeps its libraries, and all files of other sites", async () => {
    const folders = ["one/runtime/", "two/runtime/"].map((path) => new URL(path, server.url));
    // Both sites have a cache for the runtime and one for libraries, each with a copy of the file.
    const all = folders.flatMap((folder) => [
      new Downloads(folder),
      new Downloads(folder, librariesCache(folder)),
    ]);
    await Promise.all(all.map((downloads) => downloads.get(a)));
    assert.equal(storedUrls().length, 4);
    const [runtimeOfOne] = all;
    await runtimeOfOne!.tidy([]);
    assert.equal(storedUrls().length, 3);
    assert.equal(storedUrls().filter((url) => url.endsWith("/one/runtime/a")).length, 1);
  });
});
