/** BTF, read: the kernel's own description of its types. */

export const KIND = {
  int: 1,
  ptr: 2,
  array: 3,
  struct: 4,
  union: 5,
  enum: 6,
  typedef: 8,
  const: 10,
  func: 12,
  proto: 13,
  typeTag: 18,
  float: 16,
  enum64: 19,
} as const;
export type KindName = keyof typeof KIND;

/** Bytes behind the 12 that every type has: fixed, or for each of its members. */
const EXTRA: Readonly<Record<number, { fixed?: number; each?: number }>> = {
  1: { fixed: 4 },
  3: { fixed: 12 },
  4: { each: 12 },
  5: { each: 12 },
  6: { each: 8 },
  13: { each: 8 },
  14: { fixed: 4 },
  15: { each: 12 },
  17: { fixed: 4 },
  19: { each: 12 },
};

export interface Member {
  name: string;
  type: number;
  /** bytes */
  offset: number;
}

export class BtfReader {
  /** number of types, void included: the first id of what is written on top */
  readonly typeCount: number;
  readonly stringSize: number;
  private readonly at: number[] = [0];
  private readonly byName = new Map<string, number>();
  private readonly strings: Buffer;
  private readonly types: Buffer;

  constructor(bytes: Buffer) {
    if (bytes.readUInt16LE(0) !== 0xeb9f) throw new Error('not BTF');
    const base = bytes.readUInt32LE(4);
    this.types = bytes.subarray(base + bytes.readUInt32LE(8), base + bytes.readUInt32LE(8) + bytes.readUInt32LE(12));
    this.strings = bytes.subarray(base + bytes.readUInt32LE(16), base + bytes.readUInt32LE(16) + bytes.readUInt32LE(20));
    this.stringSize = this.strings.length;
    for (let at = 0; at < this.types.length; ) {
      const id = this.at.length;
      const kind = this.kindAt(at);
      const name = this.types.readUInt32LE(at);
      this.at.push(at);
      if (name !== 0) {
        const key = `${kind} ${this.text(name)}`;
        if (!this.byName.has(key)) this.byName.set(key, id);
      }
      const extra = EXTRA[kind] ?? {};
      at += 12 + (extra.fixed ?? 0) + (extra.each ?? 0) * (this.types.readUInt32LE(at + 4) & 0xffff);
    }
    this.typeCount = this.at.length;
  }

  find(kind: KindName, name: string): number | null {
    return this.byName.get(`${KIND[kind]} ${name}`) ?? null;
  }

  /** @throws Error where there is none */
  id(kind: KindName, name: string): number {
    const found = this.find(kind, name);
    if (found === null) throw new Error(`the kernel has no ${kind} ${name}`);
    return found;
  }

  /** bytes */
  sizeOf(id: number): number {
    return this.types.readUInt32LE(this.at[id]! + 8);
  }

  members(id: number): Member[] {
    const at = this.at[id]!;
    const info = this.types.readUInt32LE(at + 4);
    const bitfields = info >>> 31 === 1;
    return Array.from({ length: info & 0xffff }, (_, i) => {
      const m = at + 12 + i * 12;
      const bits = this.types.readUInt32LE(m + 8);
      return {
        name: this.text(this.types.readUInt32LE(m)),
        type: this.types.readUInt32LE(m + 4),
        offset: (bitfields ? bits & 0xffffff : bits) / 8,
      };
    });
  }

  /** bytes from the start of the struct to the member, which may lie in an anonymous one. @throws Error where there is none */
  offset(struct: string, member: string): number {
    const found = this.seek(this.id('struct', struct), member);
    if (found === null) throw new Error(`struct ${struct} has no ${member}`);
    return found;
  }

  private seek(id: number, member: string): number | null {
    for (const m of this.members(id)) {
      if (m.name === member) return m.offset;
      const kind = this.kindAt(this.at[m.type]!);
      const inside = m.name === '' && (kind === KIND.struct || kind === KIND.union) ? this.seek(m.type, member) : null;
      if (inside !== null) return m.offset + inside;
    }
    return null;
  }

  /** true where a struct is made of integers, enums and arrays and structs of them only */
  isScalarStruct(id: number, depth = 0): boolean {
    if (depth > 3) return false;
    return this.members(id).every((m) => this.isScalar(m.type, depth));
  }

  private isScalar(id: number, depth: number): boolean {
    const at = this.at[id]!;
    const kind = this.kindAt(at);
    if (kind === KIND.int || kind === KIND.enum) return true;
    if (kind === KIND.struct || kind === KIND.union) return this.isScalarStruct(id, depth + 1);
    // arrays of structs do not count (__btf_type_is_scalar_struct())
    if (kind === KIND.array) return this.types.readUInt32LE(at + 20) > 0 && this.isPlain(this.types.readUInt32LE(at + 12));
    // typedef, const, volatile, restrict, type tag
    return [8, 9, 10, 11, 18].includes(kind) && this.isScalar(this.types.readUInt32LE(at + 8), depth);
  }

  /** an integer or enum behind typedefs and qualifiers */
  private isPlain(id: number): boolean {
    const at = this.at[id]!;
    const kind = this.kindAt(at);
    if (kind === KIND.int || kind === KIND.enum) return true;
    return [8, 9, 10, 11, 18].includes(kind) && this.isPlain(this.types.readUInt32LE(at + 8));
  }

  private kindAt(at: number): number {
    return (this.types.readUInt32LE(at + 4) >>> 24) & 0x1f;
  }

  private text(at: number): string {
    return this.strings.toString('latin1', at, this.strings.indexOf(0, at));
  }
}
