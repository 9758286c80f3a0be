// A zip file of files as they are: pictures and films are packed already. The files are only read for
// their check sum; the zip file refers to them, so it needs no memory of its own.

const TABLE = Uint32Array.from({ length: 256 }, (_, value) => {
  for (let i = 0; i < 8; i++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});
const LOCAL = 0x04034b50, CENTRAL = 0x02014b50, END = 0x06054b50;
const VERSION = 20, NAMES_IN_UTF8 = 0x0800, FIRST_OF_1980 = 0x21;

/** @param {File[]} files @param {string} name */
export async function zipped(files, name) {
  const parts = [], list = [];
  let at = 0;
  for (const file of files) {
    const path = new TextEncoder().encode(file.webkitRelativePath || file.name);
    const about = described(await checkSum(file), file.size, path.length);
    parts.push(numbers([4, LOCAL], [2, VERSION], ...about), path, file);
    list.push(numbers([4, CENTRAL], [2, VERSION], [2, VERSION], ...about, [2, 0], [2, 0], [2, 0], [4, 0], [4, at]), path);
    at += 30 + path.length + file.size;
  }
  const length = list.reduce((sum, part) => sum + part.length, 0);
  const end = numbers([4, END], [2, 0], [2, 0], [2, files.length], [2, files.length], [4, length], [4, at], [2, 0]);
  return new File([...parts, ...list, end], name, { type: "application/zip" });
}

/** What stands in both heads of a file: flags, not packed, time, check sum, sizes, lengths. */
function described(sum, size, length) {
  return [[2, NAMES_IN_UTF8], [2, 0], [2, 0], [2, FIRST_OF_1980], [4, sum], [4, size], [4, size], [2, length], [2, 0]];
}

/** Pairs of a width in bytes and a number, as zip has them: the lowest byte first. */
function numbers(...pairs) {
  const view = new DataView(new ArrayBuffer(pairs.reduce((sum, [width]) => sum + width, 0)));
  let at = 0;
  for (const [width, value] of pairs) {
    if (width === 2) view.setUint16(at, value, true);
    else view.setUint32(at, value, true);
    at += width;
  }
  return new Uint8Array(view.buffer);
}

/** CRC-32 of a file, read piece by piece. */
async function checkSum(file) {
  let sum = 0xffffffff;
  const reader = file.stream().getReader();
  for (let piece = await reader.read(); !piece.done; piece = await reader.read())
    for (const byte of piece.value) sum = TABLE[(sum ^ byte) & 0xff] ^ (sum >>> 8);
  return (sum ^ 0xffffffff) >>> 0;
}
