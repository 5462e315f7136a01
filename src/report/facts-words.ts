/** Short words for guarantees, shared by the text and the fact sheet. */
import type { ContextFacts, KfuncFacts, ParameterFacts, ReturnFacts } from './facts-model.ts';

export const isPointer = (p: ParameterFacts) => p.trust !== 'none';

export function nullWords(p: ParameterFacts): string {
  if (!isPointer(p)) return '-';
  return p.mayBeNull ? 'may be' : 'never';
}

export function trustWords(p: ParameterFacts): string {
  if (!isPointer(p)) return '-';
  if (p.kind === 'memory' || p.kind === 'sized-memory' || p.kind === 'string') return p.walked ? 'own memory or any' : 'own memory';
  return { trusted: 'trusted', rcu: 'RCU', any: 'any', none: '-' }[p.trust];
}

const OBJECTS = new Set(['btf-pointer', 'unknown', 'refcounted-kptr', 'list-node', 'rb-node']);

export function countWords(p: ParameterFacts): string {
  if (!OBJECTS.has(p.kind)) return '-';
  if (!p.refcountMayBeZero) return '> 0';
  return p.liveCount === 'hook' ? 'kept by the hook' : 'may be 0';
}

/** What else holds: constants, lengths, and what numbers never have. */
export function moreWords(p: ParameterFacts): string {
  const words: string[] = [];
  if (p.kind === 'scalar') words.push(p.constant ? 'any constant' : 'any value');
  if (p.sizeOf !== null) words.push(`${p.sizeOf} bytes`);
  else if (p.sizeParameter !== null) words.push(`${p.sizeParameter} is not checked for every pointer`);
  else if (p.kind === 'memory') words.push('as long as the type');
  if (p.sizeParameter !== null && p.mayBeNull) words.push(`NULL with any ${p.sizeParameter}`);
  if (p.toFill) words.push('an empty slot to fill');
  if (p.kind === 'implicit' && p.unsure === null) words.push('filled in by the verifier');
  if (p.kind === 'ignored') words.push('nothing is checked');
  if (p.kind === 'uncallable') words.push('no call gets through');
  if (p.unsure !== null) words.push(`not sure: ${p.unsure}`);
  return words.join('; ');
}

export function returnWords(r: ReturnFacts): string {
  if (r.refused !== null) return `nothing: every call is refused, because ${r.refused}`;
  if (r.type === 'void') return 'nothing';
  if (r.memory !== null) {
    const size = r.memory.size === 'pointee' ? 'as long as its type' : `${r.memory.size} bytes`;
    return `${r.memory.writable ? 'writable' : 'read-only'} memory, ${size}${nullReturn(r)}`;
  }
  if (r.trust === 'none') return 'a number without a range';
  const trust = { trusted: 'trusted', rcu: 'protected by RCU', any: 'neither trusted nor referenced', none: '' }[r.trust];
  return `an object, ${trust}${r.acquires ? ', with a reference to release' : ''}${nullReturn(r)}`;
}

function nullReturn(r: ReturnFacts): string {
  return r.mayBeNull ? '; the program must test for NULL' : '; must never be NULL';
}

export function contextWords(c: ContextFacts): string {
  return [
    c.rcuHeld ? 'RCU is held' : 'RCU is not held on every way in',
    c.maySleep ? 'may sleep' : 'must not sleep',
    ...(c.mayBeNmi ? ['may be an NMI'] : []),
  ].join(', ');
}

export function flagWords(k: KfuncFacts): string {
  if (!k.registered) return 'in no set at hand';
  if (k.flags.length === 0) return 'no flags';
  const absent = k.absentFlags.length > 0 ? `; this series has no ${k.absentFlags.join(', ')}` : '';
  return `${k.flags.join(' | ')}${absent}`;
}

/** What it is registered for: others that share the hook may call it as well. */
export function callerWords(k: KfuncFacts): string {
  const types = k.programTypes.map((t) => t.replace('BPF_PROG_TYPE_', ''));
  return types.includes('UNSPEC') ? 'every type of program' : types.join(', ');
}
