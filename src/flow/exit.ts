/** The ways out of a function, few enough to be taken over path by path into its callers. */
import type { Activation } from './activation.ts';
import { type CType, UNKNOWN } from './ctype.ts';
import type { Fact } from './domain.ts';
import { ERR, factKey, join, NULL, UNKNOWN_FACT } from './domain.ts';
import { pointee, rootOf } from './memory.ts';
import type { ExitCase } from './result.ts';
import { plainRoot, type State } from './state.ts';
import { mergeOrigins, mergeTaint, NO_TAINT } from './value.ts';

const CASE_LIMIT = 8;

export function summarise(a: Activation): ExitCase[] {
  const cases = a.exits.map((e) => exitCase(a, e.state, e.value));
  return reduce(cases);
}

function exitCase(a: Activation, s: State, value: string | null): ExitCase {
  const parameterOf = (id: string): number => (/^p\d+$/.test(id) ? Number(id.slice(1)) : -1);
  const v = value === null ? null : a.value(value);
  const root = value === null ? '' : rootOf(s, value);
  const memory = new Map<string, Fact>();
  const outs = new Map<number, { fails: number; held: boolean; rcu: boolean }>();
  for (const [place, id] of s.env) {
    // through a cast too: iterators are filled as the kernel's own struct
    const m = /^m:p(\d+)(?::p\([^)]*\))?(?:\.(\w+))?$/.exec(place);
    if (m) memory.set(`${m[1]}->${m[2] ?? '*'}`, s.fact(id));
    if (m && m[2] === undefined) outs.set(Number(m[1]), leftBehind(a, s, id));
  }
  const held = s.held.filter((h) => h.value === root);
  const droppedMembers = [...s.env].flatMap(([place, id]) => {
    const m = /^m:p(\d+)(?::p\([^)]*\))?\.(\w+)$/.exec(place);
    return m && s.dropped.has(rootOf(s, id)) ? [`${m[1]}->${m[2]}`] : [];
  });
  return {
    result: value === null ? UNKNOWN_FACT : s.fact(value),
    resultType: v?.type ?? UNKNOWN,
    origins: v?.origins ?? [],
    taint: v?.type.k === 'int' ? v.taint : NO_TAINT,
    isParameter:
      value !== null && parameterOf(root) >= 0 && (value === root || s.links.get(value)?.k === 'cast') ? parameterOf(root) : null,
    within: value === null ? null : withinParameter(a, s, value),
    parameters: a.fn.parameters.map((_, i) => s.fact(`p${i}`)),
    memory,
    outs,
    context: new Map([...s.context].filter(([, n]) => n !== 0)),
    returnsReference: held.length > 0 && parameterOf(root) < 0 ? 'yes' : value !== null && s.escaped.has(root) ? 'unknown' : 'no',
    returnsMemory: held.length > 0 && held.every((h) => h.memory === true),
    returnsShared: { stored: s.stored.has(root), escaped: s.escaped.has(root) },
    takenOn: [...new Set(s.held.map((h) => parameterOf(h.value)).filter((i) => i >= 0))],
    droppedOn: [...s.dropped].map(parameterOf).filter((i) => i >= 0),
    droppedMembers,
    escaped: a.fn.parameters.map((_, i) => i).filter((i) => s.escaped.has(`p${i}`)),
    contextDoubt: s.contextDoubt,
    doubt: s.doubt,
    asked: new Map([...s.asked].flatMap(([id, why]) => (parameterOf(id) >= 0 ? [[parameterOf(id), why] as const] : []))),
    answer: answerOf(a, value === null ? '' : plainRoot(s, value)),
  };
}

/** `return &p->slots[n].key` leads into what p points to: the caller's argument is at risk where that is followed. */
function withinParameter(a: Activation, s: State, value: string): ExitCase['within'] {
  const steps: { tag: string; to: CType }[] = [];
  let at = value;
  for (let i = 0; i < 16; i++) {
    const parameter = /^p(\d+)$/.exec(at);
    if (parameter) return steps.length > 0 ? { parameter: Number(parameter[1]), steps } : null;
    const link = s.links.get(at);
    if (link?.k === 'near') steps.unshift({ tag: at.slice(link.from.length), to: pointee(a.value(at).type) });
    else if (link?.k !== 'cast') return null;
    at = link.from;
  }
  return null;
}

type Within = NonNullable<ExitCase['within']>;

function sameWay(x: Within, y: Within): boolean {
  return x.parameter === y.parameter && x.steps.length === y.steps.length && x.steps.every((step, i) => step.tag === y.steps[i]!.tag);
}

/** `*out = look_up(n)`: what the caller finds there, as a result that came another way. */
function leftBehind(a: Activation, s: State, id: string): { fails: number; held: boolean; rcu: boolean } {
  const { origins } = a.value(id);
  const { nul } = s.fact(id);
  const calls = origins.filter((o) => o.k === 'call');
  const failing = calls.reduce((n, o) => n | (o.mayFail ? (o.fails ?? NULL | ERR) : 0), 0);
  const chosen = origins.some((o) => o.k === 'const') ? NULL : 0;
  return {
    fails: nul & (failing | chosen),
    held: s.held.some((h) => h.value === rootOf(s, id) && !h.memory),
    rcu: calls.some((o) => o.rcu),
  };
}

function answerOf(a: Activation, id: string): ExitCase['answer'] {
  const found = a.answers.get(id);
  const about = (found?.about ?? []).flatMap((x) => (/^p\d+$/.test(x) ? [Number(x.slice(1))] : []));
  return found && about.length > 0 ? { about, why: found.why } : null;
}

function reduce(cases: ExitCase[]): ExitCase[] {
  let list = group(cases, fineKey);
  if (list.length > CASE_LIMIT) list = group(list, coarseKey);
  if (list.length > CASE_LIMIT) list = group(list, (c) => `${resultClass(c.result)}|${c.doubt === null}`);
  return list;
}

function group(cases: ExitCase[], key: (c: ExitCase) => string): ExitCase[] {
  const out = new Map<string, ExitCase>();
  for (const c of cases) {
    const k = key(c);
    const old = out.get(k);
    out.set(k, old ? joinCases(old, c) : c);
  }
  return [...out.values()];
}

function resourceKey(c: ExitCase): string {
  return `${c.returnsReference}|${c.takenOn}|${c.droppedOn}|${c.droppedMembers}|${[...c.context].map(([k, n]) => k + n).sort()}|${c.isParameter}|${c.doubt ?? ''}`;
}

function fineKey(c: ExitCase): string {
  return `${factKey(c.result)}|${c.parameters.map(factKey).join('/')}|${[...c.memory].map(([k, f]) => k + factKey(f)).sort()}|${[...c.asked.keys()]}|${[...c.outs].map(([i, o]) => `${i}${o.fails}${o.held}`)}|${resourceKey(c)}`;
}

function coarseKey(c: ExitCase): string {
  return `${resultClass(c.result)}|${resourceKey(c)}`;
}

function resultClass(f: Fact): string {
  if (f.nul === NULL || (f.lo === 0 && f.hi === 0)) return 'zero';
  if (f.hi < 0) return 'negative';
  if (f.lo > 0) return 'positive';
  return `mixed${f.nul}${f.nonZero}`;
}

function joinCases(a: ExitCase, b: ExitCase): ExitCase {
  const memory = new Map<string, Fact>();
  for (const [k, f] of a.memory) {
    const g = b.memory.get(k);
    if (g) memory.set(k, join(f, g));
  }
  const context = new Map(a.context);
  for (const [k, n] of a.context) context.set(k, Math.min(n, b.context.get(k) ?? 0));
  for (const [k, n] of b.context) if (!a.context.has(k)) context.set(k, Math.min(0, n));
  return {
    result: join(a.result, b.result),
    resultType: a.resultType.k === 'unknown' ? b.resultType : a.resultType,
    origins: mergeOrigins(a.origins, b.origins),
    taint: mergeTaint(a.taint, b.taint),
    isParameter: a.isParameter === b.isParameter ? a.isParameter : null,
    within: a.within && b.within && sameWay(a.within, b.within) ? a.within : null,
    parameters: a.parameters.map((f, i) => join(f, b.parameters[i]!)),
    memory,
    outs: joinOuts(a.outs, b.outs),
    context,
    returnsMemory: a.returnsMemory && b.returnsMemory,
    returnsShared: {
      stored: a.returnsShared.stored && b.returnsShared.stored,
      escaped: a.returnsShared.escaped || b.returnsShared.escaped || a.returnsShared.stored !== b.returnsShared.stored,
    },
    returnsReference: a.returnsReference === b.returnsReference ? a.returnsReference : 'unknown',
    takenOn: a.takenOn.filter((i) => b.takenOn.includes(i)),
    droppedOn: a.droppedOn.filter((i) => b.droppedOn.includes(i)),
    droppedMembers: a.droppedMembers.filter((m) => b.droppedMembers.includes(m)),
    escaped: [...new Set([...a.escaped, ...b.escaped])],
    contextDoubt: a.contextDoubt ?? b.contextDoubt,
    doubt: a.doubt ?? b.doubt,
    asked: new Map([...a.asked].filter(([i]) => b.asked.has(i))),
    answer: a.answer ?? b.answer,
  };
}

function joinOuts(a: ExitCase['outs'], b: ExitCase['outs']): ExitCase['outs'] {
  const out = new Map<number, { fails: number; held: boolean; rcu: boolean }>();
  for (const [i, x] of a) {
    const y = b.get(i);
    if (y) out.set(i, { fails: x.fails | y.fails, held: x.held && y.held, rcu: x.rcu || y.rcu });
  }
  return out;
}
