// The receipt and what follows from it: root, slots, tag, identity. FORMAT.md section 5.

import { expand, extract } from "@noble/hashes/hkdf.js";
import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { be, hex, join, random, utf8 } from "./bytes.js";
import { answered, canonical } from "./document.js";

const WORDS = 10;
const BITS = 11;
const HAN = "\\u3400-\\u4dbf\\u4e00-\\u9fff\\u{20000}-\\u{3ffff}";
const WORD = new RegExp(`[${HAN}]|(?:(?![${HAN}])[\\p{L}\\p{Nl}])+`, "gu");

// Draw 110 bits: 14 bytes, the lowest two clear.
export function draw() {
  const code = random(14);
  code[13] &= 0xfc;
  return code;
}

export function words(code, list) {
  let bits = "";
  for (const byte of code) bits += byte.toString(2).padStart(8, "0");
  return Array.from({ length: WORDS }, (_, n) => list[parseInt(bits.slice(n * BITS, (n + 1) * BITS), 2)]);
}

export function tokens(typed) {
  const plain = typed.normalize("NFKD").toLowerCase().replace(/[\p{Mn}\p{Mc}\p{Me}\p{Cf}]/gu, "");
  return plain.match(WORD) || [];
}

// Read ten words of any of these lists; null if they are no receipt.
export function read(typed, lists) {
  if ([...typed].length > 1000) return null;
  const known = new Map();
  for (const list of lists) list.forEach((word, at) => known.set(word.normalize("NFKD"), at));
  const found = tokens(typed).map((token) => known.get(token));
  if (found.length !== WORDS || found.includes(undefined)) return null;
  const bits = found.map((index) => index.toString(2).padStart(BITS, "0")).join("") + "00";
  return Uint8Array.from(bits.match(/.{8}/g), (byte) => parseInt(byte, 2));
}

export function root(code, site) {
  const key = expand(sha256, extract(sha256, code, site), utf8("naru/v1/root"), 32);
  const from = (label, size) => expand(sha256, key, utf8(label), size);
  const slotsKey = (kind) => from("naru/v1/slots/" + kind, 32);
  const sameKey = from("naru/v1/same", 32);
  return {
    key,
    thread: from("naru/v1/thread", 16),
    identity: from("naru/v1/identity", 32),
    sameKey,
    slotsKey,
    slot: (kind, n) => expand(sha256, slotsKey(kind), join(utf8("naru/v1/slot"), be(n, 4)), 16),
    same: (kind, fields) =>
      hmac(sha256, sameKey, utf8(kind + "\0" + canonical(answered(fields)))).subarray(0, 16),
  };
}

export const id = (where, kind, n) => hex(where.slot(kind, n));
