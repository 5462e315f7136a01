/** Made-up findings for reporters: nothing here was analysed. */
import type { Evidence, Finding } from '../../src/claim.ts';
import type { Report } from '../../src/report/model.ts';

export function evidence(parts: Partial<Evidence> = {}): Evidence {
  return { kind: 'verifier', role: 'carries', text: 'NULL is refused', location: null, source: null, ...parts };
}

/** `n` makes findings that differ: place, id and snippet follow it. */
export function finding(n: number, parts: Partial<Finding> = {}): Finding {
  return {
    id: `k1:${n.toString(16).padStart(16, '0')}`,
    rule: 'unchecked-param',
    verdict: 'confirmed',
    contested: false,
    severity: 'error',
    kfunc: 'bpf_thing',
    function: 'bpf_thing',
    subject: 't',
    message: 't is dereferenced without a NULL check',
    advice: 'test t first',
    location: { file: 'kernel/thing.c', line: n, column: 9 },
    snippet: `return t->value + ${n};`,
    inDiff: true,
    evidence: [
      evidence({
        kind: 'guard',
        role: 'step',
        text: 'bpf_thing() dereferences t',
        location: { file: 'kernel/thing.c', line: n, column: 9 },
      }),
    ],
    missing: [],
    mend: null,
    preexisting: false,
    ...parts,
  };
}

export function report(findings: Finding[], parts: Partial<Report> = {}): Report {
  return { kernel: { series: '6.12', from: 'option' }, findings, kfuncCount: 2, fileCount: 1, diagnostics: [], ...parts };
}

export const SUPPRESSED = finding(20, {
  verdict: 'refuted',
  evidence: [
    evidence({
      text: 'KF_RCU makes the verifier refuse NULL for t',
      location: { file: 'kernel/thing.c', line: 90, column: 1 },
      source: {
        kernel: '6.12',
        path: 'kernel/bpf/verifier.c',
        symbol: 'check_kfunc_args',
        quote: 'Possibly NULL pointer passed to trusted arg%d',
      },
    }),
    evidence({
      kind: 'guard',
      role: 'context',
      text: 'the later test is about another value',
      location: { file: 'kernel/thing.c', line: 25, column: 6 },
    }),
  ],
});

export const CONTESTED = finding(30, {
  rule: 'unbounded-index',
  verdict: 'refuted',
  contested: true,
  subject: 'i',
  message: 'i reaches an array index without a bound',
  evidence: [
    evidence({
      kind: 'ruling',
      text: "ruling 'thing-index' (retracted): somebody said so and took it back",
      source: { who: 'A. Developer', messageId: 'a@example.org', url: null, quote: 'dead wrong' },
    }),
  ],
});

export const UNDECIDED = finding(40, {
  verdict: 'undecided',
  missing: [{ what: 'helper', why: 'helper() is not in the patch', treeWouldHelp: true }],
  evidence: [evidence({ kind: 'guard', role: 'context', text: 'needs --tree: helper() is not in the patch' })],
});
