/**
 * What the verifier model says: `(flags, parameter declarations, series) → guarantees`. Knows the verifier and not C bodies; imports of source/ are types only.
 */
import type { Evidence } from '../claim.ts';
import type { TypeSyntax } from '../source/ir.ts';

/** How a parameter's declaration makes the verifier treat it. */
export type ParameterKind =
  | 'scalar'
  | 'btf-pointer'
  | 'memory'
  | 'sized-memory'
  | 'context'
  | 'dynptr'
  | 'iterator'
  | 'map'
  | 'constant-map'
  | 'string'
  | 'callback'
  | 'list-head'
  | 'list-node'
  | 'rb-root'
  | 'rb-node'
  | 'workqueue'
  | 'timer'
  | 'task-work'
  | 'irq-flag'
  | 'res-spin-lock'
  | 'allocated-object'
  | 'refcounted-kptr'
  | 'arena'
  | 'implicit'
  | 'ignored'
  | 'uncallable'
  | 'unknown';

export type Trust = 'trusted' | 'rcu' | 'any' | 'none';

export interface ParameterInput {
  name: string;
  type: TypeSyntax;
  /** as written */
  text: string;
}

export interface KfuncInput {
  name: string;
  returns: TypeSyntax;
  parameters: ParameterInput[];
  flags: string[];
  /** of an iterator's next or destroy function: its constructor has KF_RCU_PROTECTED */
  constructorProtected?: boolean;
  /** BPF_PROG_TYPE_… that may call it; empty: not known */
  programTypes: string[];
  /** the BTF_ID_FLAGS line, to be named in evidence */
  flagsAt: Evidence['location'];
  flagsLine: string | null;
}

/** What the model needs to know about C types; answered by source/. null: not at hand. */
export interface TypeOracle {
  /** `struct foo` / `union foo` made only of scalars and arrays and structs of them (the verifier's __btf_type_is_scalar_struct) */
  isScalarStruct(structName: string): boolean | null;
  /** what a typedef name stands for */
  resolveTypedef(name: string): TypeSyntax | null;
  /** enum has an enumerator that needs more than 32 bits (BTF_KIND_ENUM64) */
  isEnum64(enumName: string): boolean | null;
}

export interface ParameterGuarantee {
  name: string;
  type: string;
  kind: ParameterKind;
  /** at run time; for non-pointers false */
  mayBeNull: boolean;
  trust: Trust;
  refcountMayBeZero: boolean;
  /** who keeps the count above zero: a reference that the verifier tracks, or only the promise of the hook that hands the pointer over; absent: nobody */
  liveCount?: 'reference' | 'hook' | 'nobody';
  /** a pointer that the program walked to from another object may arrive, which may be gone; absent: told by `trust` alone */
  walked?: boolean;
  /** an empty slot on the stack, for a dynptr or iterator that the kfunc is to make */
  toFill?: boolean;
  constant: boolean;
  /** always false: the verifier gives no range in any series */
  bounded: false;
  /** the size of memory that the verifier has held against it: never negative; null: any value, else what says so */
  neverNegative?: Evidence | null;
  /** name of the size parameter that says how much of this memory is there */
  sizeOf: string | null;
  /** name of the size parameter by declaration, also where the verifier does not tie the two together for every register */
  sizeParameter?: string | null;
  /** the model could not tell the kind or the nullness and took the weaker answer: says what it would need */
  unsure: string | null;
  /** the same for nullness alone: null where every kind that it may be gives the same answer */
  nullUnsure: string | null;
  because: Evidence[];
}

/** Memory that a returned pointer gives the program. */
export interface ReturnMemory {
  writable: boolean;
  /** `pointee`: as long as the type pointed to; else the name of the parameter that says how long */
  size: string;
}

export interface ReturnGuarantee {
  /** the program must test for NULL (KF_RET_NULL); without it the kfunc itself must never return NULL */
  mayBeNull: boolean;
  acquires: boolean;
  trust: Trust;
  /** for pointers to scalars; absent or null: none */
  memory?: ReturnMemory | null;
  /** why the verifier refuses every call of a kfunc that returns this; absent or null: it does not */
  refused?: string | null;
  because: Evidence[];
}

/** What the caller's context promises to the body. */
export interface ContextGuarantee {
  /** plain RCU is held on every way in */
  rcuHeld: boolean;
  /** every caller may sleep */
  maySleep: boolean;
  /** some caller may be an NMI */
  mayBeNmi: boolean;
  because: Evidence[];
}

export interface KfuncGuarantees {
  series: string;
  parameters: ParameterGuarantee[];
  returns: ReturnGuarantee;
  context: ContextGuarantee;
}
