import assert from "node:assert/strict";
import type { IncomingMessage, ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { afterEach, beforeEach, test } from "node:test";
import { gzipSync } from "node:zlib";
import { Downloads, gunzip } from "../../runtime/host/download.ts";
import { serve, type Server } from "../../runtime/harness/server.ts";

const text = "x = 1\n".repeat(20_000);
const packed = gzipSync(text);

let server: Server;
let answer: (request: IncomingMessage, response: ServerResponse) => void;
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

const decode = (bytes: ArrayBuffer | undefined) => new TextDecoder().decode(bytes);
const downloads = () =>
  new Downloads(new URL(server.url), [
    { file: "a", bytes: packed.length },
    { file: "b", bytes: packed.length },
  ]);

test("files arrive unpacked, and the progress ends at all of them", async () => {
  const seen: number[] = [];
  const files = await downloads().all((loaded, total) => {
    assert.equal(total, 2 * packed.length);
    seen.push(loaded);
  });
  assert.equal(decode(files.get("a")), text);
  assert.equal(seen[0], 0);
  assert.equal(seen.at(-1), 2 * packed.length);
  assert.deepEqual(
    seen,
    seen.toSorted((a, b) => a - b),
  );
});

test("a server that unpacks by itself is understood", async () => {
  answer = (_, response) => response.writeHead(200, { "content-encoding": "gzip" }).end(packed);
  const files = await downloads().all((loaded, total) => assert.ok(loaded <= total));
  assert.equal(decode(files.get("b")), text);
});

test("what is not gzip stays as it is", async () => {
  assert.equal(decode(await gunzip(new TextEncoder().encode("plain"))), "plain");
});

test("a missing file is named with the server's answer; the next try fetches only that one", async () => {
  answer = ({ url }, response) => {
    if (url === "/b") response.writeHead(404).end();
    else response.end(packed);
  };
  const both = downloads();
  await assert.rejects(
    both.all(() => {}),
    /\/b could not be fetched: the server answered 404/,
  );
  answer = (_, response) => response.end(packed);
  const files = await both.all(() => {});
  assert.equal(decode(files.get("b")), text);
  assert.deepEqual(requests.toSorted(), ["/a", "/b", "/b"]);
});

test("a connection that breaks on the way is said to be lost", async () => {
  answer = (_, response) => {
    response.writeHead(200, { "content-length": packed.length });
    response.write(packed.subarray(0, 10), () => response.destroy());
  };
  await assert.rejects(
    downloads().all(() => {}),
    /the connection was lost on the way/,
  );
});

test("no server at all", async () => {
  await server.close();
  await assert.rejects(
    downloads().all(() => {}),
    /could not be fetched: is there a network connection/,
  );
});

test("a damaged file is said to be damaged", async () => {
  answer = (_, response) => response.end(packed.subarray(0, packed.length - 20));
  await assert.rejects(
    downloads().all(() => {}),
    /arrived damaged/,
  );
});
