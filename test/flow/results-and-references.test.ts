import { describe, expect, test } from 'vitest';
import { acquireRelease } from '../../rules/acquire-release.ts';
import { uncheckedResult } from '../../rules/unchecked-result.ts';
import type { FunctionKnowledge } from '../../src/flow/knowledge.ts';
import { claimsOf, verdictOf } from './analyse-code.ts';

const KNOWN: FunctionKnowledge[] = [
  { name: 'lookup', returns: ['null', 'valid'] },
  { name: 'make', returns: ['error', 'valid'] },
  { name: 'obj_get', takes: { what: 0, when: 'always', live: true } },
  { name: 'obj_tryget', takes: { what: 0, when: 'true', live: false } },
  { name: 'obj_put', drops: 0 },
  { name: 'find_get', returns: ['null', 'valid'], takes: { what: 'return', when: 'non-null', live: false } },
  { name: 'unlock', pure: true },
];

const body = (text: string) => `
struct obj { int n; struct obj *peer; struct obj *up; };
struct holder { struct obj inner; struct obj *cur; };
static struct obj *pick(int n) { if (n < 0) return NULL; return lookup(n); }
static struct obj *sure(struct obj *p) { return p; }
static int rash(int n) { struct obj *q = lookup(n); return q->n; }
static int deep(int n) { return rash(n + 1); }
static int rash_of_fixed(void) { struct obj *q = lookup(7); return q->n; }
static int careful(int n) { struct obj *q = lookup(n); return q ? q->n : 0; }
static int leaky(int n) { struct obj *q = find_get(n); if (!q) return 0; if (n > 3) return -1; obj_put(q); return 0; }
static int tidy(int n) { struct obj *q = find_get(n); if (!q) return 0; if (n > 3) { obj_put(q); return -1; } obj_put(q); return 0; }
static struct obj *handed_out(int n) { struct obj *q = find_get(n); if (!q) return NULL; obj_get(q->peer); return q; }
static int kept(struct holder *h, int n) { struct obj *q = find_get(n); h->cur = q; return 0; }
static struct obj *failed(int n) { struct obj *q = find_get(n); if (q && q->n) return NULL; return q; }
static int told(struct obj *q) { return q->n; }
__bpf_kfunc int subject(struct holder *h, int n)
{
	struct obj *o;

	${text}
}
`;

describe('unchecked-result', () => {
  test.each([
    ['look-up', 'o = lookup(n); return o->n;'],
    ['rcu_dereference', 'o = rcu_dereference(h->cur); return o->n;'],
    ['error pointer tested as NULL', 'o = make(n); if (!o) return 0; return o->n;'],
    ['NULL tested as error pointer', 'o = lookup(n); if (IS_ERR(o)) return 0; return o->n;'],
    ['a callee at hand that returns NULL', 'o = pick(n); return o->n;'],
    ['one branch', 'o = lookup(n); if (n) { if (!o) return 0; } return o->n;'],
    ['after the use', 'o = lookup(n); n = o->n; if (!o) return 0; return n;'],
    ['the result of the second call', 'o = lookup(n); if (!o) return 0; o = lookup(n + 1); return o->n;'],
    ['chained', 'return lookup(n)->n;'],
  ])('claimed: %s', (_, text) => {
    expect(verdictOf(claimsOf(uncheckedResult, body(text), KNOWN))).toBe('sure');
  });

  test.each([
    ['of a helper', 'return rash(n);'],
    ['of a helper of a helper', 'return deep(n);'],
    ['of a helper that nothing is handed to', 'return rash_of_fixed();'],
  ])('a question, because its caller may know better: the own result %s', (_, text) => {
    expect(verdictOf(claimsOf(uncheckedResult, body(text), KNOWN))).toBe('unsure');
  });

  test.each([
    ['tested', 'o = lookup(n); if (!o) return 0; return o->n;'],
    ['tested in the condition', 'if (!(o = lookup(n))) return 0; return o->n;'],
    ['IS_ERR', 'o = make(n); if (IS_ERR(o)) return PTR_ERR(o); return o->n;'],
    ['IS_ERR_OR_NULL', 'o = pick(n); if (IS_ERR_OR_NULL(o)) return 0; return o->n;'],
    ['not known to fail', 'o = h->cur; return o->n;'],
    ['out of sight', 'o = elsewhere(n); return o->n;'],
    ['the argument handed back', 'o = sure(&h->inner); return o->n;'],
    ['loop until found', 'for (o = lookup(0); o; o = lookup(o->n)) n++; return n;'],
    ['&& chain', 'o = lookup(n); return o && o->n;'],
    ['goto', 'o = lookup(n); if (!o) goto out; n = o->n; out: return n;'],
    ['a helper tests its own result', 'return careful(n);'],
    ['a helper is given what was tested', 'o = lookup(n); return o ? told(o) : 0;'],
  ])('silent: %s', (_, text) => {
    const claims = claimsOf(uncheckedResult, body(text), KNOWN);
    expect(verdictOf(claims), claims[0]?.message).toBe('silent');
  });
});

const acquirer = (text: string, parameter = 'struct obj *p') => `
struct obj { int n; struct obj *peer; };
static struct obj *root;
static struct obj *take(struct obj *q) { obj_get(q); return q; }
__bpf_kfunc struct obj *subject(${parameter})
{
	${text}
}
__bpf_kfunc void subject_put(struct obj *p) { obj_put(p); }
BTF_KFUNCS_START(ids)
BTF_ID_FLAGS(func, subject, KF_ACQUIRE | KF_RET_NULL)
BTF_ID_FLAGS(func, subject_put, KF_RELEASE)
BTF_KFUNCS_END(ids)
`;

/** The pairing is found, so only what the body does is left to say. */
const said = (text: string, parameter?: string) =>
  verdictOf(claimsOf(acquireRelease, acquirer(text, parameter), KNOWN).filter((c) => !c.guards.some((g) => g.role === 'carries')));

describe('acquire-release, what the body hands out', () => {
  test.each([
    ['get', 'obj_get(p); return p;'],
    ['tryget', 'if (!obj_tryget(p)) return NULL; return p;'],
    ['tryget as value', 'return obj_tryget(p) ? p : NULL;'],
    ['tryget and a variable', 'struct obj *r = NULL; if (p && obj_tryget(p)) r = p; return r;'],
    ['found with a reference', 'return find_get(p->n);'],
    ['in a callee', 'return take(p);'],
    ['unlock after', 'obj_get(p); unlock(); return p;'],
    ['NULL only', 'return NULL;'],
  ])('fine: %s', (_, text) => {
    expect(said(text)).toBe('silent');
  });

  test.each([
    ['the argument as it is', 'return p;'],
    ['a global', 'return root;'],
    ['tryget not looked at', 'obj_tryget(p); return p;'],
    ['one path without', 'if (p->n) obj_get(p); return p;'],
    ['get of another', 'obj_get(root); return p;'],
    ['got and put', 'obj_get(p); obj_put(p); return p;'],
    ['a look-up without reference', 'return lookup(p->n);'],
  ])('claimed: %s', (_, text) => {
    expect(said(text)).toBe('sure');
  });

  test('out of sight: not known', () => {
    expect(said('return elsewhere(p);')).toBe('unsure');
  });
});

describe('acquire-release, what a helper leaves behind', () => {
  const leaks = (text: string) =>
    verdictOf(claimsOf(acquireRelease, body(text), KNOWN).filter((c) => c.message.startsWith('the reference that')));

  test.each([
    ['put on every way out', 'return tidy(n);'],
    ['handed out, and what it leads to', 'o = handed_out(n); if (o) obj_put(o); return 0;'],
    ['stored in an object', 'return kept(h, n);'],
  ])('silent: %s', (_, text) => {
    expect(leaks(text)).toBe('silent');
  });

  test.each([
    ['left on the way of an error', 'return leaky(n);'],
    ['left where NULL is handed out', 'o = failed(n); if (o) obj_put(o); return 0;'],
  ])('a question: %s', (_, text) => {
    expect(leaks(text)).toBe('unsure');
  });
});
