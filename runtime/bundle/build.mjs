/**
 * Bundles the browser side into build/runtime/.
 *
 * widget.js and widget.css keep their names, because pages refer to them; everything they load later
 * carries a content hash. Large files are gzipped here, because static hosts differ in what they
 * compress; the page unpacks them itself.
 */
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { build } from "esbuild";

const here = dirname(dirname(fileURLToPath(import.meta.url)));
const root = dirname(here);
const out = join(root, "build", "runtime");
const wheels = join(root, "build", "wheels");
const libraries = join(root, "build", "packages");
const pyodide = join(root, "node_modules", "pyodide");

/** @type {import("esbuild").BuildOptions} */
const common = {
  absWorkingDir: root,
  bundle: true,
  charset: "utf8",
  legalComments: "none",
  logLevel: "warning",
  minify: true,
  target: ["es2022"],
};

/** A script that runs on its own, as text. */
async function script(entry) {
  const result = await build({
    ...common,
    entryPoints: [join(here, entry)],
    format: "iife",
    write: false,
    // Pyodide asks for its own address, and imports Node's modules when it runs there.
    define: { "import.meta.url": '"https://memory.invalid/worker.js"' },
    external: ["node:*", "ws", "fs", "path", "url", "vm", "crypto", "child_process", "module"],
  });
  return result.outputFiles[0].text;
}

const pack = promisify(gzip);
const sha256 = (bytes) => createHash("sha256").update(bytes).digest("hex");

/** Writes a file under its content hash; returns what the page has to know of it. */
async function publish(name, content, { compress }) {
  const bytes = compress ? await pack(content, { level: 9 }) : content;
  const hashes = [sha256(bytes), sha256(content)];
  // Not ".gz": some servers would then declare a content encoding, others would not.
  const file = `${name}-${hashes[1].slice(0, 10)}${compress ? ".gz.bin" : ".bin"}`;
  await writeFile(join(out, file), bytes);
  return { file, bytes: bytes.length, sha256: hashes };
}

/**
 * Python's memory after its start, from a Node that can switch stacks or cannot; what make_snapshot.ts
 * tells of it comes with the file.
 */
async function snapshot(name, flags, ...more) {
  const file = join(out, `${name}.tmp`);
  const script = join(here, "bundle", "make_snapshot.ts");
  let told;
  try {
    const command = [...flags, script, wheels, file, ...more];
    told = (await promisify(execFile)(process.execPath, command, { timeout: 120_000 })).stdout;
  } catch (error) {
    // Node shows the line of an error, which in Pyodide is a megabyte long.
    const lines = `${error.stderr || error}`.split("\n").filter((line) => line.length < 500);
    throw new Error(`make_snapshot.ts failed:\n${lines.join("\n")}`);
  }
  const published = await publish(name, await readFile(file), { compress: true });
  await rm(file);
  return { ...published, ...(told && JSON.parse(told)) };
}

/** Publishes the libraries that programs may declare; returns what ./host/packages.ts knows of them. */
async function publishLibraries() {
  const packed = JSON.parse(await readFile(join(libraries, "packages.json"), "utf8"));
  const published = Object.entries(packed).map(async ([name, { archive, ...library }]) => {
    const content = await readFile(join(libraries, archive));
    return [name, { ...library, ...(await publish(archive, content, { compress: true })) }];
  });
  return Object.fromEntries(await Promise.all(published));
}

/** The modules of the explorer, by path: they come with a run that needs them. */
async function explorer() {
  const folder = join(here, "python", "explorer");
  const names = (await readdir(folder)).filter((name) => name.endsWith(".py")).toSorted();
  const read = async (name) => [`explorer/${name}`, await readFile(join(folder, name), "utf8")];
  return Object.fromEntries(await Promise.all(names.map(read)));
}

await rm(out, { recursive: true, force: true });
await mkdir(out, { recursive: true });

const lock = JSON.parse(await readFile(join(wheels, "pyodide-lock.json"), "utf8"));
const packed = {};
for (const { file_name: name } of Object.values(lock.packages)) {
  packed[name] = await publish(name, await readFile(join(wheels, name)), { compress: false });
}
const stdlib = await readFile(join(pyodide, "python_stdlib.zip"));
const [worker, wasm, switching, plain, warm] = await Promise.all([
  publish("worker.js", await script("worker/worker.ts"), { compress: true }),
  publish("pyodide.wasm", await readFile(join(pyodide, "pyodide.asm.wasm")), { compress: true }),
  snapshot("python-switching", ["--experimental-wasm-jspi"]),
  snapshot("python-plain", []),
  snapshot("python-libraries", ["--experimental-wasm-jspi"], libraries),
]);
const files = {
  worker,
  wasm,
  snapshots: { switching, plain },
  stdlib: await publish("python_stdlib.zip", stdlib, { compress: false }),
  stdlibSize: stdlib.length,
  wheels: packed,
  lockfile: JSON.stringify(lock),
  packages: Object.keys(lock.packages),
};

const published = await publishLibraries();
const packages = await build({
  ...common,
  entryPoints: { packages: join(here, "host", "packages.ts") },
  format: "esm",
  outdir: join(out, "chunks"),
  entryNames: "[name]-[hash]",
  metafile: true,
  define: { LIBRARIES: JSON.stringify(published), WARM: JSON.stringify(warm) },
});
const packagesModule = relative(out, resolve(root, Object.keys(packages.metafile.outputs)[0]));

await build({
  ...common,
  entryPoints: {
    widget: join(here, "entry", "widget.ts"),
    harness: join(here, "harness", "page.ts"),
  },
  format: "esm",
  splitting: true,
  outdir: out,
  entryNames: "[name]",
  chunkNames: "chunks/[name]-[hash]",
  // Styles that only one element needs come with its script.
  loader: { ".css": "text" },
  define: {
    FRAME_SCRIPT: JSON.stringify(await script("sandbox/frame.ts")),
    RUNTIME_FILES: JSON.stringify(files),
    PACKAGES_MODULE: JSON.stringify(packagesModule),
    // A text, which stays in the chunk that uses it; an object would become part of every page's.
    EXPLORER_FILES: JSON.stringify(JSON.stringify(await explorer())),
  },
});

await build({
  ...common,
  entryPoints: { widget: join(here, "entry", "widget.css") },
  outdir: out,
});

const megabytes = (...published) =>
  `${(published.reduce((sum, { bytes }) => sum + bytes, 0) / 1e6).toFixed(2)} MB`;
const widget = (await pack(await readFile(join(out, "widget.js")))).length;
const styles = (await stat(join(out, "widget.css"))).size;
console.log(
  `  bundled: widget.js ${(widget / 1e3).toFixed(1)} kB gzip, widget.css ${(styles / 1e3).toFixed(1)} kB, ` +
    `runtime ${megabytes(worker, wasm, switching)} before the first program, then ${megabytes(files.stdlib)}, ` +
    `${Object.keys(published).length} libraries ${megabytes(...Object.values(published))} and ${megabytes(warm)} to start with them`,
);
