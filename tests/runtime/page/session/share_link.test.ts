import assert from "node:assert/strict";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { codeInHash } from "../../../../runtime/page/session/code_in_hash.ts";
import {
  DamagedLink,
  decode,
  encode,
  MAX_SOURCE_BYTES,
} from "../../../../runtime/page/session/share_link.ts";
import { random } from "../random.ts";

/** Returns the code of a link that contains these bytes, which need not be valid UTF-8. */
function codeOf(bytes: Buffer): string {
  return gzipSync(bytes).toString("base64url");
}

/** Returns a function that tells whether an error has this reason. */
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

test("equals signs at the end are ignored, even if a mail program has escaped them", async () => {
  const code = await encode("print(1)\n");
  assert.equal(await decode(`${code}==`), "print(1)\n");
  assert.equal(await decode(`${code}%3D`), "print(1)\n");
});

test("every truncated link is rejected", async () => {
  const code = await encode("import asyncio\nprint('hello, world')\n");
  for (let length = 0; length < code.length; length++) {
    await assert.rejects(decode(code.slice(0, length)), DamagedLink, `cut after ${length}`);
  }
});

test("a damaged link never opens as a different program", async () => {
  const source = "import asyncio\nprint('hello, world')\n";
  const code = await encode(source);
  const next = random(2);
  for (let round = 0; round < 200; round++) {
    const index = Math.floor(next() * code.length);
    const changed = code[index] === "A" ? "B" : "A";
    const broken = `${code.slice(0, index)}${changed}${code.slice(index + 1)}`;
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
  await assert.rejects(decode(codeOf(Buffer.from([0xff, 0xfe, 0x80]))), damaged("text"));
});

test("a small link is not unpacked beyond the size limit", async () => {
  await assert.rejects(decode(codeOf(Buffer.alloc(50_000_000))), damaged("size"));
  const largest = Buffer.alloc(MAX_SOURCE_BYTES, "a");
  assert.equal((await decode(codeOf(largest))).length, MAX_SOURCE_BYTES);
});

test("only a hash of the form #code=… contains code", () => {
  assert.equal(codeInHash("#code=abc"), "abc");
  for (const hash of ["", "#", "#playground", "#code", "#xcode=abc"]) {
    assert.equal(codeInHash(hash), undefined);
  }
});
