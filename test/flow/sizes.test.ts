import { describe, expect, test } from 'vitest';
import { memSize } from '../../rules/mem-size.ts';
import { claimsOf, verdictOf } from './analyse-code.ts';

const MEMCPY = [
  { name: 'memcpy', length: [{ argument: 2, of: [0, 1] }], returnsArgument: 0 },
  { name: 'strscpy', length: [{ argument: 2, of: [0] }] },
];

const wrap = (guard: string, use = 'return opts->dir;') => `
#define OPTS_SZ 16
struct opts { s32 netns_id; s32 error; u8 proto; u8 dir; u8 reserved[2]; s32 more; };
static int fail(struct opts *o, u32 o__sz) { if (o__sz < offsetofend(struct opts, error)) return 0; o->error = -EINVAL; return 0; }
static int rash(struct opts *o) { o->error = -EINVAL; return 0; }
__bpf_kfunc int subject(struct opts *opts, u32 opts__sz, void *buf, u32 buf__sz, int n)
{
	char local[8];

	${guard}
	${use}
}
`;

describe('mem-size', () => {
  test.each([
    ['whole struct, !=', 'if (opts__sz != sizeof(*opts)) return 0;'],
    ['whole struct, <', 'if (opts__sz < sizeof(struct opts)) return 0;'],
    ['a number that reaches', 'if (opts__sz < 10) return 0;'],
    ['a constant that reaches', 'if (opts__sz != OPTS_SZ) return 0;'],
    ['offsetofend of the field', 'if (opts__sz < offsetofend(struct opts, dir)) return 0;'],
    ['tested in the callee', '', 'return fail(opts, opts__sz);'],
    ['copy of exactly the size', '', 'memcpy(local, buf, buf__sz); return 0;'],
    ['switch on the size', 'switch (opts__sz) { case 16: break; case 12: break; default: return 0; }'],
  ])('sufficient: %s', (_, guard, use?: string) => {
    const claims = claimsOf(memSize, wrap(guard, use), MEMCPY);
    expect(verdictOf(claims), claims[0]?.message).toBe('silent');
  });

  test.each([
    ['nothing', '', undefined],
    ['error written before the test', 'if (!n) { opts->error = -EINVAL; return 0; } if (opts__sz != sizeof(*opts)) return 0;', undefined],
    ['error written because the size is wrong', 'if (opts__sz != sizeof(*opts)) { opts->error = -EINVAL; return 0; }', undefined],
    ['a smaller number', 'if (opts__sz < 9) return 0;', undefined],
    ['only zero refused', 'if (!opts__sz) return 0;', undefined],
    ['the size of another buffer', 'if (buf__sz != sizeof(*opts)) return 0;', undefined],
    ['wrong way round', 'if (opts__sz > sizeof(*opts)) return 0;', undefined],
    ['in a callee', '', 'return rash(opts);'],
    ['after the use', 'n = opts->dir; if (opts__sz != sizeof(*opts)) return 0;', 'return n;'],
    ['through a cast', '', 'return ((struct opts *)buf)->error;'],
    ['more than the size', '', 'memcpy(local, buf, 8); return 0;'],
  ])('insufficient: %s', (_, guard, use) => {
    expect(verdictOf(claimsOf(memSize, wrap(guard, use), MEMCPY))).toBe('sure');
  });

  test('memory without a size parameter is not its business', () => {
    expect(claimsOf(memSize, '__bpf_kfunc int subject(struct opts *o, u32 n)\n{\n\treturn o->x;\n}\n')).toEqual([]);
  });
});
