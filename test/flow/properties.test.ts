import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { RULES } from '../../rules/index.ts';
import { claimsOf, verdictOf } from './analyse-code.ts';

/** Statements that a kfunc might hold; none of them makes a table index or a pointer safe for good. */
const STATEMENTS = [
  'n += i;',
  'if (n > 3) n = 0;',
  'if (i == 7) n++;',
  'if (p) n = 2;',
  'for (k = 0; k < 4; k++) n += k;',
  'while (n > 0) n--;',
  'if (n) goto out;',
  'q = p;',
  'if (!q) n = 1;',
  'switch (n) { case 1: n = 4; break; case 2: return 0; default: break; }',
  'n = helper(n);',
  'WARN_ON(i > 5);',
  'do { n--; } while (n > 10);',
  'elsewhere(n);',
  'if (i > 100) return 1;',
];

const use = fc.constantFrom('n = table[i];', 'n = p->x;', 'n = table[i] + p->x;');
const body = fc.array(fc.constantFrom(...STATEMENTS), { maxLength: 7 });

function kfunc(before: string[], guards: string[], what: string): string {
  return `
struct foo { int x; };
static int table[16];
static int helper(int v) { return v > 2 ? v - 1 : v; }
__bpf_kfunc int subject(struct foo *p, u32 i)
{
	struct foo *q = NULL;
	int n = 0, k = 0;

	${before.join('\n\t')}
	${guards.join('\n\t')}
	${what}
out:
	return n;
}
`;
}

const flowRules = RULES.filter((r) => r.id === 'unchecked-param' || r.id === 'unbounded-index');

function verdicts(code: string): string[] {
  return flowRules.map((rule) => `${rule.id}:${verdictOf(claimsOf(rule, code))}`);
}

describe('the flow analysis, whatever the code', () => {
  test('sufficient guards before the use leave nothing confirmed', () => {
    fc.assert(
      fc.property(body, use, (before, what) => {
        const code = kfunc(before, ['if (!p || i >= 16) return -1;'], what);
        for (const v of verdicts(code)) expect(v).not.toContain(':sure');
      }),
      { numRuns: 150 },
    );
  });

  test('without them the use is claimed, whatever stands before it', () => {
    // Left out: what can make the use unreachable (`goto out` on a value that is always set) or bound i (`n += i; if (n) goto out;`).
    const free = body.map((list) => list.filter((s) => s !== 'n += i;' && s !== 'if (n) goto out;'));
    fc.assert(
      fc.property(free, (before) => {
        const code = kfunc(before, [], 'n = table[i] + p->x;');
        expect(verdicts(code)).toEqual(['unchecked-param:sure', 'unbounded-index:sure']);
      }),
      { numRuns: 150 },
    );
  });

  test('names do not matter', () => {
    fc.assert(
      fc.property(body, use, fc.boolean(), (before, what, guarded) => {
        const code = kfunc(before, guarded ? ['if (i >= 16) return 0;'] : [], what);
        const renamed = code.replace(/\b(p|i|n|q|k|table|helper)\b/g, (w) => `${w}_renamed`);
        expect(verdicts(renamed)).toEqual(verdicts(code));
      }),
      { numRuns: 100 },
    );
  });

  test('any prefix of the function gives an answer', () => {
    const code = kfunc(STATEMENTS, [], 'n = table[i] + p->x;');
    fc.assert(
      fc.property(fc.nat(code.length), (length) => {
        for (const rule of RULES) claimsOf(rule, code.slice(0, length));
      }),
      { numRuns: 60 },
    );
  });
});
