// SSHSIG (OpenSSH PROTOCOL.sshsig, Ed25519, sha512) and ML-DSA-65 as FORMAT.md 10 writes them.

import { ed25519 } from "@noble/curves/ed25519.js";
import { sha256, sha512 } from "@noble/hashes/sha2.js";
import { bytesToHex, concatBytes, utf8ToBytes } from "@noble/hashes/utils.js";
import { ml_dsa65 } from "@noble/post-quantum/ml-dsa.js";

export const text = (data) => new TextDecoder("utf-8", { fatal: true }).decode(data);
export const same = (a, b) => a.length === b.length && a.every((byte, n) => byte === b[n]);

export function base64(written) {
  const raw = atob(written.replace(/\n/g, ""));
  return Uint8Array.from(raw, (c) => c.charCodeAt(0));
}

function string(data) {
  const out = new Uint8Array(4 + data.length);
  new DataView(out.buffer).setUint32(0, data.length);
  out.set(data, 4);
  return out;
}

function* strings(data) {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  for (let at = 0; at < data.length; ) {
    const size = view.getUint32(at);
    if (at + 4 + size > data.length) throw new Error("short");
    yield data.subarray(at + 4, at + 4 + size);
    at += 4 + size;
  }
}

const ED25519 = utf8ToBytes("ssh-ed25519");

function publicKey(blob) {
  const [kind, key, ...more] = strings(blob);
  if (!same(kind, ED25519) || key.length !== 32 || more.length) throw new Error("key");
  return key;
}

// Both halves of a `signer.pub`, and the fingerprint that stands on paper.
export function readSigner(data) {
  const found = JSON.parse(text(data));
  const curve = publicKey(base64(found.ed25519.replace(/^ssh-ed25519 /, "")));
  const lattice = base64(found.mldsa65);
  const fingerprint = bytesToHex(sha256(concatBytes(utf8ToBytes("naru/v1/signer"), curve, lattice)));
  return { curve, lattice, ssh: found.ed25519, fingerprint };
}

export function sshHolds(signer, namespace, message, armored) {
  try {
    const lines = text(armored).trim().split("\n");
    if (lines[0] !== "-----BEGIN SSH SIGNATURE-----" || lines.at(-1) !== "-----END SSH SIGNATURE-----") return false;
    const blob = base64(lines.slice(1, -1).join(""));
    if (text(blob.subarray(0, 6)) !== "SSHSIG" || !same(blob.subarray(6, 10), [0, 0, 0, 1])) return false;
    const [key, space, reserved, hash, signed] = strings(blob.subarray(10));
    const [kind, signature] = strings(signed);
    if (!same(publicKey(key), signer.curve) || text(space) !== namespace || reserved.length) return false;
    if (text(hash) !== "sha512" || !same(kind, ED25519)) return false;
    const data = concatBytes(utf8ToBytes("SSHSIG"), string(space), string(reserved), string(hash), string(sha512(message)));
    return ed25519.verify(signature, data, signer.curve, { zip215: false });
  } catch {
    return false;
  }
}

export function latticeHolds(signer, namespace, message, signature) {
  try {
    const data = concatBytes(utf8ToBytes("naru/v1/" + namespace), new Uint8Array(1), sha256(message));
    return ml_dsa65.verify(signature, data, signer.lattice);
  } catch {
    return false;
  }
}
