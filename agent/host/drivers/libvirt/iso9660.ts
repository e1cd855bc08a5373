/**
 * The smallest file system that every system reads without being told how: ISO 9660, one directory, files one behind the
 * other. ECMA-119, https://ecma-international.org/publications-and-standards/standards/ecma-119/; the numbers in
 * brackets are its sections. Names are written as they are given, in lower case and without a version, as systems show them.
 */

const sectorBytes = 2_048;
const [descriptorAt, endAt, littleTableAt, bigTableAt, rootAt, firstFileAt] = [16, 17, 18, 19, 20, 21];
/** A directory of one sector. */
const filesMost = 20;

type Extent = { sector: number; bytes: number };

/** Throws when the files are too many for one directory. */
export function iso9660(label: string, files: Readonly<Record<string, string | Uint8Array>>): Buffer {
  const contents = Object.entries(files).map(([name, content]) => ({ name, bytes: Buffer.from(content) }));
  if (contents.length > filesMost) throw new Error(`${contents.length} files do not fit into one directory`);
  let sector = firstFileAt;
  const placed = contents
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map(({ name, bytes }) => {
      const at = sector;
      sector += Math.ceil(bytes.length / sectorBytes);
      return { name, bytes, sector: at };
    });
  const image = Buffer.alloc(sector * sectorBytes);
  primaryDescriptor(label, sector).copy(image, descriptorAt * sectorBytes);
  image.write('\xffCD001\x01', endAt * sectorBytes, 'latin1');
  pathTable('LE').copy(image, littleTableAt * sectorBytes);
  pathTable('BE').copy(image, bigTableAt * sectorBytes);
  const root = { sector: rootAt, bytes: sectorBytes };
  const records = [record('\0', root, true), record('\x01', root, true)];
  for (const file of placed) {
    records.push(record(file.name, { sector: file.sector, bytes: file.bytes.length }, false));
    file.bytes.copy(image, file.sector * sectorBytes);
  }
  Buffer.concat(records).copy(image, rootAt * sectorBytes);
  return image;
}

/** [8.4] */
function primaryDescriptor(label: string, sectors: number): Buffer {
  const block = Buffer.alloc(sectorBytes);
  block.write('\x01CD001\x01', 'latin1');
  block.fill(' ', 8, 72).write(label, 40, 32, 'latin1');
  both32(block, 80, sectors);
  for (const at of [120, 124]) both16(block, at, 1);
  both16(block, 128, sectorBytes);
  both32(block, 132, pathTable('LE').length);
  block.writeUInt32LE(littleTableAt, 140);
  block.writeUInt32BE(bigTableAt, 148);
  record('\0', { sector: rootAt, bytes: sectorBytes }, true).copy(block, 156);
  block.fill(' ', 190, 813);
  // Four times no date, then the version of this structure.
  for (const at of [813, 830, 847, 864]) block.write('0'.repeat(16), at);
  block.writeUInt8(1, 881);
  return block;
}

/** [9.1] Of a file, or of a directory: that itself (`\0`) and its parent (`\x01`). Dated 1970. */
function record(name: string, { sector, bytes }: Extent, isDirectory: boolean): Buffer {
  const length = 33 + name.length + ((name.length + 1) % 2);
  const block = Buffer.alloc(length);
  block.writeUInt8(length, 0);
  both32(block, 2, sector);
  both32(block, 10, bytes);
  block.set([70, 1, 1], 18);
  block.writeUInt8(isDirectory ? 2 : 0, 25);
  both16(block, 28, 1);
  block.writeUInt8(name.length, 32);
  block.write(name, 33, 'latin1');
  return block;
}

/** [9.4] The root alone. */
function pathTable(order: 'LE' | 'BE'): Buffer {
  const block = Buffer.alloc(10);
  block.writeUInt8(1, 0);
  block[`writeUInt32${order}`](rootAt, 2);
  block[`writeUInt16${order}`](1, 6);
  return block;
}

/** Numbers are written twice: little-endian, then big-endian. */
function both32(block: Buffer, at: number, value: number): void {
  block.writeUInt32LE(value, at);
  block.writeUInt32BE(value, at + 4);
}

function both16(block: Buffer, at: number, value: number): void {
  block.writeUInt16LE(value, at);
  block.writeUInt16BE(value, at + 2);
}
