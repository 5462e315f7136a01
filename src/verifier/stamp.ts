/**
 * A stamp of what the model says of one series: a hash of its answers to a fixed set of questions, made from its own tables. It changes when an answer
 * changes, whether by a table or by code, and not when the model is only written differently. What rests on the model can thus tell that it moved.
 */
import { createHash } from 'node:crypto';
import type { TypeSyntax } from '../source/ir.ts';
import { FLAGS, isFlag } from './flags.ts';
import { guarantees } from './guarantees.ts';
import type { KfuncGuarantees, KfuncInput, ParameterInput, TypeOracle } from './model.ts';
import { during, resolveSeries } from './series.ts';
import { SUFFIXES } from './suffixes.ts';

const stamps = new Map<string, string>();

/**
 * 16 hex digits. Takes some milliseconds the first time for a series.
 * @throws InputError where it is no kernel version, or older than the oldest series modelled
 */
export function modelStamp(series: string): string {
  let stamp = stamps.get(series);
  if (stamp === undefined) {
    const { rules } = resolveSeries(series);
    const answers = questions(rules).map((input) => bare(guarantees(input, rules, TYPES)));
    stamp = createHash('sha256').update(JSON.stringify(answers)).digest('hex').slice(0, 16);
    stamps.set(series, stamp);
  }
  return stamp;
}

const TYPES: TypeOracle = {
  isScalarStruct: (name) => (name === 'struct probe_scalars' ? true : name === 'struct probe_object' ? false : null),
  resolveTypedef: () => null,
  isEnum64: (name) => name === 'enum probe_wide',
};

const type = (name: string, pointers = 0): TypeSyntax => ({ name, pointers, dims: [], isConst: false, isFunction: false });

const TYPE_PROBES: readonly TypeSyntax[] = [
  ...['int', 'u64', 'bool', 'enum probe', 'enum probe_wide', 'struct probe_scalars'].map((name) => type(name)),
  ...['void', 'int', 'char', 'struct probe_scalars', 'struct probe_object', 'struct task_struct', 'struct unknown_to_all'].map((name) =>
    type(name, 1),
  ),
  ...['bpf_map', 'bpf_dynptr', 'bpf_list_head', 'bpf_list_node', 'bpf_rb_root', 'bpf_rb_node', 'bpf_wq', 'bpf_timer', 'bpf_task_work'].map(
    (name) => type(`struct ${name}`, 1),
  ),
  ...['bpf_iter_num', 'bpf_prog_aux', 'bpf_res_spin_lock', '__sk_buff', 'xdp_md', 'sk_buff'].map((name) => type(`struct ${name}`, 1)),
  type('struct task_struct', 2),
  { ...type('void', 1), isFunction: true },
];

const PROGRAM_TYPES: readonly string[][] = [[], ['TRACING'], ['SYSCALL'], ['SCHED_CLS', 'XDP'], ['STRUCT_OPS'], ['UNSPEC']].map((types) =>
  types.map((one) => `BPF_PROG_TYPE_${one}`),
);

const FLAG_PAIRS: readonly string[][] = [
  ['KF_TRUSTED_ARGS', 'KF_RCU'],
  ['KF_ACQUIRE', 'KF_RET_NULL'],
  ['KF_RELEASE', 'KF_TRUSTED_ARGS'],
  ['KF_RELEASE', 'KF_RCU'],
  ['KF_SLEEPABLE', 'KF_RCU_PROTECTED'],
];

function questions(series: string): KfuncInput[] {
  const flags = FLAGS.map((one) => one.name).filter((name) => isFlag(name, series));
  const sets = [[], ...flags.map((one) => [one]), ...FLAG_PAIRS.filter((pair) => pair.every((one) => flags.includes(one)))];
  const byFlags = sets.map((set) => kfunc(set, [], parameters(series)));
  // release and iterator rules look at the first parameter alone, so each kind comes first once
  const byFirst = TYPE_PROBES.flatMap((one) => [['KF_RELEASE'], ['KF_ITER_NEXT']].map((set) => kfunc(set, [], [parameter('p', one)])));
  const contexts = TYPE_PROBES.filter((one) => /sk_buff|xdp|task/.test(one.name)).map((one) => parameter('p', one));
  const byProgram = PROGRAM_TYPES.flatMap((types) =>
    [[], ['KF_SLEEPABLE'], ['KF_RCU_PROTECTED']].map((set) => kfunc(set, types, contexts)),
  );
  const byReturn = TYPE_PROBES.flatMap((one) => [[], ['KF_RET_NULL'], ['KF_ACQUIRE']].map((set) => kfunc(set, [], [], one)));
  return [...byFlags, ...byFirst, ...byProgram, ...byReturn];
}

function kfunc(flags: string[], programTypes: string[], list: ParameterInput[], returns: TypeSyntax = type('int')): KfuncInput {
  return { name: 'bpf_probe', returns, parameters: list, flags, programTypes, flagsAt: null, flagsLine: null };
}

/** Every type bare and with every suffix, each memory followed by a size. */
function parameters(series: string): ParameterInput[] {
  const suffixes = SUFFIXES.filter((one) => during(one, series)).map((one) => one.suffix);
  const plain = TYPE_PROBES.map((one) => parameter('p', one));
  const suffixed = suffixes.flatMap((one) =>
    [type('void', 1), type('struct task_struct', 1), type('u32')].map((t) => parameter(`p${one}`, t)),
  );
  const sized = ['__sz', '__szk'].flatMap((one) =>
    [type('void', 1), type('struct task_struct', 1)].flatMap((t) => [parameter('m', t), parameter(`m${one}`, type('u32'))]),
  );
  return [...plain, ...suffixed, ...sized];
}

function parameter(name: string, of: TypeSyntax): ParameterInput {
  return { name, type: of, text: `${of.name} ${'*'.repeat(of.pointers)}${name}` };
}

/** The answers without their sources: a better quotation is no other answer. */
function bare({ parameters: list, returns, context }: KfuncGuarantees): unknown {
  const strip = ({ because: _, ...rest }: { because: unknown }) => rest;
  return [list.map(strip), strip(returns), strip(context)];
}
