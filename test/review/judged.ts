/** Judges a review of the shelf series, or of a C file, as the command does. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { RULES } from '../../rules/index.ts';
import type { JudgedClaim } from '../../src/claim.ts';
import { loadPatterns } from '../../src/commands/patterns.ts';
import { readInputs } from '../../src/input/read.ts';
import { readReview } from '../../src/input/review/read.ts';
import { parsePatterns } from '../../src/judge/patterns/load.ts';
import { mergePatterns } from '../../src/judge/patterns/merge.ts';
import type { TrustLevel } from '../../src/judge/trust.ts';
import { judgeReviews } from '../../src/review/judge-reviews.ts';
import type { Memory, Remembered } from '../../src/review/memory.ts';

export const FOLDER = resolve(import.meta.dirname, '../../fixtures/reviews');
export const SERIES = [
  '0001-lib-let-BPF-programs-look-at-shelves.patch',
  '0002-lib-bpf_shelf-mind-the-last-column.patch',
  '0003-lib-bpf_shelf-say-what-it-is-for.patch',
].map((n) => resolve(FOLDER, 'shelf', n));

export interface Setup {
  series?: string;
  from?: 'option' | 'default';
  trust?: TrustLevel;
  patches?: string[];
  /** C files instead of patches */
  files?: { path: string; text: string }[];
  memory?: Memory;
  /** a pattern file besides the one of the repository */
  rulings?: string;
}

export interface Judged {
  claims: JudgedClaim[];
  remembered: Remembered[];
}

export async function judged(review: string, setup: Setup = {}): Promise<Judged> {
  const { patterns } = await loadPatterns([]);
  const input = setup.files
    ? { patches: [], plainFiles: setup.files, messages: [], diagnostics: [] }
    : await readInputs(setup.patches ?? SERIES.slice(0, 1));
  const options = {
    kernel: { series: setup.series ?? '6.12', from: setup.from ?? ('option' as const) },
    tree: null,
    patterns: setup.rulings
      ? mergePatterns([patterns, parsePatterns(setup.rulings, 'r.yaml', { ruleIds: RULES.map((r) => r.id) })])
      : patterns,
    trust: setup.trust ?? ('ruling' as const),
  };
  const result = judgeReviews(readReview(review, 'review'), input, options, setup.memory ?? null);
  return { claims: result.reviews.flatMap((r) => r.claims), remembered: result.remembered };
}

export function fixture(name: string): string {
  return readFileSync(resolve(FOLDER, name), 'utf8');
}

/** An inline review of one C file: its lines up to the one that reads `at`, then the words. */
export function under(code: string, at: string, words: string, file = 'x.c'): string {
  const lines = code.split('\n');
  const end = lines.findIndex((l) => l.trim() === at);
  if (end < 0) throw new Error(`no line '${at}'`);
  return [
    `> diff --git a/${file} b/${file}`,
    `> @@ -0,0 +1,${lines.length} @@`,
    ...lines.slice(0, end + 1).map((l) => `> +${l}`),
    '',
    words,
    '',
  ].join('\n');
}

/** A file with one kfunc and its registration. */
export function kfuncFile(body: string, flags: string, more = ''): string {
  const name = /\b(bpf_\w+)\(/.exec(body)![1]!;
  const entry = flags === '' ? `BTF_ID_FLAGS(func, ${name})` : `BTF_ID_FLAGS(func, ${name}, ${flags})`;
  return `${more}struct thing { struct thing __rcu *next; u32 size; u64 slots[8]; };\n\n__bpf_kfunc_start_defs();\n\n${body}\n__bpf_kfunc_end_defs();\n\nBTF_KFUNCS_START(thing_ids)\n${entry}\nBTF_KFUNCS_END(thing_ids)\n\nstatic const struct btf_kfunc_id_set thing_set = {\n\t.owner = THIS_MODULE,\n\t.set = &thing_ids,\n};\n\nstatic int __init thing_init(void)\n{\n\treturn register_btf_kfunc_id_set(BPF_PROG_TYPE_TRACING, &thing_set);\n}\n`;
}
