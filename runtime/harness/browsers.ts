/** Finds and starts the browsers that tools and tests run in. */
import { access, constants } from "node:fs/promises";
import { delimiter, join } from "node:path";
import process from "node:process";
import { Browser as Product, getInstalledBrowsers } from "@puppeteer/browsers";
import puppeteer, { type Browser, type LaunchOptions } from "puppeteer-core";

export type Engine = "chromium" | "firefox";

/** Where `make browsers` puts what it downloads. */
export const CACHE = ".cache/browsers";

const names: Record<Engine, string[]> = {
  chromium: ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"],
  firefox: ["firefox-esr", "firefox"],
};

/** Where programs live that are not on the PATH. */
const usualPlaces: Record<Engine, string[]> = {
  chromium: [
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
  ],
  firefox: ["/Applications/Firefox.app/Contents/MacOS/firefox"],
};

async function isProgram(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}

/** The browser's program: what the environment names (CHROMIUM, FIREFOX), else the first one found. */
export async function findBrowser(engine: Engine): Promise<string> {
  const variable = engine.toUpperCase();
  const named = process.env[variable];
  if (named) {
    if (await isProgram(named)) return named;
    throw new Error(`${variable} names ${named}, which is not a program.`);
  }
  const folders = (process.env["PATH"] ?? "").split(delimiter);
  const onPath = names[engine].flatMap((name) => folders.map((folder) => join(folder, name)));
  const downloaded = (await getInstalledBrowsers({ cacheDir: CACHE }))
    .filter(({ browser }) => browser === (engine === "chromium" ? Product.CHROME : Product.FIREFOX))
    .map(({ executablePath }) => executablePath);
  for (const path of [...downloaded, ...onPath, ...usualPlaces[engine]]) {
    if (await isProgram(path)) return path;
  }
  throw new Error(
    `No ${engine} found. Run "make browsers", install one (Debian: apt install ` +
      `${names[engine][0]}), or set ${variable} to the program's path.`,
  );
}

/** Starts a headless browser with an empty profile. */
export async function launch(
  engine: Engine = "chromium",
  options: LaunchOptions = {},
): Promise<Browser> {
  const executablePath = await findBrowser(engine);
  if (engine === "firefox") {
    return puppeteer.launch({
      browser: "firefox",
      executablePath,
      headless: true,
      ...options,
      extraPrefsFirefox: {
        // No connections of the browser's own.
        "app.normandy.enabled": false,
        "browser.safebrowsing.update.enabled": false,
        "network.captive-portal-service.enabled": false,
        "network.connectivity-service.enabled": false,
        ...options.extraPrefsFirefox,
      },
    });
  }
  return puppeteer.launch({
    executablePath,
    headless: true,
    ...options,
    args: [
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      "--no-first-run",
      // The sandbox of Chromium refuses to work for root, as in most containers.
      ...(process.getuid?.() === 0 ? ["--no-sandbox"] : []),
      ...(options.args ?? []),
    ],
  });
}
