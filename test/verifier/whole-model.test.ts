/**
 * Every answer of the model on one page, whole-model.txt, so that no table entry moves unseen. What is right is said by the kernels (test/oracle) and by the
 * sources; this says what changed. `KFUNC_LINT_UPDATE=1 npx vitest run test/verifier/whole-model.test.ts` writes it: read what it wrote.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { KfuncGuarantees, ParameterGuarantee, ReturnGuarantee } from '../../src/verifier/model.ts';
import { SERIES } from '../../src/verifier/series.ts';
import { FLAG_SETS, KINDS } from '../oracle/spec.ts';
import { ask } from './ask.ts';

const FILE = join(import.meta.dirname, 'whole-model.txt');

const FLAGS = [...new Set([...FLAG_SETS.map((s) => s.flags.join('|')), 'KF_ITER_NEW', 'KF_ITER_NEXT', 'KF_KPTR_GET', 'KF_IMPLICIT_ARGS'])];
const CALLERS = [['SCHED_CLS'], ['XDP', 'TRACING'], ['KPROBE'], ['SYSCALL'], []];
const DECLARATIONS = [
  ...KINDS.map((k) => k.declaration.replaceAll('kfo_obj', 'object').replace(/struct kfo_(s|nested)\b/g, 'struct plain')),
  ...[
    'struct unseen *p',
    'unseen_t v',
    'float v',
    'struct object **p',
    'struct bpf_list_node *n__nonown_allowed',
    'struct bpf_task_work *t',
  ],
  'int x, struct btf_struct_meta *meta',
];
const RETURNS = ['void', 'int', 'void *', 'int *', 'struct object *', 'struct object **', 'union u *', 'struct unseen *'];

function cell(p: ParameterGuarantee): string {
  const marks = [
    p.mayBeNull ? 'NULL' : null,
    p.trust,
    p.refcountMayBeZero ? null : 'counted',
    p.liveCount === 'hook' ? null : p.liveCount,
    p.walked ? 'walked' : null,
    p.toFill ? 'empty' : null,
    p.constant ? 'constant' : null,
    p.neverNegative ? 'never negative' : null,
    p.sizeOf === null ? null : `${p.sizeOf} long`,
    p.unsure === null ? null : 'unsure',
    p.nullUnsure == null ? null : 'null unsure',
  ];
  return [p.kind, ...marks.filter((m) => m !== null)].join(' ');
}

/** `6.1 answer; 6.4 answer`, each from that series on. */
function bySeries(answer: (series: string) => string): string {
  const told: string[] = [];
  let last = '';
  for (const series of SERIES) {
    const now = answer(series);
    if (now !== last) told.push(`${series} ${now}`);
    last = now;
  }
  return told.join('; ');
}

/** The question, and below it one line for all sets of flags that are answered alike. */
function block(question: string, answer: (flags: string, series: string) => string): string[] {
  const groups = new Map<string, string[]>();
  for (const flags of FLAGS) {
    const told = bySeries((series) => answer(flags, series));
    groups.set(told, [...(groups.get(told) ?? []), flags || 'no flags']);
  }
  return [question, ...[...groups].map(([told, flags]) => `  ${flags.join(', ')}: ${told}`)];
}

function lines(): string[] {
  const registered = ['TRACING', 'SYSCALL', 'SCHED_CLS', 'XDP'];
  return [
    ...[...new Set(DECLARATIONS)].flatMap((declaration) =>
      block(declaration, (flags, series) => ask(flags, declaration, series, { types: registered }).parameters.map(cell).join(', ')),
    ),
    ...CALLERS.flatMap((types) =>
      block(`called by ${types.join(' ') || 'anybody'}`, (flags, series) => contextCell(ask(flags, CONTEXTS, series, { types }))),
    ),
    ...RETURNS.flatMap((type) =>
      block(`returns ${type}`, (flags, series) => returnCell(ask(flags, '', series, { returns: type }).returns)),
    ),
  ];
}

const CONTEXTS = 'struct sk_buff *s, struct __sk_buff *u, struct xdp_md *x, struct pt_regs *r';

function contextCell({ context, parameters }: KfuncGuarantees): string {
  return `${context.rcuHeld ? 'RCU ' : ''}${context.maySleep ? 'sleeps ' : ''}${context.mayBeNmi ? 'NMI ' : ''}| ${parameters.map(cell).join(', ')}`;
}

function returnCell(r: ReturnGuarantee): string {
  const memory = r.memory ? `${r.memory.writable ? 'writable' : 'read-only'} ${r.memory.size}` : null;
  return [r.trust, r.mayBeNull ? 'NULL' : null, r.acquires ? 'acquired' : null, memory, r.refused ? 'refused' : null]
    .filter((m) => m !== null)
    .join(' ');
}

describe('the whole model', () => {
  it('answers as it did', () => {
    const now = lines();
    if (process.env.KFUNC_LINT_UPDATE === '1') writeFileSync(FILE, `${now.join('\n')}\n`);
    expect(now).toEqual(readFileSync(FILE, 'utf8').trimEnd().split('\n'));
  });
});
