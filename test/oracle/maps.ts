/** The maps that programs use. Maps whose BTF the kernel does not take are made without, and what needs it is refused. */
import { compareSeries } from '../../src/verifier/series.ts';
import type { BtfReader } from './btf.ts';
import { BtfWriter } from './btf-write.ts';
import type { MapSpec } from './job.ts';

const HASH = 1;
const ARRAY = 2;
const RINGBUF = 27;
const ARENA = 33;
const MAPPABLE = 1 << 10;
const READ_ONLY_PROGRAM = 1 << 7;

const text = (t: string, size: number) => Buffer.concat([Buffer.from(t), Buffer.alloc(size - t.length)]);

export function mapsFor(series: string, kernel: BtfReader): MapSpec[] {
  const array = (name: string, valueSize: number, more: Partial<MapSpec> = {}): MapSpec => ({
    name,
    type: ARRAY,
    keySize: 4,
    valueSize,
    entries: 1,
    ...more,
  });
  return [
    array('arr', 64),
    array('big', 4096),
    array('text', 64, {
      flags: READ_ONLY_PROGRAM,
      value: text('hello', 64),
      frozen: true,
    }),
    array('endless', 8, {
      flags: READ_ONLY_PROGRAM,
      value: Buffer.from('xxxxxxxx'),
      frozen: true,
    }),
    { name: 'hash', type: HASH, keySize: 4, valueSize: 64, entries: 4 },
    { name: 'ring', type: RINGBUF, keySize: 0, valueSize: 0, entries: 4096 },
    array('kptr', 8, {
      btf: holding((b) => b.ptr(b.typeTag(compareSeries(series, '6.2') < 0 ? 'kptr_ref' : 'kptr', b.struct('task_struct', 0, []))), 8),
    }),
    array('lock', 8, {
      btf: holding((b) => b.struct('bpf_spin_lock', 4, [{ name: 'val', type: b.int('unsigned int', 4), offset: 0 }]), 8),
    }),
    ...(compareSeries(series, '7.3') < 0
      ? []
      : [{ name: 'arena', type: ARENA, keySize: 0, valueSize: 0, entries: 1, flags: MAPPABLE, place: 1 << 20 }]),
    ...special('wq', 'bpf_wq', kernel, array),
    ...special('timer', 'bpf_timer', kernel, array),
  ];
}

/** A map whose value is one of the structs that the kernel looks after; left out where this kernel has no such struct. */
function special(
  name: string,
  struct: string,
  kernel: BtfReader,
  array: (name: string, size: number, more: Partial<MapSpec>) => MapSpec,
): MapSpec[] {
  const id = kernel.find('struct', struct);
  if (id === null) return [];
  const size = kernel.sizeOf(id);
  const make = (b: BtfWriter) =>
    b.struct(struct, size, [
      {
        name: '__opaque',
        type: b.array(b.int('unsigned long long', 8), size / 8, b.int('int', 4, true)),
        offset: 0,
      },
    ]);
  return [array(name, size, { btf: holding(make, size) })];
}

function holding(make: (b: BtfWriter) => number, size: number): NonNullable<MapSpec['btf']> {
  const b = new BtfWriter(null);
  const key = b.int('int', 4, true);
  const member = make(b);
  const value = b.struct('value', size, [{ name: 'v', type: member, offset: 0 }]);
  return { bytes: b.bytes(), key, value };
}

/** BTF of the programs' own functions: the program and the function that it hands over. */
export function programBtf(): {
  bytes: Buffer;
  main: number;
  callback: number;
} {
  const b = new BtfWriter(null);
  const int = b.int('int', 4, true);
  const main = b.func('main', b.proto(int, [{ name: 'context', type: b.ptr(0) }]), 1);
  const callback = b.func(
    'callback',
    b.proto(int, [
      { name: 'map', type: b.ptr(0) },
      { name: 'key', type: b.ptr(int) },
    ]),
    0,
  );
  return { bytes: b.bytes(), main, callback };
}
