/** Installs the libraries that a program needs. */
import type { PyodideAPI } from "pyodide";
import { filesOf } from "../../protocol/archive.ts";

/**
 * The folder of the libraries, in which imports search after the standard library; see
 * browser_runtime/program.py.
 */
export const HOME = "/home/packages";

/** Writes the files of the libraries. Returns whether there are any libraries. */
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
