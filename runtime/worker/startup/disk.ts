/** Limits the size of the file system, which is in memory, so that a program cannot exhaust the tab. */
import type { PyodideAPI } from "pyodide";

/** The size of the disk, which also contains Python's standard library. */
const SIZE_BYTES = 512 * 2 ** 20;
/** Emscripten's number of the error "No space left on device". */
const ENOSPC = 51;

interface FileNode {
  usedBytes?: number;
  contents: unknown;
}
type Write = (
  stream: { node: FileNode },
  buffer: unknown,
  offset: number,
  length: number,
  position: number,
  canOwn?: boolean,
) => number;
type SetAttributes = (node: FileNode, attributes: { size?: number }) => void;
interface MemoryFileSystem {
  root: FileNode;
  filesystems: {
    MEMFS: { ops_table: { file: { stream: { write: Write }; node: { setattr: SetAttributes } } } };
  };
  ErrnoError: new (errno: number) => Error;
}

/** Returns the number of bytes in all files below a node. */
function usage(node: FileNode): number {
  if (node.usedBytes !== undefined) return node.usedBytes;
  const { contents } = node;
  // The contents of a folder are its entries by name; devices and links have no contents.
  if (typeof contents !== "object" || contents === null || ArrayBuffer.isView(contents)) return 0;
  return Object.values(contents as Record<string, FileNode>).reduce(
    (sum, child) => sum + usage(child),
    0,
  );
}

/**
 * Makes each write, or change of a file's size, fail that would make all files together larger than
 * `size` bytes.
 */
export function limitDisk(pyodide: PyodideAPI, size = SIZE_BYTES): void {
  const files = pyodide.FS as unknown as MemoryFileSystem;
  const { stream, node } = files.filesystems.MEMFS.ops_table.file;
  const { write } = stream;
  const { setattr } = node;
  let used = usage(files.root);
  /** Counts this many further bytes, or throws an error if there is no room for them. */
  const grow = (by: number): void => {
    if (by <= 0) return;
    // Deleted files still count until the disk seems full, because visiting all files takes a while.
    if (used + by > size) used = usage(files.root);
    if (used + by > size) throw new files.ErrnoError(ENOSPC);
    used += by;
  };
  stream.write = (stream, buffer, offset, length, position, canOwn) => {
    grow(position + length - (stream.node.usedBytes ?? 0));
    return write(stream, buffer, offset, length, position, canOwn);
  };
  node.setattr = (node, attributes) => {
    grow((attributes.size ?? 0) - (node.usedBytes ?? 0));
    setattr(node, attributes);
  };
}
