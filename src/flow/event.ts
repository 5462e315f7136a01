/** What happens on the way through a function, with what is known at that point: the only thing that rules see of the analysis. */
import type { Location } from '../claim.ts';
import type { CType } from './ctype.ts';
import type { Fact } from './domain.ts';
import type { ContextKind } from './state.ts';
import type { Origin, Steered } from './value.ts';

/** One link of the way from the kfunc to the place: `function` calls on at `location`. */
export interface Step {
  function: string;
  location: Location;
  text: string;
}

/** One path (or several that agree) on which the event happens. */
export interface Occurrence {
  origins: Origin[];
  /** parameters of the kfunc that take part in the value */
  taint: ReadonlySet<number>;
  /** those of them that only say how far the value counts: the other end is not in their hands */
  steered: Steered | undefined;
  fact: Fact;
  type: CType;
  /** what is known of each parameter of the kfunc (its value at entry) on this path */
  parameters: Fact[];
  /** in a callee: the expression that the outermost function handed the value over as, null where it did not */
  as: string | null;
  /** paths were merged before: the combination of facts need not be possible */
  merged: boolean;
  /** why the analysis can't be sure of what it says, null where it is */
  doubt: string | null;
}

/** Extent of an array as far as it is known: [0, value) or [0, symbol + plus). */
export interface Extent {
  value: number | null;
  symbol: string | null;
  plus: number;
  text: string;
}

/** A reference that was taken by `by` and neither dropped nor stored in an object of somebody else's. */
export interface Unreleased {
  by: string;
  location: Location;
  /** the object was handed to code out of sight, which may have dropped it */
  escaped: boolean;
  /** it was taken of this parameter's object */
  parameter: number | null;
  /** no reference, but memory that was allocated here */
  memory: boolean;
}

interface Common {
  location: Location;
  /** in which function's body */
  function: string;
  /** the expression, white space folded */
  text: string;
  /** from the kfunc to this function; empty in the kfunc itself */
  chain: Step[];
  occurrences: Occurrence[];
}

export type FlowEvent = Common &
  /** `member`: dotted path from the pointer; `end`: bytes from where it points to the end of what is touched, null where no layout is at hand; `bulk`: as many bytes as a length says (memcpy and kin), told apart by a length event; `element`: not only the first of what the pointer points to; `end` then is that of the last one that it may be, and `fixed` says that it is that one */
  (
    | {
        k: 'deref';
        member: string | null;
        struct: string | null;
        end: number | null;
        access: 'read' | 'write' | 'bulk';
        element: boolean;
        fixed: boolean;
      }
    /** `of`: where the extent is not known, the parameter of this function that points to the array: its caller may know; `width`: bytes of an element, null where not known */
    | { k: 'index'; array: string; extent: Extent | null; of: number | null; width: number | null }
    | { k: 'shift'; width: number }
    /** a length in bytes handed to memcpy and kin for its argument `argument`; `of`: extent of that object where known; `member`: it is a member, as written, whose type is not at hand; `parameter`: it is this parameter's memory */
    | { k: 'length'; callee: string; of: Extent | null; member: string | null; argument: number; parameter: number | null }
    /** a pointer or a value handed to a function that is not at hand */
    | { k: 'pass'; callee: string; argument: number; why: string }
    /** a condition asks whether the variable, or the member as written, is NULL (or zero); `inMacro`: not in the text of the function, but in a macro that it uses */
    | { k: 'test'; variable: string; inMacro: boolean }
    /** `unreleased`: references that are still held; `negative`: the value is below zero before it becomes the return type */
    | { k: 'return'; held: 'yes' | 'no' | 'unknown' | 'null'; negative: boolean; unreleased: Unreleased[] }
    /** a helper leaves a reference behind that only it knew of; `taken`: where */
    | { k: 'leak'; by: string; taken: Location }
    | { k: 'call'; callee: string; known: boolean; context: ReadonlyMap<ContextKind, number>; sleeps: 'yes' | 'no' | 'unknown' }
    /** a reference is taken: `live` by a get that needs a count above zero; `tests`: by one that says whether it is; `held`: on an object that a reference is held of already */
    | { k: 'get'; callee: string; live: boolean; tests: boolean; held: boolean }
    /**
     * may sleep; `context`: what is held here by the function itself and its callers within the kfunc, if `unsure` is null; `permission`: the condition on the
     * way that asks whether sleeping is allowed
     */
    | { k: 'sleep'; callee: string; context: ReadonlyMap<ContextKind, number>; unsure: string | null; permission: string | null }
    /** the same if the gfp flags that the function gets as its parameter `gfp` let it: its caller may know */
    | {
        k: 'gfp-sleep';
        gfp: number;
        callee: string;
        context: ReadonlyMap<ContextKind, number>;
        unsure: string | null;
        permission: string | null;
      }
    /**
     * reads a pointer that RCU protects; `section`: the code itself is inside a read-side section; `mutex`: it holds a mutex, which may stand for one; `late`:
     * present where it is the use of what `how` gave before: why something else may keep the object, '' where nothing does
     */
    | { k: 'rcu-read'; how: string; section: boolean; mutex: boolean; late?: string }
    /** a parameter's pointer is stored in memory that another parameter points to */
    | { k: 'keep'; member: string | null }
    /** an assignment to a variable that held a parameter */
    | { k: 'rebind'; variable: string; source: string }
  );

export type EventOf<K extends FlowEvent['k']> = Extract<FlowEvent, { k: K }>;
