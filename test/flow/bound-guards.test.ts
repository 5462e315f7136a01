import { describe, expect, test } from 'vitest';
import { unboundedIndex } from '../../rules/unbounded-index.ts';
import { claimsOf, verdictOf } from './analyse-code.ts';

const wrap = (type: string, guard: string, use = 'return table[i];') => `
#define N 16
enum item { ITEM_A, ITEM_B, NR_ITEM };
enum odd { ODD_NONE = -1, ODD_A, NR_ODD };
static int table[N];
static int items[NR_ITEM];
static int odds[NR_ODD];
static unsigned long map;
static bool valid(int v) { return v >= 0 && v < N; }
static bool half(int v) { return v < N; }
static int find(int v, int *out) { if (v < 0 || v >= N) return -EINVAL; *out = v; return 0; }
static int by_int(int v) { if (v >= NR_ITEM) return 0; return items[v]; }
static int by_enum(enum item v) { if (v >= NR_ITEM) return 0; return items[v]; }
static int deep2(int v) { return table[v]; }
static int deep1(int v) { return deep2(v); }
__bpf_kfunc int subject(${type} i, int other)
{
	int ret = 0, j = 0;

	${guard}
	${use}
}
`;

const GUARDS: [string, string, string, string?][] = [
  ['both ends', 'int', 'if (i < 0 || i >= N) return 0;'],
  ['unsigned', 'u32', 'if (i >= N) return 0;'],
  ['unsigned cast', 'int', 'if ((u32)i >= N) return 0;'],
  ['ARRAY_SIZE compares unsigned', 'int', 'if (i >= ARRAY_SIZE(table)) return 0;'],
  ['<= N - 1', 'u32', 'if (i <= N - 1) { ret = table[i]; } return ret;', ''],
  ['enum without negatives', 'enum item', 'if (i >= NR_ITEM) return 0;', 'return items[i];'],
  ['mask', 'u32', 'i &= N - 1;'],
  ['mask in the index', 'int', '', 'return table[i & 15];'],
  ['modulo of unsigned', 'u32', 'i = i % N;'],
  ['min_t', 'u32', 'i = min_t(u32, i, N - 1);'],
  ['clamp', 'int', 'i = clamp(i, 0, N - 1);'],
  ['array_index_nospec', 'u32', 'i = array_index_nospec(i, N);'],
  ['switch', 'int', 'switch (i) { case 0: case 3: break; default: return 0; }'],
  ['switch range', 'int', 'switch (i) { case 0 ... 15: break; default: return 0; }'],
  ['predicate', 'int', 'if (!valid(i)) return 0;'],
  ['out parameter', 'int', 'ret = find(i, &j); if (ret) return ret;', 'return table[j];'],
  ['out parameter guards the input too', 'int', 'if (find(i, &j)) return 0;'],
  ['goto', 'int', 'if (i < 0 || i >= N) goto out; ret = table[i]; out: return ret;', ''],
  ['callee checks before use', 'enum item', '', 'return by_enum(i);'],
  ['u8 into 256 entries', 'u8', '', 'static int wide[256]; return wide[i];'],
  ['shifted down', 'u32', '', 'return table[i >> 28];'],
  ['offset test', 'u32', 'if (i - 1 >= N - 1) return 0;'],
  ['loop index', 'u32', 'for (j = 0; j < N; j++) ret += table[j];', 'return ret;'],
  ['copy', 'u32', 'u32 k = i; if (k >= N) return 0;'],
  ['copy tested, copy used', 'u32', 'u32 k = i; if (k >= N) return 0;', 'return table[k];'],
  ['equality', 'u32', 'if (i != 3) return 0;'],
  ['the sum tested, the same sum used', 'u32', 'if (i + 1 >= N) return 0;', 'return table[i + 1];'],
  ['the sum tested, then made', 'u32', 'if (i + 1 >= N) return 0; i++;'],
  ['the sum tested in each round', 'u32', 'u32 k; for (k = i; k + 1 < N; k += 2) ret += table[k + 1];', 'return ret;'],
  ['lookup table of constants', 'u32', 'if (i >= ARRAY_SIZE(items)) return 0;', 'return items[i];'],
];

const ALMOST: [string, string, string, string?][] = [
  ['nothing', 'u32', ''],
  ['enum, nothing', 'enum item', '', 'return items[i];'],
  ['off by one', 'u32', 'if (i > N) return 0;'],
  ['another sum', 'u32', 'if (i + 1 >= N) return 0;', 'return table[i + 2];'],
  ['the sum of another value', 'u32', 'u32 k = i; if (k + 1 >= N) return 0; k = i * 2;', 'return table[k + 1];'],
  ['the sum tested, made once too often', 'u32', 'if (i + 1 >= N) return 0; i++;', 'return table[i + 1];'],
  ['the sum of the round before', 'u32', 'u32 k; for (k = i; k + 1 < N; k += other) ret += 1;', 'return table[k + 1];'],
  ['upper end only', 'int', 'if (i >= N) return 0;'],
  ['lower end only', 'int', 'if (i < 0) return 0;'],
  ['enum with a negative', 'enum odd', 'if (i >= NR_ODD) return 0;', 'return odds[i];'],
  ['enum passed on as int', 'enum item', '', 'return by_int(i);'],
  ['enum stored in an int', 'enum item', 'int k = i; if (k >= NR_ITEM) return 0;', 'return items[k];'],
  ['other variable', 'u32', 'if (other >= N) return 0;'],
  ['after the use', 'u32', 'ret = table[i]; if (i >= N) return 0;', 'return ret;'],
  ['one branch', 'u32', 'if (other) { if (i >= N) return 0; }'],
  ['in an assertion compiled to nothing', 'u32', 'VM_BUG_ON(i >= N);'],
  ['in a warning only', 'u32', 'WARN_ON(i >= N);'],
  ['mask too wide', 'u32', 'i &= N;'],
  ['modulo of a signed', 'int', 'i = i % N;'],
  ['wrong array', 'u32', 'if (i >= N) return 0;', 'return items[i];'],
  ['signed cast', 'u32', 'if ((int)i >= N) return 0;'],
  ['predicate that tests one end', 'int', 'if (!half(i)) return 0;'],
  ['predicate the wrong way', 'int', 'if (valid(i)) return 0;'],
  ['result of the check not looked at', 'int', 'find(i, &j);'],
  ['two calls down', 'int', '', 'return deep1(i);'],
  ['changed after the test', 'u32', 'if (i >= N) return 0; i++;'],
  ['doubled after the test', 'u32', 'if (i >= N) return 0; i *= 2;'],
  ['truncating test', 'u32', 'if ((u8)i >= N) return 0;'],
  ['shift', 'u32', '', 'return 1 << i;'],
  ['shift off by one', 'u32', 'if (i > 32) return 0;', 'return 1U << i;'],
  ['minus one', 'u32', 'if (i >= N) return 0;', 'return table[i - 1];'],
  ['min, off by one', 'u32', 'i = min(i, N);'],
  ['min the other way round, off by one', 'u32', 'i = min_t(u32, N, i);'],
  ['min with itself', 'int', 'i = min(i, N - 1);'],
  ['under #ifdef', 'u32', '\n#ifdef CONFIG_DEBUG\n\tif (i >= N) return 0;\n#endif\n'],
  ['user value after the test', 'u32', 'if (i >= N) return 0; j = i; j += i; j += N;', 'return table[j];'],
  ['goto past the test', 'u32', 'if (other) goto use; if (i >= N) return 0; use: return table[i];', ''],
  ['switch with fallthrough default', 'u32', 'switch (i) { case 0: ret = 1; default: ret = 2; }'],
];

describe('unbounded-index', () => {
  test.each(GUARDS)('guard: %s', (_, type, guard, use) => {
    const claims = claimsOf(unboundedIndex, wrap(type, guard, use)).filter((c) => c.subject === 'i');
    expect(verdictOf(claims), claims[0]?.message).toBe('silent');
  });

  test.each(ALMOST)('no guard: %s', (_, type, guard, use) => {
    const claims = claimsOf(unboundedIndex, wrap(type, guard, use)).filter((c) => c.subject === 'i');
    expect(verdictOf(claims)).toBe('sure');
  });

  test('no guard: another value written after the test', () => {
    const claims = claimsOf(unboundedIndex, wrap('u32', 'if (i >= N) return 0; WRITE_ONCE(i, other);'));
    expect(claims.map((c) => c.subject)).toEqual(['other']);
    expect(verdictOf(claims)).toBe('sure');
  });

  test('the chain through callees is told link by link', () => {
    const [claim] = claimsOf(unboundedIndex, wrap('int', '', 'return deep1(i);'));
    expect(claim?.path.map((p) => p.location?.line)).toEqual([21, 15, 14]);
    expect(claim?.message).toContain('deep1() -> deep2()');
  });

  test('an enum that is not at hand leaves the sign open', () => {
    const claims = claimsOf(unboundedIndex, wrap('enum elsewhere', 'if (i >= N) return 0;'));
    expect(verdictOf(claims)).toBe('unsure');
    expect(claims[0]?.missing[0]?.why).toContain('enum elsewhere');
  });

  test('bounded at both ends and handed out of sight: no claim', () => {
    expect(claimsOf(unboundedIndex, wrap('int', 'if (i < 0 || i >= SOME_LIMIT) return 0;', 'return elsewhere(i);'))).toEqual([]);
    expect(verdictOf(claimsOf(unboundedIndex, wrap('int', 'if (i >= SOME_LIMIT) return 0;', 'return elsewhere(i);')))).toBe('unsure');
  });

  test('a bound of unknown value against an extent of unknown value is undecided, the same name is decided', () => {
    const decl = 'static int far[FAR_SIZE]; ';
    expect(verdictOf(claimsOf(unboundedIndex, wrap('u32', 'if (i >= FAR_SIZE) return 0;', `${decl} return far[i];`)))).toBe('silent');
    expect(verdictOf(claimsOf(unboundedIndex, wrap('u32', 'if (i > FAR_SIZE) return 0;', `${decl} return far[i];`)))).toBe('sure');
    expect(verdictOf(claimsOf(unboundedIndex, wrap('u32', 'if (i >= OTHER_SIZE) return 0;', `${decl} return far[i];`)))).toBe('unsure');
  });
});

describe('a length that a helper uses', () => {
  const lengths = (use: string) =>
    claimsOf(
      unboundedIndex,
      `
struct bag { u64 words[2]; };
static struct bag bag;
static void copy(u8 *to, const void *from, u32 n) { memcpy(to, from, n); }
static void copy_tested(u8 *to, const void *from, u32 n) { if (n > 8) return; memcpy(to, from, n); }
static void copy_within(u8 *to, u32 room, const void *from, u32 n) { if (n > room) return; memcpy(to, from, n); }
static void deep(struct bag *b, const void *from, u32 n) { copy((u8 *)b->words, from, n); fill(b->words, from, n); }
static void fill(u64 *to, const void *from, u32 n) { memcpy(to, from, n); }
__bpf_kfunc int subject(const void *p, u32 p__sz)
{
	u8 local[8];

	${use}
	return 0;
}
`,
      [{ name: 'memcpy', length: [{ argument: 2, of: [0, 1] }], returnsArgument: 0 }],
    ).filter((c) => c.subject === 'p__sz');

  test.each([
    ['tested by the helper', 'copy_tested(local, p, p__sz);'],
    ['tested by its caller', 'if (p__sz > 8) return 0; copy(local, p, p__sz);'],
    ['tested against the room that it is told', 'copy_within(local, sizeof(local), p, p__sz);'],
    ['through a member', 'if (p__sz > 16) return 0; deep(&bag, p, p__sz);'],
    ['into memory of unknown length', 'copy(elsewhere, p, p__sz);'],
  ])('guard: %s', (_, use) => expect(verdictOf(lengths(use))).toBe('silent'));

  test.each([
    ['nothing', 'copy(local, p, p__sz);'],
    ['off by one', 'if (p__sz > 9) return 0; copy(local, p, p__sz);'],
    ['tested against more room than there is', 'copy_within(local, 16, p, p__sz);'],
    ['through a member', 'if (p__sz > 17) return 0; deep(&bag, p, p__sz);'],
  ])('no guard: %s', (_, use) => expect(verdictOf(lengths(use))).toBe('sure'));
});
