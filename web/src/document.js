// Documents: answers, canonical JSON, padding. FORMAT.md sections 2 and 3.

import { bucket } from "./bucket.js";
import { base64url, hex, join, utf8 } from "./bytes.js";

// UTF-8 keeps the order of code points, which UTF-16 does not.
const inOrder = (a, b) => (hex(utf8(a)) < hex(utf8(b)) ? -1 : 1);

// JSON with keys sorted by code point, as `canonical` writes it; half a character is refused.
export function canonical(value) {
  if (typeof value === "string") {
    if (/[\ud800-\udfff]/u.test(value)) throw new Error("half a character");
    return JSON.stringify(value);
  }
  if (Array.isArray(value)) return "[" + value.map(canonical).join(",") + "]";
  if (value && typeof value === "object") {
    const pairs = Object.keys(value).sort(inOrder).map((key) => canonical(key) + ":" + canonical(value[key]));
    return "{" + pairs.join(",") + "}";
  }
  if (Number.isSafeInteger(value) || value === null || typeof value === "boolean") return JSON.stringify(value);
  throw new Error("not canonical");
}

const line = (said) => said.replace(/\r\n?/g, "\n");

// The answers as a document keeps them: LF, and what is empty is absent.
export function answered(fields) {
  const found = {};
  for (const [name, value] of Object.entries(fields)) {
    const kept = Array.isArray(value) ? value.map(line).filter(Boolean) : line(value);
    if (kept.length) found[name] = kept;
  }
  return found;
}

export function pad(bytes) {
  const padded = new Uint8Array(bucket(bytes.length)).fill(0x20);
  padded.set(bytes);
  return padded;
}

// What is sealed: one item of a witness, as an object.
export function make({ kind, n, way, lang, fields, about, file, to, where, recipient }) {
  const held = {
    naru: 1,
    form: 1,
    kind,
    id: hex(where.slot(kind, n)),
    number: n,
    thread: hex(where.thread),
    epoch: to.epoch,
    way,
    lang,
    fields: answered(fields),
  };
  if (about) held.about = about;
  if (file) held.file = { name: file.name, type: file.type, size: file.size, sha256: file.sha256, key: file.key };
  if (kind === "testimony") held.reply = { recipient, slots: base64url(where.slotsKey("desk")) };
  return held;
}

export const bytes = (held) => pad(join(utf8(canonical(held))));
