/** Installs the libraries that a program has declared. */
import type { PyodideAPI } from "pyodide";

/** Programs find them here, after the standard library; see program.py. */
export const HOME = "/home/packages";

/** Of a file in a zip archive: "PK\x03\x04", then where its parts are. */
const FILE = { signature: 0x04034b50, size: 18, nameLength: 26, extraLength: 28, name: 30 };

/** The files of an archive that is not compressed, as runtime/bundle/pack_packages.py writes them. */
export function* filesOf(archive: ArrayBuffer): Generator<[string, Uint8Array<ArrayBuffer>]> {
  const view = new DataView(archive);
  const decoder = new TextDecoder();
  let place = 0;
  // What follows the last file is the list of them.
  while (view.getUint32(place, true) === FILE.signature) {
    const size = view.getUint32(place + FILE.size, true);
    const nameLength = view.getUint16(place + FILE.nameLength, true);
    const extraLength = view.getUint16(place + FILE.extraLength, true);
    const name = new Uint8Array(archive, place + FILE.name, nameLength);
    const start = place + FILE.name + nameLength + extraLength;
    yield [decoder.decode(name), new Uint8Array(archive, start, size)];
    place = start + size;
  }
}

/** Puts the libraries' files in place; returns whether there are any. */
export function install({ FS }: PyodideAPI, archives: readonly ArrayBuffer[]): boolean {
  for (const archive of archives) {
    for (const [name, content] of filesOf(archive)) {
      const path = `${HOME}/${name}`;
      FS.mkdirTree(path.slice(0, path.lastIndexOf("/")));
      FS.writeFile(path, content, { canOwn: true });
    }
  }
  return archives.length > 0;
}
