/** A kernel image as Debian packs it → the ELF file that QEMU can start, and its BTF. */
import { spawnSync } from 'node:child_process';

const MAGIC = { zstd: 0x28b52ffd, xz: 0xfd377a58, lz4: 0x02214c18 } as const;

/** @throws Error where the bytes are no x86 kernel image, or packed in a way that is not known here */
export function unpackImage(image: Buffer): Buffer {
  if (image.toString('latin1', 0x202, 0x206) !== 'HdrS') throw new Error('not a kernel image');
  const start = (image[0x1f1]! + 1) * 512 + image.readUInt32LE(0x248);
  // the last four bytes tell the unpacked size
  const end = start + image.readUInt32LE(0x24c) - 4;
  const packed = image.subarray(start, end);
  const size = image.readUInt32LE(end);
  const magic = packed.readUInt32BE(0);
  if (magic === MAGIC.lz4) return unpackLz4(packed, size);
  const tool = magic === MAGIC.zstd ? 'zstd' : magic === MAGIC.xz ? 'xz' : null;
  if (tool === null) throw new Error(`a kernel image packed by an unknown method (${magic.toString(16)})`);
  const { stdout, error } = spawnSync(tool, ['-dc'], {
    input: packed,
    maxBuffer: 1 << 30,
  });
  if (error || stdout.length < size) throw new Error(`${tool} could not unpack the kernel image${error ? `: ${error.message}` : ''}`);
  return stdout.subarray(0, size);
}

/** The legacy LZ4 stream that kernels use: blocks of their own, each led by its packed size. */
function unpackLz4(packed: Buffer, size: number): Buffer {
  const out = Buffer.alloc(size);
  let to = 0;
  for (let at = 4; at + 4 <= packed.length && to < size; ) {
    const end = at + 4 + packed.readUInt32LE(at);
    at += 4;
    while (at < end) {
      const token = packed[at++]!;
      let literals = token >> 4;
      if (literals === 15) for (let more = 255; more === 255; literals += more) more = packed[at++]!;
      packed.copy(out, to, at, at + literals);
      at += literals;
      to += literals;
      if (at >= end) break;
      const from = to - packed.readUInt16LE(at);
      at += 2;
      let length = (token & 15) + 4;
      if (length === 19) for (let more = 255; more === 255; length += more) more = packed[at++]!;
      // may overlap what it writes, so byte by byte
      for (let i = 0; i < length; i++) out[to + i] = out[from + i]!;
      to += length;
    }
  }
  return out;
}

/** Bytes of a section of a 64-bit little-endian ELF file. */
export function section(elf: Buffer, name: string): Buffer {
  const table = Number(elf.readBigUInt64LE(0x28));
  const size = elf.readUInt16LE(0x3a);
  const count = elf.readUInt16LE(0x3c);
  const header = (i: number) => elf.subarray(table + i * size, table + (i + 1) * size);
  const body = (h: Buffer) =>
    elf.subarray(Number(h.readBigUInt64LE(0x18)), Number(h.readBigUInt64LE(0x18)) + Number(h.readBigUInt64LE(0x20)));
  const names = body(header(elf.readUInt16LE(0x3e)));
  for (let i = 0; i < count; i++) {
    const at = header(i).readUInt32LE(0);
    if (names.toString('latin1', at, names.indexOf(0, at)) === name) return body(header(i));
  }
  throw new Error(`no section ${name}`);
}
