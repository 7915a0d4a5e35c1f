/**
 * Installs Chromium and Firefox if they are missing. If root runs this script on Debian, they come from
 * Debian's packages. Otherwise Chrome and Firefox are downloaded to .cache/browsers, where `findBrowser`
 * finds them.
 */
import { spawnSync } from "node:child_process";
import process from "node:process";
import { Browser, detectBrowserPlatform, install, resolveBuildId } from "@puppeteer/browsers";
import { CACHE, findBrowser, type Engine } from "./browsers.ts";

const debianPackage: Record<Engine, string> = { chromium: "chromium", firefox: "firefox-esr" };

function run(program: string, ...args: string[]): boolean {
  const environment = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  const done = spawnSync(program, args, { env: environment, encoding: "utf8" });
  if (done.status !== 0) console.error(done.stderr ?? done.error?.message);
  return done.status === 0;
}

function canInstallDebianPackages(): boolean {
  return process.getuid?.() === 0 && spawnSync("apt-get", ["--version"]).status === 0;
}

async function download(engine: Engine): Promise<void> {
  const browser = engine === "chromium" ? Browser.CHROME : Browser.FIREFOX;
  const platform = detectBrowserPlatform();
  if (platform === undefined) throw new Error("There is no build for this platform.");
  const buildId = await resolveBuildId(browser, platform, "stable");
  await install({ browser, buildId, cacheDir: CACHE });
}

for (const engine of ["chromium", "firefox"] as const) {
  const missing = () =>
    findBrowser(engine).then(
      () => false,
      () => true,
    );
  if (!(await missing())) continue;
  console.log(`Installing ${engine} for the tests (a minute or two, once) …`);
  if (canInstallDebianPackages()) {
    run("apt-get", "update", "-qq");
    run("apt-get", "install", "-y", "-qq", "--no-install-recommends", debianPackage[engine]);
  } else {
    await download(engine).catch((error: Error) => console.error(`Download: ${error.message}`));
  }
  if (await missing()) {
    console.error(
      `${engine} could not be installed. Install it yourself (Debian: apt install ` +
        `${debianPackage[engine]}) or set ${engine.toUpperCase()} to its path, then try again.`,
    );
    process.exit(1);
  }
}
