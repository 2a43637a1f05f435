import assert from "node:assert/strict";
import { test } from "node:test";
import { SENTENCES as OFFLINE } from "../src/offline-sentences.js";
import { SENTENCES } from "../src/sentences.js";

for (const [page, said] of Object.entries({ SENTENCES, OFFLINE })) {
  test(`every sentence stands in each language: ${page}`, () => {
    const names = Object.keys(said.en).sort();
    for (const lang of ["ko", "zh"]) {
      assert.deepEqual(Object.keys(said[lang]).sort(), names);
      for (const name of names) {
        assert.ok(said[lang][name].trim(), name);
        assert.ok(!/[A-Za-z]/.test(said[lang][name]), `${lang}: ${name}`);
      }
    }
  });
}

test("what both pages say, they say in the same words", () => {
  for (const lang of ["en", "ko", "zh"]) assert.equal(OFFLINE[lang].empty, SENTENCES[lang].empty);
});
