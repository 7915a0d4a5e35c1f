/**
 * Compiles Python modules to bytecode with the Python inside Pyodide, because bytecode of another minor
 * version could not be imported there, and the Python that runs the build may have another version.
 *
 * FOLDER contains one folder for each package, and the content of these folders will be installed in
 * PREFIX. In each of them, `x.py` becomes `x.pyc`, which tracebacks call `PREFIX/x.py`, and the source is
 * removed. The FILEs, which are paths below PREFIX, keep their source, and their bytecode goes into
 * `__pycache__`.
 *
 * The internal modules of the runtime are compiled without docstrings and assertions, which would make
 * every snapshot larger, because all snapshots contain these modules. The other modules keep their
 * docstrings, which `help` shows to programs.
 *
 * Usage: node compile.ts PYODIDE_FOLDER FOLDER PREFIX [FILE…]
 */
import { resolve } from "node:path";
import process from "node:process";
import { pathToFileURL } from "node:url";

const COMPILE = `
from importlib.util import cache_from_source
from pathlib import Path
from py_compile import PycInvalidationMode, compile

def is_internal(name):
    documented = "browser_runtime/primitives/", "browser_runtime/processes/"
    return name.startswith(("browser_runtime/", "runnable_tracer/")) and not name.startswith(documented)

def compile_folder(prefix, kept):
    folder = Path("/compiled")
    for source in sorted(folder.glob("*/**/*.py")):
        name = "/".join(source.relative_to(folder).parts[1:])
        # With True, errors are raised. With 2, docstrings and assertions are left out.
        compile(
            str(source),
            cache_from_source(source) if name in kept else str(source.with_suffix(".pyc")),
            f"{prefix}/{name}",
            True,
            2 if is_internal(name) else -1,
            invalidation_mode=PycInvalidationMode.UNCHECKED_HASH,
        )
        if name not in kept:
            source.unlink()

compile_folder
`;

const [pyodideFolder, folder, prefix, ...kept] = process.argv.slice(2);
if (pyodideFolder === undefined || folder === undefined || prefix === undefined) {
  process.stderr.write("Usage: node compile.ts PYODIDE_FOLDER FOLDER PREFIX [FILE…]\n");
  process.exit(2);
}
const { loadPyodide } = (await import(
  pathToFileURL(resolve(pyodideFolder, "pyodide.mjs")).href
)) as typeof import("pyodide");
const pyodide = await loadPyodide({ indexURL: `${resolve(pyodideFolder)}/` });
pyodide.mountNodeFS("/compiled", resolve(folder));
const compileFolder = pyodide.runPython(COMPILE) as (prefix: string, kept: unknown) => void;
try {
  compileFolder(prefix, pyodide.toPy(kept));
} catch (error) {
  // Node would show an uncaught error together with the whole of Pyodide's one-line source.
  process.stderr.write(`${(error as Error).message}\n`);
  process.exitCode = 1;
}
