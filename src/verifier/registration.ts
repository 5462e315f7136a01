/** What fails when a kfunc is built, registered or called, by series: for rules about sets, flags and signatures. */
import { FLAGS, type FlagLife, flagLife } from './flags.ts';
import type { Life } from './series.ts';
import { compareSeries, during } from './series.ts';
import type { Statement } from './statement.ts';
import { BUFFER_SIZE_NAMES, carries, IMAGINARY_SUFFIXES, SUFFIXES, type SuffixLife, suffixLife } from './suffixes.ts';

export { type ReleasePosition, releaseArgument } from './release.ts';
export { type FlagLife, flagLife, type SuffixLife, suffixLife };

export type Stage = 'build' | 'boot' | 'register' | 'load' | 'run' | 'never';

export interface Problem {
  /** when it shows; `never`: it does not fail, it only does nothing */
  stage: Stage;
  /** flag, suffix or macro it is about */
  subject: string;
  /** one clause, lower case, no full stop */
  text: string;
  source: Statement | null;
}

const BTF_H = 'include/linux/btf.h';

/** Macros that open a kfunc set: registering any other kind of set fails from 6.9 on. */
export const SET_MACROS: readonly (Life & { macro: string })[] = [
  { macro: 'BTF_SET8_START', since: '6.1', until: '6.8' },
  { macro: 'BTF_KFUNCS_START', since: '6.9', until: null },
];

/** Null where `macro` opens a kfunc set in that series. */
export function setMacroProblem(macro: string, series: string): Problem | null {
  const name = macro.replace(/_END$/, '_START');
  const life = SET_MACROS.find((m) => m.macro === name);
  if (!life || during(life, series)) return null;
  if (name === 'BTF_KFUNCS_START') return { stage: 'build', subject: macro, text: `${name} exists from ${life.since} on`, source: null };
  const source: Statement = {
    since: '6.9',
    until: null,
    path: 'kernel/bpf/btf.c',
    symbol: 'register_btf_kfunc_id_set',
    quote: 'BTF_SET8_KFUNCS',
  };
  return {
    stage: 'register',
    subject: macro,
    text: `register_btf_kfunc_id_set() refuses a set that ${name} opens with -EINVAL from 6.9 on`,
    source,
  };
}

/** Words that belong before a kfunc's definition, and since when. */
export const DEFINITION_WORDS: readonly (Life & { word: string })[] = [
  { word: '__bpf_kfunc', since: '6.3', until: null },
  { word: '__bpf_kfunc_start_defs', since: '6.7', until: null },
  { word: '__bpf_kfunc_end_defs', since: '6.7', until: null },
];

export function knowsWord(word: string, series: string): boolean {
  const life = DEFINITION_WORDS.find((w) => w.word === word);
  return life !== undefined && during(life, series);
}

const MAX_PARAMETERS: readonly (Life & { count: number })[] = [
  { count: 5, since: '6.1', until: '7.1' },
  { count: 12, since: '7.2', until: null },
];

/** How many arguments a program can pass; more than 5 only where the JIT passes arguments on the stack. */
export function maxParameters(series: string): number {
  return MAX_PARAMETERS.find((m) => during(m, series))!.count;
}

/** Kfuncs of one hook, and filters of one hook from 6.5 on (btf_populate_kfunc_set()). */
export const SET_LIMITS = { kfuncsPerHook: 256, filtersPerHook: 16 } as const;

/** Functions that take an object's destructor kfunc must be of this form (register_btf_id_dtor_kfuncs()). */
export const DESTRUCTOR_FORM = 'void f(T *)';

interface FlagRule extends Life {
  stage: Stage;
  subject: string;
  /** true where these flags (and this return) make the problem */
  when(flags: ReadonlySet<string>, returnsPointer: boolean | null): boolean;
  text: string;
  source: Statement | null;
}

const ITERATOR = ['KF_ITER_NEW', 'KF_ITER_NEXT', 'KF_ITER_DESTROY'];
const count = (flags: ReadonlySet<string>, names: readonly string[]) => names.filter((n) => flags.has(n)).length;
const in_ = (path: string, symbol: string, quote: string, since: string, until: string | null = null): Statement => ({
  since,
  until,
  path,
  symbol,
  quote,
});
const VERIFIER = 'kernel/bpf/verifier.c';

/** Combinations of flags that contradict one another or do nothing. */
export const FLAG_RULES: readonly FlagRule[] = [
  {
    ...life('6.4'),
    stage: 'register',
    subject: 'KF_ITER_NEW',
    text: 'a kfunc is one of KF_ITER_NEW, KF_ITER_NEXT and KF_ITER_DESTROY, not several: registering fails with -EINVAL',
    when: (f) => count(f, ITERATOR) > 1,
    source: in_('kernel/bpf/btf.c', 'btf_check_iter_kfuncs', 'exactly one of KF_ITER_{NEW,NEXT,DESTROY} can be set', '6.4'),
  },
  {
    ...life('6.1'),
    stage: 'load',
    subject: 'KF_ACQUIRE',
    text: 'only a pointer to a struct can be acquired: every program that calls it is refused',
    when: (f, pointer) => f.has('KF_ACQUIRE') && pointer === false,
    source: in_(VERIFIER, 'check_kfunc_call', 'acquire kernel function does not return PTR_TO_BTF_ID', '6.1'),
  },
  {
    ...life('6.1'),
    stage: 'never',
    subject: 'KF_RET_NULL',
    text: 'KF_RET_NULL does nothing where no pointer is returned',
    when: (f, pointer) => f.has('KF_RET_NULL') && pointer === false,
    source: in_(VERIFIER, 'check_kfunc_call', 'PTR_MAYBE_NULL', '6.1'),
  },
  {
    ...life('6.2', '6.19'),
    stage: 'never',
    subject: 'KF_TRUSTED_ARGS',
    text: 'KF_RCU loosens KF_TRUSTED_ARGS: together they ask for no more than KF_RCU does',
    when: (f) => f.has('KF_TRUSTED_ARGS') && f.has('KF_RCU'),
    source: in_(VERIFIER, 'check_kfunc_args', 'must be a rcu pointer', '6.2'),
  },
  {
    ...life('6.7', '6.17'),
    stage: 'never',
    subject: 'KF_RCU_PROTECTED',
    text: 'until 6.17 KF_RCU_PROTECTED is looked at on iterators only: any program may call this outside an RCU section',
    when: (f) => f.has('KF_RCU_PROTECTED') && count(f, ITERATOR) === 0,
    source: in_(VERIFIER, 'check_kfunc_call', 'requires RCU critical section protection', '6.18'),
  },
  {
    ...life('6.18'),
    stage: 'load',
    subject: 'KF_RCU_PROTECTED',
    text: 'KF_SLEEPABLE refuses calls inside an RCU section and KF_RCU_PROTECTED those outside: nothing is left',
    when: (f) => f.has('KF_RCU_PROTECTED') && f.has('KF_SLEEPABLE'),
    source: in_(VERIFIER, 'check_kfunc_call', 'requires RCU critical section protection', '6.18'),
  },
  {
    ...life('7.3'),
    stage: 'never',
    subject: 'KF_SPINLOCK_SAFE',
    text: 'what may sleep is not safe under a bpf_spin_lock',
    when: (f) => f.has('KF_SPINLOCK_SAFE') && f.has('KF_SLEEPABLE'),
    source: in_(VERIFIER, 'kfunc_spin_allowed', 'KF_SPINLOCK_SAFE', '7.3'),
  },
];

function life(since: string, until: string | null = null): Life {
  return { since, until };
}

/**
 * Unknown, not yet and no longer existing, contradictory and meaningless flags.
 * @param returnsPointer whether the kfunc returns a pointer; null: not known
 */
export function flagProblems(flags: readonly string[], series: string, returnsPointer: boolean | null = null): Problem[] {
  const problems = flags.flatMap((name): Problem[] => {
    const known = flagLife(name);
    if (!known) return [{ stage: 'build', subject: name, text: `no kernel up to ${newestFlagSeries()} has a flag ${name}`, source: null }];
    if (compareSeries(series, known.since) < 0) {
      return [
        { stage: 'build', subject: name, text: `${name} exists from ${known.since} on`, source: in_(BTF_H, name, name, known.since) },
      ];
    }
    if (known.until !== null && compareSeries(series, known.until) > 0) {
      const instead = known.note ? `: ${known.note}` : '';
      return [
        {
          stage: 'build',
          subject: name,
          text: `${name} exists until ${known.until} only${instead}`,
          source: in_(BTF_H, name, name, known.since, known.until),
        },
      ];
    }
    return [];
  });
  const set = new Set(flags.filter((f) => flagLife(f) !== null && !problems.some((p) => p.subject === f)));
  const combined = FLAG_RULES.filter((r) => during(r, series) && r.when(set, returnsPointer)).map(({ stage, subject, text, source }) => ({
    stage,
    subject,
    text,
    source,
  }));
  return [...problems, ...combined];
}

function newestFlagSeries(): string {
  return FLAGS.map((f) => f.since).reduce((a, b) => (compareSeries(a, b) >= 0 ? a : b));
}

/**
 * Suffix trouble of one parameter's name: not yet or no longer known, on the wrong kind of parameter, or never known to any kernel.
 * @param next the name of the parameter that follows, null for the last
 */
export function suffixProblems(name: string, isPointer: boolean | null, series: string, next: string | null = null): Problem[] {
  const imaginary = IMAGINARY_SUFFIXES.find((s) => name.endsWith(s) && name.length > s.length);
  if (imaginary)
    return [
      {
        stage: 'never',
        subject: imaginary,
        text: `no kernel knows the suffix ${imaginary}: ${name} is a plain name to the verifier`,
        source: null,
      },
    ];
  const ends = SUFFIXES.filter((s) => name.endsWith(s.suffix) && name.length > s.suffix.length).sort(
    (a, b) => b.suffix.length - a.suffix.length,
  );
  const found = ends[0];
  if (!found) return [];
  if (!during(found, series)) {
    const when = compareSeries(series, found.since) < 0 ? `from ${found.since} on` : `until ${found.until} only`;
    const instead = found.note && compareSeries(series, found.since) > 0 ? `: ${found.note}` : '';
    return [
      {
        stage: 'never',
        subject: found.suffix,
        text: `the suffix ${found.suffix} is known ${when}, else ${name} is a plain name${instead}`,
        source: null,
      },
    ];
  }
  if (isPointer !== null && found.on !== 'any' && (found.on === 'pointer') !== isPointer) {
    return [{ stage: 'never', subject: found.suffix, text: `${found.suffix} means something on a ${found.on} only`, source: null }];
  }
  if (found.suffix === '__opt' && !(next !== null && (carries(next, '__sz', series) || carries(next, '__szk', series)))) {
    return [{ stage: 'never', subject: '__opt', text: '__opt does nothing without a size parameter behind it', source: null }];
  }
  return [];
}

/** At most one parameter of a kfunc may ask for a constant. */
export function constantParameters(names: readonly string[], series: string): string[] {
  return names.filter(
    (n) => carries(n, '__k', series) || carries(n, '__szk', series) || (BUFFER_SIZE_NAMES as readonly string[]).includes(n),
  );
}

/** Iterators (btf_check_iter_kfuncs()): what registering them asks for. */
export const ITERATOR_FORM = {
  since: '6.4',
  name: /^bpf_iter_(\w+)_(new|next|destroy)$/,
  flagOf: { new: 'KF_ITER_NEW', next: 'KF_ITER_NEXT', destroy: 'KF_ITER_DESTROY' },
} as const;

export interface IteratorShape {
  name: string;
  flags: readonly string[];
  /** base type and stars of the first parameter; null: there is none */
  first: { name: string; pointers: number } | null;
  parameterCount: number;
  returns: 'void' | 'pointer' | 'other';
}

/** What register_btf_kfunc_id_set() refuses an iterator kfunc for; empty where it has no iterator flag or nothing is wrong. */
export function iteratorProblems(shape: IteratorShape, series: string): Problem[] {
  const flags = shape.flags.filter((f) => ITERATOR.includes(f));
  if (flags.length !== 1 || compareSeries(series, ITERATOR_FORM.since) < 0) return [];
  const flag = flags[0]!;
  const type = /^struct bpf_iter_(\w+)$/.exec(shape.first?.name ?? '');
  const verb = flag.replace('KF_ITER_', '').toLowerCase();
  const found: string[] = [];
  if (!type || shape.first!.pointers !== 1) found.push('the first parameter of an iterator kfunc must be a struct bpf_iter_<type> *');
  else if (shape.name !== `bpf_iter_${type[1]}_${verb}`)
    found.push(`with ${flag} and struct bpf_iter_${type[1]} its name must be bpf_iter_${type[1]}_${verb}`);
  if (flag !== 'KF_ITER_NEW' && shape.parameterCount > 1) found.push('only the constructor of an iterator may have further parameters');
  if (flag === 'KF_ITER_NEXT' && shape.returns !== 'pointer') found.push('the next function of an iterator must return a pointer');
  if (flag === 'KF_ITER_DESTROY' && shape.returns !== 'void') found.push('the destructor of an iterator must return void');
  const source = in_('kernel/bpf/btf.c', 'btf_check_iter_kfuncs', 'ITER_PREFIX', '6.4');
  return found.map((text) => ({ stage: 'register', subject: flag, text, source }));
}

const SPECIAL =
  /^bpf_(?:(?:percpu_)?obj_(?:new|drop)|refcount_acquire)(?:_impl)?$|^bpf_(?:cast_to_kern_ctx|rdonly_cast|dynptr_slice(?:_rdwr)?)$/;

/** Kfuncs that the verifier knows by name (special_kfunc_list) and whose void * it gives a type: no declaration tells what they take and return. */
export function isSpecialKfunc(name: string): boolean {
  return SPECIAL.test(name);
}
