/** What the guest gets: modules, maps and programs in one file, inside the archive that it boots from. */
import { Buffer } from 'node:buffer';
import type { BuiltModule } from './module.ts';

export interface MapSpec {
  name: string;
  type: number;
  keySize: number;
  valueSize: number;
  entries: number;
  flags?: number;
  /** where user space would have the memory of an arena, in pages */
  place?: number;
  /** BTF of key and value */
  btf?: { bytes: Buffer; key: number; value: number };
  value?: Buffer;
  frozen?: boolean;
}

export interface Program {
  type: number;
  attach: number;
  attachId: number;
  sleepable: boolean;
  /** run it once it is loaded, and report what it returns */
  run: boolean;
  insns: Buffer;
  /** instruction number and BTF id of every function, where the program has several */
  functions: { insn: number; id: number }[];
}

export interface Job {
  modules: readonly BuiltModule[];
  maps: readonly MapSpec[];
  /** BTF of the programs' functions */
  btf: Buffer;
  programs: readonly Program[];
  /** modules that may be refused */
  trials: readonly BuiltModule[];
}

const SLEEPABLE = 1 << 4;

export function encodeJob(job: Job): Buffer {
  const parts: Buffer[] = [];
  const u32 = (...values: number[]) => {
    const b = Buffer.alloc(values.length * 4);
    values.forEach((v, i) => {
      b.writeUInt32LE(v >>> 0, i * 4);
    });
    parts.push(b);
  };
  const bytes = (b: Buffer) => parts.push(b, Buffer.alloc((4 - (b.length % 4)) % 4));
  const sized = (b: Buffer) => {
    u32(b.length);
    bytes(b);
  };
  u32(job.modules.length);
  for (const m of job.modules) {
    sized(Buffer.from(`${m.name}\0`));
    sized(m.file);
  }
  u32(job.maps.length);
  for (const m of job.maps) {
    u32(m.type, m.keySize, m.valueSize, m.entries, m.flags ?? 0, m.place ?? 0, m.btf?.key ?? 0, m.btf?.value ?? 0);
    sized(m.btf?.bytes ?? Buffer.alloc(0));
    sized(m.value ?? Buffer.alloc(0));
    u32(m.frozen ? 1 : 0);
  }
  sized(job.btf);
  u32(job.programs.length);
  for (const p of job.programs) {
    u32(p.type, p.attach, p.attachId, p.sleepable ? SLEEPABLE : 0, p.run ? 1 : 0, p.functions.length, p.insns.length / 8);
    bytes(p.insns);
    u32(...p.functions.flatMap((f) => [f.insn, f.id]));
  }
  u32(job.trials.length);
  for (const m of job.trials) {
    sized(Buffer.from(`${m.name}\0`));
    sized(m.file);
  }
  return Buffer.concat(parts);
}

/** A `newc` archive, as kernels unpack for their first file system. */
export function archive(
  files: readonly {
    name: string;
    mode: number;
    body: Buffer;
    device?: [number, number];
  }[],
): Buffer {
  const hex = (n: number) => n.toString(16).padStart(8, '0');
  const entry = (name: string, mode: number, body: Buffer, device: [number, number], inode: number) => {
    const head = Buffer.from(
      `070701${[inode, mode, 0, 0, 1, 0, body.length, 0, 0, ...device, name.length + 1, 0].map(hex).join('')}${name}\0`,
      'latin1',
    );
    const pad = (b: Buffer) => Buffer.concat([b, Buffer.alloc((4 - (b.length % 4)) % 4)]);
    return Buffer.concat([pad(head), pad(body)]);
  };
  const all = files.map((f, i) => entry(f.name, f.mode, f.body, f.device ?? [0, 0], i + 1));
  return Buffer.concat([...all, entry('TRAILER!!!', 0, Buffer.alloc(0), [0, 0], 0)]);
}
