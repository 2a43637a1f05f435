// Runs beside the page, so that a large file does not hold it up: seals one file as an age payload
// under the key it is given, padded to its bucket, and gives it back with what its document says of it.

import { chacha20poly1305 } from "@noble/ciphers/chacha.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { CHUNK, nonceOf } from "./stream.js";
import { bucket } from "./bucket.js";
import { hex } from "./bytes.js";

const PIECE = 16 * CHUNK;

async function seal({ file, nonce, key }) {
  const size = bucket(file.size);
  const digest = sha256.create();
  const parts = [nonce];
  for (let at = 0; at < size; at += PIECE) {
    const plain = new Uint8Array(Math.min(PIECE, size - at)); // what the file does not fill stays zero
    const read = new Uint8Array(await file.slice(at, at + PIECE).arrayBuffer());
    if (read.length !== Math.max(0, Math.min(PIECE, file.size - at))) throw new Error("it changed meanwhile");
    digest.update(read);
    plain.set(read);
    parts.push(new Blob(chunks(key, plain, at / CHUNK, size)));
    postMessage({ done: Math.min(at + PIECE, file.size) });
  }
  const payload = new Blob(parts);
  postMessage({ sealed: { payload, sha256: hex(digest.digest()), size: file.size } });
}

function chunks(key, plain, first, size) {
  const sealed = [];
  for (let at = 0; at < plain.length; at += CHUNK) {
    const n = first + at / CHUNK;
    const last = (n + 1) * CHUNK >= size;
    sealed.push(chacha20poly1305(key, nonceOf(n, last)).encrypt(plain.subarray(at, at + CHUNK)));
  }
  return sealed;
}

onmessage = ({ data }) => seal(data).catch(() => postMessage({ failed: true }));
