import assert from "node:assert/strict";
import { test } from "node:test";
import { FakeElement, installDocument } from "../fake_document.ts";

installDocument();
const { adviseToRun } = await import("../../../../runtime/page/output/not_recorded.ts");

test("the advice to run the program follows the text “Not recorded yet.”, and can be removed", () => {
  // `origin` is the line of the output that says where it comes from.
  const [output, origin] = [new FakeElement("div"), new FakeElement("p")];
  origin.className = "runnable-origin";
  origin.append("Not recorded yet.");
  output.append(origin);
  const remove = adviseToRun(output as unknown as HTMLElement);
  assert.equal(
    output.textContent,
    "Not recorded yet. Press Run to run this program in your browser.",
  );
  remove();
  assert.deepEqual([output.textContent, origin.childNodes.length], ["Not recorded yet.", 1]);
});
