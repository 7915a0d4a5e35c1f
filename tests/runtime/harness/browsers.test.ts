import assert from "node:assert/strict";
import process from "node:process";
import { afterEach, beforeEach, test } from "node:test";
import { findBrowser } from "../../../runtime/harness/browsers.ts";

const names = ["PATH", "CHROMIUM", "FIREFOX"] as const;
let before: Record<string, string | undefined>;

beforeEach(() => {
  before = Object.fromEntries(names.map((name) => [name, process.env[name]]));
  for (const name of names) delete process.env[name];
  process.env["PATH"] = "/nowhere";
});
afterEach(() => {
  for (const [name, value] of Object.entries(before)) {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
});

test("the environment names the browser", async () => {
  process.env["CHROMIUM"] = process.execPath;
  assert.equal(await findBrowser("chromium"), process.execPath);
});

test("a name that leads nowhere is said to", async () => {
  process.env["FIREFOX"] = "/nowhere/firefox";
  await assert.rejects(findBrowser("firefox"), {
    message: "FIREFOX names /nowhere/firefox, which is not a program.",
  });
});

test(
  "without a browser the message says what to do",
  { skip: process.platform === "darwin" && "browsers stand outside of PATH there" },
  async () => {
    for (const [engine, hint] of [
      ["chromium", /No chromium found\. Run "make browsers".*apt install chromium.*set CHROMIUM/],
      ["firefox", /No firefox found\. Run "make browsers".*apt install firefox-esr.*set FIREFOX/],
    ] as const) {
      // Where `make browsers` has downloaded one there is nothing to miss.
      const found = await findBrowser(engine).catch((error: Error) => error);
      if (found instanceof Error) assert.match(found.message, hint);
      else assert.match(found, /\.cache/);
    }
  },
);
