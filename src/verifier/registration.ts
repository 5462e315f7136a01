/** What fails when a kfunc is built, registered or called, by series: for rules about sets, flags and signatures. */
import type { Problem } from './problem.ts';
import type { Life } from './series.ts';
import { during } from './series.ts';
import type { Statement } from './statement.ts';

export { FLAG_RULES, flagProblems } from './flag-problems.ts';
export { type FlagLife, flagLife } from './flags.ts';
export { ITERATOR_FORM, type IteratorShape, iteratorProblems } from './iterator-problems.ts';
export type { Problem, Stage } from './problem.ts';
export { type ReleasePosition, releaseArgument } from './release.ts';
export { constantParameters, suffixProblems } from './suffix-problems.ts';
export { type SuffixLife, suffixLife } from './suffixes.ts';

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

/** Kfuncs that the verifier knows by name (special_kfunc_list) and whose void * it gives a type: no declaration tells what they take and return. */
const SPECIAL: readonly { names: RegExp; result: 'object' | 'memory' | 'cast' | 'none' }[] = [
  { names: /^bpf_(?:(?:percpu_)?obj_new|refcount_acquire)(?:_impl)?$/, result: 'object' },
  { names: /^bpf_(?:percpu_)?obj_drop(?:_impl)?$/, result: 'none' },
  { names: /^bpf_dynptr_slice(?:_rdwr)?$/, result: 'memory' },
  { names: /^bpf_(?:cast_to_kern_ctx|rdonly_cast)$/, result: 'cast' },
];

export function isSpecialKfunc(name: string): boolean {
  return SPECIAL.some((s) => s.names.test(name));
}

/** True where the program gets an object or memory out of a void *; what is cast is read with faults handled. */
export function givesMemory(name: string): boolean {
  return SPECIAL.some((s) => s.names.test(name) && (s.result === 'object' || s.result === 'memory'));
}

const UNTRUSTED_RESULTS: readonly (Life & { name: string })[] = [{ name: 'bpf_get_kmem_cache', since: '6.13', until: null }];

/** Where the verifier says, by the kfunc's name, that what it returns is read with faults handled (PTR_UNTRUSTED): NULL does no harm then. */
export function untrustedResult(name: string, series: string): Statement | null {
  if (!UNTRUSTED_RESULTS.some((r) => r.name === name && during(r, series))) return null;
  return { since: '6.13', until: null, path: 'kernel/bpf/verifier.c', symbol: 'check_kfunc_call', quote: 'PTR_UNTRUSTED' };
}
