import assert from "node:assert/strict";
import { test } from "node:test";
import { Draft, Drafts } from "../../../../runtime/page/session/draft.ts";
import {
  EditStore,
  fingerprint,
  type StorageArea,
} from "../../../../runtime/page/session/edit_store.ts";

const NAME = "chess/asynchronous";

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
  const later = new Draft(NAME, "a\n", new EditStore(storage, "/"));
  assert.equal(later.source, "b\n");
  assert.ok(later.isEdited && !later.isOutdated);
  assert.equal(later.reset(), "b\n");
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

test("an edit of an earlier published version is outdated until the reader keeps it", () => {
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

test("drafts can be edited when storage is missing, full or contains something else", () => {
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
  const mine = (source: string): void => void received.push(`mine ${source}`);
  const other = (source: string): void => void received.push(`other ${source}`);
  draft.subscribe(mine);
  draft.subscribe(other);
  draft.set("b", mine);
  draft.unsubscribe(other);
  draft.set("c");
  assert.deepEqual(received, ["other b", "mine c"]);
  draft.flush();
});

test("texts with small differences have different fingerprints", () => {
  const texts = Array.from({ length: 5000 }, (_, index) => `print(${index})\n`);
  assert.equal(new Set(texts.map(fingerprint)).size, texts.length);
});
