import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import { filesOf } from "../../../runtime/protocol/archive.ts";

/** A Python program that prints an archive like those in which libraries are published. */
const PACK = `
import io, sys, zipfile
packed = io.BytesIO()
with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:
    archive.writestr(zipfile.ZipInfo("tea/__init__.pyc"), b"brew")
    archive.writestr(zipfile.ZipInfo("tea/empty"), b"")
    archive.writestr(zipfile.ZipInfo("tea/größe.txt"), "µ")
sys.stdout.buffer.write(packed.getvalue())
`;

test("every file of an archive that Python has written is read", () => {
  const { buffer, byteOffset, length } = execFileSync(".venv/bin/python", ["-c", PACK]);
  const archive = buffer.slice(byteOffset, byteOffset + length) as ArrayBuffer;
  const decoder = new TextDecoder();
  const files = [...filesOf(archive)].map(([name, content]) => [name, decoder.decode(content)]);
  assert.deepEqual(files, [
    ["tea/__init__.pyc", "brew"],
    ["tea/empty", ""],
    ["tea/größe.txt", "µ"],
  ]);
});
