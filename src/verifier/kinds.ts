/** What each kind of parameter promises beside flags: how NULL fares, and what a pointer of that kind is worth. */
import type { ParameterKind, Trust } from './model.ts';
import type { Life } from './series.ts';
import { during } from './series.ts';
import type { Statement } from './statement.ts';

const VERIFIER = 'kernel/bpf/verifier.c';
const BTF = 'kernel/bpf/btf.c';

export interface KindRule extends Life {
  kind: ParameterKind;
  /** NULL may arrive although no flag asks for a check; `by-trust`: only where trust is not checked either */
  nullWithoutFlag: 'yes' | 'no' | 'by-trust';
  /** `by-flag`: what the flags ask for; else the same whatever the flags are */
  trust: Trust | 'by-flag';
  text: string;
  at: readonly Statement[];
}

const said = (symbol: string, quote: string, since = '6.1', path = VERIFIER): Statement => ({ since, until: null, path, symbol, quote });
const said61 = (quote: string): Statement => ({ since: '6.1', until: '6.1', path: BTF, symbol: 'btf_check_func_arg_match', quote });

const rule = (
  kind: ParameterKind,
  nullWithoutFlag: KindRule['nullWithoutFlag'],
  trust: KindRule['trust'],
  text: string,
  at: Statement[],
  since = '6.1',
  until: string | null = null,
): KindRule => ({ kind, nullWithoutFlag, trust, text, at, since, until });

const SCALAR_ONLY = [said61('R%d is not a scalar'), said('check_kfunc_args', 'is not a scalar', '6.2')];
const MEMORY = [said('check_mem_reg', 'NULL')];
const MEMORY_SIZE = [
  said61('memory, len pair leads to invalid memory access'),
  said('check_kfunc_args', 'memory, len pair leads to invalid memory access', '6.2'),
];
const MUST_POINT_TO_SCALAR = [
  said61('must point to %sscalar, or struct with scalar'),
  { ...said('get_kfunc_ptr_arg_type', 'must point to %sscalar, or struct with scalar', '6.2'), until: '7.2' },
  said('get_kfunc_arg_type', 'must point to scalar, or struct with scalar', '7.3'),
];

/** The first that lives in the series decides. */
export const KIND_RULES: readonly KindRule[] = [
  rule(
    'scalar',
    'no',
    'none',
    'any value of its register arrives: the verifier looks neither at range nor width nor enumerators',
    SCALAR_ONLY,
  ),
  rule('btf-pointer', 'by-trust', 'by-flag', 'a pointer to a kernel object of that type', MUST_POINT_TO_SCALAR),
  rule('memory', 'yes', 'any', 'any memory of the program that is as long as the type: stack, map value, packet', MEMORY),
  rule('sized-memory', 'yes', 'any', 'any memory of the program that is as long as the size argument says, which may be 0', MEMORY_SIZE),
  rule('context', 'no', 'trusted', "the program's own context", [
    said61('expected pointer to ctx, but got'),
    said('check_kfunc_args', 'expected pointer to ctx, but got', '6.2'),
  ]),
  rule('dynptr', 'no', 'trusted', 'an initialised dynptr, which may be the null dynptr', [
    said61('must be valid and initialized'),
    said('process_dynptr_func', 'Expected an initialized dynptr as', '6.2'),
  ]),
  rule('iterator', 'no', 'trusted', 'an iterator on the stack; its constructor may have failed', [
    said('process_iter_arg', 'expected an initialized iter_', '6.4'),
  ]),
  rule('map', 'by-trust', 'by-flag', "a map of any type, or (6.9 to 6.19 without flags) a map pointer walked out of the kernel's structs", [
    said('check_kfunc_args', "isn't map pointer", '6.9'),
  ]),
  rule('constant-map', 'no', 'trusted', 'a map of any type that the program names', [said('check_kfunc_args', "isn't map pointer", '7.3')]),
  rule('string', 'no', 'any', 'a NUL-terminated string in a frozen read-only map', [
    said('check_kfunc_args', "doesn't point to a const string", '6.8'),
  ]),
  rule(
    'callback',
    'yes',
    'any',
    'its register is not looked at',
    [said('check_kfunc_args', 'KF_ARG_PTR_TO_CALLBACK', '6.3')],
    '6.3',
    '6.5',
  ),
  rule('callback', 'no', 'trusted', 'a function of the same program', [said('check_kfunc_args', 'expected pointer to func', '6.6')], '6.6'),
  rule('list-head', 'no', 'trusted', 'a list head in a map value or allocated object', [
    said('check_kfunc_args', 'expected pointer to map value or allocated object', '6.2'),
  ]),
  rule('rb-root', 'no', 'trusted', 'a tree root in a map value or allocated object', [
    said('check_kfunc_args', 'expected pointer to map value or allocated object', '6.3'),
  ]),
  rule('list-node', 'no', 'trusted', 'a node of an allocated object', [
    said('check_kfunc_args', 'expected pointer to allocated object', '6.2'),
  ]),
  rule('rb-node', 'no', 'trusted', 'a node of an allocated object', [
    said('check_kfunc_args', 'expected pointer to allocated object', '6.3'),
  ]),
  rule('allocated-object', 'no', 'trusted', 'an object of bpf_obj_new(); only the kfuncs that drop one are let through', [
    said('check_kfunc_args', 'expected pointer to allocated object', '6.2'),
  ]),
  rule('refcounted-kptr', 'no', 'trusted', 'an object of bpf_obj_new() with a bpf_refcount', [
    said('check_kfunc_args', 'is neither owning or non-owning ref', '6.4'),
  ]),
  rule('workqueue', 'no', 'trusted', 'a bpf_wq in a map value', [said('check_kfunc_args', "doesn't point to a map value", '6.10')]),
  rule('timer', 'no', 'trusted', 'a bpf_timer in a map value', [said('check_kfunc_args', "doesn't point to a map value", '7.0')]),
  rule('task-work', 'no', 'trusted', 'a bpf_task_work in a map value', [said('check_kfunc_args', "doesn't point to a map value", '6.18')]),
  rule('irq-flag', 'no', 'trusted', 'the stack slot of an IRQ flag', [
    said('check_kfunc_args', "doesn't point to an irq flag on stack", '6.14'),
  ]),
  rule('res-spin-lock', 'no', 'trusted', 'a lock in a map value or allocated object', [
    said('check_kfunc_args', "doesn't point to map value or allocated object", '6.18'),
  ]),
  rule('arena', 'no', 'any', 'an address in the arena of the program, made so by the JIT; what is there may change at any time', [
    said('get_kfunc_arg_type', 'arena pointer requires a program with an associated arena', '7.3'),
  ]),
  rule('implicit', 'no', 'trusted', 'filled in by the verifier, not by the program', [
    { ...said('fixup_kfunc_call', 'kptr_struct_meta', '6.2'), until: '6.14' },
    said('check_kfunc_args', 'Only 1 prog->aux argument supported per-kfunc', '6.18'),
  ]),
  rule('ignored', 'yes', 'any', 'nothing is checked: an integer, NULL or a stale pointer may arrive', [
    said('is_kfunc_arg_ignore', '__ign', '6.2'),
  ]),
  rule('uncallable', 'no', 'any', 'nothing that a program has fits it, so no call is let through', MUST_POINT_TO_SCALAR),
  rule('unknown', 'yes', 'any', 'the weaker of what memory and kernel objects are promised', MUST_POINT_TO_SCALAR),
];

/** Where the register makes a struct an object, whatever the struct is made of. From 7.3 on the declaration decides, and no such object gets through unchecked. */
export const OBJECT_REGISTER: readonly Statement[] = [
  said61('PTR_TO_BTF_ID'),
  { ...said('get_kfunc_ptr_arg_type', 'KF_ARG_PTR_TO_BTF_ID', '6.2'), until: '7.2' },
];

/** What is said of `__k` and `__szk`, and of the size of the memory returned. */
export const CONSTANT: readonly Statement[] = [
  { ...said('check_kfunc_args', 'must be a known constant', '6.2'), until: '7.2' },
  said('process_const_arg', 'must be a known constant', '7.3'),
];
export const CONSTANT_BUFFER: readonly Statement[] = [
  said61('is not a const'),
  { ...said('check_kfunc_args', 'is not a const', '6.2'), until: '7.2' },
  said('process_const_alloc_mem_size', 'is not a const', '7.3'),
];

/** The 64 bits of the register are looked at, before the memory is. */
export const SIZE_OF_MEMORY: readonly Statement[] = [
  said('check_mem_size_reg', "min value is negative, either use unsigned or 'var &= const'"),
];

/** What is said of a slot that the kfunc is to fill. */
export const EMPTY_DYNPTR: readonly Statement[] = [said('process_dynptr_func', 'Dynptr has to be an uninitialized dynptr', '6.4')];
export const EMPTY_ITERATOR: readonly Statement[] = [said('process_iter_arg', 'expected uninitialized iter_', '6.4')];

export function kindRule(kind: ParameterKind, series: string): KindRule {
  return KIND_RULES.find((r) => r.kind === kind && during(r, series)) ?? KIND_RULES.find((r) => r.kind === 'unknown')!;
}

export interface NullableRule extends Life {
  /** kinds for which the suffix changes nothing in these series */
  except: readonly ParameterKind[];
}

const BEFORE_NULLABLE: readonly ParameterKind[] = [
  'dynptr',
  'iterator',
  'list-head',
  'list-node',
  'rb-root',
  'rb-node',
  'string',
  'map',
  'workqueue',
];

/**
 * For which kinds `__nullable` lets NULL through: until 6.10 it is asked after the special kinds, then right after the context, from 7.3 on for all.
 * Source: get_kfunc_ptr_arg_type(), get_kfunc_arg_type().
 */
export const NULLABLE_RULES: readonly NullableRule[] = [
  {
    since: '6.7',
    until: '6.10',
    except: ['scalar', 'context', 'implicit', 'allocated-object', 'refcounted-kptr', ...BEFORE_NULLABLE],
  },
  { since: '6.11', until: '7.2', except: ['scalar', 'context', 'implicit'] },
  { since: '7.3', until: null, except: ['scalar', 'implicit'] },
];

export const NULLABLE_AT: readonly Statement[] = [
  { since: '6.7', until: '7.2', path: VERIFIER, symbol: 'get_kfunc_ptr_arg_type', quote: 'KF_ARG_PTR_TO_NULL' },
  { since: '7.3', until: null, path: VERIFIER, symbol: 'get_kfunc_arg_type', quote: 'PTR_MAYBE_NULL' },
];

/** Enumerators by which the verifier tells kinds of arguments apart, in any series. */
export const KNOWN_ARGUMENT_KINDS: readonly string[] = [
  'KF_ARG_ANYTHING',
  'KF_ARG_CONST',
  'KF_ARG_CONST_ALLOC_SIZE_OR_ZERO',
  'KF_ARG_CONST_MAP_PTR',
  'KF_ARG_CONST_MEM_SIZE',
  'KF_ARG_MEM_SIZE',
  ...(
    'ALLOC_BTF_ID ARENA BTF_ID CALLBACK CONST_STR CTX DYNPTR IRQ_FLAG ITER KPTR LIST_HEAD LIST_NODE MAP MEM MEM_SIZE NULL RB_NODE RB_ROOT ' +
    'REFCOUNTED_KPTR RES_SPIN_LOCK TASK_WORK TIMER WORKQUEUE'
  )
    .split(' ')
    .map((k) => `KF_ARG_PTR_TO_${k}`),
];

/** Structs by which the verifier tells arguments apart (kf_arg_btf_ids), in any series. */
export const KNOWN_ARGUMENT_STRUCTS: readonly string[] =
  'bpf_dynptr bpf_dynptr_kern bpf_list_head bpf_list_node bpf_rb_root bpf_rb_node bpf_wq bpf_timer bpf_task_work bpf_res_spin_lock bpf_prog_aux'.split(
    ' ',
  );
