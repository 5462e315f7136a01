/** Rules on registration see what a tree registers: absence is a finding there, and a question without it. */
import { beforeAll, describe, expect, it } from 'vitest';
import { loadPatterns } from '../../src/commands/patterns.ts';
import type { Patterns } from '../../src/judge/patterns/model.ts';
import { analyse } from '../../src/lint.ts';
import type { TreeFiles } from '../../src/source/model.ts';

let patterns: Patterns;
beforeAll(async () => {
  patterns = (await loadPatterns([])).patterns;
});

function treeOf(files: Record<string, string>): TreeFiles {
  const paths = Object.keys(files).sort();
  return {
    label: 'tree',
    read: (path) => files[path] ?? null,
    search: (needles) => paths.filter((p) => needles.some((n) => files[p]!.includes(n))),
  };
}

/** `<rule> <subject> <verdict>` of what is said of `path`. */
function said(path: string, text: string, tree: Record<string, string> | null, rule = 'registration', series = '6.12'): string[] {
  const files = [{ path, text, added: new Set<number>(), complete: true, origin: 'file' as const }];
  const kernel = { series, from: 'option' as const };
  const { findings } = analyse(files, { kernel, tree: tree && treeOf({ ...tree, [path]: text }), patterns, trust: 'ruling' });
  return findings.filter((f) => f.rule === rule).map((f) => `${f.subject} ${f.verdict}`);
}

const definition = (name: string) => `
__bpf_kfunc_start_defs();
__bpf_kfunc int ${name}(int n)
{
	return n + 1;
}
__bpf_kfunc_end_defs();
`;
const set = (name: string) => `
BTF_KFUNCS_START(mill_ids)
BTF_ID_FLAGS(func, ${name})
BTF_KFUNCS_END(mill_ids)
static const struct btf_kfunc_id_set mill_set = { .owner = THIS_MODULE, .set = &mill_ids };
static int __init mill_init(void)
{
	return register_btf_kfunc_id_set(BPF_PROG_TYPE_TRACING, &mill_set);
}
`;

describe('a definition in one file, its registration in another', () => {
  it('is a question without a tree', () => {
    expect(said('mill/a.c', definition('bpf_mill'), null)).toEqual(['bpf_mill undecided']);
    expect(said('mill/b.c', set('bpf_mill'), null)).toEqual(['bpf_mill undecided']);
  });
  it('is no finding with one', () => {
    expect(said('mill/a.c', definition('bpf_mill'), { 'mill/b.c': set('bpf_mill') })).toEqual([]);
    expect(said('mill/b.c', set('bpf_mill'), { 'mill/a.c': definition('bpf_mill') })).toEqual([]);
  });
  it('is a finding where the tree has no other half', () => {
    expect(said('mill/a.c', definition('bpf_mill'), { 'mill/b.c': set('bpf_wheel') })).toEqual(['bpf_mill confirmed']);
    expect(said('mill/b.c', set('bpf_mill'), { 'mill/a.c': definition('bpf_wheel') })).toEqual(['bpf_mill confirmed']);
  });
});

describe('a definition that a macro makes', () => {
  const macro = (mark: string) => `
#define MILL(what) \\
${mark} int bpf_##what##_mill(int n) \\
{ return n + 1; }
MILL(wind)
`;
  it('is a question, because macros are not looked into for definitions', () => {
    expect(said('mill/b.c', macro('__bpf_kfunc') + set('bpf_wind_mill'), {})).toEqual(['bpf_wind_mill undecided']);
  });
  it('is none where the name is not of its making, or what it makes is no kfunc', () => {
    expect(said('mill/b.c', macro('__bpf_kfunc') + set('bpf_mill'), {})).toEqual(['bpf_mill confirmed']);
    expect(said('mill/b.c', macro('static') + set('bpf_wind_mill'), {})).toEqual(['bpf_wind_mill confirmed']);
  });
});

describe('a marked function that is in no set of the tree', () => {
  it('is a question where the kernel calls it itself', () => {
    const caller = '\nint mill_test(int n)\n{\n\treturn bpf_mill(n);\n}\n';
    expect(said('mill/a.c', definition('bpf_mill') + caller, {})).toEqual(['bpf_mill undecided']);
  });
  it('is a finding where only comments speak of it', () => {
    const comments = '\n/* see bpf_mill(1)\n * or bpf_mill(2),\n\t* or bpf_mill(3)\n */\n';
    expect(said('mill/a.c', comments + definition('bpf_mill'), {})).toEqual(['bpf_mill confirmed']);
  });
});

describe('a set that nothing registers', () => {
  const unregistered = set('bpf_mill').replace(/static int __init[\s\S]*/, '');
  it('is a finding in a file of a tree, and a question in an excerpt', () => {
    expect(said('mill/a.c', definition('bpf_mill') + unregistered, {})).toEqual(['mill_ids confirmed']);
    expect(said('mill/a.c', definition('bpf_mill') + unregistered, null)).toEqual(['mill_ids undecided']);
  });
});

describe('the other end of a reference', () => {
  const acquire = `
struct cog { refcount_t ref; struct cog *next; };
${definition('bpf_cog_dummy')}
__bpf_kfunc struct cog *bpf_cog_get(struct cog *c)
{
	return refcount_inc_not_zero(&c->ref) ? c : NULL;
}
${set('bpf_cog_dummy').replace('BTF_KFUNCS_END', 'BTF_ID_FLAGS(func, bpf_cog_get, KF_ACQUIRE | KF_RCU | KF_RET_NULL)\nBTF_KFUNCS_END')}`;
  const release = `
__bpf_kfunc void bpf_cog_put(struct cog *c) { if (refcount_dec_and_test(&c->ref)) kfree(c); }
BTF_KFUNCS_START(cog_ids)
BTF_ID_FLAGS(func, bpf_cog_put, KF_RELEASE)
BTF_KFUNCS_END(cog_ids)
`;
  it('may be anywhere in the tree', () => {
    expect(said('mill/a.c', acquire, { 'mill/put.c': release }, 'acquire-release')).toEqual(['return refuted']);
  });
  it('may stand in lines that neither the input nor the tree shows', () => {
    const gap = { path: 'mill/a.c', text: acquire, added: new Set<number>(), complete: false, origin: 'patch' as const };
    const kernel = { series: '6.12', from: 'option' as const };
    const { findings } = analyse([gap], { kernel, tree: treeOf({ 'mill/b.c': set('bpf_wheel') }), patterns, trust: 'ruling' });
    expect(findings.filter((f) => f.rule === 'acquire-release').map((f) => `${f.subject} ${f.verdict}`)).toEqual(['return undecided']);
  });
  it('is missed where the tree has none', () => {
    expect(said('mill/a.c', acquire, { 'mill/b.c': set('bpf_wheel') }, 'acquire-release')).toEqual(['return confirmed']);
  });
  it('is a question without a tree', () => {
    expect(said('mill/a.c', acquire, null, 'acquire-release')).toEqual(['return undecided']);
  });
});

describe('a flag that the series does not know', () => {
  const kfunc = (flag: string) => definition('bpf_mill') + set('bpf_mill').replace('bpf_mill)', `bpf_mill, ${flag})`);
  it('is fine where the headers of the tree define it', () => {
    const header = { 'include/linux/btf.h': '#define KF_ARENA_RET (1 << 13)\n' };
    const text = `#include <linux/btf.h>\n${kfunc('KF_ARENA_RET')}`;
    expect(said('mill/a.c', text, header, 'flag-conflict')).toEqual(['KF_ARENA_RET refuted']);
    expect(said('mill/a.c', text, { 'include/linux/btf.h': '' }, 'flag-conflict')).toEqual(['KF_ARENA_RET confirmed']);
  });

  it('is none where an older tree still defines what the series dropped', () => {
    const header = { 'include/linux/btf.h': '#define KF_TRUSTED_ARGS (1 << 4)\n' };
    const text = `#include <linux/btf.h>\n${kfunc('KF_TRUSTED_ARGS')}`;
    expect(said('mill/a.c', text, header, 'flag-conflict', '7.0')).toEqual(['KF_TRUSTED_ARGS confirmed']);
    expect(said('mill/a.c', text, header, 'flag-conflict', '6.12')).toEqual([]);
  });
});
