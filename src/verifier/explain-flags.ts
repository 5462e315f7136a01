/** What each flag asks of programs and gives the kfunc, by series, in plain words. */
import { at, BTF, type Effect, effect } from './effect.ts';

const ITERATOR_CHECK = at('btf_check_iter_kfuncs', 'exactly one of KF_ITER_{NEW,NEXT,DESTROY} can be set', '6.1', null, BTF);

/** In the order of their bits. */
export const FLAG_EFFECTS: Readonly<Record<string, { summary: string; effects: readonly Effect[] }>> = {
  KF_ACQUIRE: {
    summary: 'The result is a reference that the program must give back.',
    effects: [
      effect(
        '6.1',
        null,
        'The result must be a pointer to a struct, or every program that calls the kfunc is refused. It counts as trusted until it is released.',
        at('check_kfunc_call', 'acquire kernel function does not return PTR_TO_BTF_ID'),
      ),
      effect(
        '6.1',
        null,
        'A program that ends while it still holds the reference is refused.',
        at('check_reference_leak', 'Unreleased reference id=%d alloc_insn=%d'),
      ),
      effect('6.1', null, 'Without KF_RET_NULL the result counts as never NULL: a NULL or an ERR_PTR would go on as a trusted object.'),
    ],
  },
  KF_RELEASE: {
    summary: 'Takes back the reference that its argument holds.',
    effects: [
      effect(
        '6.1',
        '7.1',
        'Exactly one argument, at any position, must hold a reference; two of them are refused.',
        at('btf_check_func_arg_match', 'release kernel function %s expects refcounted PTR_TO_BTF_ID', '6.1', '6.1', BTF),
        at('check_kfunc_args', 'release kernel function %s expects refcounted PTR_TO_BTF_ID', '6.2'),
      ),
      effect(
        '7.2',
        null,
        'The first argument must hold the reference: a kfunc that releases another one can not be called any more.',
        at('check_kfunc_args', 'release kfunc %s expects referenced PTR_TO_BTF_ID passed to %s'),
      ),
      effect('6.1', '6.3', 'Its other arguments are as unchecked as without any flag.'),
      effect(
        '6.4',
        '6.19',
        'It implies KF_TRUSTED_ARGS for all arguments: none is NULL, every kernel object is trusted.',
        at('check_kfunc_args', 'Possibly NULL pointer passed to trusted '),
      ),
      effect(
        '6.1',
        null,
        'The object must be passed as it was got: same type, no offset.',
        at('check_func_arg_reg_off', 'must have zero offset when passed to release func', '6.1', '7.1'),
        at('__check_func_arg_reg_off', 'must have zero offset when passed to release func', '7.2'),
      ),
    ],
  },
  KF_RET_NULL: {
    summary: 'The pointer returned may be NULL, and the program must test it.',
    effects: [
      effect(
        '6.1',
        null,
        'The program is refused where it uses the result without having tested it.',
        at('check_kfunc_call', 'PTR_MAYBE_NULL'),
      ),
      effect(
        '6.1',
        null,
        'It only speaks of pointers: on a kfunc that returns a number it does nothing. An ERR_PTR is not NULL to the verifier.',
      ),
      effect(
        '7.0',
        null,
        'Forgetting it became worse: what is returned counts as trusted, so that the program reads through it without fault handling.',
      ),
    ],
  },
  KF_KPTR_GET: {
    summary: 'The first argument is the address of a kptr in a map value.',
    effects: [
      effect(
        '6.1',
        '6.3',
        'The first parameter must be a pointer to a pointer to a struct; the kfunc reads the kptr itself.',
        at('btf_check_func_arg_match', 'BTF type must be a double pointer', '6.1', '6.1', BTF),
        at('process_kf_arg_ptr_to_kptr', 'BTF type must be a double pointer', '6.2'),
      ),
    ],
  },
  KF_TRUSTED_ARGS: {
    summary: 'Pointers to kernel objects must be trusted.',
    effects: [
      effect(
        '6.1',
        '6.1',
        'Every kernel object passed must hold a reference. Memory (pointers to integers, to structs of integers, sized buffers) is not touched by it: NULL gets through there.',
        at('btf_check_func_arg_match', 'R%d must be referenced', '6.1', null, BTF),
      ),
      effect(
        '6.2',
        '6.19',
        'Every kernel object passed must hold a reference or be trusted: an argument of a BTF tracepoint, LSM or struct_ops hook, or walked from one by a field on the safe list.',
        at('check_kfunc_args', 'must be referenced or trusted'),
      ),
      effect(
        '6.3',
        '6.19',
        'NULL is refused for every pointer parameter, memory included, unless it is __nullable or __ign.',
        at('check_kfunc_args', 'Possibly NULL pointer passed to trusted '),
      ),
      effect('6.1', '6.19', 'Of a struct made of integers only it promises nothing: any memory of the program may be passed for it.'),
      effect('7.0', null, 'The flag is gone: what it asked for is what every kfunc gets. A patch that names it does not compile.'),
    ],
  },
  KF_SLEEPABLE: {
    summary: 'May sleep, so only sleepable programs may call it.',
    effects: [
      effect(
        '6.1',
        null,
        'Programs that are not sleepable are refused.',
        at('btf_check_func_arg_match', 'is sleepable but the program is not', '6.1', '6.1', BTF),
        at('check_kfunc_call', 'program must be sleepable to call sleepable kfunc', '6.2', '7.0'),
        at('check_kfunc_call', 'is sleepable within', '7.1'),
      ),
      effect(
        '6.2',
        null,
        'Calls inside bpf_rcu_read_lock() are refused; from 6.10 on inside bpf_preempt_disable() too, from 6.14 on with interrupts off too.',
        at('check_kfunc_call', 'is sleepable within'),
      ),
      effect('6.1', null, 'It says nothing of arguments. Plain RCU is not held in a sleepable program.'),
    ],
  },
  KF_DESTRUCTIVE: {
    summary: 'May bring the system down, so it takes CAP_SYS_BOOT.',
    effects: [
      effect(
        '6.1',
        null,
        'Programs loaded without CAP_SYS_BOOT are refused. It says nothing of arguments.',
        at('check_kfunc_call', 'destructive kfunc calls require CAP_SYS_BOOT'),
      ),
    ],
  },
  KF_RCU: {
    summary: 'Kernel objects passed must be trusted or protected by RCU.',
    effects: [
      effect(
        '6.2',
        null,
        'Every kernel object passed must be trusted or come from a field that is protected by RCU, inside an RCU section.',
        at('check_kfunc_args', 'must be a rcu pointer'),
      ),
      effect('6.2', '6.3', 'NULL is not refused: an RCU-protected pointer that was not tested gets through.'),
      effect(
        '6.4',
        null,
        'NULL is refused for every pointer parameter, unless it is __nullable or __ign.',
        at('check_kfunc_args', 'Possibly NULL pointer passed to trusted '),
      ),
      effect(
        '6.2',
        null,
        'The count of the object may already be 0: take a reference with a tryget (refcount_inc_not_zero() and kin). The kfunc is not thereby called inside an RCU section: a trusted object may be passed outside one.',
      ),
      effect(
        '6.12',
        null,
        'Together with KF_SLEEPABLE only trusted objects are left: a sleepable kfunc can not be called in an RCU section, and nothing is protected by RCU outside one.',
        at('check_kfunc_call', 'is sleepable within', '6.12'),
      ),
      effect('6.2', '6.19', 'Together with KF_TRUSTED_ARGS it loosens that flag: RCU-protected pointers are let through.'),
    ],
  },
  KF_ITER_NEW: {
    summary: 'The constructor of an iterator.',
    effects: [
      effect(
        '6.4',
        null,
        'Must be named bpf_iter_<type>_new and take a struct bpf_iter_<type> * first, whose size is a multiple of 8; else registering fails.',
        ITERATOR_CHECK,
      ),
      effect(
        '6.4',
        null,
        'It may fail: the program goes on to call next and destroy all the same, so it must leave a state that both can stand.',
      ),
    ],
  },
  KF_ITER_NEXT: {
    summary: 'The step of an iterator; NULL ends the loop.',
    effects: [
      effect('6.4', null, 'Must be named bpf_iter_<type>_next, take the iterator alone and return a pointer.', ITERATOR_CHECK),
      effect(
        '6.4',
        null,
        'Gets an initialised iterator whose constructor may have failed.',
        at('process_iter_arg', 'expected an initialized iter_'),
      ),
    ],
  },
  KF_ITER_DESTROY: {
    summary: 'The end of an iterator.',
    effects: [
      effect('6.4', null, 'Must be named bpf_iter_<type>_destroy, take the iterator alone and return nothing.', ITERATOR_CHECK),
      effect(
        '6.4',
        null,
        'Gets an initialised iterator whose constructor may have failed.',
        at('process_iter_arg', 'expected an initialized iter_'),
      ),
    ],
  },
  KF_RCU_PROTECTED: {
    summary: 'Must be called inside an RCU section.',
    effects: [
      effect(
        '6.7',
        '6.17',
        'Only iterators are held to it. On any other kfunc the flag is ignored without a word.',
        at('process_iter_arg', 'expected an RCU CS when using'),
      ),
      effect(
        '6.18',
        null,
        'Calls outside an RCU section are refused, and what is returned is good until that section ends.',
        at('check_kfunc_call', 'requires RCU critical section protection'),
      ),
    ],
  },
  KF_FASTCALL: {
    summary: 'The verifier may inline it and keep registers alive over the call.',
    effects: [effect('6.13', null, 'Means something only on kfuncs that the verifier itself inlines. It says nothing of arguments.')],
  },
  KF_ARENA_RET: {
    summary: 'The result is an arena address.',
    effects: [effect('6.15', null, 'Only changes the prototype that programs see; the verifier never looks at it.')],
  },
  KF_ARENA_ARG1: {
    summary: 'The first argument is an arena address.',
    effects: [effect('6.15', null, 'Only changes the prototype that programs see; the verifier never looks at it.')],
  },
  KF_ARENA_ARG2: {
    summary: 'The second argument is an arena address.',
    effects: [effect('6.15', null, 'Only changes the prototype that programs see; the verifier never looks at it.')],
  },
  KF_IMPLICIT_ARGS: {
    summary: 'Its last parameters are filled in by the verifier.',
    effects: [
      effect(
        '7.0',
        null,
        'Parameters of type struct bpf_prog_aux * and struct btf_struct_meta * at the end are hidden from programs and supplied by the verifier.',
      ),
    ],
  },
  KF_SPINLOCK_SAFE: {
    summary: 'May be called while a bpf_spin_lock is held.',
    effects: [
      effect(
        '7.3',
        null,
        'It must not sleep, take that lock again or call back into the program.',
        at('kfunc_spin_allowed', 'KF_SPINLOCK_SAFE'),
      ),
    ],
  },
  KF_PERFMON: {
    summary: 'Takes CAP_PERFMON.',
    effects: [
      effect(
        '7.3',
        null,
        'Programs loaded without CAP_PERFMON are refused. It says nothing of arguments.',
        at('check_kfunc_call', 'is allowed only to CAP_PERFMON and CAP_SYS_ADMIN'),
      ),
    ],
  },
};
