import { describe, expect, test } from 'vitest';
import { uncheckedParam } from '../../rules/unchecked-param.ts';
import { claimsOf, verdictOf } from './analyse-code.ts';

const wrap = (guard: string, use = 'return p->x;') => `
struct inner { int y; };
struct foo { int x; struct inner in; struct foo *next; int row[4]; };
extern int probe(void);
static inline bool usable(struct foo *q) { return q && q->x > 0; }
static int check(struct foo *q) { if (!q) return -EINVAL; return 0; }
static int weak(struct foo *q) { if (!q) pr_warn("no"); return 0; }
#define has_foo(q) ((q) != NULL)
__bpf_kfunc int subject(struct foo *p, struct foo *other, int n)
{
	struct foo *q;
	int ret = 0;

	${guard}
	${use}
}
`;

const GUARDS: [string, string][] = [
  ['plain', 'if (!p) return -1;'],
  ['== NULL', 'if (p == NULL) return -1;'],
  ['NULL ==', 'if (NULL == p) return -1;'],
  ['!= with else', 'if (p != NULL) { n++; } else { return 0; }'],
  ['unlikely', 'if (unlikely(!p)) return -1;'],
  ['WARN_ON_ONCE as condition', 'if (WARN_ON_ONCE(!p)) return -1;'],
  ['|| chain', 'if (n < 0 || !p || n > 5) return -1;'],
  ['goto', 'if (!p) goto out; n = p->x; out: return n;'],
  ['BUG_ON', 'BUG_ON(!p);'],
  ['error code', 'if (!p) ret = -EINVAL; if (ret) return ret;'],
  ['flag beside', 'bool ok = false; if (p) ok = true; if (!ok) return 0;'],
  ['ternary value', 'q = p ? p : other; if (!p) return 0;'],
  ['in a callee, by truth', 'if (!usable(p)) return 0;'],
  ['in a callee, by error code', 'ret = check(p); if (ret) return ret;'],
  ['in a macro', 'if (!has_foo(p)) return 0;'],
  ['alias', 'q = p; if (!q) return 0;'],
  ['assignment in condition', 'if (!(q = p)) return 0;'],
  ['IS_ERR_OR_NULL', 'if (IS_ERR_OR_NULL(p)) return 0;'],
  ['while(!p) return', 'while (!p) return 0;'],
  ['switch on error', 'switch (p ? 0 : 1) { case 0: break; default: return 0; }'],
  ['where an array stands, taken before', 'int *row = p->row; if (!p) return 0; n = row[1];'],
  ['the address of an element, taken before', 'int *row = &p->row[2]; if (!p) return 0; n = *row;'],
  ['GNU ?:', 'p = p ?: other; if (!p) return 0;'],
];

const ALMOST: [string, string][] = [
  ['nothing', ''],
  ['other variable', 'if (!other) return -1;'],
  ['only warns', 'if (!p) pr_warn("p");'],
  ['WARN_ON_ONCE as statement', 'WARN_ON_ONCE(!p);'],
  ['VM_BUG_ON may be compiled out', 'VM_BUG_ON(!p);'],
  ['one branch only', 'if (n) { if (!p) return 0; }'],
  ['|| lets it through', 'if (!p && n > 3) return 0;'],
  ['an element, read before', 'n = p->row[1]; if (!p) return 0;'],
  ['an array followed, never tested', 'int *row = p->row; n = row[1];'],
  ['inverted', 'if (p) n = 1;'],
  ['IS_ERR only', 'if (IS_ERR(p)) return 0;'],
  ['put back by rcu_assign_pointer', 'q = p; if (!q) rcu_assign_pointer(q, other);'],
  ['callee that only warns', 'ret = weak(p); if (ret) return ret;'],
  ['error code not looked at', 'ret = check(p);'],
  ['error code tested the wrong way', 'ret = check(p); if (!ret) return 0;'],
  ['goto around', 'if (!p) goto use; n = 1; use: return p->x;'],
  ['under #ifdef', '\n#ifdef CONFIG_DEBUG\n\tif (!p) return 0;\n#endif\n'],
  ['alias of another', 'q = other; if (!q) return 0;'],
  ['address of a member', 'if (!&p->in) return 0;'],
];

describe('unchecked-param', () => {
  test.each(GUARDS)('guard: %s', (_, guard) => {
    const claims = claimsOf(uncheckedParam, wrap(guard)).filter((c) => c.subject === 'p');
    expect(verdictOf(claims), claims[0]?.message).toBe('silent');
  });

  test.each(ALMOST)('no guard: %s', (_, guard) => {
    const claims = claimsOf(uncheckedParam, wrap(guard)).filter((c) => c.subject === 'p');
    expect(verdictOf(claims)).toBe('sure');
  });

  test('a check after the use guards nothing, and is named', () => {
    const [claim] = claimsOf(uncheckedParam, wrap('n = p->x; if (!p) return 0;', 'return n;'));
    expect(claim?.missing).toEqual([]);
    expect(claim?.guards.map((g) => g.text).join()).toMatch(/comes after the dereference/);
  });

  test('a check of what was put into the parameter is about that value', () => {
    const [claim] = claimsOf(uncheckedParam, wrap('n = p->x; p = rcu_dereference_raw(other->next); if (!p) return 0;'));
    expect(claim?.guards.map((g) => g.text).join()).toMatch(/rcu_dereference_raw\(other->next\)/);
    expect(claim?.location.line).toBe(14);
  });

  test.each([
    ['member of a member', 'return p->in.y;', 'sure'],
    ['pointer to a member handed to a callee out of sight', 'return out_of_sight(&p->in);', 'unsure'],
    ['address only', 'return &p->in == NULL;', 'silent'],
    ['sizeof', 'return sizeof(p->in);', 'silent'],
    ['handed to a function out of sight', 'return out_of_sight(p);', 'unsure'],
    ['never used', 'return n;', 'silent'],
    ['a loop', 'while (n--) ret += p->x; return ret;', 'sure'],
    ['list walk', 'list_for_each_entry(q, &p->list, node) ret++; return ret;', 'sure'],
  ])('use: %s', (_, use, expected) => {
    const claims = claimsOf(uncheckedParam, wrap('', use)).filter((c) => c.subject === 'p');
    expect(verdictOf(claims)).toBe(expected);
  });
});
