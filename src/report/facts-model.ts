/** What the verifier guarantees to each kfunc, in the contract's shape (`kfuncs[]`). Reporters know no more than this. */
import type { Diagnostic, Evidence } from '../claim.ts';
import type { KernelChoice } from './model.ts';

export interface ParameterFacts {
  name: string;
  type: string;
  kind: string;
  mayBeNull: boolean;
  trust: 'trusted' | 'rcu' | 'any' | 'none';
  refcountMayBeZero: boolean;
  /** who keeps the count above zero: a reference that the verifier tracks, only the hook that hands the pointer over, nobody */
  liveCount: 'reference' | 'hook' | 'nobody';
  /** a pointer that the program walked to from another object may arrive, which may be gone */
  walked: boolean;
  /** an empty slot on the stack, which the kfunc is to fill */
  toFill: boolean;
  constant: boolean;
  bounded: boolean;
  sizeOf: string | null;
  /** the size parameter by declaration, also where the verifier does not tie the two together whatever is passed */
  sizeParameter: string | null;
  /** what the answer is the weaker one for the want of; null: nothing */
  unsure: string | null;
  because: readonly Evidence[];
}

export interface ReturnFacts {
  type: string;
  mayBeNull: boolean;
  acquires: boolean;
  trust: 'trusted' | 'rcu' | 'any' | 'none';
  /** memory that the program gets; `size` is `pointee` or a parameter's name */
  memory: { writable: boolean; size: string } | null;
  /** why the verifier refuses every call of a kfunc that returns this; null: it does not */
  refused: string | null;
  because: readonly Evidence[];
}

export interface ContextFacts {
  rcuHeld: boolean;
  maySleep: boolean;
  mayBeNmi: boolean;
  because: readonly Evidence[];
}

export interface KfuncFacts {
  name: string;
  file: string;
  line: number;
  /** false: in no set at hand, so that the flags are not known and what is said holds for none */
  registered: boolean;
  flags: readonly string[];
  /** those of them that this series does not have, so that they do nothing: it would not even build */
  absentFlags: readonly string[];
  sets: readonly string[];
  programTypes: readonly string[];
  parameters: readonly ParameterFacts[];
  return: ReturnFacts;
  context: ContextFacts;
}

export interface FactsReport {
  kernel: KernelChoice;
  kfuncs: readonly KfuncFacts[];
  fileCount: number;
  diagnostics: readonly Diagnostic[];
}

export interface FactsOptions {
  color: boolean;
  version: string;
  /** tell the evidence too */
  why: boolean;
}
