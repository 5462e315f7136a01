/** All that is put to one kernel: modules with their kfuncs, and the programs that call them. */
import { during } from '../../src/verifier/series.ts';
import { Asm } from './asm.ts';
import type { BtfReader } from './btf.ts';
import { parseParameters } from './declaration.ts';
import type { KfuncSource } from './module.ts';
import { EXTRAS, FLAG_SETS, type FlagSet, KINDS, type Kind, MAKERS } from './spec.ts';
import { LENGTHS, type Maker, NUMBERS, POINTERS, type Value } from './values.ts';

/** One program to load. */
export interface Question {
  /** flags/kind/column for the matrix, group/case for the rest */
  id: string;
  place: string;
  /** the kfunc that must be where a refusal happens */
  kfunc: string;
  run: boolean;
  asm: Asm;
}

export const isLive = (x: { since?: string; until?: string }, series: string) =>
  during({ since: x.since ?? '6.1', until: x.until ?? null }, series);

/** The struct that dynptrs had in that series. */
export function declarationOf(kind: Kind, set: FlagSet, series: string): string {
  const text = kind.declaration.replace('bpf_iter_kfo', `bpf_iter_kfo_${set.id}`);
  return during({ since: '6.1', until: '6.10' }, series) ? text.replace('struct bpf_dynptr ', 'struct bpf_dynptr_kern ') : text;
}

export function flagSets(series: string): FlagSet[] {
  return FLAG_SETS.filter((s) => isLive(s, series));
}

export function kindsOf(set: FlagSet): Kind[] {
  return set.full ? [...KINDS] : KINDS.filter((k) => k.common);
}

/** Kfuncs of one module: the matrix of its flags, what makes values, and in the first one the rest. */
export function kfuncsOf(set: FlagSet, series: string, more: readonly KfuncSource[]): KfuncSource[] {
  const flagsOf = (text: string) => (text === '' ? [] : text.split('|'));
  const returns =
    set.flags.includes('KF_ACQUIRE') || set.flags.includes('KF_RET_NULL')
      ? 'struct task_struct *'
      : set.flags.includes('KF_RELEASE')
        ? 'void'
        : 'u64';
  const matrix = kindsOf(set).map((k): KfuncSource => {
    const parameters = declarationOf(k, set, series);
    const target = parseParameters(parameters)[k.target]!.name;
    return {
      name: `kfo_${set.id}_${k.id}`,
      flags: set.flags,
      returns,
      parameters,
      body: returns === 'u64' && k.id !== 'byvalue' ? `(u64)${target}` : '',
    };
  });
  const made = [...MAKERS, ...(set.id === 'none' ? EXTRAS : [])]
    .filter((e) => isLive(e, series))
    .map(
      (e): KfuncSource => ({
        name: at(e.name, set),
        flags: flagsOf(e.flags),
        returns: at(e.returns, set),
        parameters: at(e.parameters, set),
        body: e.body ?? '',
      }),
    );
  return [...matrix, ...made, ...(set.id === 'none' ? more : [])];
}

const at = (text: string, set: FlagSet) => text.replaceAll('@', set.id);

/** Sized memory is tried with every length only where that tells something. */
const ALL_LENGTHS = new Set(['null', 'mapval', 'mapval_null', 'stack', 'objs_got', 'objs_ret', 'obj_got', 'random']);
const SOME_LENGTHS = new Set([
  ...[
    'number',
    'current',
    'walk',
    'fentry_arg',
    'got',
    'ctx',
    'map',
    'dynptr',
    'dynptr_unset',
    'ringbuf',
    'ringbuf_null',
    'stack_unset',
    'stack_last4',
  ],
  ...[
    'mapval_off60',
    'text',
    'packet',
    'ret_intp',
    'ret_rw',
    'objs_walk',
    'obj_ret',
    'released',
    'kptr_null',
    'nested_ret',
    'obj_walk_rcu_tested',
  ],
]);

export function matrix(set: FlagSet, series: string, kernel: BtfReader): Question[] {
  const sleeps = set.flags.includes('KF_SLEEPABLE');
  return kindsOf(set).flatMap((kind) => {
    const all = kind.values === 'scalar' ? NUMBERS : POINTERS;
    const values = kind.only ? all.filter((v) => kind.only!.includes(v.id)) : all;
    return values.flatMap((value) => {
      const lengths =
        kind.values !== 'sized' ? [null] : ALL_LENGTHS.has(value.id) ? LENGTHS : SOME_LENGTHS.has(value.id) ? LENGTHS.slice(0, 2) : [];
      const places = sleeps
        ? [value.places[1]]
        : set.full && kind.common && kind.values === 'pointer'
          ? [...new Set(value.places)]
          : [value.places[0] ?? value.places[1]];
      return places.flatMap((place) =>
        place === null
          ? []
          : lengths.map((length): Question => {
              const column = `${value.id}${length ? `+${length.id}` : ''}${!sleeps && place === value.places[1] && value.places[0] !== null ? '.s' : ''}`;
              const kfunc = `kfo_${set.id}_${kind.id}`;
              const asm = call(set, kind, value, length?.make ?? null, kfunc, { kernel, module: set.id }, series);
              return {
                id: `${set.id}/${kind.id}/${column}`,
                place,
                kfunc,
                run: false,
                asm,
              };
            }),
      );
    });
  });
}

/** r9 the context, r6 the value, r8 the length, r7 the result. */
function call(set: FlagSet, kind: Kind, value: Value, length: ((a: Asm) => void) | null, kfunc: string, m: Maker, series: string): Asm {
  const a = new Asm().copy(9, 1).set(7, 0);
  prepare(a, set, kind, series);
  length?.(a);
  value.make(a, m);
  fill(a, set, kind, series, value.id !== 'unset');
  a.kfunc(kfunc);
  if (set.flags.includes('KF_ACQUIRE')) {
    a.copy(7, 0);
    if (set.flags.includes('KF_RET_NULL')) a.jump(7, '==', 0, 'NOTHING');
    a.copy(1, 7).kfunc('kfo_put_task').label('NOTHING');
  }
  const consumed =
    set.flags.includes('KF_RELEASE') && value.clean !== undefined && /^(got|obj_got|objs_got|ringbuf|kptr_xchg)/.test(value.id);
  if (value.clean && !consumed) value.clean(a, m);
  a.set(0, 0).exit();
  if (a.uses('OUT')) a.label('OUT').set(0, 0).exit();
  if (a.uses('CALLBACK')) a.startFunction('CALLBACK').set(0, 0).exit();
  return a;
}

type Argument = 1 | 2 | 3 | 4 | 5;

/** The parameters that get neither the value nor its length. */
function others(set: FlagSet, kind: Kind, series: string): { name: string; pointer: boolean; register: Argument }[] {
  return parseParameters(declarationOf(kind, set, series)).flatMap((p, i) =>
    i === kind.target || (kind.values === 'sized' && i === kind.target + 1)
      ? []
      : [
          {
            name: p.type.name,
            pointer: p.type.pointers > 0,
            register: (i + 1) as Argument,
          },
        ],
  );
}

/** To a KF_RELEASE kfunc another parameter brings the reference, kept in r7, so that the one asked about is free to be anything. */
function prepare(a: Asm, set: FlagSet, kind: Kind, series: string): void {
  if (!set.flags.includes('KF_RELEASE')) return;
  const other = others(set, kind, series).find((o) => o.pointer);
  if (other?.name === 'struct task_struct') a.kfunc('kfo_get_task').copy(7, 0);
  else if (other) a.map(1, 'ring').set(2, 16).set(3, 0).helper(131).jump(0, '==', 0, 'OUT').copy(7, 0);
}

/** Harmless values for the other parameters. @param isSet false: the value's own register is left as it is */
function fill(a: Asm, set: FlagSet, kind: Kind, series: string, isSet: boolean): void {
  const all = others(set, kind, series);
  const released = set.flags.includes('KF_RELEASE');
  // what takes a call of its own first, because calls eat the argument registers
  const task = all.find((o) => o.name === 'struct task_struct');
  if (task && !released) a.helper(158).copy(task.register, 0);
  for (const o of all) {
    if (o.pointer && released) a.copy(o.register, 7);
    else if (o.pointer && o !== task) a.store(8, 10, -56, 0).copy(o.register, 10).add(o.register, -56);
    else if (!o.pointer) a.set(o.register, 8);
  }
  if (isSet) a.copy((kind.target + 1) as Argument, 6);
  if (kind.values === 'sized') a.copy((kind.target + 2) as Argument, 8);
}
