/** A tree made of the model's own statements has no drift; each thing added or reworded is named. */
import { describe, expect, it } from 'vitest';
import { driftOf } from '../../src/drift/drift.ts';
import { readTreeFacts } from '../../src/drift/tree-facts.ts';
import type { TreeFiles } from '../../src/source/model.ts';
import { FLAGS } from '../../src/verifier/flags.ts';
import { during } from '../../src/verifier/series.ts';
import { statementsOf } from '../../src/verifier/statements.ts';
import { SUFFIXES } from '../../src/verifier/suffixes.ts';
import { runCli } from '../run-cli.ts';

type Files = Record<string, string>;

/** include/linux/btf.h, verifier.c and btf.c with what the model says that the series has. */
function treeOf(series: string): Files {
  const flags = FLAGS.filter((f) => during(f, series)).map((f) => `#define ${f.name}\t(1 << ${f.bit}) /* what it does */`);
  const suffixes = SUFFIXES.filter((s) => during(s, series)).map(
    (s, i) =>
      `static bool is_kfunc_arg_kind${i}(const struct btf *btf, const struct btf_param *arg)\n{\n\treturn btf_param_match_suffix(btf, arg, "${s.suffix}");\n}\n`,
  );
  const bodies = new Map<string, Map<string, string[]>>();
  for (const s of statementsOf(series)) {
    const functions = bodies.get(s.path) ?? new Map<string, string[]>();
    functions.set(s.symbol, [...(functions.get(s.symbol) ?? []), `\tverbose(env, "%s", /* ${s.quote} */ 1);`]);
    bodies.set(s.path, functions);
  }
  const source = (path: string) =>
    [...(bodies.get(path) ?? [])]
      .map(([symbol, lines]) => `static int ${symbol}(struct bpf_verifier_env *env)\n{\n${lines.join('\n')}\n\treturn 0;\n}\n`)
      .join('\n');
  return {
    'include/linux/btf.h': `#ifndef _LINUX_BTF_H\n#define _LINUX_BTF_H 1\n\n${flags.join('\n')}\n\n#endif\n`,
    'kernel/bpf/verifier.c': `enum kfunc_ptr_arg_type {\n\tKF_ARG_PTR_TO_CTX,\n\tKF_ARG_PTR_TO_MEM,\t/* any memory */\n};\n\nBTF_ID_LIST(kf_arg_btf_ids)\nBTF_ID(struct, bpf_dynptr)\nBTF_ID(struct, bpf_wq)\n\n${suffixes.join('\n')}\n${source('kernel/bpf/verifier.c')}`,
    'kernel/bpf/btf.c': source('kernel/bpf/btf.c'),
  };
}

const tree = (files: Files): TreeFiles => ({ label: 'tree', read: (path) => files[path] ?? null, search: () => [] });

function drift(files: Files, series = '6.12'): string[] {
  return driftOf(readTreeFacts(tree(files))!, series).map((d) => `${d.kind} ${d.name}`);
}

const edited = (files: Files, path: string, from: string | RegExp, to: string): Files => {
  const text = files[path]!.replace(from, to);
  expect(text, `${path} has ${from}`).not.toBe(files[path]);
  return { ...files, [path]: text };
};

describe('drift', () => {
  it.each(['6.2', '6.12', '6.18', '7.0', '7.3'])('is none for what the model says of %s', (series) => {
    expect(drift(treeOf(series), series)).toEqual([]);
  });

  it('names a new flag and a new suffix', () => {
    const flagged = edited(treeOf('6.12'), 'include/linux/btf.h', '#endif', '#define KF_MOONLIGHT (1 << 20)\n#endif');
    const both = edited(flagged, 'kernel/bpf/verifier.c', '"__sz"', '"__sz") || btf_param_match_suffix(btf, arg, "__moon"');
    expect(drift(both)).toEqual(['flag KF_MOONLIGHT', 'suffix __moon']);
  });

  it('tells where', () => {
    const files = edited(treeOf('6.12'), 'include/linux/btf.h', '#endif', '#define KF_MOONLIGHT (1 << 20)\n#endif');
    const line = files['include/linux/btf.h']!.split('\n').findIndex((l) => l.includes('MOONLIGHT')) + 1;
    expect(driftOf(readTreeFacts(tree(files))!, '6.12')).toMatchObject([
      { file: 'include/linux/btf.h', line, text: expect.stringContaining('KF_MOONLIGHT') },
    ]);
  });

  it('names a flag that is gone, moved, or of another series', () => {
    expect(drift(edited(treeOf('6.12'), 'include/linux/btf.h', /#define KF_RCU\t.*\n/, ''))).toEqual(['flag KF_RCU']);
    expect(drift(edited(treeOf('6.12'), 'include/linux/btf.h', 'KF_RCU\t(1 << 7)', 'KF_RCU\t(1 << 9)'))).toEqual(['flag KF_RCU']);
    expect(drift(treeOf('7.0'), '6.19').filter((d) => d.startsWith('flag'))).toEqual(['flag KF_IMPLICIT_ARGS', 'flag KF_TRUSTED_ARGS']);
  });

  it('names a message that is worded otherwise, and a check that moved away', () => {
    const reworded = edited(treeOf('6.12'), 'kernel/bpf/verifier.c', 'Possibly NULL pointer passed to trusted ', 'NULL? ');
    expect(drift(reworded)).toEqual(['message Possibly NULL pointer passed to trusted ']);
    const moved = edited(treeOf('6.12'), 'kernel/bpf/verifier.c', 'static int process_iter_arg(', 'static int process_iter(');
    expect(new Set(drift(moved).map((d) => d.split(' ')[0]))).toEqual(new Set(['message']));
  });

  it('joins messages that stand on two lines', () => {
    const split = edited(treeOf('6.12'), 'kernel/bpf/verifier.c', 'Possibly NULL pointer passed', 'Possibly NULL "\n\t\t"pointer passed');
    expect(drift(split)).toEqual([]);
  });

  it('names new kinds of arguments and structs', () => {
    const kind = edited(treeOf('6.12'), 'kernel/bpf/verifier.c', 'KF_ARG_PTR_TO_CTX,', 'KF_ARG_PTR_TO_CTX,\n\tKF_ARG_PTR_TO_MOON,');
    const both = edited(kind, 'kernel/bpf/verifier.c', 'BTF_ID(struct, bpf_wq)', 'BTF_ID(struct, bpf_wq)\nBTF_ID(struct, bpf_moon)');
    expect(drift(both)).toEqual(['argument kind KF_ARG_PTR_TO_MOON', 'struct bpf_moon']);
  });

  it('is not asked of what is no kernel tree', async () => {
    expect(readTreeFacts(tree({ 'include/linux/btf.h': '' }))).toBeNull();
    const { code, stderr } = await runCli(['model', '--tree', import.meta.dirname, '--kernel', '6.12']);
    expect(code).toBe(2);
    expect(stderr).toMatch(/^kfunc-lint: .* is no kernel tree: .*\n$/);
  });

  it('survives source that is no C', () => {
    const files = {
      ...treeOf('6.12'),
      'kernel/bpf/verifier.c': `${'{'.repeat(5000)}"__x`,
      'include/linux/btf.h': '#define KF_\n#define KF_X (1 <<\n',
    };
    expect(drift(files).length).toBeGreaterThan(0);
  });

  it('lists the series without a tree', async () => {
    const { code, stdout } = await runCli(['model']);
    expect(code).toBe(0);
    expect(stdout).toContain('  6.12  11 flags');
  });
});
