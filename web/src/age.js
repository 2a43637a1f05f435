// age v1 with one recipient of type mlkem768x25519 (C2SP age; X-Wing; RFC 9180), and nothing else
// of it. Random bytes come from crypto.getRandomValues; no WebAssembly, no crypto.subtle.

import { chacha20poly1305 } from "@noble/ciphers/chacha.js";
import { x25519 } from "@noble/curves/ed25519.js";
import { expand, extract, hkdf } from "@noble/hashes/hkdf.js";
import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { sha3_256, shake256 } from "@noble/hashes/sha3.js";
import { ml_kem768 } from "@noble/post-quantum/ml-kem.js";
import { base64, be, join, random, text, unbase64, utf8 } from "./bytes.js";
import * as bech32 from "./bech32.js";
import { CHUNK, nonceOf } from "./stream.js";

const PREFIX = "age1pq";
const LATTICE = 1184;
const CIPHER = 1088;
const LABEL = utf8("\\.//^\\");
const SUITE = join(utf8("HPKE"), be(0x647a, 2), be(1, 2), be(3, 2));
const INFO = utf8("age-encryption.org/mlkem768x25519");
const NONE = new Uint8Array(0);
const TAG = 16;
const VERSION = "age-encryption.org/v1\n";

export function recipient(untrusted) {
  const found = bech32.decode(untrusted, PREFIX);
  if (found.length !== LATTICE + 32) throw new Error("not a recipient");
  return found;
}

function pair(seed) {
  const grown = shake256(seed, { dkLen: 96 });
  const lattice = ml_kem768.keygen(grown.subarray(0, 64));
  const curve = grown.slice(64);
  return { lattice, curve, open: join(lattice.publicKey, x25519.getPublicKey(curve)) };
}

export const recipientOf = (seed) => bech32.encode(PREFIX, pair(seed).open);

function combine(lattice, curve, share, open) {
  return sha3_256(join(lattice, curve, share, open.subarray(LATTICE), LABEL));
}

// HPKE's key schedule, mode base, and its AEAD with the first nonce.
function aead(secret) {
  const labeled = (label, ikm) => join(utf8("HPKE-v1"), SUITE, utf8(label), ikm);
  const context = join(
    be(0, 1),
    extract(sha256, labeled("psk_id_hash", NONE), NONE),
    extract(sha256, labeled("info_hash", INFO), NONE),
  );
  const key = extract(sha256, labeled("secret", NONE), secret);
  const grow = (label, size) => expand(sha256, key, join(be(size, 2), labeled(label, context)), size);
  return chacha20poly1305(grow("key", 32), grow("base_nonce", 12));
}

function stanza(fileKey, to) {
  const lattice = ml_kem768.encapsulate(to.subarray(0, LATTICE));
  const secret = random(32);
  const share = x25519.getPublicKey(secret);
  const curve = x25519.getSharedSecret(secret, to.subarray(LATTICE));
  const body = aead(combine(lattice.sharedSecret, curve, share, to)).encrypt(fileKey);
  return `-> mlkem768x25519 ${base64(join(lattice.cipherText, share))}\n${base64(body)}\n`;
}

const macOf = (fileKey, signed) =>
  base64(hmac(sha256, hkdf(sha256, fileKey, NONE, utf8("header"), 32), utf8(signed)));

// The key of a payload: of an age file, or of a file of the witness, which the sealer seals with it.
export const payloadKey = (fileKey, nonce) => hkdf(sha256, fileKey, nonce, utf8("payload"), 32);

function header(fileKey, to) {
  const signed = VERSION + stanza(fileKey, to) + "---";
  return utf8(`${signed} ${macOf(fileKey, signed)}\n`);
}

function* chunks(size) {
  const count = Math.max(1, Math.ceil(size / CHUNK));
  for (let n = 0; n < count; n++) yield [n, n * CHUNK, Math.min(size, (n + 1) * CHUNK), n === count - 1];
}

// Seal bytes to a recipient (1,216 bytes): an age file.
export function seal(plain, to, progress = () => {}) {
  const fileKey = random(16);
  const nonce = random(16);
  const key = payloadKey(fileKey, nonce);
  const parts = [header(fileKey, to), nonce];
  for (const [n, from, until, last] of chunks(plain.length)) {
    parts.push(chacha20poly1305(key, nonceOf(n, last)).encrypt(plain.subarray(from, until)));
    progress(until, plain.length);
  }
  return join(...parts);
}

function split(file) {
  let end = 0;
  const lines = [];
  while (lines.length < 4) {
    const at = file.indexOf(10, end);
    if (at < 0 || at > 4096) throw new Error("not our age file");
    lines.push(text(file.subarray(end, at)));
    end = at + 1;
  }
  const found = /^-> mlkem768x25519 ([A-Za-z0-9+/]{1494})$/.exec(lines[1]);
  if (lines[0] + "\n" !== VERSION || !found || !/^--- /.test(lines[3])) throw new Error("not our age file");
  const signed = lines.slice(0, 3).join("\n") + "\n---";
  const [share, body] = [unbase64(found[1]), unbase64(lines[2])];
  if (base64(share) !== found[1] || base64(body) !== lines[2] || body.length !== 32) throw new Error("not our age file");
  return { share, body, signed, mac: lines[3].slice(4), payload: file.subarray(end) };
}

// Open an age file of one such stanza with a seed; throws for whatever is wrong.
export function open(file, seed) {
  const { share, body, signed, mac, payload } = split(file);
  const mine = pair(seed);
  const lattice = ml_kem768.decapsulate(share.subarray(0, CIPHER), mine.lattice.secretKey);
  const curve = x25519.getSharedSecret(mine.curve, share.subarray(CIPHER));
  const fileKey = aead(combine(lattice, curve, share.subarray(CIPHER), mine.open)).decrypt(body);
  if (fileKey.length !== 16 || macOf(fileKey, signed) !== mac) throw new Error("altered");
  const key = payloadKey(fileKey, payload.subarray(0, 16));
  const sealed = payload.subarray(16);
  const parts = [];
  const count = Math.max(1, Math.ceil(sealed.length / (CHUNK + TAG)));
  for (let n = 0; n < count; n++) {
    const chunk = sealed.subarray(n * (CHUNK + TAG), (n + 1) * (CHUNK + TAG));
    if (n && chunk.length <= TAG) throw new Error("an empty last chunk");
    parts.push(chacha20poly1305(key, nonceOf(n, n === count - 1)).decrypt(chunk));
  }
  return join(...parts);
}
