/** Registered at all? And for whom: a trouble that needs a program type which can't call the kfunc is no trouble. */
import type { Evidence, Finding, Missing } from '../../claim.ts';
import type { KfuncUnit } from '../../rule.ts';
import { callers, mayBeNmiIn, maySleepIn } from '../../verifier/contexts.ts';
import type { Court, Question } from '../question.ts';
import { fileOf } from '../question.ts';
import type { Premise } from '../reading/premise.ts';
import type { Answer } from './answer.ts';
import { answered, ruled, unknown, weigh } from './answer.ts';

export function askRegistration(q: Question, court: Court): Answer {
  if (q.own.length === 0) return unknown(q.function ?? 'kfunc', `${q.function ?? 'the function'}() is no kfunc at hand`, true);
  if (q.stated.aspect === 'reach') return reachAnswer(q, court);
  if (q.stated.premises.length > 0 || FOR_WHOM.test(q.stated.text))
    return unknown(q.function!, 'for which programs it should be registered is a matter of what is meant', false);
  const annotation = /__bpf_kfunc\b/.test(q.stated.text) && !/register\w*/i.test(q.stated.sentence);
  const rules = ruled(court, ['registration', 'uncallable'], q, (f) => f.message.includes('__bpf_kfunc') === annotation);
  if (rules.length > 0) return answered(rules);
  if (/\b(static|inline|extern|prototype|declar\w*|start_defs|end_defs|twice|duplicate)\b/i.test(q.stated.text)) {
    return unknown(q.function!, 'no rule of ours says so, and nothing shows the opposite', false);
  }
  return answered(q.own.slice(0, 1).map((unit) => (annotation ? isAnnotated(unit, q, court) : isRegistered(unit, q, court))));
}

/** Registered, but not for those that are meant. */
const FOR_WHOM =
  /\b(for|to)\b.{0,40}\b(xdp|tc|tracing|kprobes?|lsm|struct_ops|syscall|cgroup\w*|netfilter|perf\w*|sched\w*|socket|types?|programs?)\b/i;

/** Only a claim that some kind of program can call it is refuted by who can; that one can't is not. */
function reachAnswer(q: Question, court: Court): Answer {
  const denied = /\b(can ?not|can't|not|isn't|unable|unavailable|missing|only)\b/i.test(q.stated.sentence);
  const reach = denied ? null : askReach(q, court);
  return (
    reach ??
    unknown(q.function!, 'which programs may call it is a matter of what is meant, unless a program type is named that can not', false)
  );
}

function isAnnotated(unit: KfuncUnit, q: Question, court: Court): Finding {
  const marked = unit.definition.hasBpfKfunc;
  return weigh(court, unit, q, {
    rule: 'registration',
    subject: unit.kfunc.name,
    property: { kind: 'code' },
    location: unit.definition.location,
    message: `${unit.kfunc.name}() is not marked __bpf_kfunc`,
    guards: marked ? [registration(`${unit.kfunc.name}() is marked __bpf_kfunc`, unit.definition.location)] : [],
    missing: marked ? [] : [{ what: unit.kfunc.name, why: 'whether it is registered as a kfunc is not at hand', treeWouldHelp: true }],
  });
}

/** Set, entry and registration call are all at hand. */
function isRegistered(unit: KfuncUnit, q: Question, court: Court): Finding {
  const { program } = court.analysis;
  const entry = unit.kfunc.entries[0];
  const variable = program.idSets.find((v) => v.set !== null && v.set === entry?.set);
  const call = program.registrations.find((r) => r.variable === variable?.name);
  const missing: Missing[] = [];
  if (!entry || !call)
    missing.push({ what: unit.kfunc.name, why: `the registration of ${unit.kfunc.name}() is not at hand`, treeWouldHelp: true });
  const guards: Evidence[] = [];
  if (entry) guards.push(registration(`it is in the set: ${entry.line}`, entry.location));
  if (call) guards.push(registration(`the set is registered for ${call.programType}`, call.location));
  return weigh(court, unit, q, {
    rule: 'registration',
    subject: unit.kfunc.name,
    property: { kind: 'code' },
    location: entry?.location ?? unit.definition.location,
    message: `${unit.kfunc.name}() is not registered`,
    guards: missing.length > 0 ? guards.map((g) => ({ ...g, role: 'context' })) : guards,
    missing,
  });
}

function registration(text: string, location: Evidence['location']): Evidence {
  return { kind: 'registration', role: 'carries', text, location, source: null };
}

const TYPES: Partial<Record<Premise, string[]>> = {
  tracing: ['TRACING', 'TRACEPOINT', 'RAW_TRACEPOINT', 'RAW_TRACEPOINT_WRITABLE'],
  kprobe: ['KPROBE'],
  perf_event: ['PERF_EVENT'],
  xdp: ['XDP'],
  tc: ['SCHED_CLS', 'SCHED_ACT'],
  lsm: ['LSM'],
  struct_ops: ['STRUCT_OPS'],
  syscall: ['SYSCALL'],
  netfilter: ['NETFILTER'],
};

/**
 * The claim says from where the trouble comes, and no program that can call the kfunc is of that kind. null: it says nothing of the sort, one of the kinds
 * it names can call, or who can is not known in full.
 */
export function askReach(q: Question, court: Court): Answer | null {
  if (q.stated.premises.length === 0 || q.own.length === 0) return null;
  const found: Finding[] = [];
  for (const unit of q.own) {
    const types = reachKnown(unit, court);
    if (types === null) return null;
    const able = callers(types, court.options.kernel.series);
    if (able === null || q.stated.premises.some((p) => canBe(p, able, unit, court))) return null;
    found.push(unreachable(unit, types, able, q, court));
  }
  return answered(found);
}

/** null where a part of the registration may lie outside of what is at hand. */
function reachKnown(unit: KfuncUnit, court: Court): string[] | null {
  const { program } = court.analysis;
  const types = program.programTypes(unit.kfunc);
  if (types.length === 0 || unit.kfunc.entries.length === 0) return null;
  if (program.hasTree) return types;
  const files = new Set(unit.kfunc.entries.map((e) => e.location.file));
  return [...files].every((f) => fileOf(program, f)?.complete) ? types : null;
}

function canBe(premise: Premise, able: string[], unit: KfuncUnit, court: Court): boolean {
  const sleepable = unit.kfunc.entries.every((e) => e.flags.includes('KF_SLEEPABLE'));
  if (premise === 'nmi') return !sleepable && able.some(mayBeNmiIn);
  if (premise === 'sleepable') return able.some((t) => maySleepIn(t, court.options.kernel.series));
  if (premise === 'cgroup') return able.some((t) => t.startsWith('CGROUP'));
  return (TYPES[premise] ?? []).some((t) => able.includes(t));
}

const NAMES: Record<Premise, string> = {
  tracing: 'tracing',
  kprobe: 'kprobe',
  perf_event: 'perf event',
  xdp: 'XDP',
  tc: 'tc',
  lsm: 'LSM',
  struct_ops: 'struct_ops',
  syscall: 'syscall',
  cgroup: 'cgroup',
  netfilter: 'netfilter',
  nmi: 'NMI-capable',
  sleepable: 'sleepable',
};

function unreachable(unit: KfuncUnit, types: string[], able: string[], q: Question, court: Court): Finding {
  const { program } = court.analysis;
  const calls = program.registrations.filter((r) => types.includes(r.programType));
  const kinds = q.stated.premises.map((p) => NAMES[p]).join(' or ');
  const text = `${unit.kfunc.name}() is registered for ${types.join(', ')} only, so no ${kinds} program can call it (callers: ${able.join(', ')})`;
  return weigh(court, unit, q, {
    rule: 'registration',
    subject: unit.kfunc.name,
    property: { kind: 'code' },
    location: unit.kfunc.entries[0]!.location,
    message: `${unit.kfunc.name}() may be called by ${kinds} programs`,
    guards: [registration(text, calls[0]?.location ?? unit.kfunc.entries[0]!.location)],
  });
}
