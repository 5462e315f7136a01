/** The same sources before and after 7.0, when every argument became trusted: what that made safe falls away, and what it broke is said. */
import { beforeAll, describe, expect, it } from 'vitest';
import { loadPatterns } from '../../src/commands/patterns.ts';
import type { Patterns } from '../../src/judge/patterns/model.ts';
import { analyse } from '../../src/lint.ts';

let patterns: Patterns;
beforeAll(async () => {
  patterns = (await loadPatterns([])).patterns;
});

const SOURCE = `
struct quay { struct quay *next; struct mutex lock; refcount_t users; u32 boats; };

__bpf_kfunc_start_defs();
__bpf_kfunc u32 bpf_quay_boats(struct quay *quay) { return quay->boats; }
__bpf_kfunc u32 bpf_quay_trusted(struct quay *quay) { return quay->boats; }
__bpf_kfunc u32 bpf_quay_tested(struct quay *quay) { return quay ? quay->boats : 0; }
__bpf_kfunc u32 bpf_quay_nullable(struct quay *quay__nullable) { return quay__nullable->boats; }
__bpf_kfunc int bpf_quay_count(struct quay *quay, int *count) { *count = 1; return 0; }
__bpf_kfunc_end_defs();

BTF_KFUNCS_START(quay_ids)
BTF_ID_FLAGS(func, bpf_quay_boats)
BTF_ID_FLAGS(func, bpf_quay_trusted, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_quay_tested)
BTF_ID_FLAGS(func, bpf_quay_nullable)
BTF_ID_FLAGS(func, bpf_quay_count)
BTF_KFUNCS_END(quay_ids)
static const struct btf_kfunc_id_set quay_set = { .owner = THIS_MODULE, .set = &quay_ids };
static int __init quay_init(void)
{
	return register_btf_kfunc_id_set(BPF_PROG_TYPE_TRACING, &quay_set);
}
`;

/** `<rule> <kfunc> <subject>` of what has the verdict. */
function found(series: string, verdict: string): string[] {
  const file = { path: 'quay.c', text: SOURCE, added: new Set<number>(), complete: true, origin: 'file' as const };
  const { findings } = analyse([file], { kernel: { series, from: 'option' }, tree: null, patterns, trust: 'ruling' });
  return findings.filter((f) => f.verdict === verdict).map((f) => `${f.rule} ${f.kfunc} ${f.subject}`);
}

describe('the same sources', () => {
  it('let NULL and walked pointers in under 6.12', () => {
    expect(found('6.12', 'confirmed')).toEqual([
      'unchecked-param bpf_quay_boats quay',
      'untrusted-param bpf_quay_tested quay',
      'unchecked-param bpf_quay_nullable quay__nullable',
      'unchecked-param bpf_quay_count count',
    ]);
  });
  it('are told under 7.0 what became safe, what did not, and what no longer compiles', () => {
    expect(found('7.0', 'confirmed')).toEqual([
      'redundant-check bpf_quay_tested quay',
      'unchecked-param bpf_quay_nullable quay__nullable',
      'flag-conflict bpf_quay_trusted KF_TRUSTED_ARGS',
    ]);
    expect(found('7.0', 'refuted')).toEqual(
      expect.arrayContaining(['unchecked-param bpf_quay_boats quay', 'unchecked-param bpf_quay_count count']),
    );
  });
  it('change at 7.0 and not before', () => {
    expect(found('6.19', 'confirmed')).toEqual(found('6.12', 'confirmed'));
    expect(found('7.1', 'confirmed')).toEqual(found('7.0', 'confirmed'));
  });
});
