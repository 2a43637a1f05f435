// The same vectors the Python side is held to: tests/vectors/naru.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { Decrypter, Encrypter, generateHybridIdentity, identityToRecipient } from "age-encryption";
import * as age from "../src/age.js";
import * as bech32 from "../src/bech32.js";
import { bucket } from "../src/bucket.js";
import { hex, text, unhex, utf8 } from "../src/bytes.js";
import * as documents from "../src/document.js";
import * as receipt from "../src/receipt.js";

const cases = (name) =>
  JSON.parse(readFileSync(new URL(`../../tests/vectors/naru/${name}.json`, import.meta.url))).cases;
const list = (lang) =>
  readFileSync(new URL(`../words/${lang}.txt`, import.meta.url), "utf8").trim().split(" ");
const LISTS = { en: list("en"), ko: list("ko"), zh: list("zh") };

test("receipts, as the vectors say", () => {
  let seen = 0;
  for (const one of cases("receipts")) {
    seen++;
    if (one.outcome === "derived") {
      for (const lang of Object.keys(LISTS)) {
        assert.deepEqual(receipt.words(unhex(one.code), LISTS[lang]), one.words[lang], one.name);
      }
    } else if (one.outcome === "rooted") {
      rooted(one, receipt.root(unhex(one.code), unhex(one.site)));
    } else if (one.outcome === "read") {
      assert.equal(hex(receipt.read(one.text, Object.values(LISTS))), one.code, one.name);
    } else if (one.outcome === "tagged") {
      const root = receipt.root(unhex(one.code), unhex(one.site));
      assert.equal(hex(root.same(one.kind, one.fields)), one.tag, one.name);
    } else {
      assert.equal(receipt.read(one.text, Object.values(LISTS)), null, one.name);
    }
  }
  assert.ok(seen > 20);
});

function rooted(one, root) {
  assert.equal(hex(root.key), one.root, one.name);
  assert.equal(hex(root.thread), one.thread, one.name);
  assert.equal(hex(root.identity), one.identity, one.name);
  assert.equal(hex(root.sameKey), one.same_key, one.name);
  for (const [kind, key] of Object.entries(one.slots)) assert.equal(hex(root.slotsKey(kind)), key);
  for (const { kind, n, slot } of one.slot) assert.equal(hex(root.slot(kind, n)), slot);
}

test("documents are written byte for byte as the vectors say", () => {
  for (const one of cases("documents").filter((one) => one.outcome === "well-formed")) {
    const padded = documents.bytes(one.document);
    assert.equal(padded.length, one.length, one.name);
    assert.equal(createHash("sha256").update(padded).digest("hex"), one.sha256, one.name);
  }
});

test("canonical JSON, as the vectors say", () => {
  const wrong = [];
  for (const one of cases("canonical")) {
    try {
      const written = hex(utf8(documents.canonical(one.value)));
      if (written !== one.hex) wrong.push(one.name);
    } catch {
      if (one.outcome !== "refused") wrong.push(one.name);
    }
  }
  assert.deepEqual(wrong, []);
});

test("buckets, as the vectors say", () => {
  for (const one of cases("padding").filter((one) => one.outcome === "padded")) {
    assert.equal(bucket(one.n, one.floor), one.bucket, one.name);
  }
});

test("an identity's recipient is the one age's own edition gives", async () => {
  const identity = await generateHybridIdentity();
  const seed = bech32.decode(identity.toLowerCase(), "age-secret-key-pq-");
  assert.equal(age.recipientOf(seed), await identityToRecipient(identity));
});

for (const size of [0, 1, 65535, 65536, 65537, 200000]) {
  test(`${size} bytes sealed here are opened by age's own edition, and the other way`, async () => {
    const identity = await generateHybridIdentity();
    const to = await identityToRecipient(identity);
    const plain = new Uint8Array(size).map((_, n) => n * 7);
    const decrypter = new Decrypter();
    decrypter.addIdentity(identity);
    assert.deepEqual(await decrypter.decrypt(age.seal(plain, age.recipient(to))), plain);
    const encrypter = new Encrypter();
    encrypter.addRecipient(to);
    const seed = bech32.decode(identity.toLowerCase(), "age-secret-key-pq-");
    assert.deepEqual(age.open(await encrypter.encrypt(plain), seed), plain);
  });
}

test("an altered file does not open", async () => {
  const seed = new Uint8Array(32).fill(7);
  const sealed = age.seal(utf8("story"), age.recipient(age.recipientOf(seed)));
  assert.equal(text(age.open(sealed, seed)), "story");
  for (let at = 0; at < sealed.length; at += 97) {
    const altered = sealed.slice();
    altered[at] ^= 1;
    assert.throws(() => age.open(altered, seed), `at ${at}`);
  }
  assert.throws(() => age.open(sealed, new Uint8Array(32)));
  assert.throws(() => age.open(sealed.subarray(0, -1), seed));
});

// The lines of a header, each bent in a way that some readers let pass.
test("a file is read as strictly as age reads it", () => {
  const seed = new Uint8Array(32).fill(7);
  const to = age.recipient(age.recipientOf(seed));
  const sealed = age.seal(utf8("story"), to);
  const lines = text(sealed.subarray(0, 1627)).split("\n");
  assert.equal(lines.length, 5);
  const again = (changed) => {
    const head = utf8(changed.join("\n"));
    const whole = new Uint8Array(head.length + sealed.length - 1627);
    whole.set(head);
    whole.set(sealed.subarray(1627), head.length);
    return whole;
  };
  assert.equal(text(age.open(again(lines), seed)), "story");
  const bent = (line) => line.slice(0, -1) + String.fromCharCode(line.charCodeAt(line.length - 1) + 1);
  for (const changed of [
    [lines[0], lines[1], lines[2] + "=", lines[3], ""],
    [lines[0], lines[1], bent(lines[2]), lines[3], ""],
    [lines[0], lines[1] + " x", lines[2], lines[3], ""],
    [lines[0], lines[1], lines[2], lines[3] + "=", ""],
    [lines[0] + "\r", lines[1], lines[2], lines[3], ""],
    [lines[0], lines[1], lines[2], lines[1], lines[2], lines[3], ""],
  ]) {
    assert.throws(() => age.open(again(changed), seed), changed.join("\n"));
  }
  assert.throws(() => age.open(sealed.subarray(0, 1627 + 16), seed));
  assert.throws(() => age.open(new Uint8Array(0), seed));
});

test("a recipient with one letter changed is refused", () => {
  const good = age.recipientOf(new Uint8Array(32));
  for (const at of [3, 8, 1000, good.length - 1]) {
    const other = good[at] === "q" ? "p" : "q";
    assert.throws(() => age.recipient(good.slice(0, at) + other + good.slice(at + 1)));
  }
});
