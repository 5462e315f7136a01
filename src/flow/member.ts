/** Members that are on record as ones that may hold NULL: what is read from them has to be tested, and a test of one holds until code out of sight may have changed it. */
import type { Activation } from './activation.ts';
import type { BoundCall } from './call.ts';
import type { KnownContent } from './contents.ts';
import { type Fact, NULL, pointerFact, type Reason, VALID } from './domain.ts';
import { near } from './evaluate.ts';
import type { MemberKnowledge } from './knowledge.ts';
import { loadFrom, loadPlace, pointee, rootOf } from './memory.ts';
import { constrain, convert } from './refine.ts';
import type { ExitCase, FunctionResult } from './result.ts';
import { askedOf, type State } from './state.ts';
import { isOwn } from './value.ts';

/** What is on record of the member that this pointer points to. */
export function memberOnRecord(a: Activation, s: State, pointer: string): MemberKnowledge | undefined {
  if (a.knowledge.members.size === 0) return undefined;
  const link = s.links.get(pointer);
  if (link?.k !== 'near' || !pointer.startsWith(`${link.from}.`)) return undefined;
  const base = pointee(a.value(link.from).type);
  return base.k === 'struct' ? a.knowledge.members.get(`${tagName(base.tag)}${pointer.slice(link.from.length)}`) : undefined;
}

function tagName(tag: string): string {
  return tag.replace(/^(struct|union) /, '');
}

/** Under this name it is kept what was last read from or stored to such a member, when code out of sight makes its present content unknown. */
export function formerPlace(place: string): string {
  return `was:${place}`;
}

interface Read {
  pointer: string;
  place: string;
  id: string;
  /** as written */
  name: string;
}

/**
 * The value `id`, just read from a member on record, may be NULL. It is a question whether it may where it was seen not to be and code that may have changed
 * it ran since, where code out of sight was asked about the object, where who made the object is known best by its maker, or where another member is NULL.
 */
export function mayBeNull(a: Activation, s: State, { pointer, place, id, name }: Read): void {
  const former = s.env.get(formerPlace(place));
  const object = rootOf(s, pointer);
  const asked = askedOf(s, object, a.value(object).taint);
  if (former !== undefined && (s.fact(former).nul & NULL) === 0)
    s.asked.set(id, `whether ${name} is still what it was seen to be is not known`);
  else if (asked !== null) s.asked.set(id, asked);
  else if (a.value(object).origins.some(isOwn))
    s.asked.set(id, `whether what the function got or made itself has its ${name} is not known`);
  else if (standsIn(a, s, pointer)) s.asked.set(id, `whether ${name} is there where another member is NULL is not known`);
  s.facts.set(id, pointerFact(NULL | VALID));
  s.env.set(formerPlace(place), id);
}

/** The path found another pointer of the same object to be NULL: `skb->dev ? … : skb->sk`, where every object has one of the two. */
function standsIn(a: Activation, s: State, pointer: string): boolean {
  const object = s.links.get(pointer)!.from;
  for (const [place, v] of s.env)
    if (place.startsWith(`m:${object}.`) && s.fact(v).nul === NULL && a.value(v).type.k !== 'int') return true;
  return false;
}

/** What the caller found out of members on record of the objects that it hands over: the callee reads the same ones. */
export function membersKnown(s: State, args: readonly string[]): KnownContent[] {
  const out: KnownContent[] = [];
  for (const [former, v] of s.env) {
    if (!former.startsWith('was:m:') || (s.fact(v).nul & NULL) !== 0) continue;
    const place = former.slice(4);
    const parameter = args.findIndex((id) => place.startsWith(`m:${id}.`));
    if (parameter < 0) continue;
    const path = place.slice(args[parameter]!.length + 2);
    const asked =
      s.env.get(place) === v ? (s.asked.get(v) ?? null) : `whether ${path.slice(1)} is still what it was seen to be is not known`;
    if (/^\.\w+$/.test(path)) out.push({ parameter, path, fact: pointerFact(asked === null ? s.fact(v).nul : NULL | VALID), asked });
  }
  return out;
}

/** NULL and a good pointer are both possible. */
function isOpen(f: Fact): boolean {
  return (f.nul & NULL) !== 0 && (f.nul & VALID) !== 0;
}

/** A callee that asks whether `p->mm` is NULL says so of the caller's `p->mm` too. false: this way out is impossible with what the caller knows of it. */
export function learnMembers(a: Activation, s: State, call: BoundCall, exit: ExitCase, result: FunctionResult, reason: Reason): boolean {
  if (a.knowledge.members.size === 0) return true;
  for (const [key, fact] of exit.memory) {
    const [index, member] = key.split('->') as [string, string];
    const given = call.args[Number(index)];
    const type = result.parameterTypes[Number(index)];
    const struct = type ? pointee(type) : null;
    if (given === undefined || !type || struct?.k !== 'struct' || isOpen(fact)) continue;
    if (!a.knowledge.members.has(`${tagName(struct.tag)}.${member}`)) continue;
    const object = convert(a, s, given, type);
    const pointer = near(a, s, object, `.${member}`, call.e.span, loadPlace.memberType(a, object, member));
    for (const o of loadFrom(a, s, pointer, call.e.span, `${a.text(call.e.args[Number(index)]?.span ?? call.e.span)}->${member}`))
      if (!constrain(a, s, o.v, pointerFact(fact.nul), reason)) return false;
  }
  return true;
}
