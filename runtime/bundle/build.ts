/**
 * Bundles the browser side into build/runtime/.
 *
 * Pages refer to widget.js and widget.css by these names, and scripts of a project to elements.js. The name
 * of every file that these load later contains a hash of its content, so that browsers can cache it forever.
 * Large files are compressed here, because static hosts differ in what they compress; the page decompresses
 * them.
 *
 * The script also bundles build/prerender.mjs, with which an installed engine draws timelines, and writes
 * licenses.txt. At the end, it writes manifest.json, which lists the files of this build that a site
 * publishes; see mkdocs_runnable/built_files.py.
 */
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join, relative, resolve } from "node:path";
import process from "node:process";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";
import { build, type BuildOptions, type BuildResult, type Metafile, type Plugin } from "esbuild";
import type { RuntimeFile } from "../host/download.ts";
import type { Library } from "../host/needs/requirements.ts";
import {
  libraryComponents,
  licenseFile,
  npmComponent,
  packageFolders,
  pyodideComponents,
  type Component,
} from "./licenses.ts";

const runtime = resolve(import.meta.dirname, "..");
const root = resolve(runtime, "..");
const out = join(root, "build", "runtime");
const wheels = join(root, "build", "wheels");
const libraries = join(root, "build", "packages");
const prerender = join(root, "build", "prerender.mjs");
const pyodide = join(root, "node_modules", "pyodide");

/** The flag with which Node can suspend a stack of WebAssembly, as recent browsers can. */
const STACK_SWITCHING = "--experimental-wasm-jspi";
const SNAPSHOT_TIMEOUT_MS = 120_000;
/** Lines of an error message that have at least this many characters are not shown. */
const LONGEST_LINE = 500;

const common = {
  absWorkingDir: root,
  bundle: true,
  charset: "utf8",
  legalComments: "none",
  logLevel: "warning",
  minify: true,
  target: ["es2022"],
} satisfies BuildOptions;

const run = promisify(execFile);

/** Compresses a file as far as the format gzip allows; see compress.py. */
async function compress(content: Uint8Array): Promise<Uint8Array> {
  const script = join(runtime, "bundle", "compress.py");
  const running = run("python", [script], { encoding: "buffer", maxBuffer: content.length + 1024 });
  running.child.stdin!.end(content);
  return (await running).stdout;
}

/** The paths of all files that esbuild has read to make the bundles. */
const inputs = new Set<string>();

/** Makes a bundle, and adds the files that esbuild has read for it to `inputs`. */
async function bundle(options: BuildOptions): Promise<BuildResult<{ metafile: true }>> {
  const all: BuildOptions & { metafile: true } = { ...common, ...options, metafile: true };
  const result = await build(all);
  for (const file of Object.keys(result.metafile.inputs)) inputs.add(file);
  return result;
}

const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

/**
 * Keeps the modules of widget.js together in one chunk.
 *
 * esbuild makes a chunk for each set of entry points that share modules: https://esbuild.github.io/api/#splitting.
 * Every module that is loaded later is an entry point, too, and each of them uses different modules of
 * widget.js. Each page would therefore load about ten tiny chunks, which together are larger than one. The
 * returned plugin lets all other entry points import widget.js, so that they share all of its modules. This
 * costs no request, because pages have loaded widget.js by then.
 *
 * @param options - the options with which the plugin will be used.
 * @param widget - the path of the entry point of widget.js.
 */
async function withWidgetFirst(options: BuildOptions, widget: string): Promise<Plugin> {
  const { metafile } = await bundle({ ...options, write: false });
  const entryPoints = Object.values(metafile.outputs).flatMap(({ entryPoint }) =>
    entryPoint === undefined ? [] : [resolve(root, entryPoint)],
  );
  const later = new Set(entryPoints.filter((path) => path !== widget));
  return {
    name: "widget-first",
    setup: ({ onLoad }) =>
      onLoad({ filter: /\.ts$/ }, async ({ path }) => {
        if (!later.has(path)) return undefined;
        const source = await readFile(path, "utf8");
        const contents = `import ${JSON.stringify(widget)};\n${source}`;
        return { contents, loader: "ts", resolveDir: dirname(path) };
      }),
  };
}

/** Bundles an entry point into one script that loads no other file, and returns its text. */
async function bundleScript(entry: string): Promise<string> {
  const result = await bundle({
    entryPoints: [join(runtime, entry)],
    format: "iife",
    write: false,
    // Pyodide reads its own address. It also imports modules of Node, but only if it runs in Node.
    define: { "import.meta.url": '"https://memory.invalid/worker.js"' },
    external: ["node:*", "ws", "fs", "path", "url", "vm", "crypto", "child_process", "module"],
  });
  return result.outputFiles![0]!.text;
}

/** Writes a file under a name with its content hash, and returns how the page finds and checks it. */
async function publish(
  name: string,
  content: Uint8Array,
  options: { compressed: boolean },
): Promise<RuntimeFile> {
  const bytes = options.compressed ? await compress(content) : content;
  const hash = sha256(content);
  // With the ending ".gz", some servers would declare a content encoding and others would not.
  const file = `${name}-${hash.slice(0, 10)}${options.compressed ? ".gz.bin" : ".bin"}`;
  await writeFile(join(out, file), bytes);
  return { file, bytes: bytes.length, sha256: [sha256(bytes), hash] };
}

/**
 * Starts Python in another Node process, and publishes a snapshot of its memory.
 *
 * @param name - the name of the published file, without its hash.
 * @param flags - the flags of Node, which decide whether the snapshot is for engines that can switch
 *   stacks.
 * @param more - further arguments of make_snapshot.ts.
 * @returns the published file, with the facts about the snapshot that make_snapshot.ts prints as JSON.
 */
async function publishSnapshot(
  name: string,
  flags: string[],
  ...more: string[]
): Promise<RuntimeFile & Record<string, unknown>> {
  const file = join(out, `${name}.tmp`);
  const script = join(runtime, "bundle", "make_snapshot.ts");
  let printed: string;
  try {
    const command = [...flags, script, wheels, file, ...more];
    printed = (await run(process.execPath, command, { timeout: SNAPSHOT_TIMEOUT_MS })).stdout;
  } catch (error) {
    const message = (error as { stderr?: string }).stderr || String(error);
    // Node shows the source line of an error, which in Pyodide is a megabyte long.
    const lines = message.split("\n").filter((line) => line.length < LONGEST_LINE);
    throw new Error(`make_snapshot.ts failed:\n${lines.join("\n")}`);
  }
  const published = await publish(name, await readFile(file), { compressed: true });
  await rm(file);
  return { ...published, ...(JSON.parse(printed) as Record<string, unknown>) };
}

/** Publishes the libraries that programs may declare and those that these require; see host/packages.ts. */
async function publishLibraries(): Promise<Record<string, Library & RuntimeFile>> {
  const list = await readFile(join(libraries, "packages.json"), "utf8");
  const packed = JSON.parse(list) as Record<string, Library & { archive: string }>;
  const published = Object.entries(packed).map(async ([name, { archive, ...library }]) => {
    const content = await readFile(join(libraries, archive));
    return [name, { ...library, ...(await publish(archive, content, { compressed: true })) }];
  });
  return Object.fromEntries(await Promise.all(published)) as Record<string, Library & RuntimeFile>;
}

/** Returns the sources of the explorer's modules by path. Pages send them only to explore interleavings. */
async function readExplorer(): Promise<Record<string, string>> {
  const folder = join(runtime, "python", "explorer");
  const names = (await readdir(folder)).filter((name) => name.endsWith(".py")).toSorted();
  const read = async (name: string): Promise<[string, string]> => [
    `explorer/${name}`,
    await readFile(join(folder, name), "utf8"),
  ];
  return Object.fromEntries(await Promise.all(names.map(read)));
}

interface LockFile {
  packages: Record<string, { file_name: string }>;
}

async function publishWheels({ packages }: LockFile): Promise<Record<string, RuntimeFile>> {
  const published: Record<string, RuntimeFile> = {};
  for (const { file_name: name } of Object.values(packages)) {
    const content = await readFile(join(wheels, name));
    published[name] = await publish(name, content, { compressed: false });
  }
  return published;
}

/** Returns the licences of all third-party software in the bundles and in the other published files. */
async function collectLicenses(): Promise<Component[]> {
  const { version } = JSON.parse(await readFile(join(pyodide, "package.json"), "utf8")) as {
    version: string;
  };
  const list = await readFile(join(libraries, "packages.json"), "utf8");
  const packed = JSON.parse(list) as Record<string, Library & { archive: string }>;
  const found = Object.entries(packed).map(async ([name, { archive, version }]) => {
    const { buffer } = new Uint8Array(await readFile(join(libraries, archive)));
    return libraryComponents(name, version, buffer);
  });
  const folders = packageFolders(inputs).map((folder) => resolve(root, folder));
  const bundled = await Promise.all(folders.map(npmComponent));
  return [...(await pyodideComponents(version)), ...bundled, ...(await Promise.all(found)).flat()];
}

/**
 * Lists the files of the build with their hashes. The hashes are checked before the files are published,
 * so that a build that was interrupted, or mixed with another build, is not published.
 */
async function writeManifest(): Promise<void> {
  const found = await readdir(out, { recursive: true, withFileTypes: true });
  const paths = found
    .filter((entry) => entry.isFile())
    .map((entry) => relative(out, join(entry.parentPath, entry.name)).replaceAll("\\", "/"))
    // harness.js is not published, because only tools and tests in this repository load it.
    .filter((path) => path !== "harness.js")
    .toSorted();
  const hash = async (path: string): Promise<string> => sha256(await readFile(path));
  const hashed = paths.map(async (path) => [path, await hash(join(out, path))] as const);
  const manifest = {
    files: Object.fromEntries(await Promise.all(hashed)),
    prerender: await hash(prerender),
  };
  await writeFile(join(out, "manifest.json"), `${JSON.stringify(manifest, undefined, 1)}\n`);
}

/** Returns the files that a published script imports statically, so that browsers load them with it. */
function importsOf({ outputs }: Metafile, script: string): string[] {
  const { imports } = outputs[relative(root, join(out, script))]!;
  const loaded = imports.filter(({ kind }) => kind === "import-statement");
  return loaded.map(({ path }) => relative(out, resolve(root, path)));
}

const megabytes = (...files: RuntimeFile[]): string =>
  `${(files.reduce((sum, { bytes }) => sum + bytes, 0) / 1e6).toFixed(2)} MB`;

await rm(out, { recursive: true, force: true });
await mkdir(out, { recursive: true });

const lock = JSON.parse(await readFile(join(wheels, "pyodide-lock.json"), "utf8")) as LockFile;
const publishedWheels = await publishWheels(lock);
const stdlib = await readFile(join(wheels, "python_stdlib.zip"));
const [worker, wasm, switching, plain, warm] = await Promise.all([
  publish("worker.js", Buffer.from(await bundleScript("worker/worker.ts")), { compressed: true }),
  publish("pyodide.wasm", await readFile(join(pyodide, "pyodide.asm.wasm")), { compressed: true }),
  publishSnapshot("python-switching", [STACK_SWITCHING]),
  publishSnapshot("python-plain", []),
  publishSnapshot("python-libraries", [STACK_SWITCHING], libraries),
]);
const { standardModules, ...switchingFile } = switching;
const { standardModules: plainModules, ...plainFile } = plain;
if (!standardModules || JSON.stringify(standardModules) !== JSON.stringify(plainModules)) {
  throw new Error("The two snapshots do not contain the same modules.");
}
const files = {
  worker,
  wasm,
  snapshots: { switching: switchingFile, plain: plainFile },
  // Not compressed again: a zip archive is compressed already.
  stdlib: await publish("python_stdlib.zip", stdlib, { compressed: false }),
  stdlibSize: stdlib.length,
  wheels: publishedWheels,
  lockfile: JSON.stringify(lock),
  packages: Object.keys(lock.packages),
};

const publishedLibraries = await publishLibraries();
const packages = await bundle({
  entryPoints: { packages: join(runtime, "host", "packages.ts") },
  format: "esm",
  outdir: join(out, "chunks"),
  entryNames: "[name]-[hash]",
  define: { LIBRARIES: JSON.stringify(publishedLibraries), WARM: JSON.stringify(warm) },
});
const packagesModule = relative(out, resolve(root, Object.keys(packages.metafile.outputs)[0]!));

const widgetEntry = join(runtime, "entry", "widget.ts");
const page = {
  entryPoints: {
    widget: widgetEntry,
    elements: join(runtime, "entry", "for_elements.ts"),
    harness: join(runtime, "harness", "page.ts"),
  },
  format: "esm",
  splitting: true,
  outdir: out,
  entryNames: "[name]",
  chunkNames: "chunks/[name]-[hash]",
  // A style sheet that only one element needs is loaded with the script of that element.
  loader: { ".css": "text" },
  define: {
    FRAME_SCRIPT: JSON.stringify(await bundleScript("sandbox/frame.ts")),
    PACKAGES_MODULE: JSON.stringify(packagesModule),
    // esbuild puts a string into the chunk that uses it, but an object into the script that each page loads.
    RUNTIME_FILES: JSON.stringify(JSON.stringify(files)),
    STANDARD_MODULES: JSON.stringify(JSON.stringify(standardModules)),
    EXPLORER_FILES: JSON.stringify(JSON.stringify(await readExplorer())),
  },
} satisfies BuildOptions;
const { metafile } = await bundle({ ...page, plugins: [await withWidgetFirst(page, widgetEntry)] });

await bundle({
  entryPoints: { widget: join(runtime, "entry", "widget.css") },
  outdir: out,
});

await bundle({
  entryPoints: [join(runtime, "timeline", "drawing", "prerender.ts")],
  outfile: prerender,
  format: "esm",
  platform: "node",
  target: ["node22"],
  // Node.js 22 does not have the property `import.meta.main`.
  define: { "import.meta.main": "true" },
});

await writeFile(join(out, "licenses.txt"), licenseFile(await collectLicenses()));
await writeManifest();

const scripts = ["widget.js", ...importsOf(metafile, "widget.js")];
// As servers send them.
const sizes = scripts.map(async (path) => gzipSync(await readFile(join(out, path))).length);
const widget = (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
const styles = (await stat(join(out, "widget.css"))).size;
console.log(
  `  bundled: widget.js ${(widget / 1e3).toFixed(1)} kB gzip, widget.css ${(styles / 1e3).toFixed(1)} kB, ` +
    `Python ${megabytes(worker, wasm, switching)} before the first program, ${megabytes(files.stdlib)} for programs that need more of the standard library, ` +
    `${Object.keys(publishedLibraries).length} libraries ${megabytes(...Object.values(publishedLibraries))} and ${megabytes(warm)} to start with them`,
);
