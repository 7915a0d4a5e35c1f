import assert from "node:assert/strict";
import { test } from "node:test";
import { Draft, Drafts } from "../../../../runtime/page/session/draft.ts";
import {
  EditStore,
  fingerprint,
  type StorageArea,
} from "../../../../runtime/page/session/edit_store.ts";

const NAME = "chess/asynchronous";

function shelf(): StorageArea & { size(): number } {
  const items = new Map<string, string>();
  return {
    getItem: (key) => items.get(key) ?? null,
    setItem: (key, value) => void items.set(key, value),
    removeItem: (key) => void items.delete(key),
    size: () => items.size,
  };
}

test("an edit is there after the page was loaded again, until Reset", () => {
  const storage = shelf();
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

test("typing the published source again leaves nothing behind", () => {
  const storage = shelf();
  const draft = new Draft(NAME, "a", new EditStore(storage, "/"));
  draft.set("ab");
  draft.save();
  draft.set("a");
  draft.save();
  assert.equal(storage.size(), 0);
});

test("an edit of an earlier published version is recognised, and may be kept", () => {
  const storage = shelf();
  const store = new EditStore(storage, "/");
  store.save(NAME, "old", "old edited");
  const draft = new Draft(NAME, "new", store);
  assert.ok(draft.isOutdated && draft.isEdited);
  assert.equal(draft.source, "old edited");
  draft.keep();
  assert.equal(draft.isOutdated, false);
  assert.deepEqual(store.load(NAME, "new"), { type: "current", source: "old edited" });
});

test("sites and snippets do not mix", () => {
  const storage = shelf();
  new EditStore(storage, "/one/").save(NAME, "a", "b");
  assert.equal(new EditStore(storage, "/two/").load(NAME, "a").type, "none");
  assert.equal(new EditStore(storage, "/one/").load("chess/other", "a").type, "none");
});

test("storage that is missing, full or holds something else is no obstacle", () => {
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
    let told = 0;
    draft.onNotSaved = () => {
      told += 1;
    };
    draft.set("b");
    draft.save();
    draft.set("c");
    draft.save();
    assert.equal(draft.source, "c");
    assert.equal(told, 1, "said once");
    draft.reset();
  }
});

test("widgets of one snippet share a draft and hear of each other's edits", () => {
  const drafts = new Drafts(new EditStore(shelf(), "/"));
  const draft = drafts.of(NAME, "a");
  assert.equal(drafts.of(NAME, "a"), draft);
  assert.notEqual(drafts.of(NAME, "changed"), draft);
  const heard: string[] = [];
  const mine = (source: string): void => void heard.push(`mine ${source}`);
  const other = (source: string): void => void heard.push(`other ${source}`);
  draft.subscribe(mine);
  draft.subscribe(other);
  draft.set("b", mine);
  draft.unsubscribe(other);
  draft.set("c");
  assert.deepEqual(heard, ["other b", "mine c"]);
  draft.flush();
});

test("fingerprints differ for small changes", () => {
  const texts = Array.from({ length: 5000 }, (_, index) => `print(${index})\n`);
  assert.equal(new Set(texts.map(fingerprint)).size, texts.length);
});
