/** What each parameter suffix and each kind of parameter means, in plain words. */

import { at, BTF, type Effect, effect } from './effect.ts';
import type { ParameterKind } from './model.ts';

export const SUFFIX_EFFECTS: Readonly<Record<string, { summary: string; effects: readonly Effect[] }>> = {
  __sz: {
    summary: 'On an integer: how many bytes the pointer before it has.',
    effects: [
      effect(
        '6.1',
        null,
        'The memory is readable and writable for that many bytes, const or not. 0 is allowed, the most is 2^29 - 1, and the type pointed to plays no part: compare the size before a field is touched.',
        at('btf_check_func_arg_match', 'memory, len pair leads to invalid memory access', '6.1', '6.1', BTF),
        at('check_kfunc_args', 'memory, len pair leads to invalid memory access', '6.2'),
      ),
      effect(
        '6.1',
        '7.2',
        'Where a struct of its own type arrives as a kernel object, the size is not looked at: any number may stand there.',
      ),
      effect('6.1', '6.19', 'Without flags NULL gets through: the constant with size 0, an untested map look-up with any size.'),
    ],
  },
  __szk: {
    summary: 'As __sz, and a constant of the program.',
    effects: [
      effect(
        '6.4',
        null,
        'The size must be known when the program is loaded. Which constant it is, is not looked at beyond what __sz asks.',
        at('check_kfunc_args', 'must be a known constant', '6.2', '7.2'),
        at('process_const_arg', 'must be a known constant', '7.3'),
      ),
      effect(
        '6.4',
        '7.2',
        'Not where no memory stands before it, nor where a struct of its own type arrives as a kernel object: there any number may stand.',
      ),
      effect('6.7', '6.19', 'Nor where NULL arrives for a pointer marked __nullable.'),
    ],
  },
  __k: {
    summary: 'On an integer: a constant of the program.',
    effects: [
      effect(
        '6.2',
        null,
        'The program must pass a constant, any constant. That is no range: bound it before it becomes an index. One such parameter a kfunc.',
        at('check_kfunc_args', 'must be a known constant', '6.2', '7.2'),
        at('process_const_arg', 'must be a known constant', '7.3'),
      ),
    ],
  },
  __alloc: {
    summary: 'On a pointer: an object of bpf_obj_new().',
    effects: [
      effect(
        '6.2',
        null,
        'Only the kfuncs that drop such objects are let through.',
        at('check_kfunc_args', 'expected pointer to allocated object'),
      ),
    ],
  },
  __ign: {
    summary: 'The argument is not looked at.',
    effects: [
      effect(
        '6.2',
        null,
        'Anything may stand there: an integer, NULL, a stale pointer, even a register that was never set. The kfunc must not follow it unless the verifier itself fills it in.',
        at('is_kfunc_arg_ignore', '__ign'),
      ),
    ],
  },
  __uninit: {
    summary: 'On a dynptr: an empty slot that the kfunc fills.',
    effects: [
      effect(
        '6.4',
        null,
        'The program passes a dynptr slot that is not initialised and holds garbage; it counts as initialised after the call, so the kfunc must set it on every path, errors included.',
        at('process_dynptr_func', 'Dynptr has to be an uninitialized dynptr'),
      ),
    ],
  },
  __refcounted_kptr: {
    summary: 'On a pointer: an object of bpf_obj_new() with a bpf_refcount.',
    effects: [effect('6.4', null, 'Serves bpf_refcount_acquire() alone.', at('check_kfunc_args', 'is neither owning or non-owning ref'))],
  },
  __opt: {
    summary: 'On the pointer of a sized buffer: the constant NULL is allowed.',
    effects: [
      effect(
        '6.5',
        '6.19',
        'The constant NULL gets through with any size, -1 included. It does not override KF_TRUSTED_ARGS, KF_RCU or KF_RELEASE, which refuse NULL first. Without a size parameter behind it, it does nothing.',
        at('is_kfunc_arg_optional', '__opt'),
      ),
      effect('7.0', null, 'Gone: the name is a plain one, and NULL is refused. Use __nullable.'),
    ],
  },
  __nullable: {
    summary: 'On a pointer: NULL is allowed.',
    effects: [
      effect(
        '6.7',
        null,
        'The constant NULL gets through, KF_TRUSTED_ARGS or not; memory that was not tested does too. The kfunc must test it.',
        at('get_kfunc_ptr_arg_type', 'KF_ARG_PTR_TO_NULL', '6.7', '7.2'),
        at('get_kfunc_arg_type', 'PTR_MAYBE_NULL', '7.3'),
      ),
      effect('6.7', '7.1', 'On the argument that a KF_RELEASE kfunc takes it does nothing: a call without a reference is refused.'),
      effect('7.2', null, 'On the argument that a KF_RELEASE kfunc takes it lets NULL through as well.'),
      effect('6.7', '6.10', 'On dynptrs, iterators, lists, trees, maps and strings it does nothing.'),
      effect('6.7', null, 'With a size behind it: where the buffer is NULL, the size is not looked at and may be any number.'),
      effect('6.7', '7.2', 'On the context it does nothing.'),
    ],
  },
  __str: {
    summary: 'On a pointer: a string in read-only memory.',
    effects: [
      effect(
        '6.8',
        null,
        'Only a NUL-terminated string in a map that is frozen and read-only gets through: never NULL, never changed by the program.',
        at('check_kfunc_args', "doesn't point to a const string"),
      ),
    ],
  },
  __map: {
    summary: 'On a pointer: a map.',
    effects: [
      effect(
        '6.9',
        null,
        'A map of any type: its type, key and value sizes are not looked at.',
        at('check_kfunc_args', "isn't map pointer"),
      ),
    ],
  },
  __const_map: {
    summary: 'On a pointer: a map that is known when the program is loaded.',
    effects: [
      effect('7.3', null, 'Only a map named in the program gets through, of any type.', at('check_kfunc_args', "isn't map pointer")),
    ],
  },
  __iter: {
    summary: 'On a pointer: an iterator that is under way.',
    effects: [
      effect(
        '6.12',
        null,
        'An initialised iterator of that type on the stack; its constructor may have failed.',
        at('process_iter_arg', 'expected an initialized iter_'),
      ),
    ],
  },
  __irq_flag: {
    summary: 'On a pointer: the stack slot that holds saved interrupt flags.',
    effects: [
      effect(
        '6.14',
        null,
        'Serves the kfuncs that save and restore interrupts, which must nest.',
        at('check_kfunc_args', "doesn't point to an irq flag on stack"),
      ),
    ],
  },
  __prog: {
    summary: 'On a pointer: the program itself, filled in by the verifier.',
    effects: [
      effect('6.16', '6.19', 'Whatever the program passes is replaced by its own struct bpf_prog_aux.'),
      effect('7.0', null, 'Gone: a parameter of type struct bpf_prog_aux * is filled in by its type alone.'),
    ],
  },
  __nonown_allowed: {
    summary: 'On a list or tree node: a pointer that owns nothing will do.',
    effects: [effect('7.2', null, 'Loosens what the kfuncs of lists and trees ask of their nodes.')],
  },
  __arena: {
    summary: 'On a pointer: an address in the arena of the program.',
    effects: [
      effect(
        '7.3',
        null,
        'Any number may be passed; the JIT turns its low 32 bits into an address in the arena, so it is never NULL. What is there may change at any time.',
        at('get_kfunc_arg_type', 'arena pointer requires a program with an associated arena'),
      ),
    ],
  },
  __arena__nullable: {
    summary: 'As __arena, but 0 arrives as NULL.',
    effects: [effect('7.3', null, 'Where the low 32 bits are 0 the kfunc sees NULL and must test for it.')],
  },
  rdonly_buf_size: {
    summary: 'A whole name: the constant size of the read-only memory returned.',
    effects: [
      effect(
        '6.1',
        null,
        'The program must pass a constant; the kfunc must make sure that the memory it returns is that long.',
        at('btf_check_func_arg_match', 'is not a const', '6.1', '6.1', BTF),
        at('check_kfunc_args', 'is not a const', '6.2', '7.2'),
        at('process_const_alloc_mem_size', 'is not a const', '7.3'),
      ),
    ],
  },
  rdwr_buf_size: {
    summary: 'A whole name: the constant size of the writable memory returned.',
    effects: [
      effect(
        '6.1',
        null,
        'The program must pass a constant; the kfunc must make sure that the memory it returns is that long.',
        at('btf_check_func_arg_match', 'is not a const', '6.1', '6.1', BTF),
        at('check_kfunc_args', 'is not a const', '6.2', '7.2'),
        at('process_const_alloc_mem_size', 'is not a const', '7.3'),
      ),
    ],
  },
};

/** One sentence a kind, for `explain`. */
export const KIND_SUMMARIES: Readonly<Record<ParameterKind, string>> = {
  scalar: 'An integer, bool or enum. The verifier checks that it is a number and nothing else: any value arrives, enumerator or not.',
  'btf-pointer':
    'A pointer to a struct that holds pointers. Only a kernel object of that type gets through; whether it may be NULL, stale or dying is for the flags to say.',
  memory:
    'A pointer to an integer or to a struct of integers. Any memory of the program that is long enough gets through, so it may change during the call and is never "trusted".',
  'sized-memory': 'A pointer with a size behind it. As long as the size says, which may be 0.',
  context: "The program's context. Never NULL.",
  dynptr: 'A struct bpf_dynptr. Initialised, but possibly the null dynptr or read-only.',
  iterator: 'An iterator on the stack. Its constructor may have failed.',
  map: 'A map of any type.',
  'constant-map': 'A map of any type that the program itself names.',
  string: 'A NUL-terminated string in read-only memory.',
  callback: 'A function of the same program.',
  'list-head': 'A bpf_list_head in a map value or allocated object.',
  'list-node': 'A bpf_list_node of an allocated object.',
  'rb-root': 'A bpf_rb_root in a map value or allocated object.',
  'rb-node': 'A bpf_rb_node of an allocated object.',
  workqueue: 'A bpf_wq in a map value.',
  timer: 'A bpf_timer in a map value.',
  'task-work': 'A bpf_task_work in a map value.',
  'irq-flag': 'A stack slot with saved interrupt flags.',
  'res-spin-lock': 'A bpf_res_spin_lock in a map value or allocated object.',
  'allocated-object': 'An object of bpf_obj_new().',
  'refcounted-kptr': 'An object of bpf_obj_new() with a bpf_refcount.',
  arena: 'An address in the arena of the program.',
  implicit: 'Filled in by the verifier.',
  ignored: 'Not looked at: anything may arrive.',
  uncallable: 'Nothing that a program has fits it, so that no call is let through.',
  unknown: 'What it is hangs on a definition that is not at hand; the weaker answer is given.',
};
