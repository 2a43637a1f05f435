// The steps of `python -m crypto verify`, in the same order: each rests on those before it.
// Yields [sentence id, values] for what holds; throws Failed with one for what does not.

import { sha256, sha512 } from "@noble/hashes/sha2.js";
import { bytesToHex, concatBytes, hexToBytes, utf8ToBytes } from "@noble/hashes/utils.js";
import { latticeHolds, readSigner, same, sshHolds, text } from "./signatures.js";
import { readZip } from "./zip.js";

const TAGS = ["bag-info.txt", "bagit.txt", "manifest-sha256.txt", "manifest-sha512.txt"];
const MANIFEST = "tagmanifest-sha256.txt";
const SIGNED = `signatures/${MANIFEST}`;
const STAMP = `${SIGNED}.tsr`;
const SIGNATURES = [`${SIGNED}.sig`, `${SIGNED}.mldsa65`, "signatures/signer.pub", "signatures/allowed_signers",
  "signatures/signer.pub.sig", "signatures/signer.pub.mldsa65", "signatures/desk.pub"];
const NEEDED = ["data/index.json", ...["entries.json", "checkpoint", "checkpoint.sig", "checkpoint.mldsa65"].map((n) => `data/custody/${n}`)];

export class Failed extends Error {
  constructor(id, values = {}) {
    super(id);
    this.id = id;
    this.values = values;
  }
}

const need = (holds, id, values) => {
  if (!holds) throw new Failed(id, values);
};

function lines(files, name) {
  const out = new Map();
  for (const line of text(files.get(name)).split("\n").slice(0, -1)) {
    const found = /^([0-9a-f]+) {2}(\S+)$/.exec(line);
    need(found && !out.has(found[2]), "altered", { file: name });
    out.set(found[2], found[1]);
  }
  return out;
}

export function* check(zipped, expected) {
  let bag;
  try {
    bag = readZip(zipped);
  } catch {
    throw new Failed("not-a-bundle");
  }
  const { files } = bag;
  for (const name of [...SIGNATURES, ...TAGS, MANIFEST, ...NEEDED]) need(files.has(name), "missing", { file: name });
  yield ["one-bag", { name: bag.name, count: files.size }];

  const manifest = files.get(MANIFEST);
  let signer, desk;
  try {
    signer = readSigner(files.get("signatures/signer.pub"));
    desk = readSigner(files.get("signatures/desk.pub"));
  } catch {
    throw new Failed("altered", { file: "signatures/signer.pub, desk.pub" });
  }
  need(sshHolds(signer, "naru-bundle", manifest, files.get(`${SIGNED}.sig`)), "signature", { file: `${SIGNED}.sig` });
  need(text(files.get("signatures/allowed_signers")) === `naru namespaces="naru-bundle" ${signer.ssh}\n`, "altered", { file: "signatures/allowed_signers" });
  yield ["curve", {}];
  need(latticeHolds(signer, "naru-bundle", manifest, files.get(`${SIGNED}.mldsa65`)), "signature", { file: `${SIGNED}.mldsa65` });
  yield ["lattice", {}];
  const pub = files.get("signatures/signer.pub");
  const vouched = sshHolds(desk, "naru-key", pub, files.get("signatures/signer.pub.sig")) &&
    latticeHolds(desk, "naru-key", pub, files.get("signatures/signer.pub.mldsa65"));
  need(vouched, "signature", { file: "signatures/signer.pub.sig" });
  yield ["vouched", { key: desk.fingerprint }];
  const wanted = expected.replace(/\s/g, "").toLowerCase();
  if (wanted) {
    need(wanted === desk.fingerprint || wanted === signer.fingerprint, "another-key", { key: desk.fingerprint });
    yield ["your-key", {}];
  } else {
    yield ["nobody-vouches", {}];
  }

  const tags = lines(files, MANIFEST);
  need([...tags.keys()].sort().join() === TAGS.join(), "altered", { file: MANIFEST });
  for (const [name, digest] of tags) need(bytesToHex(sha256(files.get(name))) === digest, "changed", { file: name });
  const [short, long] = [lines(files, "manifest-sha256.txt"), lines(files, "manifest-sha512.txt")];
  const listed = new Set([...short.keys(), ...TAGS, MANIFEST, ...SIGNATURES, STAMP]);
  for (const name of short.keys()) need(files.has(name) && long.has(name), "missing", { file: name });
  for (const name of files.keys()) need(listed.has(name), "added", { file: name });
  need(short.size === long.size, "altered", { file: "manifest-sha512.txt" });
  let octets = 0;
  for (const [name, digest] of short) {
    const data = files.get(name);
    octets += data.length;
    need(bytesToHex(sha256(data)) === digest && bytesToHex(sha512(data)) === long.get(name), "changed", { file: name });
  }
  need(text(files.get("bag-info.txt")).includes(`\nPayload-Oxum: ${octets}.${short.size}\n`), "altered", { file: "bag-info.txt" });
  yield ["digests", { count: short.size, octets }];

  const index = JSON.parse(text(files.get("data/index.json")));
  for (const item of index.items) {
    for (const { path, sha256: digest } of item.files) need(short.get(path) === digest, "altered", { file: "data/index.json" });
  }
  yield ["index", { count: index.items.length, purpose: index.purpose }];

  const note = files.get("data/custody/checkpoint");
  const noted = sshHolds(desk, "naru-custody", note, files.get("data/custody/checkpoint.sig")) &&
    latticeHolds(desk, "naru-custody", note, files.get("data/custody/checkpoint.mldsa65"));
  need(noted, "signature", { file: "data/custody/checkpoint.sig" });
  const [, size, root] = text(note).split("\n");
  const { entries } = JSON.parse(text(files.get("data/custody/entries.json")));
  for (const one of entries) {
    const leaf = sha256(concatBytes(utf8ToBytes("naru/v1/custody"), hexToBytes(one.salt), utf8ToBytes(canonical(one.entry))));
    need(bytesToHex(climb(leaf, one.index, Number(size), one.proof)) === hex64(root), "altered", { file: "data/custody/entries.json" });
  }
  yield ["custody", { count: entries.length, size: Number(size) }];
  if (files.has(STAMP)) yield ["stamp", {}];
}

const hex64 = (written) => bytesToHex(Uint8Array.from(atob(written), (c) => c.charCodeAt(0)));

// Strings only, keys by code point: what FORMAT.md calls canonical, for a custody entry.
function canonical(entry) {
  const keys = Object.keys(entry).sort((a, b) => (same([...a], [...b]) ? 0 : a < b ? -1 : 1));
  return `{${keys.map((key) => `${JSON.stringify(key)}:${JSON.stringify(entry[key])}`).join(",")}}`;
}

// RFC 6962 inclusion, from the leaf to the root.
function climb(leaf, index, size, proof) {
  let hash = sha256(concatBytes(Uint8Array.of(0), leaf));
  let [at, last] = [index, size - 1];
  for (const one of proof.map(hexToBytes)) {
    if (at % 2 || at === last) {
      hash = sha256(concatBytes(Uint8Array.of(1), one, hash));
      while (!(at % 2) && at) [at, last] = [at >> 1, last >> 1];
    } else {
      hash = sha256(concatBytes(Uint8Array.of(1), hash, one));
    }
    [at, last] = [at >> 1, last >> 1];
  }
  return last === 0 ? hash : new Uint8Array(32);
}
