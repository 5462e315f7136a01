/** Takes the result of a callee's analysis over into its caller: one path per way out, and the callee's events seen with the caller's values. */
import type { Activation, Outcome } from './activation.ts';
import { expressionName } from './activation.ts';
import type { BoundCall } from './call.ts';
import { handOver, isInteresting, noteCall } from './call.ts';
import { contentsBehind, learnContents, noteLeft } from './contents.ts';
import { typeKey } from './ctype.ts';
import type { Bound, Fact } from './domain.ts';
import { ERR, factKey, meet, NULL, VALID } from './domain.ts';
import { changeContext, forget, forgetWritten, near } from './evaluate.ts';
import type { EventOf, FlowEvent, Occurrence, Step } from './event.ts';
import { extentBehind } from './extent.ts';
import { drop, objectExtent, take } from './known-call.ts';
import { learnMembers } from './member.ts';
import { rootOf } from './memory.ts';
import { noteRcuUse } from './rcu-use.ts';
import { constrain, convert } from './refine.ts';
import type { ExitCase, FunctionResult } from './result.ts';
import { gfpParameter, reclaimOf } from './sleep.ts';
import { askedOf, plainRoot, rcuSection, type State } from './state.ts';
import type { Origin, Value } from './value.ts';
import { contentsOf, holderOf, isWorkedOut, mayFail, mergeSteered, mergeTaint, NO_TAINT, originsKey } from './value.ts';

const CHAIN_LIMIT = 12;

export function applyCallee(a: Activation, s: State, call: BoundCall, result: FunctionResult): Outcome[] {
  liftEvents(a, s, call, result);
  noteCall(a, s, call, true, 'no');
  for (const [name, why] of result.unknownCallees) if (!a.unknownCallees.has(name)) a.unknownCallees.set(name, why);
  if (result.clobbers) a.clobbers = true;
  for (const w of result.writes) a.writes.add(w);
  const out: Outcome[] = [];
  result.exits.forEach((exit, i) => {
    const t = i === result.exits.length - 1 ? s : s.fork();
    const v = takeExit(a, t, call, exit, result, i);
    if (v !== null) out.push({ s: t, v });
  });
  return out;
}

/** null: this way out is impossible with what is known of the arguments. */
function takeExit(a: Activation, s: State, call: BoundCall, exit: ExitCase, result: FunctionResult, index: number): string | null {
  const reason = { location: a.locate(call.e.span), text: a.text(call.e.span) };
  for (const [i, fact] of exit.parameters.entries()) {
    const id = call.args[i];
    const type = result.parameterTypes[i];
    // What the callee learnt, it learnt of the value after conversion to its parameter's type.
    if (id !== undefined && type && !constrain(a, s, convert(a, s, id, type), portable(fact), fact.reasons[0] ?? reason)) return null;
  }
  if (result.clobbers) {
    for (const id of call.args) noteLeft(a, s, id, call.name);
    forget(a, s);
  }
  if (!result.clobbers) forgetWritten(s, result.writes);
  for (const i of exit.escaped) if (call.args[i] !== undefined) s.escaped.add(rootOf(s, call.args[i]!));
  if (!learnMembers(a, s, call, exit, result, reason) || !learnContents(a, s, call, exit, reason)) return null;
  for (const m of exit.droppedMembers) dropMember(s, call, m);
  fillMemory(a, s, call, exit, result);
  for (const [kind, change] of exit.context) changeContext(a, s, kind, change);
  for (const i of exit.droppedOn) if (call.args[i] !== undefined) drop(s, call.args[i]!);
  const at = call.e.span.start;
  for (const i of exit.takenOn) if (call.args[i] !== undefined) take(s, call.args[i]!, at, call.name);
  if (exit.doubt !== null) s.doubt ??= exit.doubt;
  for (const [i, why] of exit.asked) if (call.args[i] !== undefined) s.asked.set(plainRoot(s, call.args[i]!), why);
  // the callee's doubt is about what it left held, if it left anything
  if (exit.contextDoubt !== null && (exit.context.size > 0 || [...s.context.values()].some((n) => n > 0)))
    s.contextDoubt ??= exit.contextDoubt;
  if (exit.isParameter !== null && call.args[exit.isParameter] !== undefined) return call.args[exit.isParameter]!;
  const into = exit.within === null ? undefined : call.args[exit.within.parameter];
  // an element, or a sum, is one of this call
  if (into !== undefined)
    return exit.within!.steps.reduce(
      (id, { tag, to }) => near(a, s, id, /^(\.\w+|\[\])$/.test(tag) ? tag : `${tag}@${at}.${index}`, call.e.span, to),
      into,
    );
  // a way out on which the result can't be good is a failure that the callee's own code tells apart
  const failed = (exit.resultType.k === 'pointer' || exit.resultType.k === 'unknown') && (exit.result.nul & VALID) === 0;
  const fails = failed ? exit.result.nul & (NULL | ERR) : exit.origins.reduce((n, o) => n | (exit.result.nul & failureOf(exit, o)), 0);
  const origin: Origin = {
    k: 'call',
    callee: call.name,
    at,
    rcu: exit.origins.some((o) => o.k === 'call' && o.rcu),
    mayFail: fails !== 0,
    fails,
    known: exit.returnsReference !== 'unknown' && exit.origins.every((o) => o.k !== 'call' || o.known),
  };
  const taint = [...exit.taint].reduce(
    (all, i) => mergeTaint(all, call.args[i] === undefined ? contentsInCaller(a, s, call, i) : a.value(call.args[i]!).taint),
    NO_TAINT,
  );
  const id = a.define(s, `c${a.offset(call.e.span)}.${at}.${index}`, exit.resultType, [origin], portable(exit.result), taint);
  if (exit.answer) {
    const about = exit.answer.about.flatMap((i) => (call.args[i] === undefined ? [] : [plainRoot(s, call.args[i]!)]));
    a.answers.set(id, { about, why: exit.answer.why });
  }
  if (exit.returnsReference === 'yes') s.held.push({ value: id, at, by: call.name, memory: exit.returnsMemory });
  if (exit.returnsReference === 'unknown' || exit.returnsShared.escaped) s.escaped.add(id);
  if (exit.returnsShared.stored) s.stored.add(id);
  return id;
}

/** `end(&w)` puts what w.file holds. */
function dropMember(s: State, call: BoundCall, member: string): void {
  const [index, field] = member.split('->');
  const id = call.args[Number(index)];
  if (id === undefined) return;
  const root = rootOf(s, id);
  for (const [place, v] of s.env) {
    const owner = place.endsWith(`.${field}`) ? place.slice(0, -field!.length - 1) : null;
    if (owner === null || !(`a:${owner}` === id || (owner.startsWith('m:') && rootOf(s, owner.slice(2)) === root))) continue;
    if (s.held.some((h) => h.value === rootOf(s, v))) drop(s, v);
    return;
  }
}

/** How this source of a result that may be good or not can make it bad: what is read from memory says nothing of itself unless the member is on record, and never that it is an ERR_PTR. */
function failureOf(exit: ExitCase, o: Origin): number {
  if (o.k === 'const') return exit.origins.every((x) => x.k === 'const') ? NULL | ERR : NULL;
  if (o.k === 'load') return o.member ? NULL : 0;
  return o.k === 'call' && o.mayFail ? (o.fails ?? NULL | ERR) : 0;
}

/** Bounds against the callee's own variables mean nothing here. */
function portable(f: Fact): Fact {
  return { ...f, below: f.below.filter((b) => !b.symbol.startsWith('#')), above: f.above.filter((b) => !b.symbol.startsWith('#')) };
}

/**
 * Bounds against the callee's own variables, as its caller sees them: against the argument that was handed over, else against a number that only the callee knows.
 * That there was a test is worth keeping even where what it tested against is out of sight.
 */
function inCaller(f: Fact, call: BoundCall): Fact {
  if (f.below.length + f.above.length === 0) return f;
  const seen = (b: Bound): Bound => (/^#(?!k:)/.test(b.symbol) ? { ...b, symbol: symbolInCaller(b.symbol, call) } : b);
  return { ...f, below: f.below.map(seen), above: f.above.map(seen) };
}

function symbolInCaller(symbol: string, call: BoundCall): string {
  const argument = /^#p(\d+)$/.exec(symbol)?.[1];
  const id = argument === undefined ? undefined : call.args[Number(argument)];
  return id === undefined ? (symbol.includes('/') ? symbol : `#${call.name}/${symbol.slice(1)}`) : `#${id}`;
}

/** What the callee left in memory that it got a pointer to. */
function fillMemory(a: Activation, s: State, call: BoundCall, exit: ExitCase, result: FunctionResult): void {
  call.args.forEach((id, i) => {
    if (!id.startsWith('a:v:')) return;
    if (!result.clobbers && ![...exit.memory.keys()].some((k) => k.startsWith(`${i}->`))) return;
    handOver(a, s, id);
    s.escaped.delete(rootOf(s, id));
    const fact = exit.memory.get(`${i}->*`);
    const place = id.slice(2);
    const type = a.value(id).type;
    if (!fact || type.k !== 'pointer') return;
    const left = exit.outs.get(i);
    const at = call.e.span.start;
    const origin: Origin =
      left && (left.fails !== 0 || left.rcu)
        ? { k: 'call', callee: call.name, at, rcu: left.rcu, mayFail: left.fails !== 0, fails: left.fails, known: true }
        : { k: 'out', callee: call.name };
    const out = a.define(s, `o${at}.${i}`, type.to, [origin], meet(a.topFact(type.to), portable(fact)));
    s.env.set(place, out);
    if (left?.held) s.held.push({ value: out, at, by: call.name });
  });
}

/** All of a path that lifted events could tell apart: most paths that reach a call do not differ in it. */
function liftKey(a: Activation, s: State, call: BoundCall): string {
  const args = call.args.map((id) => {
    const root = rootOf(s, id);
    const { nul } = s.fact(root);
    return `${id}>${root}>${a.value(root).taint.size}${originsKey(a.value(root).origins)}>${[...a.value(id).taint].join('.')}>${nul}${isNear(s, id)}`;
  });
  const parameters = a.fn.parameters.map((_, i) => factKey(s.fact(`p${i}`)));
  const context = [...s.context].filter(([, n]) => n !== 0).map(([k, n]) => k + n);
  return `${args.join()}|${parameters.join()}|${context.sort().join()}|${s.doubt ?? ''}|${s.contextDoubt ?? ''}|${s.permission ?? ''}|${[...s.asked.keys()]}|${a.offset(call.e.span)}.${call.e.span.start}`;
}

function liftEvents(a: Activation, s: State, call: BoundCall, result: FunctionResult): void {
  if (!a.isNewLift(result, liftKey(a, s, call))) return;
  const step: Step = { function: a.fn.name, location: a.locate(call.e.span), text: a.text(call.e.span) };
  const interesting = call.args.some((id) => isInteresting(a, s, id) || contentsBehind(a, s, id) !== null);
  for (const event of result.events) {
    if (event.chain.length >= CHAIN_LIMIT) continue;
    if (event.k === 'sleep' || event.k === 'rcu-read') liftContext(a, s, event, step);
    if (event.k === 'gfp-sleep') liftAllocation(a, s, call, event, step);
    if (event.k === 'deref') noteLateUses(a, s, call, event);
    const isOfFile = event.location.file === a.file.path;
    if (event.k === 'return' && isOfFile) liftLeaks(a, event, step);
    if (event.k === 'leak' && isOfFile) a.add({ ...event, chain: [step, ...event.chain] });
    if (LOCAL.has(event.k)) continue;
    const ofHelper = event.k === 'deref' && isOfFile ? event.occurrences.filter(isOwnFailure) : [];
    const occurrences = (interesting ? event.occurrences : ofHelper).flatMap((o) =>
      liftOccurrence(a, s, call, result, o, ofHelper.includes(o)),
    );
    if (occurrences.length === 0) continue;
    const seen = seenFrom(a, s, call, event);
    a.add({ ...seen, chain: [step, ...event.chain], occurrences } as FlowEvent);
  }
}

/** What RCU protects may be gone as soon as the section has ended: a section of the callee's own comes too late. */
function noteLateUses(a: Activation, s: State, call: BoundCall, event: EventOf<'deref'>): void {
  const used = event.occurrences.flatMap((o) => o.origins.flatMap((x) => (x.k === 'param' ? [x.index] : [])));
  for (const i of new Set(used)) if (call.args[i] !== undefined) noteRcuUse(a, s, rootOf(s, call.args[i]!), call.e.args[i]!.span);
}

/** What of the event is about the callee's parameters, as its caller's. */
function seenFrom(a: Activation, s: State, call: BoundCall, event: FlowEvent): FlowEvent {
  if (event.k === 'length') {
    const object = event.parameter === null ? undefined : call.args[event.parameter];
    const of = event.of ?? (object === undefined ? null : objectExtent(a, object));
    return { ...event, of, parameter: parameterAt(call, event.parameter) };
  }
  if (event.k !== 'index' || event.of === null) return event;
  const given = call.args[event.of];
  return { ...event, extent: event.extent ?? (given === undefined ? null : extentBehind(a, s, given)), of: parameterAt(call, event.of) };
}

/** What a callee of the helper gave, used although it may have failed. What other files do with their own results is their business. */
function isOwnFailure(o: Occurrence): boolean {
  return o.origins.length > 0 && o.origins.every((x) => x.k === 'call') && o.origins.some((x) => failedBits(o, x) !== 0);
}

function failedBits(o: Occurrence, x: Origin): number {
  return x.k === 'call' && x.mayFail ? o.fact.nul & (x.fails ?? NULL | ERR) : 0;
}

/** What is kept of an argument is the caller's as well, and shows there. A pointer that is handed out may lead to what a reference was taken of. */
function liftLeaks(a: Activation, event: EventOf<'return'>, step: Step): void {
  const { location, text } = event;
  if (event.occurrences.some((o) => o.type.k !== 'int' && (o.fact.nul & VALID) !== 0)) return;
  for (const { by, location: taken, escaped, parameter, memory } of event.unreleased)
    if (!escaped && parameter === null && !memory)
      a.add({ k: 'leak', location, function: event.function, text, chain: [step], occurrences: [], by, taken });
}

const LOCAL = new Set<FlowEvent['k']>(['return', 'leak', 'test', 'rebind', 'call', 'sleep', 'gfp-sleep', 'rcu-read']);

/** An allocation with the flags that the caller hands over: they let it sleep, forbid it, or are its own caller's. */
function liftAllocation(a: Activation, s: State, call: BoundCall, { gfp, ...event }: EventOf<'gfp-sleep'>, step: Step): void {
  const flags = call.e.args[gfp];
  const said = flags ? reclaimOf(a, s, flags) : 'unknown';
  const handedOn = said === 'unknown' && flags ? gfpParameter(a, s, flags) : null;
  if (said === 'yes') liftContext(a, s, { ...event, k: 'sleep' }, step);
  else if (handedOn !== null) liftContext(a, s, { ...event, k: 'gfp-sleep', gfp: handedOn }, step);
  else if (said === 'unknown') noteCall(a, s, call, true, 'unknown');
}

/** What happens whoever the arguments are: sleeping and reading under RCU, with what the caller holds added. One way to each place is enough. */
function liftContext(a: Activation, s: State, event: EventOf<'sleep'> | EventOf<'gfp-sleep'> | EventOf<'rcu-read'>, step: Step): void {
  const known = [...a.events.values()].filter((e) => e.k === event.k && e.chain.length > 0);
  if (event.k === 'rcu-read') {
    const here = rcuSection(s);
    if (known.length < 4 && !event.section && !here.section)
      a.add({ ...event, chain: [step, ...event.chain], mutex: event.mutex || here.mutex });
    return;
  }
  const context = new Map(event.context);
  for (const [kind, n] of s.context) context.set(kind, (context.get(kind) ?? 0) + n);
  const atomic = [...context].some(([k, n]) => k !== 'mutex' && n > 0);
  // a way that nobody asks about is worth more than four that somebody does
  const plain = event.permission === null && s.permission === null && !known.some((e) => e.k === 'sleep' && e.permission === null);
  if (known.length < 4 || ((atomic || plain) && known.length < 12))
    a.add({
      ...event,
      chain: [step, ...event.chain],
      context,
      unsure: event.unsure ?? s.contextDoubt ?? s.doubt,
      permission: event.permission ?? s.permission,
    });
}

/** The caller's parameter that is handed over as the callee's parameter `index`, as it is. */
function parameterAt(call: BoundCall, index: number | null): number | null {
  const match = /^p(\d+)(:p\(.*\))?$/.exec(index === null ? '' : (call.args[index] ?? ''));
  return match ? Number(match[1]) : null;
}

/** Which of the caller's parameters take part in the value, and which of those only say how far it counts. */
function shareInCaller(a: Activation, s: State, call: BoundCall, o: Occurrence): Pick<Value, 'taint' | 'steered'> {
  let all: Pick<Value, 'taint' | 'steered'> = { taint: NO_TAINT };
  for (const i of o.taint) {
    const id = call.args[i];
    if (id === undefined) {
      all = { ...all, taint: mergeTaint(all.taint, contentsInCaller(a, s, call, i)) };
      continue;
    }
    const argument = a.value(id);
    const direction = o.steered?.get(i);
    const steered = direction ? new Map([...argument.taint].map((p) => [p, direction])) : argument.steered;
    all = { taint: mergeTaint(all.taint, argument.taint), steered: mergeSteered(all, { taint: argument.taint, steered }) };
  }
  return all;
}

/** What stands behind the callee's parameter, as what stands behind one of the caller's. */
function contentsInCaller(a: Activation, s: State, call: BoundCall, taint: number): ReadonlySet<number> {
  const given = call.args[holderOf(taint) ?? -1];
  const parameter = given === undefined ? null : contentsBehind(a, s, given);
  return parameter === null ? NO_TAINT : new Set([contentsOf(parameter)]);
}

/** The occurrence seen from the caller; none where nothing of the caller's takes part or the paths exclude each other. */
function liftOccurrence(a: Activation, s: State, call: BoundCall, result: FunctionResult, o: Occurrence, own: boolean): Occurrence[] {
  const { taint, steered } = shareInCaller(a, s, call, o);
  const origins: Origin[] = [];
  let relevant = taint.size > 0;
  let as: string | null = null;
  let inHelper: string | null = null;
  for (const origin of o.origins) {
    if (origin.k !== 'param') {
      origins.push(origin);
      if (origin.k === 'load' && origin.member)
        inHelper = `whether ${origin.text} can be NULL where ${call.name}() is called can't be told from ${call.name}()`;
      continue;
    }
    const id = call.args[origin.index];
    if (id === undefined) continue;
    // A pointer into an object stands and falls with the pointer to the object.
    const root = a.value(rootOf(s, id));
    origins.push(...root.origins);
    as ??= expressionName(call.e.args[origin.index]!);
    if (root.origins.some((r) => r.k === 'param' || mayFail(r))) relevant = true;
  }
  const failing = own && !relevant ? origins.find((x) => failedBits(o, x) !== 0) : undefined;
  if (failing?.k === 'call')
    inHelper ??= `whether ${failing.callee}() can fail where ${call.name}() is called can't be told from ${call.name}()`;
  if (!relevant && inHelper === null) return [];
  const direct = o.origins.length === 1 && o.origins[0]!.k === 'param' ? call.args[o.origins[0]!.index] : undefined;
  const root = direct === undefined ? undefined : rootOf(s, direct);
  const fact =
    root !== undefined && direct !== undefined && isNear(s, direct)
      ? { ...o.fact, nul: s.fact(root).nul, reasons: [...s.fact(root).reasons, ...o.fact.reasons] }
      : o.fact;
  return [
    {
      ...o,
      taint,
      steered,
      as,
      origins,
      fact: inCaller(fact, call),
      parameters: callerParameters(a, s, call, result, o),
      merged: o.merged || s.merged,
      doubt: o.doubt ?? s.doubt ?? askedHere(s, call, o, taint) ?? inHelper,
    },
  ];
}

/** The caller asked code out of sight about what it hands over. */
function askedHere(s: State, call: BoundCall, o: Occurrence, taint: ReadonlySet<number>): string | null {
  if (s.asked.size === 0) return null;
  for (const origin of o.origins) {
    const id = origin.k === 'param' ? call.args[origin.index] : undefined;
    const why = id === undefined ? null : askedOf(s, id, taint);
    if (why !== null) return why;
  }
  return askedOf(s, '', taint);
}

/** Made from another pointer by member access or container_of: NULL does not show in it, so what holds is what holds of the other one. */
function isNear(s: State, id: string): boolean {
  let at = id;
  for (let i = 0; i < 16; i++) {
    const link = s.links.get(at);
    if (!link || isWorkedOut(link)) return false;
    if (link.k === 'near') return true;
    at = link.from;
  }
  return false;
}

/** The caller's parameters at the call, with what the callee learnt of those it was handed as they are. */
function callerParameters(a: Activation, s: State, call: BoundCall, result: FunctionResult, o: Occurrence): Fact[] {
  return a.fn.parameters.map((_, i) => {
    let fact = s.fact(`p${i}`);
    call.args.forEach((id, j) => {
      const known = o.parameters[j];
      const same = result.parameterTypes[j] !== undefined && typeKey(result.parameterTypes[j]!) === typeKey(a.value(id).type);
      if (id === `p${i}` && known && same) fact = meet(fact, inCaller(known, call));
    });
    return fact;
  });
}
