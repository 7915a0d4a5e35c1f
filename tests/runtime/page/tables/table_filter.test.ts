import assert from "node:assert/strict";
import { test } from "node:test";
import {
  matches,
  facetOptions,
  readQuery,
  writeQuery,
  type Entry,
} from "../../../../runtime/page/tables/table_filter.ts";

const CHESS: Entry = {
  text: "Judit Polgár waits",
  facets: { verdict: ["right"], topic: ["chess", "waiting"] },
};
const FLASK: Entry = { text: "Flask has threads", facets: { verdict: ["wrong"], topic: [] } };
const ENTRIES = [CHESS, FLASK];

test("finds rows that contain all words, ignoring case and accents", () => {
  const found = (words: string): Entry[] =>
    ENTRIES.filter((entry) => matches(entry, { words, facets: {} }));
  assert.deepEqual(found(""), ENTRIES);
  assert.deepEqual(found("  "), ENTRIES);
  assert.deepEqual(found("polgar JUDIT"), [CHESS]);
  assert.deepEqual(found("judit threads"), []);
});

test("finds rows that have the chosen value of each facet", () => {
  const found = (facets: Record<string, string>): Entry[] =>
    ENTRIES.filter((entry) => matches(entry, { words: "", facets }));
  assert.deepEqual(found({ verdict: "wrong" }), [FLASK]);
  assert.deepEqual(found({ topic: "waiting", verdict: "" }), [CHESS]);
  assert.deepEqual(found({ topic: "chess", verdict: "wrong" }), []);
  assert.deepEqual(found({ unknown: "x" }), []);
});

test("lists the values of a facet with their counts", () => {
  assert.deepEqual(facetOptions(ENTRIES, "topic"), [
    { value: "chess", count: 1 },
    { value: "waiting", count: 1 },
  ]);
  assert.deepEqual(facetOptions([CHESS, CHESS], "verdict"), [{ value: "right", count: 2 }]);
  assert.deepEqual(facetOptions(ENTRIES, "unknown"), []);
});

test("the query of the page's address contains the filter, and keeps its other parameters", () => {
  const filter = { words: "två ord", facets: { verdict: "wrong", topic: "" } };
  const query = writeQuery("?h=word&topic=chess", filter);
  assert.equal(query, "?h=word&verdict=wrong&find=tv%C3%A5+ord");
  assert.deepEqual(readQuery(query, ENTRIES, ["verdict", "topic"]), filter);
  assert.equal(writeQuery("?find=x&verdict=wrong", { words: " ", facets: { verdict: "" } }), "");
});

test("a value in the query that no row has is ignored", () => {
  assert.deepEqual(readQuery("?verdict=nonsense", ENTRIES, ["verdict"]), {
    words: "",
    facets: { verdict: "" },
  });
});
