// Bytes and the few ways in which Naru writes them down. FORMAT.md, notation.

export const utf8 = (text) => new TextEncoder().encode(text);
export const text = (bytes) => new TextDecoder("utf-8", { fatal: true }).decode(bytes);
export const random = (size) => crypto.getRandomValues(new Uint8Array(size));

export function join(...parts) {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

export const hex = (bytes) => Array.from(bytes, (b) => b.toString(16).padStart(2, "0")).join("");

export function unhex(digits) {
  if (!/^([0-9a-f]{2})*$/.test(digits)) throw new Error("not hex");
  return Uint8Array.from(digits.match(/../g) || [], (pair) => parseInt(pair, 16));
}

export function base64(bytes) {
  let whole = "";
  for (let at = 0; at < bytes.length; at += 8192) {
    whole += String.fromCharCode(...bytes.subarray(at, at + 8192));
  }
  return btoa(whole).replace(/=+$/, "");
}

export const base64url = (bytes) => base64(bytes).replace(/\+/g, "-").replace(/\//g, "_");

export const unbase64 = (coded) => Uint8Array.from(atob(coded), (c) => c.charCodeAt(0));

export function be(value, size) {
  const bytes = new Uint8Array(size);
  for (let at = size - 1; at >= 0; at--, value = Math.floor(value / 256)) bytes[at] = value % 256;
  return bytes;
}
