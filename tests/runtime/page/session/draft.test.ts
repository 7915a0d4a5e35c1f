import assert from "node:assert/strict";
import { test } from "node:test";
import { Draft, Drafts } from "../../../../runtime/page/session/draft.ts";
import {
  EditStore,
  fingerprint,
  type StorageArea,
} from "../../../../runtime/page/session/edit_store.ts";

const NAME = "chess/asynchronous";

/** Stands in for the browser's `localStorage`; `size` returns the number of stored items. */
function fakeStorage(): StorageArea & { size(): number } {
  const items = new Map<string, string>();
  return {
    getItem: (key) => items.get(key) ?? null,
    setItem: (key, value) => void items.set(key, value),
    removeItem: (key) => void items.delete(key),
    size: () => items.size,
  };
}

test("an edit survives loading the page again, until the reader resets it", () => {
  const storage = fakeStorage();
  const draft = new Draft(NAME, "a\n", new EditStore(storage, "/"));
  assert.equal(draft.isEdited, false);
  draft.set("b\n");
  draft.flush();
  const afterReload = new Draft(NAME, "a\n", new EditStore(storage, "/"));
  assert.equal(afterReload.source, "b\n");
  assert.ok(afterReload.isEdited && !afterReload.isOutdated);
  assert.equal(afterReload.reset(), "b\n");
  assert.equal(new Draft(NAME, "a\n", new EditStore(storage, "/")).source, "a\n");
  assert.equal(storage.size(), 0);
});

test("typing the published source again removes the edit from storage", () => {
  const storage = fakeStorage();
  const draft = new Draft(NAME, "a", new EditStore(storage, "/"));
  draft.set("ab");
  draft.save();
  draft.set("a");
  draft.save();
  assert.equal(storage.size(), 0);
});

test("an edit of an earlier version of the snippet is outdated until the reader keeps it", () => {
  const storage = fakeStorage();
  const store = new EditStore(storage, "/");
  store.save(NAME, "old", "old edited");
  const draft = new Draft(NAME, "new", store);
  assert.ok(draft.isOutdated && draft.isEdited);
  assert.equal(draft.source, "old edited");
  draft.keep();
  assert.equal(draft.isOutdated, false);
  assert.deepEqual(store.load(NAME, "new"), { type: "current", source: "old edited" });
});

test("edits of different sites and snippets are stored separately", () => {
  const storage = fakeStorage();
  new EditStore(storage, "/one/").save(NAME, "a", "b");
  assert.equal(new EditStore(storage, "/two/").load(NAME, "a").type, "none");
  assert.equal(new EditStore(storage, "/one/").load("chess/other", "a").type, "none");
});

test("drafts can be edited if storage is missing, full or corrupt; one message says that edits are not saved", () => {
  const full: StorageArea = {
    getItem: () => "{nonsense",
    setItem: () => {
      throw new Error("QuotaExceededError");
    },
    removeItem: () => {
      throw new Error("SecurityError");
    },
  };
  for (const storage of [undefined, full, { ...full, getItem: () => '{"source": 3}' }]) {
    const draft = new Draft(NAME, "a", new EditStore(storage, "/"));
    let notifications = 0;
    draft.onNotSaved = () => {
      notifications += 1;
    };
    draft.set("b");
    draft.save();
    draft.set("c");
    draft.save();
    assert.equal(draft.source, "c");
    assert.equal(notifications, 1);
    draft.reset();
  }
});

test("the widgets of a snippet share a draft and receive each other's edits", () => {
  const drafts = new Drafts(new EditStore(fakeStorage(), "/"));
  const draft = drafts.of(NAME, "a");
  assert.equal(drafts.of(NAME, "a"), draft);
  assert.notEqual(drafts.of(NAME, "changed"), draft);
  const received: string[] = [];
  const first = (source: string): void => void received.push(`first: ${source}`);
  const second = (source: string): void => void received.push(`second: ${source}`);
  draft.subscribe(first);
  draft.subscribe(second);
  // An edit in the first widget is not sent back to this widget.
  draft.set("b", first);
  draft.unsubscribe(second);
  draft.set("c");
  assert.deepEqual(received, ["second: b", "first: c"]);
  draft.flush();
});

test("texts with small differences have different fingerprints", () => {
  const texts = Array.from({ length: 5000 }, (_, index) => `print(${index})\n`);
  assert.equal(new Set(texts.map(fingerprint)).size, texts.length);
});
