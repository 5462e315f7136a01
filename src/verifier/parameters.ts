/** What kind of argument the verifier takes a parameter for, from its declaration alone: an ordered table, first match wins. */
import { contextShare, contextStruct } from './contexts.ts';
import { filledIn } from './filled-in.ts';
import type { KfuncInput, ParameterInput, ParameterKind, TypeOracle } from './model.ts';
import type { Life } from './series.ts';
import { compareSeries, during } from './series.ts';
import type { Shape } from './shape.ts';
import { shapeOf } from './shape.ts';
import { carries } from './suffixes.ts';

export interface Classified {
  kind: ParameterKind;
  shape: Shape;
  /** where the verifier may take it for one thing or another (or we can't tell which): the second kind; the weaker answer of both holds */
  orElse: ParameterKind | null;
  unsure: string | null;
  /** index of the parameter that says how long this memory is */
  sizedBy: number | null;
  /** index of the memory whose length this scalar says */
  sizes: number | null;
}

/** A parameter in its place. */
interface Seat {
  input: KfuncInput;
  index: number;
  parameter: ParameterInput;
  shape: Shape;
  series: string;
}

interface Row extends Life {
  kind: ParameterKind;
  when(seat: Seat): boolean;
}

const row = (kind: ParameterKind, when: Row['when'], since = '6.1', until: string | null = null): Row => ({ kind, when, since, until });
const has = (suffix: string) => (s: Seat) => carries(s.parameter.name, suffix, s.series);
const isPointer = (s: Seat) =>
  s.shape.k !== 'scalar' && s.shape.k !== 'unpassable' && !(s.shape.k === 'unknown' && s.shape.pointer !== true);
const pointerWith = (suffix: string) => (s: Seat) => isPointer(s) && has(suffix)(s);
const pointsTo = (struct: string) => (s: Seat) => s.shape.k === 'struct-pointer' && s.shape.name === struct;
const isIterator = (s: Seat) => s.index === 0 && s.input.flags.some((f) => /^KF_ITER_(NEW|NEXT|DESTROY)$/.test(f));
const isPair = (s: Seat) => isPointer(s) && sizeIndex(s.input, s.index, s.series) !== null;
const holdsPointers = (s: Seat) => s.shape.k === 'struct-pointer' && s.shape.scalars() === false;

/** The trailing parameters that KF_IMPLICIT_ARGS hides from programs. */
function isImplicit(s: Seat): boolean {
  if (!s.input.flags.includes('KF_IMPLICIT_ARGS')) return false;
  return s.input.parameters
    .slice(s.index)
    .every((p) => /^struct (bpf_prog_aux|btf_struct_meta)$/.test(p.type.name) && p.type.pointers === 1);
}

/** Kfuncs whose first argument is the context by name, whatever its type (special_kfunc_list). */
const TAKES_CONTEXT = /^bpf_(?:cast_to_kern_ctx|session_is_return|session_cookie)$/;

/** get_kfunc_ptr_arg_type() and, from 7.3, get_kfunc_arg_type(), with what check_kfunc_args() and btf.c test before them. */
const ROWS: readonly Row[] = [
  row('context', (s) => s.index === 0 && TAKES_CONTEXT.test(s.input.name)),
  row('implicit', (s) => filledIn(s.input.name, s.parameter.name) !== null, '6.2'),
  row('implicit', pointsTo('struct bpf_prog_aux'), '7.0'),
  row('implicit', isImplicit, '7.0'),
  row('implicit', pointerWith('__prog')),
  row('ignored', has('__ign')),
  row('scalar', (s) => s.shape.k === 'scalar'),
  row('uncallable', (s) => s.shape.k === 'unpassable'),
  row('context', (s) => s.shape.k === 'struct-pointer' && contextShare(s.shape.name, s.input.programTypes, s.series) !== 'never'),
  row('allocated-object', pointerWith('__alloc')),
  row('refcounted-kptr', pointerWith('__refcounted_kptr')),
  row('dynptr', pointsTo('struct bpf_dynptr_kern'), '6.1', '6.10'),
  row('dynptr', pointsTo('struct bpf_dynptr'), '6.11'),
  row('iterator', (s) => isPointer(s) && isIterator(s), '6.4'),
  row('iterator', pointerWith('__iter')),
  row('list-head', pointsTo('struct bpf_list_head'), '6.2'),
  row('list-node', pointsTo('struct bpf_list_node'), '6.2'),
  row('rb-root', pointsTo('struct bpf_rb_root'), '6.3'),
  row('rb-node', pointsTo('struct bpf_rb_node'), '6.3'),
  row('string', pointerWith('__str')),
  row('constant-map', pointerWith('__const_map')),
  row('map', pointerWith('__map')),
  row('workqueue', pointsTo('struct bpf_wq'), '6.10'),
  row('timer', pointsTo('struct bpf_timer'), '7.0'),
  row('task-work', pointsTo('struct bpf_task_work'), '6.18'),
  row('irq-flag', pointerWith('__irq_flag')),
  row('res-spin-lock', pointsTo('struct bpf_res_spin_lock'), '6.15'),
  row('callback', (s) => s.shape.k === 'function-pointer', '6.3'),
  row('arena', pointerWith('__arena')),
  row('arena', pointerWith('__arena__nullable')),
  row('unknown', (s) => s.shape.k === 'unknown'),
  // KF_KPTR_GET: the address of a kptr in a map value
  row('btf-pointer', (s) => s.shape.k === 'deep-pointer' && s.index === 0 && s.input.flags.includes('KF_KPTR_GET'), '6.1', '6.3'),
  row('uncallable', (s) => s.shape.k === 'deep-pointer' || s.shape.k === 'function-pointer'),
  // ≤7.2 only a register of the struct's own type fits, and then its length is not looked at
  row('btf-pointer', (s) => isPair(s) && holdsPointers(s), '6.1', '7.2'),
  row('uncallable', (s) => isPair(s) && holdsPointers(s), '7.3'),
  row('sized-memory', isPair),
  row('uncallable', (s) => s.shape.k === 'void-pointer'),
  row('memory', (s) => s.shape.k === 'scalar-pointer'),
  row('memory', (s) => s.shape.k === 'struct-pointer' && s.shape.scalars() === true),
  row('btf-pointer', holdsPointers),
];

/** @param series a modelled one */
export function classify(input: KfuncInput, index: number, series: string, types: TypeOracle): Classified {
  const parameter = input.parameters[index]!;
  const shape = shapeOf(parameter.type, types);
  const seat: Seat = { input, index, parameter, shape, series };
  const kind = ROWS.find((r) => during(r, series) && r.when(seat))?.kind ?? 'unknown';
  const second = kind === 'context' ? otherThanContext(seat) : kind === 'implicit' ? otherThanImplicit(seat) : null;
  return {
    kind,
    shape,
    orElse: second?.kind ?? null,
    unsure: second?.unsure ?? unsureOf(kind, shape),
    sizedBy: isPair(seat) ? sizeIndex(input, index, series) : null,
    sizes: kind === 'scalar' && index > 0 ? sizedPointer(input, index, series, types) : null,
  };
}

/** The next parameter, where its suffix makes it the length of this one. */
function sizeIndex(input: KfuncInput, index: number, series: string): number | null {
  const next = input.parameters[index + 1];
  if (!next || next.type.pointers > 0 || next.type.isFunction) return null;
  return carries(next.name, '__sz', series) || carries(next.name, '__szk', series) ? index + 1 : null;
}

function sizedPointer(input: KfuncInput, index: number, series: string, types: TypeOracle): number | null {
  if (sizeIndex(input, index - 1, series) !== index) return null;
  const before = shapeOf(input.parameters[index - 1]!.type, types);
  return before.k === 'scalar' || before.k === 'unpassable' ? null : index - 1;
}

/** What the same struct is to callers whose context it is not. */
function otherThanContext(s: Seat): { kind: ParameterKind; unsure: string | null } | null {
  if (s.shape.k !== 'struct-pointer' || contextShare(s.shape.name, s.input.programTypes, s.series) === 'always') return null;
  const kind = contextStruct(s.shape.name, s.series)?.elsewhere === 'object' ? 'btf-pointer' : 'memory';
  const unsure = s.input.programTypes.length === 0 ? `the program types that ${s.input.name}() is registered for are not at hand` : null;
  return { kind, unsure };
}

/** What the verifier does not fill in for every kfunc. */
function otherThanImplicit(s: Seat): { kind: ParameterKind; unsure: string | null } | null {
  if (has('__prog')(s))
    return { kind: 'ignored', unsure: 'the verifier fills in __prog for kfuncs of the kernel proper and forgets to for those of modules' };
  if (filledIn(s.input.name, s.parameter.name)) return null;
  if (pointsTo('struct btf_struct_meta')(s))
    return { kind: 'ignored', unsure: 'the verifier hides it from programs, and fills it in for the kfuncs that it knows by name only' };
  return null;
}

function unsureOf(kind: ParameterKind, shape: Shape): string | null {
  if (kind !== 'unknown') return null;
  if (shape.k === 'unknown') return shape.why;
  if (shape.k === 'struct-pointer') return `the definition of ${shape.name} is not at hand, so it may be memory of the program's own`;
  return 'the kind of this parameter could not be told';
}

export function isSeriesAtLeast(series: string, since: string): boolean {
  return compareSeries(series, since) >= 0;
}
