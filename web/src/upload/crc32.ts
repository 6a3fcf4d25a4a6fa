// CRC-32 as zip and S3 have it (polynomial 0xEDB88320), four bytes at a step.
const TABLES = [0, 1, 2, 3].map(() => new Uint32Array(256)) as [
  Uint32Array,
  Uint32Array,
  Uint32Array,
  Uint32Array,
]
const [T0, T1, T2, T3] = TABLES

for (let byte = 0; byte < 256; byte++) {
  let value = byte
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1
  T0[byte] = value >>> 0
}
for (let byte = 0; byte < 256; byte++) {
  T1[byte] = (T0[byte]! >>> 8) ^ T0[T0[byte]! & 255]!
  T2[byte] = (T1[byte]! >>> 8) ^ T0[T1[byte]! & 255]!
  T3[byte] = (T2[byte]! >>> 8) ^ T0[T2[byte]! & 255]!
}

export function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff
  let at = 0
  for (const end = bytes.length - 3; at < end; at += 4) {
    crc ^= bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)
    crc = T3[crc & 255]! ^ T2[(crc >>> 8) & 255]! ^ T1[(crc >>> 16) & 255]! ^ T0[crc >>> 24]!
  }
  for (; at < bytes.length; at++) crc = (crc >>> 8) ^ T0[(crc ^ bytes[at]!) & 255]!
  return ~crc >>> 0
}
