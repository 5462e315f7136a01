/** A BPF program, instruction by instruction, with names for what is known only once modules and maps are numbered. */

/** 11 is where newer kernels take arguments beyond the fifth from */
export type Register = 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9 | 10 | 11;
export type Size = 1 | 2 | 4 | 8;

/** What names stand for; `map` and `module` are places in the table of file descriptors. */
export interface Symbols {
  kfunc(name: string): { id: number; module: number };
  map(name: string): number;
  /** id of a struct of the kernel */
  struct(name: string): number;
}

interface Insn {
  code: number;
  dst: number;
  src: number;
  off: number;
  imm: number;
  label?: string;
  kfunc?: string;
  map?: string;
  struct?: string;
}

const SIZES: Readonly<Record<Size, number>> = {
  1: 0x10,
  2: 0x08,
  4: 0x00,
  8: 0x18,
};
const JUMPS = {
  '==': 0x15,
  '!=': 0x55,
  '>': 0x25,
  '>=': 0x35,
  '<': 0xa5,
} as const;

export class Asm {
  private readonly insns: Insn[] = [];
  private readonly labels = new Map<string, number>();
  /** where functions of their own begin: instruction numbers */
  readonly functions: number[] = [0];

  private put(code: number, dst = 0, src = 0, off = 0, imm = 0, more: Partial<Insn> = {}): this {
    this.insns.push({ code, dst, src, off, imm, ...more });
    return this;
  }

  set(dst: Register, imm: number): this {
    return this.put(0xb7, dst, 0, 0, imm);
  }

  copy(dst: Register, src: Register): this {
    return this.put(0xbf, dst, src);
  }

  add(dst: Register, imm: number): this {
    return this.put(0x07, dst, 0, 0, imm);
  }

  addRegister(dst: Register, src: Register): this {
    return this.put(0x0f, dst, src);
  }

  and(dst: Register, imm: number): this {
    return this.put(0x57, dst, 0, 0, imm);
  }

  set64(dst: Register, value: bigint): this {
    this.put(0x18, dst, 0, 0, Number(BigInt.asIntN(32, value)));
    return this.put(0, 0, 0, 0, Number(BigInt.asIntN(32, value >> 32n)));
  }

  load(size: Size, dst: Register, src: Register, off: number): this {
    return this.put(0x61 | SIZES[size], dst, src, off);
  }

  store(size: Size, dst: Register, off: number, imm: number): this {
    return this.put(0x62 | SIZES[size], dst, 0, off, imm);
  }

  storeRegister(size: Size, dst: Register, off: number, src: Register): this {
    return this.put(0x63 | SIZES[size], dst, src, off);
  }

  helper(id: number): this {
    return this.put(0x85, 0, 0, 0, id);
  }

  kfunc(name: string): this {
    return this.put(0x85, 0, 2, 0, 0, { kfunc: name });
  }

  map(dst: Register, name: string): this {
    return this.put(0x18, dst, 5, 0, 0, { map: name }).put(0);
  }

  mapValue(dst: Register, name: string): this {
    return this.put(0x18, dst, 6, 0, 0, { map: name }).put(0);
  }

  struct(dst: Register, name: string): this {
    return this.put(0xb7, dst, 0, 0, 0, { struct: name });
  }

  /** address of a function of this program */
  function(dst: Register, label: string): this {
    return this.put(0x18, dst, 4, 0, 0, { label }).put(0);
  }

  jump(a: Register, op: keyof typeof JUMPS, imm: number, label: string): this {
    return this.put(JUMPS[op], a, 0, 0, imm, { label });
  }

  jumpRegister(a: Register, op: keyof typeof JUMPS, b: Register, label: string): this {
    return this.put(JUMPS[op] | 0x08, a, b, 0, 0, { label });
  }

  goto(label: string): this {
    return this.put(0x05, 0, 0, 0, 0, { label });
  }

  label(name: string): this {
    this.labels.set(name, this.insns.length);
    return this;
  }

  startFunction(name: string): this {
    this.functions.push(this.insns.length);
    return this.label(name);
  }

  exit(): this {
    return this.put(0x95);
  }

  /** true where a jump goes to `label` */
  uses(label: string): boolean {
    return this.insns.some((i) => i.label === label);
  }

  /** @throws Error where a name is not known */
  assemble(symbols: Symbols): Buffer {
    const bytes = Buffer.alloc(this.insns.length * 8);
    this.insns.forEach((insn, i) => {
      let { off, imm } = insn;
      if (insn.label !== undefined) {
        const to = this.labels.get(insn.label);
        if (to === undefined) throw new Error(`no label ${insn.label}`);
        if (insn.code === 0x18) imm = to - i - 1;
        else off = to - i - 1;
      }
      if (insn.kfunc !== undefined) ({ id: imm, module: off } = symbols.kfunc(insn.kfunc));
      if (insn.map !== undefined) imm = symbols.map(insn.map);
      if (insn.struct !== undefined) imm = symbols.struct(insn.struct);
      bytes.writeUInt8(insn.code, i * 8);
      bytes.writeUInt8((insn.src << 4) | insn.dst, i * 8 + 1);
      bytes.writeInt16LE(off, i * 8 + 2);
      bytes.writeInt32LE(imm, i * 8 + 4);
    });
    return bytes;
  }
}
