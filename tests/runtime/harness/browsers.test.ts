import assert from "node:assert/strict";
import process from "node:process";
import { afterEach, beforeEach, test } from "node:test";
import { findBrowser } from "../../../runtime/harness/browsers.ts";

/** The environment variables by which a browser is found. */
const VARIABLES = ["PATH", "CHROMIUM", "FIREFOX"] as const;
let originalValues: Record<string, string | undefined>;

beforeEach(() => {
  originalValues = Object.fromEntries(VARIABLES.map((name) => [name, process.env[name]]));
  for (const name of VARIABLES) delete process.env[name];
  process.env["PATH"] = "/nowhere";
});
afterEach(() => {
  for (const [name, value] of Object.entries(originalValues)) {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
});

test("an environment variable can name the browser", async () => {
  process.env["CHROMIUM"] = process.execPath;
  assert.equal(await findBrowser("chromium"), process.execPath);
});

test("an environment variable that does not name a program is an error", async () => {
  process.env["FIREFOX"] = "/nowhere/firefox";
  await assert.rejects(findBrowser("firefox"), {
    message: "FIREFOX names /nowhere/firefox, which is not a program.",
  });
});

test(
  "if no browser is found, the error says how to get one",
  { skip: process.platform === "darwin" && "on macOS, browsers are found without the PATH" },
  async () => {
    for (const [engine, hint] of [
      ["chromium", /No chromium found\. Run "make browsers".*apt install chromium.*set CHROMIUM/],
      ["firefox", /No firefox found\. Run "make browsers".*apt install firefox-esr.*set FIREFOX/],
    ] as const) {
      // A browser that `make browsers` has downloaded is found without the PATH.
      const found = await findBrowser(engine).catch((error: Error) => error);
      if (found instanceof Error) assert.match(found.message, hint);
      else assert.match(found, /\.cache/);
    }
  },
);
