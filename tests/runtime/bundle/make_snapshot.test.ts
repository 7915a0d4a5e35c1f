import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { after, before, test } from "node:test";
import { promisify } from "node:util";

const run = promisify(execFile);

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "snapshot-"));
});
after(() => rm(folder, { recursive: true }));

/**
 * Makes a snapshot with the script that the build uses. The script runs in another process, with this
 * working directory and with these variables added to the environment.
 */
async function makeSnapshot(cwd: string, environment: Record<string, string>): Promise<Buffer> {
  const output = join(folder, "snapshot");
  const script = resolve("runtime/bundle/make_snapshot.ts");
  const command = ["--experimental-wasm-jspi", script, resolve("build/wheels"), output];
  await run(process.execPath, command, { cwd, env: { ...process.env, ...environment } });
  return readFile(output);
}

test("a snapshot does not depend on the folder, the time zone or the language of the machine", async () => {
  const here = await makeSnapshot(".", { TZ: "UTC", LC_ALL: "C" });
  const elsewhere = await makeSnapshot(folder, { TZ: "Asia/Tokyo", LC_ALL: "de_DE.UTF-8" });
  assert.ok(here.equals(elsewhere));
  assert.ok(!here.includes(resolve(".")));
});
