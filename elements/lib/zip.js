// A zip file of a few texts, not compressed (PKWARE APPNOTE 6.3, sections 4.3.7, 4.3.12 and 4.3.16).

const crcTable = Array.from({ length: 256 }, (_, index) => {
  let value = index;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value >>> 0;
});

function crc32(bytes) {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = (crc >>> 8) ^ crcTable[(crc ^ byte) & 0xff];
  return (crc ^ 0xffffffff) >>> 0;
}

const numbers = (...pairs) =>
  Buffer.concat(
    pairs.map(([value, size]) => Buffer.from(Array.from({ length: size }, (_, at) => (value >>> (8 * at)) & 0xff))),
  );

/** The zip file of texts by their paths, in base64. */
// biome-ignore lint/correctness/noUnusedVariables: called by the hooks that include this file
function zipped(texts) {
  const parts = [];
  const directory = [];
  let offset = 0;
  for (const [path, text] of Object.entries(texts)) {
    const [name, bytes] = [Buffer.from(path), Buffer.from(text)];
    // version 2.0, no flags, stored, 1980-01-01
    const common = numbers(
      ...[
        [20, 2],
        [0x800, 2],
        [0, 2],
        [0, 2],
        [0x21, 2],
      ],
      ...[
        [crc32(bytes), 4],
        [bytes.length, 4],
        [bytes.length, 4],
        [name.length, 2],
        [0, 2],
      ],
    );
    const local = Buffer.concat([numbers([0x04034b50, 4]), common, name, bytes]);
    const place = numbers([0, 2], [0, 2], [0, 2], [0, 4], [offset, 4]);
    directory.push(Buffer.concat([numbers([0x02014b50, 4], [20, 2]), common, place, name]));
    parts.push(local);
    offset += local.length;
  }
  const entries = Buffer.concat(directory);
  const end = numbers(
    ...[
      [0x06054b50, 4],
      [0, 2],
      [0, 2],
      [parts.length, 2],
      [parts.length, 2],
    ],
    ...[
      [entries.length, 4],
      [offset, 4],
      [0, 2],
    ],
  );
  return Buffer.concat([...parts, entries, end]).toString('base64');
}
