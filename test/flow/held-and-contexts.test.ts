/** What is held at a return, where it sleeps, what is read under RCU: events that must not hide one another. */
import { describe, expect, test } from 'vitest';
import type { FunctionKnowledge } from '../../src/flow/knowledge.ts';
import type { EventOf, FlowEvent } from '../../src/rule.ts';
import { unitsOf } from './analyse-code.ts';

const KNOWN: FunctionKnowledge[] = [
  { name: 'obj_get', takes: { what: 0, when: 'always', live: true } },
  { name: 'obj_put', drops: 0 },
  { name: 'find_get', returns: ['null', 'valid'], takes: { what: 'return', when: 'non-null', live: false } },
  { name: 'open_get', returns: ['error', 'valid'], takes: { what: 'return', when: 'valid', live: false } },
  { name: 'memcpy', length: [{ argument: 2, of: [0, 1] }], fills: [0], returnsArgument: 0 },
  { name: 'nap', sleeps: true },
  { name: 'lock', context: { kind: 'spin', change: 1 } },
  { name: 'unlock', context: { kind: 'spin', change: -1 } },
  { name: 'rcu_read_lock', context: { kind: 'rcu', change: 1 } },
  { name: 'rcu_read_unlock', context: { kind: 'rcu', change: -1 } },
  { name: 'lock_mutex', context: { kind: 'mutex', change: 1 }, sleeps: true },
  { name: 'kzalloc', returns: ['null', 'valid'], pure: true },
  { name: 'obj_alloc_check', range: { min: -7, max: 0 }, pure: true },
  { name: 'kfree', toleratesNull: [0], drops: 0 },
  { name: 'current_obj', returns: ['valid'], rcuPointer: true, pure: true },
];

const body = (text: string) => `
struct obj { int n; struct obj *peer; struct obj *cur; };
#define put_and_unlock(o) do { obj_put(o); unlock(); } while (0)
static struct obj *cache;
static int keep_maybe(struct obj *p, struct obj *q) { if (p->cur) return -1; p->cur = q; return 0; }
static struct obj *grown(struct obj *p) { struct obj *q = kzalloc(8, 0); if (q) register_it(q); return q; }
static struct obj *kept(struct obj *p) { struct obj *q = kzalloc(8, 0); if (q) p->cur = q; return q; }
static void quiet(void) { lock(); nap2(); unlock(); }
static void rest(void) { nap(); }
static int number(struct obj *q) { return q->n; }
static int number_under_lock(struct obj *q) { int n; rcu_read_lock(); n = q->n; rcu_read_unlock(); return n; }
static int is_null(struct obj *q) { return q == NULL; }
static struct obj *checked(int n) { struct obj *q = elsewhere(n); if (q) q->n = 1; return q; }
__bpf_kfunc int subject(struct obj *p, int n)
{
	struct obj *o;

	${text}
}
`;

function events<K extends FlowEvent['k']>(kind: K, text: string): EventOf<K>[] {
  return unitsOf(body(text), KNOWN)[0]!.flow.events.filter((e): e is EventOf<K> => e.k === kind);
}

/** Names of what is still held, over all returns; `?` where code out of sight may have dropped it. */
const held = (text: string) =>
  [...new Set(events('return', text).flatMap((e) => e.unreleased.map((u) => u.by + (u.escaped ? '?' : ''))))].sort();

describe('a reference that is not handed on', () => {
  test.each([
    ['never put', 'o = find_get(n); if (!o) return 0; return o->n;', ['find_get']],
    ['put on one path only', 'o = find_get(n); if (!o) return 0; if (n > 5) return -1; obj_put(o); return 0;', ['find_get']],
    ['put on every path', 'o = find_get(n); if (!o) return 0; n = o->n; obj_put(o); return n;', []],
    ['not there where the look-up failed', 'o = open_get(n); if (IS_ERR(o)) return -1; obj_put(o); return 0;', []],
    ['stored', 'o = find_get(n); if (!o) return 0; p->cur = o; return 0;', []],
    ['handed to code out of sight', 'o = find_get(n); if (!o) return 0; elsewhere(o); return 0;', ['find_get?']],
    ['of the argument', 'obj_get(p); return 0;', ['obj_get']],
    ['of what a copy in another object points to', 'o = p->peer; memcpy(o, p, sizeof(*o)); if (o->cur) obj_get(o->cur); return 0;', []],
    ['of what an assigned copy points to', 'o = p->peer; *o = *p; obj_get(o->cur); return 0;', []],
    ['of what the original points to', 'o = p->peer; memcpy(o, p, sizeof(*o)); obj_get(p->cur); return 0;', ['obj_get']],
    ['of what a copy of its own points to', 'struct obj c; memcpy(&c, p, sizeof(c)); if (c.cur) obj_get(c.cur); return 0;', ['obj_get']],
    ['put through a statement macro', 'o = find_get(n); if (!o) return 0; lock(); put_and_unlock(o); return 0;', []],
  ])('%s', (_, text, expected) => {
    expect(held(text)).toEqual(expected);
  });

  test('a path that holds nothing does not hide one that does', () => {
    const returns = events('return', 'o = find_get(n); if (o && n) obj_put(o); return 0;');
    expect(returns.map((e) => e.unreleased.length).sort()).toEqual([0, 1]);
  });
});

describe('a negative result', () => {
  test.each([
    ['a constant', 'return -EINVAL;', [true]],
    ['a variable', 'if (n < 0) return n; return 1;', [false, true]],
    ['zero', 'return 0;', [false]],
  ])('%s', (_, text, expected) => {
    expect(
      events('return', text)
        .map((e) => e.negative)
        .sort(),
    ).toEqual(expected);
  });
});

describe('sleeping', () => {
  const sleeps = (text: string) => events('sleep', text).map((e) => ({ spin: e.context.get('spin') ?? 0, sure: e.unsure === null }));

  test('under a lock', () => {
    expect(sleeps('lock(); nap(); unlock(); return 0;')).toEqual([{ spin: 1, sure: true }]);
  });
  test('after it', () => {
    expect(sleeps('lock(); unlock(); nap(); return 0;')).toEqual([{ spin: 0, sure: true }]);
  });
  test('on one path under it, on the other not: neither hides the other', () => {
    const found = sleeps('if (n) lock(); nap(); if (n) unlock(); return 0;');
    expect(found.map((s) => s.spin).sort()).toEqual([0, 1]);
  });
  test('in a callee, under its caller’s lock', () => {
    expect(sleeps('lock(); rest(); unlock(); return 0;')).toEqual([{ spin: 1, sure: true }]);
  });
  test('after code out of sight that may have let go of the lock', () => {
    expect(sleeps('lock(); elsewhere(); nap(); unlock(); return 0;')).toEqual([{ spin: 1, sure: false }]);
  });
  test('after a statement macro that unlocks', () => {
    expect(sleeps('lock(); put_and_unlock(p); nap(); return 0;')).toEqual([{ spin: 0, sure: true }]);
  });
});

describe('reading under RCU', () => {
  const reads = (text: string) =>
    events('rcu-read', text)
      .filter((e) => e.late === undefined)
      .map((e) => e.section);
  const late = (text: string) => events('rcu-read', text).flatMap((e) => e.late ?? []);

  test('through a function that gives an RCU pointer', () => {
    expect(reads('o = current_obj(); return o->n;')).toEqual([false]);
    expect(reads('rcu_read_lock(); o = current_obj(); n = o->n; rcu_read_unlock(); return n;')).toEqual([true]);
  });
  test('inside on one path, outside on the other: neither hides the other', () => {
    expect(reads('if (n) rcu_read_lock(); o = rcu_dereference(p->cur); if (n) rcu_read_unlock(); return o ? 1 : 0;').sort()).toEqual([
      false,
      true,
    ]);
  });
  test('a use after the section is an event of its own', () => {
    expect(late('rcu_read_lock(); o = rcu_dereference(p->cur); n = o->n; rcu_read_unlock(); return n;')).toEqual([]);
    expect(late('rcu_read_lock(); o = rcu_dereference(p->cur); rcu_read_unlock(); return o->n;')).toEqual(['']);
    expect(late('rcu_read_lock(); o = rcu_dereference(p->cur); n = number(o); rcu_read_unlock(); return n;')).toEqual([]);
    expect(late('rcu_read_lock(); o = rcu_dereference(p->cur); rcu_read_unlock(); return number(o);')).toEqual(['']);
    expect(late('rcu_read_lock(); o = rcu_dereference(p->cur); rcu_read_unlock(); return number_under_lock(o);')).toEqual(['']);
    expect(late('rcu_read_lock(); o = rcu_dereference(p->cur); rcu_read_unlock(); return is_null(o);')).toEqual([]);
    expect(late('rcu_read_lock(); o = rcu_dereference(p->cur); keep(o); rcu_read_unlock(); return o->n;').every((why) => why !== '')).toBe(
      true,
    );
  });
});

describe('tests of members', () => {
  test('are events under the name as written', () => {
    expect(events('test', 'if (!p->cur) return 0; return p->cur->n;').map((e) => e.variable)).toEqual(['p->cur']);
  });
});

describe('arms of #if', () => {
  const arm = (condition: string) => events('sleep', `\n#if${condition}\n\tn++;\n#else\n\tnap();\n#endif\n\treturn n;`).length;

  test('that only kernels without an MMU compile are not followed', () => {
    expect(arm('def CONFIG_MMU')).toBe(0);
  });
  test('that others compile are', () => {
    expect(arm('def CONFIG_MEMCG')).toBe(1);
  });
});

describe('numbers made from addresses', () => {
  test.each([
    ['an alignment test', 'if ((unsigned long)p & 7) return -1; return p->n;'],
    ['its opposite', 'if (!((unsigned long)p & 7)) return p->n; return p->peer->n;'],
  ])('%s leaves both ways open', (_, text) => {
    expect(events('return', text).length).toBe(2);
  });

  test('smp_load_acquire() gives what is there, not its address', () => {
    const [test] = events('test', 'o = smp_load_acquire(&p->cur); if (!o) return 1; return o->n;');
    expect(test!.occurrences[0]!.origins).toEqual([expect.objectContaining({ k: 'load' })]);
    expect(events('return', 'o = smp_load_acquire(&p->cur); if (!o) return 1; return o->n;').length).toBe(2);
  });
});

describe('stores', () => {
  test.each([['WRITE_ONCE(p->cur, o);'], ['rcu_assign_pointer(p->cur, o);'], ['smp_store_release(&p->cur, o);']])(
    '%s hands the reference on',
    (text) => {
      expect(held(`o = find_get(n); if (!o) return 0; ${text} return 0;`)).toEqual([]);
    },
  );
});

describe('lengths into arrays', () => {
  const bytes: FunctionKnowledge = { name: 'memcpy', length: [{ argument: 2, of: [0, 1] }] };
  const extents = (target: string, declaration = '') => {
    const code = `
#define NAME_MAX 12
struct box { char name[NAME_MAX]; u32 slots[4]; struct box *next; };
__bpf_kfunc int subject(struct box *b, const u8 *from, u32 from__sz)
{
	${declaration}
	memcpy(${target}, from, from__sz);
	return 0;
}
`;
    const lengths = unitsOf(code, [bytes])[0]!.flow.events.filter((e): e is EventOf<'length'> => e.k === 'length' && e.argument === 0);
    return lengths.map((e) => e.of?.value ?? null);
  };

  test.each([
    ['a member', 'b->name', '', [13]],
    ['a member of wider elements', 'b->slots', '', [17]],
    ['a local array', 'buf', 'char buf[32];', [33]],
    ['behind a pointer of unknown extent', 'b->next', '', [null]],
  ])('%s', (_, target, declaration, expected) => {
    expect(extents(target, declaration)).toEqual(expected);
  });
});

describe('a callee that tests what it hands back', () => {
  test('may fail', () => {
    const found = events('deref', 'o = checked(n); return o->n;').filter((e) => e.text === 'o->n');
    expect(found.flatMap((e) => e.occurrences).some((o) => o.origins.some((x) => x.k === 'call' && x.mayFail))).toBe(true);
  });
});

/** Memory that was allocated and is still held, over all returns; `?` where something else may know it. */
const left = (text: string) => [
  ...new Set(events('return', text).flatMap((e) => e.unreleased.flatMap((u) => (u.memory ? [u.by + (u.escaped ? '?' : '')] : [])))),
];

describe('memory that is neither kept, returned nor freed', () => {
  const MADE = 'o = kzalloc(8, 0); if (!o) return -1;';
  test.each([
    ['on one way out', `${MADE} if (n > 5) return -2; p->cur = o; return 0;`, ['kzalloc']],
    ['past a label that frees nothing', `${MADE} if (n > 5) goto out; p->cur = o; out: return 0;`, ['kzalloc']],
    ['overwritten', `${MADE} o = kzalloc(8, 0); kfree(o); return 0;`, ['kzalloc']],
    ['a callee keeps it only if there is room', `${MADE} return keep_maybe(p, o);`, ['kzalloc', 'kzalloc?']],
    ['kept for one answer alone', `${MADE} p->cur = n ? o : 0; return 0;`, ['kzalloc']],
  ])('left: %s', (_, text, expected) => expect(left(text)).toEqual(expected));

  test.each([
    ['freed', `${MADE} kfree(o); return 0;`, []],
    ['freed past a label', `${MADE} if (n > 5) goto out; p->cur = o; return 0; out: kfree(o); return -2;`, []],
    ['kept', `${MADE} p->cur = o; return 0;`, []],
    ['kept in a global', `${MADE} cache = o; return 0;`, []],
    ['kept by a name of its own', `struct obj *q; ${MADE} q = o; p->cur = q; return 0;`, []],
    ['kept by its callee', 'o = kept(p); return 0;', []],
    ['handed on by its callee', 'o = grown(p); return 0;', ['grown?']],
    ['handed to code out of sight', `${MADE} elsewhere(o); return 0;`, ['kzalloc?']],
    ['kept as a number', `${MADE} *(unsigned long *)p = (unsigned long)o | 1; return 0;`, ['kzalloc?']],
    ['copied from where it stands', `${MADE} memcpy(p, &o, sizeof(o)); return 0;`, ['kzalloc?']],
    ['named like an allocation, but a number', 'if (obj_alloc_check(p)) return -1; return 0;', []],
  ])('not: %s', (_, text, expected) => expect(left(text)).toEqual(expected));
});

/** Whether NULL is kept away from the last thing that is dereferenced, and by a test under a lock. */
const shielded = (text: string) => {
  const last = events('deref', text).filter((e) => /cur->n$|^o->n$/.test(e.text));
  const facts = last.flatMap((e) => e.occurrences.map((o) => o.fact));
  return { never: facts.every((f) => (f.nul & 1) === 0), locked: facts.every((f) => f.reasons.some((r) => r.locked)) };
};

describe('what was found out of memory stands as long as the lock', () => {
  test.each([
    ['tested and used under it', 'lock(); if (p->cur) n = p->cur->n; unlock(); return n;', true, true],
    ['tested under a mutex', 'lock_mutex(); if (p->cur) n = p->cur->n; return n;', true, true],
    ['read into a variable before', 'o = p->cur; if (!o) return 0; lock(); n = o->n; unlock(); return n;', true, false],
    ['no lock at all', 'if (p->cur) n = p->cur->n; return n;', true, false],
    ['an RCU section is no lock', 'rcu_read_lock(); if (p->cur) n = p->cur->n; rcu_read_unlock(); return n;', true, false],
  ])('stands: %s', (_, text, never, locked) => expect(shielded(text)).toEqual({ never, locked }));

  test.each([
    ['tested before it is taken', 'if (!p->cur) return 0; lock(); n = p->cur->n; unlock(); return n;'],
    ['let go of and taken again', 'lock(); if (!p->cur) { unlock(); return 0; } unlock(); lock(); n = p->cur->n; unlock(); return n;'],
    ['used after it was let go of', 'lock(); if (!p->cur) { unlock(); return 0; } unlock(); return p->cur->n;'],
    ['taken and let go of by a callee', 'if (!p->cur) return 0; quiet(); return p->cur->n;'],
    ['taken by a guard', 'if (!p->cur) return 0; guard(mutex)(&p->n); return p->cur->n;'],
    ['left with the scope of a guard', 'scoped_guard(spinlock, &p->n) { if (!p->cur) return 0; } return p->cur->n;'],
  ])('does not: %s', (_, text) => expect(shielded(text).never).toBe(false));
});
