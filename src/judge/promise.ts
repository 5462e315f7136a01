/** What the verifier promises about the property that a claim says is missing. */
import type { Claim, Evidence, Missing } from '../claim.ts';
import type { KfuncGuarantees, ParameterGuarantee } from '../verifier/model.ts';
import type { Bench } from './judge.ts';

export interface Answer {
  /** entries with role `carries`: the property is promised (or, for a claim that stands, why it is not) */
  evidence: Evidence[];
  missing: Missing[];
}

const NOTHING: Answer = { evidence: [], missing: [] };

export function promise(claim: Claim, bench: Bench): Answer {
  const p = claim.property;
  if (p.kind === 'code' || claim.kfunc === null) return NOTHING;
  const { registered, all } = bench.guarantees(claim.kfunc);
  if (all.length === 0) return NOTHING;
  const held = all.map((g) => holds(p, g));
  const unread = bench.kfunc(claim.kfunc)?.entries.flatMap((e) => e.unreadFlags) ?? [];
  // a promise must hold for every way in; that NULL may arrive is true as soon as one way lets it in, if no flag that is not at hand keeps it out
  const promised = p.kind === 'maybe-null' ? held.some((h) => h.holds) && registered && unread.length === 0 : held.every((h) => h.holds);
  const caller = p.kind === 'non-null' || p.kind === 'maybe-null' || p.kind === 'not-negative' ? bench.callerInC(claim.kfunc) : null;
  const kept = promised && (p.kind === 'maybe-null' || caller === null);
  const evidence = dedupe(held.flatMap((h) => h.because.map((e): Evidence => ({ ...e, role: kept && h.holds ? 'carries' : 'context' }))));
  if (kept) return { evidence, missing: [] };
  if (caller !== null && (promised || p.kind === 'maybe-null'))
    return {
      evidence,
      missing: [{ what: claim.kfunc, why: `${caller}() calls ${claim.kfunc}() in C, where no verifier looks`, treeWouldHelp: false }],
    };
  const missing: Missing[] = held.flatMap((h) =>
    h.unsure === null ? [] : [{ what: claim.subject, why: h.unsure, treeWouldHelp: h.unsure !== HOOK && h.unsure !== WALKED }],
  );
  if (!registered && !isNumber(p)) {
    missing.push({
      what: claim.kfunc,
      why: `the registration of ${claim.kfunc}() is not at hand, so its flags are not known`,
      treeWouldHelp: true,
    });
  }
  for (const flag of unread) {
    if (!isNumber(p)) missing.push({ what: flag, why: `what ${flag} stands for in the flags is not at hand`, treeWouldHelp: true });
  }
  return { evidence, missing };
}

/** No flag says anything of numbers. */
function isNumber(p: Claim['property']): boolean {
  return p.kind === 'bounded' || p.kind === 'not-negative';
}

interface Held {
  holds: boolean;
  because: Evidence[];
  unsure: string | null;
}

function holds(p: Claim['property'], g: KfuncGuarantees): Held {
  if (p.kind === 'rcu-section') return { holds: g.context.rcuHeld, because: g.context.because, unsure: null };
  if (p.kind === 'sleepable') return { holds: g.context.maySleep, because: g.context.because, unsure: null };
  if (p.kind === 'code') return { holds: false, because: [], unsure: null };
  const parameter = g.parameters[p.parameter];
  if (!parameter) return { holds: false, because: [], unsure: null };
  if (p.kind === 'not-negative' && parameter.neverNegative) return { holds: true, because: [parameter.neverNegative], unsure: null };
  return { holds: promised(p, parameter), because: parameter.because, unsure: unsureOf(p, parameter) };
}

/** Neither a promise nor its absence: hooks that free an object hand it out trusted as well. */
const HOOK = 'a trusted argument is alive by the word of the hook that hands it out alone: no flag makes the verifier track its count';

/** A struct that the program may just as well build on its own stack: most of them no kernel object points to. */
const WALKED = 'whether a kernel object points to such a struct, so that a program could walk to one, is not known';
const MEMORY: ReadonlySet<string> = new Set(['memory', 'sized-memory']);

function unsureOf(p: Claim['property'], g: ParameterGuarantee): string | null {
  if (p.kind === 'live-count' && g.liveCount === 'hook') return HOOK;
  if (p.kind === 'trusted' && g.walked && MEMORY.has(g.kind)) return WALKED;
  return p.kind === 'non-null' || p.kind === 'maybe-null' ? g.nullUnsure : g.unsure;
}

/** A range is never promised, in no series; a size only where the pair is tied together, which the model says by `sizeOf`. */
function promised(p: Claim['property'], g: ParameterGuarantee): boolean {
  switch (p.kind) {
    case 'non-null':
      return !g.mayBeNull;
    case 'trusted':
      // Memory of the program's own, contexts, dynptrs and the like can't be walked pointers to freed objects.
      return g.trust === 'trusted' || g.trust === 'rcu' || (g.walked === false && g.kind !== 'unknown' && g.unsure === null);
    case 'live-count':
      return !g.refcountMayBeZero;
    case 'maybe-null':
      // where the model only took the weaker answer, that NULL arrives is no fact
      return g.mayBeNull && g.nullUnsure === null;
    case 'callable':
      return g.kind !== 'uncallable' && g.kind !== 'unknown';
    default:
      return false;
  }
}

function dedupe(list: Evidence[]): Evidence[] {
  const seen = new Set<string>();
  return list.filter((e) => {
    const key = `${e.kind}|${e.role}|${e.text}`;
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}
