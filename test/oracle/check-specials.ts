/** The model against what is no flags × kind × value. */
import { callers, mayBeNmiIn, maySleepIn } from '../../src/verifier/contexts.ts';
import { guarantees } from '../../src/verifier/guarantees.ts';
import type { KfuncGuarantees, ParameterGuarantee, TypeOracle } from '../../src/verifier/model.ts';
import { iteratorProblems, maxParameters, releaseArgument, setMacroProblem } from '../../src/verifier/registration.ts';
import type { Answers } from './answers.ts';
import type { Disagreement } from './check.ts';
import { inputFor, REGISTERED } from './check.ts';
import { parseParameters, parseType } from './declaration.ts';
import { EXTRAS, FLAG_SETS, ITERATORS } from './spec.ts';
import { trialsFor } from './trials.ts';

const NO_TYPES: TypeOracle = {
  isScalarStruct: () => null,
  resolveTypedef: () => null,
  isEnum64: () => false,
};

export function checkSpecials(answers: Answers): Disagreement[] {
  const found: Disagreement[] = [];
  const say = (what: string, text: string) => found.push({ series: answers.series, what, text });
  const got = (id: string) => answers.specials[id]?.[0] === 'a';
  const tried = (id: string) => answers.specials[id] !== undefined;
  const expect = (id: string, yes: boolean, text: string) => {
    if (tried(id) && got(id) !== yes) say(id, `${text}, but the kernel ${got(id) ? 'accepts' : 'refuses'}`);
  };
  checkContexts(answers, say);
  const first = releaseArgument(answers.series) === 'first';
  expect('release/second', !first, `the model says that the reference may be in ${first ? 'the first argument only' : 'any argument'}`);
  expect(
    'release/second_of_two',
    !first,
    `the model says that the reference may be in ${first ? 'the first argument only' : 'any argument'}`,
  );
  expect('release/null', false, 'the model says that a released argument is not NULL');
  expect('release/leak', false, 'the model says that an acquired object must be released');
  expect(
    'return/six/call',
    maxParameters(answers.series) >= 6,
    `the model says that ${maxParameters(answers.series)} arguments can be passed`,
  );
  checkReturns(answers, expect, say);
  checkIterators(answers, expect);
  checkRuns(answers, say);
  checkTrials(answers, say);
  return found;
}

const TYPE_OF: Readonly<Record<string, string>> = {
  tp: 'TRACING',
  fentry: 'TRACING',
  lsm: 'LSM',
  'lsm.s': 'LSM',
  syscall: 'SYSCALL',
  tc: 'SCHED_CLS',
  xdp: 'XDP',
  kprobe: 'KPROBE',
  'kprobe.s': 'KPROBE',
  rawtp: 'RAW_TRACEPOINT',
  tracepoint: 'TRACEPOINT',
  perf: 'PERF_EVENT',
  sockf: 'SOCKET_FILTER',
  cgskb: 'CGROUP_SKB',
};

function checkContexts(answers: Answers, say: (what: string, text: string) => void): void {
  const all = callers(REGISTERED, answers.series) ?? [];
  for (const [id, mark] of Object.entries(answers.specials)) {
    const [group, kfunc = '', ...rest] = id.split('/');
    if (group !== 'context' || mark[0] !== 'a') continue;
    const region = rest.at(-1)!;
    const place = rest.slice(0, -1).join('/').split(':')[0]!;
    const type = TYPE_OF[place]!;
    const flags = EXTRAS.find((e) => e.name === kfunc)!
      .flags.split('|')
      .filter((f) => f !== '');
    const { context } = guarantees(inputFor(flags, ''), answers.series, NO_TYPES);
    const sleepable = place === 'syscall' || place.endsWith('.s');
    if (!all.includes(type)) say(id, `the model says that programs of type ${type} can't call it`);
    if (context.rcuHeld && sleepable && region === 'plain') say(id, 'the model says that RCU is held');
    if (context.maySleep && (!sleepable || region !== 'plain')) say(id, 'the model says that every caller may sleep');
    if (sleepable && !maySleepIn(type, answers.series)) say(id, `the model says that programs of type ${type} never sleep`);
    if (!context.mayBeNmi && !sleepable && mayBeNmiIn(type)) say(id, 'the model says that no caller is an NMI');
  }
  for (const [place, type] of Object.entries(TYPE_OF)) {
    const plain = Object.keys(answers.specials).filter(
      (id) => id.startsWith('context/kfo_call/') && id.split('/')[2]!.split(':')[0] === place && id.endsWith('/plain'),
    );
    for (const id of plain)
      if (all.includes(type) && answers.specials[id] === 'r') say(id, `the model says that programs of type ${type} can call it`);
  }
}

/** `return` guarantee of each maker against what its result may be passed to. */
function checkReturns(
  answers: Answers,
  expect: (id: string, yes: boolean, text: string) => void,
  say: (what: string, text: string) => void,
): void {
  for (const [value, kfunc] of Object.entries({
    ret: 'kfo_ret_task',
    ret_tested: 'kfo_ret_task_null',
    got: 'kfo_get_task',
    got_tested: 'kfo_get_task_null',
    ret_rcuprot: 'kfo_ret_task_rcuprot',
    obj_ret: '',
    obj_got: '',
  })) {
    const known = EXTRAS.find((e) => e.name === kfunc);
    const flags = known ? known.flags : value === 'obj_got' ? 'KF_ACQUIRE' : '';
    const kind = value.startsWith('obj') ? 'obj' : 'task';
    const trust = guarantees(
      inputFor(
        flags.split('|').filter((f) => f !== ''),
        '',
        kind === 'obj' ? 'struct kfo_obj *' : 'struct task_struct *',
      ),
      answers.series,
      NO_TYPES,
    ).returns.trust;
    const strict = accepts(answers, answers.matrix.trusted ? 'trusted' : 'none', kind, value);
    const rcu = answers.matrix.rcu ? accepts(answers, 'rcu', kind, value) : strict;
    if (strict === null || rcu === null) continue;
    const real = strict ? 'trusted' : rcu ? 'rcu' : 'any';
    if (real !== trust) say(`return of ${flags || 'no flags'} (${value})`, `the model says ${trust}, the kernel ${real}`);
  }
  const { trust } = guarantees(inputFor(['KF_RCU_PROTECTED'], '', 'struct task_struct *'), answers.series, NO_TYPES).returns;
  if (trust === 'rcu')
    expect('return/rcuprot_late/kfo_rcu_task', false, 'the model says that the result is good until the RCU section ends');
  expect('return/task_null/read', false, 'the model says that a KF_RET_NULL result must be tested');
  expect('return/task/read', true, 'the model says that a result without KF_RET_NULL may be used untested');
  for (const id of ['kfo_ret_int', 'kfo_ret_bool', 'kfo_ret_u8', 'kfo_ret_enum'])
    expect(`return/${id}/index`, false, 'the model says that a returned number has no range');
  for (const [id, size] of [
    ['kfo_ret_ro', 'rdonly_buf_size'],
    ['kfo_ret_rw', 'rdwr_buf_size'],
  ] as const) {
    const { memory } = guarantees(inputFor([], `int ${size}`, 'int *'), answers.series, NO_TYPES).returns;
    expect(`return/${id}/inside`, memory?.size === size, `the model says that ${memory?.size} is the size`);
    expect(`return/${id}/beyond`, false, `the model says that ${memory?.size} is the size`);
    expect(`return/${id}/write`, memory?.writable === true, `the model says ${memory?.writable ? 'writable' : 'read-only'}`);
  }
  for (const [id, kfunc] of Object.entries(RETURNING)) {
    const { flags, returns } = EXTRAS.find((e) => e.name === kfunc)!;
    const { refused } = guarantees(inputFor(flags === '' ? [] : flags.split('|'), '', returns), answers.series, NO_TYPES).returns;
    expect(
      `return/${id}`,
      refused == null,
      `the model says that ${returns} with ${flags || 'no flags'} ${refused ? 'is refused' : 'can be returned'}`,
    );
  }
}

/** Programs that do no more than get such a result, or that read of it what is surely there. */
const RETURNING: Readonly<Record<string, string>> = {
  'acq_int/call': 'kfo_acq_int',
  'acq_intp/call': 'kfo_acq_intp',
  'acq_void/call': 'kfo_acq_void',
  'void/call': 'kfo_ret_void',
  'taskpp/call': 'kfo_ret_taskpp',
  'intp/read': 'kfo_ret_intp',
  'task/read': 'kfo_ret_task',
};

/** Null where it was not tried. */
function accepts(answers: Answers, set: string, kind: string, value: string): boolean | null {
  const marks = answers.matrix[set]?.[kind];
  const at = answers.columns.pointer!.indexOf(value);
  return marks === undefined || at < 0 || marks[at] === '-' ? null : marks[at] === 'a';
}

function checkIterators(answers: Answers, expect: (id: string, yes: boolean, text: string) => void): void {
  const strict = answers.matrix.trusted ? 'kfo_trusted_task' : 'kfo_none_task';
  for (const i of ITERATORS) {
    const shared = { declaration: `struct bpf_iter_kfi${i.id} *it`, constructorProtected: i.newFlags.includes('KF_RCU_PROTECTED') };
    const { returns, context } = told(i.nextFlags, shared, 'struct task_struct *', answers.series);
    const at = `iterator/${i.id}`;
    expect(`${at}/destroy_unset`, false, 'the model says that an iterator is initialised');
    expect(`${at}/next_unset`, false, 'the model says that an iterator is initialised');
    expect(
      `${at}/tp:task_newtask/untested`,
      !returns.mayBeNull,
      `the model says that the element ${returns.mayBeNull ? 'may' : "can't"} be NULL`,
    );
    expect(`${at}/tp:task_newtask/${strict}`, returns.trust === 'trusted', `the model says that the element is ${returns.trust}`);
    expect(`${at}/tp:task_newtask/kfo_rcu_task`, returns.trust !== 'any', `the model says that the element is ${returns.trust}`);
    expect(`${at}/syscall/none`, !context.rcuHeld, `the model says that RCU is ${context.rcuHeld ? '' : 'not '}held`);
    expect(`${at}/unlocked/none`, !context.rcuHeld, `the model says that RCU is ${context.rcuHeld ? '' : 'not '}held`);
  }
}

function told(
  flags: string,
  shared: { declaration: string; constructorProtected: boolean },
  returns: string,
  series: string,
): KfuncGuarantees {
  const input = { ...inputFor(flags.split('|'), shared.declaration, returns), constructorProtected: shared.constructorProtected };
  return guarantees(input, series, NO_TYPES);
}

/** The parameter that a run tells about: of the matrix the first, of what hides one that. */
function asked(setId: string, kind: string, answers: Answers, types: TypeOracle): ParameterGuarantee {
  const extra = EXTRAS.find((e) => e.name === `kfo_${kind}`);
  const flags = extra ? extra.flags.split('|') : FLAG_SETS.find((s) => s.id === setId)!.flags;
  const declaration = extra?.parameters ?? answers.declarations[kind]!;
  return guarantees(inputFor(flags, declaration), answers.series, types).parameters.at(extra ? -1 : 0)!;
}

/** What really arrived. Values are 1 for NULL and 2 for anything else, or the number itself. */
function checkRuns(answers: Answers, say: (what: string, text: string) => void): void {
  const types: TypeOracle = {
    ...NO_TYPES,
    isScalarStruct: (n) => answers.scalarStructs[n] ?? null,
  };
  for (const [id, mark] of Object.entries(answers.specials)) {
    const [group, sort = '', setId = '', kind = ''] = id.split('/');
    const value = /^a=(\d+)$/.exec(mark);
    if (group !== 'run' || !value) continue;
    const p = asked(setId, kind, answers, types);
    if (/^(null\d*|walked_null|missed|arena)$/.test(sort) && value[1] === '1' && !p.mayBeNull)
      say(id, 'the kfunc saw NULL, and the model says that it can not');
    if (sort === 'number' && p.bounded) say(id, `the kfunc saw ${value[1]}, and the model says that it is bounded`);
  }
}

function checkTrials(answers: Answers, say: (what: string, text: string) => void): void {
  for (const t of trialsFor(answers.series)) {
    const errno = answers.trials[t.id];
    if (errno === undefined) continue;
    const parameters = parseParameters(t.kfunc.parameters);
    const returns = parseType(t.kfunc.returns);
    const problems = [
      ...iteratorProblems(
        {
          name: t.kfunc.name,
          flags: t.kfunc.flags,
          first: parameters[0]?.type ?? null,
          parameterCount: parameters.length,
          returns: returns.pointers > 0 ? 'pointer' : returns.name === 'void' ? 'void' : 'other',
        },
        answers.series,
      ),
      ...(t.kfunc.flags.filter((f) => f.startsWith('KF_ITER_')).length > 1 ? ['several iterator flags'] : []),
      ...(t.plainSet && setMacroProblem('BTF_SET8_START', answers.series)?.stage === 'register' ? ['set'] : []),
    ];
    if (problems.length > 0 !== (errno !== 0))
      say(`trial ${t.id}`, `the kernel says ${errno}, the model ${problems.length > 0 ? 'refused' : 'taken'}`);
  }
}
