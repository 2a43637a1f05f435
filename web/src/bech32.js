// Bech32 (BIP 173) without its limit of 90 signs, lower case, as age writes recipients.

const SIGNS = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";

function checksum(values) {
  let sum = 1;
  for (const value of values) {
    const top = sum >>> 25;
    sum = ((sum & 0x1ffffff) << 5) ^ value;
    [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3].forEach((part, bit) => {
      if ((top >>> bit) & 1) sum ^= part;
    });
  }
  return sum;
}

const spread = (prefix) => [
  ...Array.from(prefix, (c) => c.charCodeAt(0) >> 5),
  0,
  ...Array.from(prefix, (c) => c.charCodeAt(0) & 31),
];

function regroup(values, from, to, whole) {
  const found = [];
  let held = 0;
  let bits = 0;
  for (const value of values) {
    held = ((held << from) | value) & 0xffff;
    for (bits += from; bits >= to; ) found.push((held >> (bits -= to)) & ((1 << to) - 1));
  }
  const rest = (held << (to - bits)) & ((1 << to) - 1);
  if (!whole && bits) found.push(rest);
  if (whole && (bits >= from || rest)) throw new Error("not bech32");
  return found;
}

export function encode(prefix, bytes) {
  const values = regroup(bytes, 8, 5, false);
  const sum = checksum([...spread(prefix), ...values, 0, 0, 0, 0, 0, 0]) ^ 1;
  for (let n = 0; n < 6; n++) values.push((sum >>> (5 * (5 - n))) & 31);
  return prefix + "1" + values.map((value) => SIGNS[value]).join("");
}

export function decode(untrusted, prefix) {
  const coded = untrusted.trim();
  const values = Array.from(coded.slice(prefix.length + 1), (sign) => SIGNS.indexOf(sign));
  const whole = coded.startsWith(prefix + "1") && !values.includes(-1);
  if (!whole || checksum([...spread(prefix), ...values]) !== 1) throw new Error("not bech32");
  return Uint8Array.from(regroup(values.slice(0, -6), 5, 8, true));
}
