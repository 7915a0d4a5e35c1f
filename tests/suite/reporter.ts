/**
 * A reporter for `node --test` that writes one JSON object per finished test, for tests/suite.
 *
 * A diagnostic message of a test that begins with "ran twice:" becomes a line of its own, because a
 * program that needed a second run may depend on the speed of the machine.
 *
 * Suites are not counted. But a suite whose own hook failed is reported like a failed test, because the
 * failure of the hook would otherwise be hidden. Shape of a line: see `Outcome` in tests/suite/jobs.py.
 */
import { inspect } from "node:util";
import type { TestEvent } from "node:test/reporters";

type Result = "passed" | "failed" | "skipped";

export default async function* report(source: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  // The names of the suites around the test that is being reported, outermost first.
  const path: string[] = [];
  // How many tests of a file have had the same name. Node allows several.
  const counts = new Map<string, number>();
  for await (const event of source) {
    if (event.type === "test:start") {
      path.length = event.data.nesting;
      path.push(event.data.name);
    }
    if (event.type === "test:diagnostic" && event.data.message.startsWith("ran twice:")) {
      yield `${JSON.stringify({ note: event.data.message })}\n`;
    }
    if (event.type !== "test:pass" && event.type !== "test:fail") continue;
    const { data } = event;
    const isSuite = data.details.type === "suite";
    const error = event.type === "test:fail" ? event.data.details.error : undefined;
    const isHook =
      error !== undefined && "failureType" in error && error.failureType === "hookFailed";
    if (isSuite && !isHook) continue;
    const isSkipped = data.skip !== undefined || data.todo !== undefined;
    const result: Result = error ? "failed" : isSkipped ? "skipped" : "passed";
    const file = data.file ?? "";
    const fullName = [...path.slice(0, data.nesting), data.name].join(" > ");
    const count = (counts.get(`${file} ${fullName}`) ?? 0) + 1;
    counts.set(`${file} ${fullName}`, count);
    const name = count === 1 ? fullName : `${fullName} (${count})`;
    const seconds = data.details.duration_ms / 1000;
    const detail = error ? inspect(error.cause ?? error, { depth: 4 }) : "";
    yield `${JSON.stringify({ name, result, seconds, detail, file })}\n`;
  }
}
