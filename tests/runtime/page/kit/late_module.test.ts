import assert from "node:assert/strict";
import { test } from "node:test";
import { LateModule } from "../../../../runtime/page/kit/late_module.ts";
import type { NoticeOptions, Notices } from "../../../../runtime/page/kit/notices.ts";

/** Collects notices, and presses their buttons. */
class FakeNotices {
  text = "";
  #options: NoticeOptions | undefined;

  post(_key: string, text: string, options?: NoticeOptions): void {
    this.text = text;
    this.#options = options;
  }

  clear(): void {
    this.text = "";
  }

  press(label: string): void {
    const action = this.#options?.actions?.find((each) => each.label === label);
    assert.ok(action, `there is no button ${label}`);
    this.clear();
    action.act();
  }
}

/** Lets promises settle. */
const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5));

test("an action waits for its module, which is loaded once; after 500 ms, a notice says so", async (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const arrived = Promise.withResolvers<string>();
  let loads = 0;
  const late = new LateModule(() => {
    loads += 1;
    return arrived.promise;
  });
  const notices = new FakeNotices();
  const done: string[] = [];
  late.prefetch();
  const first = late.whenLoaded(notices as unknown as Notices, (module) =>
    done.push(`1 ${module}`),
  );
  const second = late.whenLoaded(notices as unknown as Notices, (module) =>
    done.push(`2 ${module}`),
  );
  context.mock.timers.tick(499);
  assert.equal(notices.text, "");
  context.mock.timers.tick(1);
  assert.equal(notices.text, "Loading…");
  assert.equal(done.length, 0);
  arrived.resolve("module");
  await Promise.all([first, second]);
  assert.deepEqual(done, ["1 module", "2 module"]);
  assert.equal(notices.text, "");
  await late.whenLoaded(notices as unknown as Notices, (module) => done.push(`3 ${module}`));
  assert.deepEqual([done.at(-1), loads], ["3 module", 1]);
});

test("after a failure, Retry loads the module again and then does what the reader asked for", async (context) => {
  context.mock.method(console, "warn", () => undefined);
  let isOnline = false;
  const late = new LateModule<string>(async () => {
    if (!isOnline) throw new TypeError("no network");
    return Promise.resolve("module");
  });
  const notices = new FakeNotices();
  const done: string[] = [];
  late.prefetch();
  await late.whenLoaded(notices as unknown as Notices, (module) => done.push(module));
  assert.match(notices.text, /^This could not be loaded\. Check your network connection/);
  isOnline = true;
  notices.press("Retry");
  await settle();
  assert.deepEqual([done, notices.text], [["module"], ""]);
});

test("if the second attempt fails as well, readers are advised to load the page again", async (context) => {
  context.mock.method(console, "warn", () => undefined);
  const late = new LateModule(() => Promise.reject(new TypeError("no network")));
  const notices = new FakeNotices();
  await late.whenLoaded(notices as unknown as Notices, () => assert.fail());
  notices.press("Retry");
  await settle();
  assert.match(notices.text, /Reload the page; your edits are kept\.$/);
});
