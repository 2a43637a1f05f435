import assert from "node:assert/strict";
import { test } from "node:test";
import { SENTENCES } from "../src/sentences.js";

test("every sentence stands in each language", () => {
  const names = Object.keys(SENTENCES.en).sort();
  for (const lang of ["ko", "zh"]) {
    assert.deepEqual(Object.keys(SENTENCES[lang]).sort(), names);
    for (const name of names) {
      assert.ok(SENTENCES[lang][name].trim(), name);
      assert.ok(!/[A-Za-z]/.test(SENTENCES[lang][name]), `${lang}: ${name}`);
    }
  }
});
