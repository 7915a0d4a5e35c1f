import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { limitDisk } from "../../../../runtime/worker/startup/disk.ts";

/** The error for a full disk. */
class NoSpace extends Error {}
/** A file or folder in Emscripten's file system. The contents of a folder are its entries by name. */
interface Node {
  usedBytes?: number;
  contents: unknown;
}
const makeFile = (usedBytes = 0): Node => ({ usedBytes, contents: new Uint8Array() });

let root: { contents: Record<string, Node> };
/** The two functions that change files, which `limitDisk` wraps. */
let stream: { write: (...args: never[]) => number };
let node: { setattr(node: Node, attributes: { size?: number }): void };

/** Writes `length` bytes to a file, by default at its end. */
function write(file: Node, length: number, position = file.usedBytes ?? 0): number {
  return stream.write(...([{ node: file }, null, 0, length, position] as never[]));
}

beforeEach(() => {
  const folder: Node = { contents: { library: makeFile(30) } };
  // A symbolic link has no contents.
  root = { contents: { lib: folder, link: { contents: undefined } } };
  stream = {
    write: (...[{ node }, , , length, position]: [{ node: Node }, null, 0, number, number]) => {
      node.usedBytes = Math.max(node.usedBytes ?? 0, position + length);
      return length;
    },
  } as typeof stream;
  node = { setattr: (node, { size }) => void (size !== undefined && (node.usedBytes = size)) };
  const pyodide = {
    FS: {
      root,
      ErrnoError: NoSpace,
      filesystems: { MEMFS: { ops_table: { file: { stream, node } } } },
    },
  };
  // The limit is 100 bytes, of which a library takes 30.
  limitDisk(pyodide as never, 100);
});

test("files grow until the disk is full", () => {
  const file = (root.contents["a"] = makeFile());
  assert.equal(write(file, 70), 70);
  assert.throws(() => write(file, 1), NoSpace);
  assert.equal(write(file, 70, 0), 70, "overwriting takes no space");
});

test("deleting a file frees its space", () => {
  write((root.contents["a"] = makeFile()), 70);
  delete root.contents["a"];
  assert.equal(write((root.contents["b"] = makeFile()), 70), 70);
});

test("changing the length of a file is limited as well", () => {
  const file = (root.contents["a"] = makeFile());
  assert.throws(() => node.setattr(file, { size: 71 }), NoSpace);
  node.setattr(file, { size: 70 });
  assert.equal(file.usedBytes, 70);
});
