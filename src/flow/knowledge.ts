/** What `kfunc-patterns.yaml` may say of a kernel function or macro whose body is not followed, and of members of kernel structs. All argument numbers count from 0. */

/** What the result is when a reference was taken; `valid`: a pointer that is neither NULL nor an ERR_PTR. */
export type Outcome = 'always' | 'true' | 'non-null' | 'valid' | 'zero';

export interface FunctionKnowledge {
  name: string;
  /** the pointer returned may be … ; absent: nothing known */
  returns?: ('null' | 'error' | 'valid')[];
  /** returns the pointer of this argument (converted), NULL-ness included */
  returnsArgument?: number;
  /** bounds of an integer result: numbers, or the name of a constant for `below` */
  range?: { min?: number; max?: number; below?: string };
  /** the integer result is worked out of these arguments: who chose them chose it, within `range` */
  computes?: number[];
  /** arguments that must not be NULL */
  dereferences?: number[];
  /** arguments that may be NULL or an ERR_PTR */
  toleratesNull?: number[];
  /** arguments that are read as far as their first NUL, however far that is: they must not be NULL */
  strings?: number[];
  /** the argument is an index that must be in [0, limit); `none`: or this one number, which stands for no index at all */
  index?: { argument: number; limit: string | null; none?: number }[];
  /** the argument is a length in bytes of what `of` points to */
  length?: { argument: number; of: number[] }[];
  /** true: may sleep; an argument number: sleeps if the gfp flags there allow it */
  sleeps?: boolean | { gfp: number };
  /** takes a reference; `live`: needs a count above zero, else it tests the count (tryget) */
  takes?: { what: number | 'return'; when: Outcome; live: boolean };
  /** drops the reference of this argument */
  drops?: number;
  /** RCU section, spin lock, mutex, preemption, IRQ: +1 enters, -1 leaves; `when`: only where the result is not zero (`true`) or zero, else always */
  context?: { kind: 'rcu' | 'spin' | 'mutex' | 'preempt' | 'irq' | 'bh'; change: 1 | -1; when?: 'true' | 'zero' };
  /** the pointer returned is protected by RCU (rcu_dereference and kin) */
  rcuPointer?: boolean;
  /** what the condition means when used as one: likely(x) is x, WARN_ON(x) is x, IS_ERR_OR_NULL … */
  meaning?: 'same-truth' | 'is-err' | 'is-err-or-null' | 'err-ptr' | 'ptr-err' | 'assert-false' | 'assert-true';
  noReturn?: boolean;
  /** changes no memory that the caller can see */
  pure?: boolean;
  /** arguments (pointers) whose target it fills on every path */
  fills?: number[];
  /** since and until which kernel series this holds, both inclusive */
  since?: string;
  until?: string;
}

/** A member that may hold NULL although the object is good. */
export interface MemberKnowledge {
  /** the tag: `task_struct` */
  struct: string;
  member: string;
  /** what it may hold beside a good pointer */
  may: 'null'[];
  /** when it does, one clause */
  why: string;
  /** the kernel's own word for it: path and symbol */
  source: { path: string; symbol: string };
  /** since and until which kernel series this holds, both inclusive */
  since?: string;
  until?: string;
}

export interface Knowledge {
  functions: ReadonlyMap<string, FunctionKnowledge>;
  /** by `<tag>.<member>` */
  members: ReadonlyMap<string, MemberKnowledge>;
}
