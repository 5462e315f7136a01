/** What the analysis of one function in one context gives its callers. */
import type { Location } from '../claim.ts';
import type { CType } from './ctype.ts';
import type { Fact } from './domain.ts';
import type { FlowEvent } from './event.ts';
import type { ContextKind } from './state.ts';
import type { Origin } from './value.ts';

/** One way of leaving the function: what then holds of its result and of its arguments. */
export interface ExitCase {
  result: Fact;
  resultType: CType;
  /** of the value returned; a `param` origin speaks of this function's own parameter */
  origins: Origin[];
  /** parameters whose value takes part in a number that is returned */
  taint: ReadonlySet<number>;
  /** the result is exactly this parameter */
  isParameter: number | null;
  /** … or points into what this parameter points to: member by member, element by element */
  within: { parameter: number; steps: { tag: string; to: CType }[] } | null;
  parameters: Fact[];
  /** what it left behind pointers: `<parameter>-><field>` or `<parameter>->*` */
  memory: Map<string, Fact>;
  /** the pointers left where parameters point to: in which ways a callee or the code itself made them bad, and whether they come with a reference */
  outs: ReadonlyMap<number, { fails: number; held: boolean; rcu: boolean }>;
  context: Map<ContextKind, number>;
  contextDoubt: string | null;
  /** a reference is handed out with the result */
  returnsReference: 'yes' | 'no' | 'unknown';
  /** … which is the ownership of fresh memory */
  returnsMemory: boolean;
  /** who else knows the object that is handed out: another object holds it, or code out of sight may */
  returnsShared: { stored: boolean; escaped: boolean };
  /** parameters whose object got a reference that is still held at the exit */
  takenOn: number[];
  droppedOn: number[];
  /** … and members, `<parameter>-><field>`, whose own reference was dropped */
  droppedMembers: string[];
  /** parameters that got to places out of sight */
  escaped: number[];
  doubt: string | null;
  /** parameters that code out of sight was asked about on this way, and why its answer says nothing here */
  asked: ReadonlyMap<number, string>;
  /** the result is what code out of sight said of these parameters */
  answer: { about: number[]; why: string } | null;
}

export interface FunctionResult {
  name: string;
  location: Location;
  /** types of the parameters as declared: arguments are converted to them */
  parameterTypes: CType[];
  /** parameters that point to memory of the program, and how many bytes their types say; null: not known */
  memory: ReadonlyMap<number, number | null>;
  /** bytes of what each parameter points to, by its type as declared; null: no pointer, or the layout is not known */
  pointees: readonly (number | null)[];
  exits: ExitCase[];
  events: FlowEvent[];
  /** may change memory that its callers know about */
  clobbers: boolean;
  /** members and globals (`g:name`) that it writes, where it is known */
  writes: ReadonlySet<string>;
  /** never returns */
  noReturn: boolean;
  /** callees out of sight, with the reason */
  unknownCallees: ReadonlyMap<string, string>;
  partial: boolean;
}
