import assert from "node:assert/strict";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import {
  codeInHash,
  DamagedLink,
  decode,
  encode,
  MAX_SOURCE_BYTES,
} from "../../../../runtime/page/session/share_link.ts";
import { random } from "../random.ts";

function linkOf(bytes: Buffer): string {
  return gzipSync(bytes).toString("base64url");
}

function damaged(reason: DamagedLink["reason"]): (error: unknown) => boolean {
  return (error) => error instanceof DamagedLink && error.reason === reason;
}

test("decoding returns exactly the program that was encoded", async () => {
  const alphabet = ["a", "\n", "é", "漢", "🐍", "\u0000", "\r\n", "\ufeff", '"', "    ", "#code="];
  const next = random(1);
  for (let round = 0; round < 100; round++) {
    const length = Math.floor(next() * 200);
    const parts = Array.from({ length }, () => alphabet[Math.floor(next() * alphabet.length)]);
    const source = parts.join("");
    const code = await encode(source);
    assert.match(code, /^[\w-]+$/);
    assert.equal(await decode(code), source);
  }
});

test("padding is ignored, even if a mail program has escaped it", async () => {
  const code = await encode("print(1)\n");
  assert.equal(await decode(`${code}==`), "print(1)\n");
  assert.equal(await decode(`${code}%3D`), "print(1)\n");
});

test("a link is rejected if more than its last character is missing", async () => {
  const code = await encode("import asyncio\nprint('hello, world')\n");
  for (let length = 0; length < code.length - 1; length++) {
    await assert.rejects(decode(code.slice(0, length)), DamagedLink, `cut after ${length}`);
  }
});

test("a damaged link never opens as a different program", async () => {
  const source = "import asyncio\nprint('hello, world')\n";
  const code = await encode(source);
  const next = random(2);
  for (let round = 0; round < 200; round++) {
    const at = Math.floor(next() * code.length);
    const broken = `${code.slice(0, at)}${code[at] === "A" ? "B" : "A"}${code.slice(at + 1)}`;
    // Some bits do not matter, for example in gzip's header. The text is then the same.
    const opened = await decode(broken).catch((error: unknown) => {
      assert.ok(error instanceof DamagedLink);
      return source;
    });
    assert.equal(opened, source);
  }
});

test("each kind of damage is reported with its reason", async () => {
  await assert.rejects(decode(""), damaged("base64"));
  await assert.rejects(decode("not base64!"), damaged("base64"));
  await assert.rejects(decode("AAAAA"), damaged("base64"));
  await assert.rejects(decode("aGVsbG8"), damaged("gzip"));
  await assert.rejects(decode(linkOf(Buffer.from([0xff, 0xfe, 0x80]))), damaged("text"));
});

test("a small link is not unpacked beyond the size limit", async () => {
  await assert.rejects(decode(linkOf(Buffer.alloc(50_000_000))), damaged("size"));
  assert.equal(
    (await decode(linkOf(Buffer.alloc(MAX_SOURCE_BYTES, "a")))).length,
    MAX_SOURCE_BYTES,
  );
});

test("only a hash of the form #code=… contains code", () => {
  assert.equal(codeInHash("#code=abc"), "abc");
  for (const hash of ["", "#", "#playground", "#code", "#xcode=abc"]) {
    assert.equal(codeInHash(hash), undefined);
  }
});
