import assert from "node:assert/strict";
import { test } from "node:test";
import { FakeElement, installDocument } from "../fake_document.ts";

installDocument();
const { OutputView } = await import("../../../../runtime/page/output/output_view.ts");

const CRASH = { type: "failed", message: "Python has crashed." } as const;

function viewOfRun() {
  // The region shows no recording.
  const region = Object.assign(new FakeElement("div"), {
    querySelector: () => null,
    querySelectorAll: () => [],
  });
  const links = { isLinked: () => false } as unknown as ConstructorParameters<typeof OutputView>[1];
  const view = new OutputView(region as unknown as HTMLElement, links);
  view.begin("");
  return { region, view };
}

test("a program whose interpreter crashes after its start is not reported as not run", () => {
  const { region, view } = viewOfRun();
  view.started("3.14.2");
  view.end(CRASH);
  assert.match(region.textContent, /^Ran in your browser · Python 3\.14\.2/);
  assert.match(region.textContent, /Python has crashed\. Press Run to try again\.$/);
});

test("a program whose interpreter crashes before its start is reported as not run", () => {
  const { region, view } = viewOfRun();
  view.end(CRASH);
  assert.match(region.textContent, /^Not run/);
});
