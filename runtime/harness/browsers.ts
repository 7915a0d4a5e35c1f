/** Finds and starts the browsers in which tools and tests run. */
import { access, constants } from "node:fs/promises";
import { delimiter, join } from "node:path";
import process from "node:process";
import { Browser as Product, getInstalledBrowsers } from "@puppeteer/browsers";
import puppeteer, { type Browser, type LaunchOptions } from "puppeteer-core";

export type Engine = "chromium" | "firefox";

/** The folder to which `make browsers` downloads browsers. */
export const CACHE = ".cache/browsers";

/** The executables to look for on the PATH, by browser and in order of preference. */
const names: Record<Engine, string[]> = {
  chromium: ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"],
  firefox: ["firefox-esr", "firefox"],
};

/** Where to look for browsers that are not on the PATH. */
const usualPlaces: Record<Engine, string[]> = {
  chromium: [
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
  ],
  firefox: ["/Applications/Firefox.app/Contents/MacOS/firefox"],
};

async function isExecutable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}

/**
 * Returns the path of a browser: from the environment variable CHROMIUM or FIREFOX if it is set, or the
 * first that is found among the downloaded browsers, on the PATH, and in the usual places.
 *
 * @throws Error if there is none, or if the variable does not name a program.
 */
export async function findBrowser(engine: Engine): Promise<string> {
  const variable = engine.toUpperCase();
  const named = process.env[variable];
  if (named) {
    if (await isExecutable(named)) return named;
    throw new Error(`${variable} names ${named}, which is not a program.`);
  }
  const folders = (process.env["PATH"] ?? "").split(delimiter);
  const onPath = names[engine].flatMap((name) => folders.map((folder) => join(folder, name)));
  const downloaded = (await getInstalledBrowsers({ cacheDir: CACHE }))
    .filter(({ browser }) => browser === (engine === "chromium" ? Product.CHROME : Product.FIREFOX))
    .map(({ executablePath }) => executablePath);
  for (const path of [...downloaded, ...onPath, ...usualPlaces[engine]]) {
    if (await isExecutable(path)) return path;
  }
  throw new Error(
    `No ${engine} found. Run "make browsers", install one (Debian: apt install ` +
      `${names[engine][0]}), or set ${variable} to the program's path.`,
  );
}

/** Starts a headless browser. Unless the options name a folder for its profile, the profile is empty. */
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
        // Keep Firefox from making connections of its own.
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
      // The sandbox of Chromium does not work for root, who runs the tests in most containers.
      ...(process.getuid?.() === 0 ? ["--no-sandbox"] : []),
      ...(options.args ?? []),
    ],
  });
}
