/**
 * Compiles Python modules to bytecode, by the Python inside Pyodide: bytecode of another minor version
 * would be refused there, and the Python at hand may be an older one.
 *
 * FOLDER holds one folder for each package that is installed below PREFIX. There `x.py` becomes
 * `x.pyc`, which tracebacks call `PREFIX/x.py`. The source is removed, but of the FILEs named: they
 * keep it, with the bytecode in `__pycache__`.
 *
 * Usage: node compile.mjs PYODIDE_FOLDER FOLDER PREFIX [FILE…]
 */
import { resolve } from "node:path";
import process from "node:process";
import { pathToFileURL } from "node:url";

const COMPILE = `
from importlib.util import cache_from_source
from pathlib import Path
from py_compile import PycInvalidationMode, compile

def compile_folder(prefix, kept):
    folder = Path("/compiled")
    for source in sorted(folder.glob("*/**/*.py")):
        name = "/".join(source.relative_to(folder).parts[1:])
        compile(
            str(source),
            cache_from_source(source) if name in kept else str(source.with_suffix(".pyc")),
            dfile=f"{prefix}/{name}",
            doraise=True,
            invalidation_mode=PycInvalidationMode.UNCHECKED_HASH,
        )
        if name not in kept:
            source.unlink()

compile_folder
`;

const [pyodideFolder, folder, prefix, ...kept] = process.argv.slice(2);
const { loadPyodide } = await import(pathToFileURL(resolve(pyodideFolder, "pyodide.mjs")).href);
const pyodide = await loadPyodide({ indexURL: `${resolve(pyodideFolder)}/` });
pyodide.mountNodeFS("/compiled", resolve(folder));
try {
  pyodide.runPython(COMPILE)(prefix, pyodide.toPy(kept));
} catch (error) {
  // Uncaught, it would be shown with the whole of Pyodide's one-line source.
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
