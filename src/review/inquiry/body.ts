/** What the text of a function shows beyond the flow: calls and counts that no event stands for. A refutation needs them to be none. */
import type { KfuncUnit } from '../../rule.ts';
import type { FunctionSource, Program } from '../../source/model.ts';
import { namesIn } from '../subject.ts';

/** The kfunc and the callees that were followed. */
export function bodiesOf(unit: KfuncUnit): FunctionSource[] {
  const out: FunctionSource[] = [unit.definition.source];
  const seen = new Set([unit.kfunc.name]);
  const callees = new Set(unit.flow.events.flatMap((e) => (e.k === 'call' && e.known ? [e.callee] : [])));
  for (const callee of callees) {
    if (seen.has(callee)) continue;
    seen.add(callee);
    const source = unit.program.findFunction(callee, unit.definition.source.file);
    if (source) out.push(source);
  }
  return out;
}

export function textOf({ file, start, end }: FunctionSource): string {
  return file.text.slice(start, end).replace(/\/\*[\s\S]*?\*\/|\/\/[^\n]*|"(?:[^"\\\n]|\\.)*"/g, ' ');
}

/** The names that a value goes by in the functions at hand that it is handed on to, nearest first: as long as there is one call that gets it. */
export function namesHandedOn(source: FunctionSource, name: string, program: Program): { source: FunctionSource; name: string }[] {
  const out: { source: FunctionSource; name: string }[] = [];
  let at = { source, name };
  while (out.length < 4) {
    const handed = handedTo(at.source, at.name);
    const callee = handed ? program.findFunction(handed.callee, at.source.file) : null;
    const own = callee && handed ? program.parse(callee)?.parameters[handed.index]?.name : undefined;
    if (!callee || !own) break;
    at = { source: callee, name: own };
    out.push(at);
  }
  return out;
}

/** Where the one call stands that gets it; null where it is given to more than one, or is given another value. */
function handedTo(source: FunctionSource, name: string): { callee: string; index: number } | null {
  const body = textOf(source);
  const calls = [...body.slice(body.indexOf('{')).matchAll(/([A-Za-z_]\w*)\s*\(([^()]*)\)/g)].flatMap((m) => {
    const index = m[2]!.split(',').findIndex((x) => x.trim() === name);
    return index < 0 ? [] : [{ callee: m[1]!, index }];
  });
  const [call] = calls;
  // also among arguments that are calls themselves
  const named = [...body.slice(body.indexOf('{')).matchAll(new RegExp(`[(,]\\s*${name}\\s*(?=[,)])`, 'g'))].length;
  const isOnce = call && calls.length === 1 && [...body.matchAll(new RegExp(`\\b${call.callee}\\s*\\(`, 'g'))].length === 1;
  const given = [...body.matchAll(new RegExp(`(?<![\\w>.])${name}\\s*=(?!=)`, 'g'))].length;
  return isOnce && named === 1 && given <= 1 ? call : null;
}

/** Statements, operators and macros that call nothing. */
const NO_CALL = new Set(
  `if while for switch return sizeof typeof __typeof__ offsetof offsetofend alignof __alignof__ defined likely unlikely READ_ONCE WRITE_ONCE ARRAY_SIZE
  container_of container_of_const min max min_t max_t clamp clamp_t clamp_val abs swap BIT BIT_ULL GENMASK U32_MAX BUILD_BUG_ON static_assert rcu_dereference
  rcu_dereference_check rcu_dereference_raw rcu_dereference_protected rcu_access_pointer rcu_assign_pointer IS_ERR IS_ERR_OR_NULL PTR_ERR ERR_PTR ERR_CAST
  PTR_ERR_OR_ZERO IS_ENABLED WARN_ON WARN_ON_ONCE WARN_ONCE BUG_ON unreachable fallthrough barrier list_entry list_first_entry list_for_each_entry
  list_for_each_entry_rcu list_for_each_entry_safe hlist_for_each_entry hlist_for_each_entry_rcu for_each_possible_cpu for_each_online_cpu array_size struct_size
  this_cpu_ptr per_cpu_ptr this_cpu_read array_index_nospec ALIGN round_up round_down DIV_ROUND_UP lower_32_bits upper_32_bits smp_load_acquire smp_store_release
  cmpxchg xchg try_cmpxchg asm volatile __attribute__ __bpf_kfunc void bpf_kfunc`.split(/\s+/),
);

/** `guard(x)(…)`, `scoped_guard(x, …)` that do not wait by themselves. */
const BUSY_GUARDS = /^(rcu|preempt|irq|irqsave|migrate|(raw_)?spinlock(_irq|_irqsave|_nested)?|(read|write)_lock(_irq|_irqsave)?)$/;

/** Known not to sleep where they are called as they mostly are, and to sleep in some corner. */
const SOMETIMES = new Set(['kvfree', 'kvfree_sensitive', 'vfree', 'mntput', 'bpf_prog_put']);

/** Names that are called or expanded and that the flow made no call of: whether they sleep nobody looked at. */
export function unseenSleepers(unit: KfuncUnit): string[] {
  const called = new Set(unit.flow.events.flatMap((e) => (e.k === 'call' || e.k === 'sleep' || e.k === 'get' ? [e.callee] : [])));
  const out = new Set([...called].filter((c) => SOMETIMES.has(c)));
  for (const source of bodiesOf(unit)) {
    const text = textOf(source);
    for (const m of text.slice(text.indexOf('{')).matchAll(/([A-Za-z_]\w*)\s*\((?=\s*([A-Za-z_]\w*)?)/g)) {
      const [, name, first] = m as unknown as [string, string, string | undefined];
      if (name === 'guard' || name === 'scoped_guard') {
        if (!BUSY_GUARDS.test(first ?? '')) out.add(`${name}(${first ?? ''})`);
      } else if (!NO_CALL.has(name) && !called.has(name)) out.add(name === '__free' ? `__free(${first ?? ''})` : name);
    }
  }
  return [...out];
}

const TAKES =
  /(?:^|_)(get|gets|hold|grab|inc|add|take|acquire|pin|ref|xchg|cmpxchg|find|lookup|alloc\w*|[kv]?[mzc]alloc|dup|memdup|strdup|open|create)(?:_|$)|alloc/;

/** What may count or keep something and is no reference that the flow follows: plain counters, exchanges, allocations, look-ups. */
export function unfollowedCounts(unit: KfuncUnit): string[] {
  const followed = new Set(
    unit.flow.events.flatMap((e) => [
      ...(e.k === 'get' ? [e.callee] : []),
      ...(e.k === 'return' ? e.unreleased.filter((u) => !u.memory).map((u) => u.by) : []),
    ]),
  );
  const out = new Set<string>();
  for (const source of bodiesOf(unit)) {
    const text = textOf(source);
    const body = text.slice(text.indexOf('{'));
    for (const m of body.matchAll(/([A-Za-z_]\w*)\s*\(/g)) if (TAKES.test(m[1]!) && !followed.has(m[1]!)) out.add(`${m[1]}()`);
    for (const m of body.matchAll(/(?:->|\.)(\w+)\s*(?:\+\+|\+=)|\+\+\s*\w+(?:->|\.)(\w+)/g)) out.add((m[1] ?? m[2])!);
  }
  return [...out];
}

/** Names that hold what was read in the section, or something reached through it, and that stand behind the end of the section. */
export function usedAfterUnlock(unit: KfuncUnit): string[] {
  const out = new Set<string>();
  for (const source of bodiesOf(unit)) {
    const text = textOf(source);
    const end = /\b(?:rcu_read_unlock|srcu_read_unlock)\w*\s*\(/.exec(text);
    if (!end) continue;
    const before = text.slice(0, end.index);
    const { parameters, variables } = namesIn(unit.program.parse(source));
    const isNumber = (name: string) => {
      const type = variables.get(name) ?? parameters.get(name)?.type;
      return type !== undefined && type.pointers + type.dims.length === 0;
    };
    const held = new Set<string>();
    for (const m of before.matchAll(/([A-Za-z_]\w*)\s*=\s*(?:\([^()]*\*\)\s*)?s?rcu_dereference\w*\s*\(|_rcu\s*\(\s*([A-Za-z_]\w*)\s*,/g))
      held.add((m[1] ?? m[2])!);
    // what is reached through it: n = p->next, p = p->parent
    for (let size = -1; size !== held.size; ) {
      size = held.size;
      for (const m of before.matchAll(/([A-Za-z_]\w*)\s*=\s*&?\(?\s*([A-Za-z_]\w*)\s*(?:->|\+|;)/g))
        if (held.has(m[2]!) && !isNumber(m[1]!)) held.add(m[1]!);
    }
    const after = text.slice(end.index).replace(/\bs?rcu_read_(un)?lock\w*\s*\([^)]*\)/g, ' ');
    for (const name of held) if (new RegExp(`(?<![\\w>.])${name}\\b(?!\\s*=[^=])`).test(after)) out.add(name);
  }
  return [...out];
}

const RCU_ACCESS =
  /\b(?:s?rcu_(?:dereference|access_pointer|assign_pointer|replace_pointer)\w*|RCU_INIT_POINTER|unrcu_pointer)\s*\([^;{}]{0,200}?\)(?!\s*\))/g;

/** Members that are read neither through rcu_dereference() nor from what that gave, although they are declared __rcu or `text` names them. */
export function readPlainly(unit: KfuncUnit, text: string): string[] {
  const words = new Set([...text.matchAll(/(?<!\brcu[ _](?:read[ _])?(?:side )?)\b([a-z_]\w*)\b(?!\()/g)].map((m) => m[1]!));
  const out = new Set<string>();
  for (const source of bodiesOf(unit)) {
    const body = textOf(source);
    const given = [...body.matchAll(/([A-Za-z_]\w*)\s*=\s*(?:\([^()]*\*\)\s*)?s?rcu_dereference\w*\s*\(|_rcu\s*\(\s*([A-Za-z_]\w*)\s*,/g)];
    const held = new Set(given.map((m) => (m[1] ?? m[2])!));
    for (const m of body.replace(RCU_ACCESS, ' ').matchAll(/([A-Za-z_]\w*)\s*(?:->|\.)\s*([A-Za-z_]\w*)/g)) {
      const [, base, member] = m as unknown as [string, string, string];
      if (held.has(base) || (!words.has(member) && !isDeclaredRcu(member, unit))) continue;
      out.add(`${base}->${member}`);
    }
  }
  return [...out];
}

function isDeclaredRcu(member: string, { program }: KfuncUnit): boolean {
  const declared = new RegExp(`\\b__rcu\\s*(?:\\*\\s*)*${member}\\s*[;,[]`);
  return program.files.some((f) => f.text.includes('__rcu') && declared.test(f.text));
}

/** A section by rcu_read_lock() or its guard; disabled preemption, interrupts or softirqs count as one for RCU, not for lockdep. */
export function hasPlainSection(unit: KfuncUnit): boolean {
  return bodiesOf(unit).some((s) => /\b(rcu_read_lock|srcu_read_lock)\s*\(|guard\s*\(\s*s?rcu\s*[),]/.test(textOf(s)));
}

/** Where the function keeps `name` beyond its own variables: a member, memory behind a pointer, a list. null: nowhere that its text shows. */
export function keptIn(source: FunctionSource, name: string): string | null {
  const body = textOf(source);
  const member = new RegExp(
    `([A-Za-z_]\\w*(?:(?:->|\\.)\\w+|\\[[^\\]]{0,60}\\])+|\\*\\s*[A-Za-z_]\\w*)\\s*=\\s*(?:\\([^()]{0,60}\\))?\\s*${name}\\s*;`,
  ).exec(body);
  if (member) return member[1]!.replace(/\s+/g, '');
  const call = new RegExp(
    `\\b(rcu_assign_pointer|WRITE_ONCE|smp_store_release|xchg|cmpxchg|h?list_add\\w*|rb_add\\w*|xa_store\\w*|idr_alloc\\w*|llist_add)\\s*\\([^;]{0,160}\\b${name}\\b`,
  ).exec(body);
  return call ? `${call[1]}()` : null;
}
