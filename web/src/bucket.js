// Padding: a length tells no more than its bucket. FORMAT.md section 3.

const FLOOR = 32768;

export function bucket(n, floor = FLOOR) {
  if (n <= floor) return floor;
  if (n <= 4 << 20) return 2 ** Math.ceil(Math.log2(n));
  const step = 2 ** (Math.floor(Math.log2(n)) - 2);
  return Math.ceil(n / step) * step;
}
