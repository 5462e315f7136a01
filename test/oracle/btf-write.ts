/** BTF, written: a module's on top of the kernel's, a map's or a program's by itself. */
import { type BtfReader, KIND, type KindName, type Member } from './btf.ts';

/** Types with ids and strings that go on where `base` ends; without a base it stands alone. */
export class BtfWriter {
  private readonly types: Buffer[] = [];
  private readonly strings: string[] = [''];
  private stringEnd = 1;
  private readonly stringBase: number;
  private readonly typeBase: number;
  private readonly known = new Map<string, number>();

  constructor(base: BtfReader | null) {
    this.typeBase = base ? base.typeCount : 1;
    this.stringBase = base ? base.stringSize : 0;
  }

  int(name: string, size: number, signed = false): number {
    return this.add('int', name, 0, size, [((signed ? 1 : 0) << 24) | (size * 8)]);
  }

  float(name: string, size: number): number {
    return this.add('float', name, 0, size, []);
  }

  ptr(to: number): number {
    return this.add('ptr', '', 0, to, []);
  }

  constant(to: number): number {
    return this.add('const', '', 0, to, []);
  }

  typeTag(tag: string, to: number): number {
    return this.add('typeTag', tag, 0, to, []);
  }

  array(of: number, length: number, index: number): number {
    return this.add('array', '', 0, 0, [of, index, length]);
  }

  struct(name: string, size: number, members: Member[], kind: 'struct' | 'union' = 'struct'): number {
    return this.add(
      kind,
      name,
      members.length,
      size,
      members.flatMap((m) => [this.string(m.name), m.type, m.offset * 8]),
    );
  }

  /** a struct whose members point to itself: `members` gets its id */
  recursive(name: string, size: number, members: (self: number) => Member[]): number {
    const self = this.nextId();
    const at = this.types.push(Buffer.alloc(0)) - 1;
    const list = members(self);
    this.types[at] = this.encode(
      'struct',
      name,
      list.length,
      size,
      list.flatMap((m) => [this.string(m.name), m.type, m.offset * 8]),
    );
    return self;
  }

  enum(name: string, values: Record<string, number>): number {
    const entries = Object.entries(values);
    return this.add(
      'enum',
      name,
      entries.length,
      4,
      entries.flatMap(([n, v]) => [this.string(n), v]),
    );
  }

  enum64(name: string, values: Record<string, bigint>): number {
    const entries = Object.entries(values);
    return this.add(
      'enum64',
      name,
      entries.length,
      8,
      entries.flatMap(([n, v]) => [this.string(n), Number(v & 0xffffffffn), Number(v >> 32n)]),
    );
  }

  proto(returns: number, parameters: { name: string; type: number }[]): number {
    return this.add(
      'proto',
      '',
      parameters.length,
      returns,
      parameters.flatMap((p) => [this.string(p.name), p.type]),
    );
  }

  /** @param linkage 0 static, 1 global */
  func(name: string, proto: number, linkage = 1): number {
    return this.add('func', name, linkage, proto, []);
  }

  bytes(): Buffer {
    const types = Buffer.concat(this.types);
    const strings = Buffer.from(`${this.strings.join('\0')}\0`, 'latin1');
    const header = Buffer.alloc(24);
    header.writeUInt16LE(0xeb9f, 0);
    header.writeUInt8(1, 2);
    [24, 0, types.length, types.length, strings.length].forEach((v, i) => {
      header.writeUInt32LE(v, 4 + i * 4);
    });
    return Buffer.concat([header, types, strings]);
  }

  private nextId(): number {
    return this.typeBase + this.types.length;
  }

  private add(kind: KindName, name: string, vlen: number, size: number, rest: number[]): number {
    this.types.push(this.encode(kind, name, vlen, size, rest));
    return this.nextId() - 1;
  }

  private encode(kind: KindName, name: string, vlen: number, size: number, rest: number[]): Buffer {
    const words = [name === '' ? 0 : this.string(name), ((KIND[kind] << 24) | vlen) >>> 0, size, ...rest];
    const bytes = Buffer.alloc(words.length * 4);
    words.forEach((w, i) => {
      bytes.writeUInt32LE(w >>> 0, i * 4);
    });
    return bytes;
  }

  private string(text: string): number {
    if (text === '') return 0;
    const found = this.known.get(text);
    if (found !== undefined) return found;
    const at = this.stringBase + this.stringEnd;
    this.strings.push(text);
    this.stringEnd += text.length + 1;
    this.known.set(text, at);
    return at;
  }
}
