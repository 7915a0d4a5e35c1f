/** Licences of published software: no package is left out, and one without a licence is an error. */
import assert from "node:assert/strict";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { after, before, describe, test } from "node:test";
import {
  libraryComponents,
  licenseFile,
  npmComponent,
  packageFolders,
  pyodideComponents,
} from "../../../runtime/bundle/licenses.ts";

const root = resolve(import.meta.dirname, "../../..");

let temporary: string;
before(async () => void (temporary = await mkdtemp(join(tmpdir(), "licenses-"))));
after(() => rm(temporary, { recursive: true }));

/** Creates an npm package from its files, and returns its folder. */
async function makePackage(name: string, files: Record<string, string>): Promise<string> {
  const folder = join(temporary, name);
  await mkdir(folder, { recursive: true });
  for (const [file, content] of Object.entries(files)) await writeFile(join(folder, file), content);
  return folder;
}

/**
 * Returns an uncompressed zip archive, as runtime/bundle/pack_packages.py writes it. The headers have
 * only the fields that runtime/protocol/archive.ts reads: signature, size and length of the name. Four
 * zero bytes replace the directory at the end.
 */
function archiveOf(files: Record<string, string>): ArrayBuffer {
  const parts = Object.entries(files).flatMap(([name, content]) => {
    const header = Buffer.alloc(30);
    header.writeUInt32LE(0x04034b50, 0);
    header.writeUInt32LE(Buffer.byteLength(content), 18);
    header.writeUInt16LE(Buffer.byteLength(name), 26);
    return [header, Buffer.from(name), Buffer.from(content)];
  });
  return new Uint8Array(Buffer.concat([...parts, Buffer.alloc(4)])).buffer;
}

test("the packages of bundled files are found, even inside an npm scope or another package", () => {
  const inputs = [
    "runtime/entry/widget.ts",
    "node_modules/tea/index.js",
    "node_modules/tea/lib/cup.js",
    "node_modules/@kettle/steam/index.js",
    "node_modules/tea/node_modules/leaf/index.js",
  ];
  assert.deepEqual(packageFolders(inputs), [
    "node_modules/@kettle/steam",
    "node_modules/tea",
    "node_modules/tea/node_modules/leaf",
  ]);
});

describe("an npm package", () => {
  const data = { name: "tea", version: "1.2.3", license: "MIT" };

  test("contributes all its licence texts", async () => {
    const folder = await makePackage("tea", {
      "package.json": JSON.stringify(data),
      "LICENSE.MIT": "text of MIT\n",
      "LICENCE.md": "text of BSD\n",
      "README.md": "no licence",
    });
    const { name, version, license, text } = await npmComponent(folder);
    assert.deepEqual([name, version, license], ["tea", "1.2.3", "MIT"]);
    assert.equal(text, "text of BSD\n\ntext of MIT");
  });

  test("without the name or the text of its licence causes an error that names the package", async () => {
    const withoutText = await makePackage("without-text", { "package.json": JSON.stringify(data) });
    await assert.rejects(
      npmComponent(withoutText),
      /^Error: tea has no licence text\. Add the text/,
    );
    const withoutName = await makePackage("without-name", {
      "package.json": JSON.stringify({ ...data, license: undefined }),
      LICENSE: "text",
    });
    await assert.rejects(npmComponent(withoutName), /^Error: tea does not say under which license/);
  });
});

describe("a Python library", () => {
  const METADATA = "Metadata-Version: 2.4\nName: tea\nLicense-Expression: MIT\n";
  const info = "tea-1.0.dist-info";

  test("contributes its licence, and those of the Rust libraries that it contains", () => {
    const sbom = {
      components: [{ name: "cup", version: "2.0", licenses: [{ expression: "Zlib" }] }],
    };
    const [tea, cup, ...more] = libraryComponents(
      "tea",
      "1.0",
      archiveOf({
        [`${info}/METADATA`]: METADATA,
        [`${info}/licenses/LICENSE`]: "text of MIT",
        [`${info}/sboms/tea.cyclonedx.json`]: JSON.stringify(sbom),
        "tea/LICENSE": "not in the dist-info folder, so not the licence of the library",
      }),
    );
    assert.deepEqual([tea!.license, tea!.text], ["MIT", "text of MIT"]);
    assert.deepEqual([cup!.name, cup!.license, cup!.text], ["cup", "Zlib", ""]);
    assert.deepEqual(more, []);
    const file = licenseFile([tea!, cup!]);
    assert.match(file, /^- tea 1\.0: MIT$/m);
    assert.match(file, /^- cup 2\.0: Zlib$/m);
    assert.match(file, /^text of MIT$/m);
    assert.match(file, /^cup 2\.0: .* See https:\/\/crates\.io\/crates\/cup\/2\.0$/m);
  });

  test("without the identifier of its licence causes an error, unless its licence is known", () => {
    const files = {
      [`${info}/METADATA`]: METADATA.replace("License-Expression: MIT\n", ""),
      [`${info}/LICENSE.txt`]: "text of MIT",
    };
    const known = libraryComponents("blinker", "1.0", archiveOf(files));
    assert.deepEqual([known[0]!.license, known[0]!.text], ["MIT", "text of MIT"]);
    const unknown = () => libraryComponents("tea", "1.0", archiveOf(files));
    assert.throws(unknown, /tea does not say under which license/);
  });

  test("without a licence text causes an error, but modules of this project need none", () => {
    const withoutText = archiveOf({ [`${info}/METADATA`]: METADATA });
    assert.throws(() => libraryComponents("tea", "1.0", withoutText), /tea has no licence text/);
    // runtime/python/greenlet is this project's replacement for the library greenlet.
    assert.deepEqual(libraryComponents("greenlet", "3.0", archiveOf({})), []);
  });
});

test("each part of Pyodide has a licence text", async () => {
  const components = await pyodideComponents("1.0");
  assert.ok(components.length > 10);
  // Even the shortest of these texts, the licence of zlib, has about 1000 characters.
  for (const { name, text } of components) assert.ok(text.length > 500, name);
});

test("licenses.txt names all bundled and packed software, except greenlet, which is our own", async () => {
  const file = await readFile(join(root, "build", "runtime", "licenses.txt"), "utf8");
  const packed = JSON.parse(
    await readFile(join(root, "build", "packages", "packages.json"), "utf8"),
  ) as Record<string, { version: string }>;
  for (const [name, { version }] of Object.entries(packed)) {
    if (name !== "greenlet") assert.ok(file.includes(`\n- ${name} ${version}: `), name);
  }
  // Pyodide, two of the npm packages that are bundled, and a C library that is a part of Pyodide.
  for (const name of ["pyodide", "@codemirror/view", "smol-toml", "musl"]) {
    assert.ok(file.includes(`\n- ${name} `), name);
  }
});
