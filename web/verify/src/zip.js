// Reads the one kind of ZIP a bundle is (FORMAT.md 11): stored, one folder, plain names.
// Whatever else it might be is refused with a reason, never guessed at.

const NAME = /^[A-Za-z0-9_-](?:[A-Za-z0-9._-]*[A-Za-z0-9_-])?$/;
const DEVICE = /^(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?$/i;
const MOST = 100_000;

export function readZip(data) {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const u16 = (at) => view.getUint16(at, true);
  const u32 = (at) => view.getUint32(at, true);
  const u64 = (at) => Number(view.getBigUint64(at, true));
  let end = data.length - 22;
  if (end < 0 || u32(end) !== 0x06054b50) throw new Error("zip");
  let [count, at] = [u16(end + 10), u32(end + 16)];
  if (end >= 20 && u32(end - 20) === 0x07064b50) {
    const far = u64(end - 12);
    if (far + 56 > data.length || u32(far) !== 0x06064b50) throw new Error("zip");
    [count, at] = [u64(far + 32), u64(far + 48)];
  }
  if (!count || count > MOST) throw new Error("zip");
  const files = new Map();
  const seen = new Set();
  let root = null;
  for (let n = 0; n < count; n++) {
    if (at + 46 > data.length || u32(at) !== 0x02014b50 || u16(at + 10) !== 0) throw new Error("zip");
    const [long, extra, note] = [u16(at + 28), u16(at + 30), u16(at + 32)];
    const name = new TextDecoder("utf-8", { fatal: true }).decode(data.subarray(at + 46, at + 46 + long));
    let [size, place] = [u32(at + 24), u32(at + 42)];
    for (let e = at + 46 + long; e < at + 46 + long + extra; e += 4 + u16(e + 2)) {
      if (u16(e) !== 1) continue;
      let field = e + 4;
      if (size === 0xffffffff) { size = u64(field); field += 8; }
      if (u32(at + 20) === 0xffffffff) field += 8;
      if (place === 0xffffffff) place = u64(field);
    }
    const parts = name.split("/");
    if (name.length > 120 || parts.length < 2 || parts.some((p) => !NAME.test(p) || DEVICE.test(p))) throw new Error("name");
    if (seen.has(name.toLowerCase()) || (root !== null && root !== parts[0])) throw new Error("name");
    seen.add(name.toLowerCase());
    root = parts[0];
    if (place + 30 > data.length || u32(place) !== 0x04034b50) throw new Error("zip");
    const start = place + 30 + u16(place + 26) + u16(place + 28);
    if (start + size > data.length) throw new Error("zip");
    files.set(name.slice(root.length + 1), data.subarray(start, start + size));
    at += 46 + long + extra + note;
  }
  return { name: root, files };
}
