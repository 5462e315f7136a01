/** Made-up findings about made-up kfuncs, for the screen. */
import type { Evidence, Location } from '../../src/claim.ts';
import type { CodeFile, RulingDraft, Surroundings, TriageItem } from '../../src/tui/model.ts';

export const FILE = 'kernel/widget/bpf_widget.c';

export const CODE = `// SPDX-License-Identifier: GPL-2.0
#include <linux/bpf.h>

static int widget_weight(struct widget *w, u32 slot)
{
	return w->weights[slot];
}

__bpf_kfunc_start_defs();

__bpf_kfunc struct widget *bpf_widget_get(struct widget_ref *ref)
{
	struct widget *w;

	if (root_widget->kind != ref->kind) {
		rcu_read_lock();
		ref = rcu_dereference_raw(ref->owner->refs[0]);
	}
	if (ref && widget_tryget(ref))
		w = container_of(ref, struct widget, ref);
	return w;
}

__bpf_kfunc int bpf_widget_weight(struct widget *w, u32 slot)
{
	return widget_weight(w, slot);
}

__bpf_kfunc_end_defs();

BTF_KFUNCS_START(widget_kfuncs)
BTF_ID_FLAGS(func, bpf_widget_get, KF_ACQUIRE | KF_RET_NULL | KF_RCU)
BTF_ID_FLAGS(func, bpf_widget_weight, KF_TRUSTED_ARGS)
BTF_KFUNCS_END(widget_kfuncs)
`;

export function at(line: number, column = 1, file = FILE): Location {
  return { file, line, column };
}

export function evidence(parts: Partial<Evidence>): Evidence {
  return { kind: 'guard', role: 'carries', text: '', location: null, source: null, ...parts };
}

export function item(parts: Partial<TriageItem> & { key: string }): TriageItem {
  const made: TriageItem = {
    scope: 0,
    id: `k1:${parts.key}`,
    origin: 'rule',
    verdict: 'confirmed',
    contested: false,
    severity: 'error',
    rule: 'unchecked-param',
    kfunc: 'bpf_widget_get',
    function: 'bpf_widget_get',
    subject: 'ref',
    message: 'ref is dereferenced without a NULL check',
    advice: 'test ref before it is used, or register the kfunc with KF_RCU',
    location: at(15, 27),
    snippet: 'if (root_widget->kind != ref->kind) {',
    inDiff: true,
    preexisting: false,
    fixedLater: null,
    evidence: [],
    missing: [],
    rulings: [],
    target: null,
    reply: null,
    whyNoTarget: null,
    ...parts,
  };
  const { rule, kfunc, subject, snippet } = made;
  return { ...made, target: kfunc === null ? null : { rule, kfunc, subject, snippet, series: '6.12', seen: null } };
}

export const REFUTED = item({
  key: 'refuted',
  verdict: 'refuted',
  evidence: [
    evidence({
      kind: 'verifier',
      text: 'KF_RCU: the verifier refuses a pointer that may be NULL for ref',
      location: at(32),
      source: {
        kernel: '6.12',
        path: 'kernel/bpf/verifier.c',
        symbol: 'check_kfunc_args',
        quote: 'Possibly NULL pointer passed to trusted arg%d',
      },
    }),
    evidence({
      role: 'context',
      text: 'the later test is of the value that rcu_dereference_raw() put into ref, not of the argument',
      location: at(17),
    }),
    evidence({ role: 'context', text: 'ref is tested here', location: at(19) }),
  ],
});

export const CONFIRMED = item({
  key: 'confirmed',
  rule: 'unbounded-index',
  kfunc: 'bpf_widget_weight',
  function: 'widget_weight',
  subject: 'slot',
  message: 'slot reaches the index of weights[] without a bound',
  advice: 'refuse slot >= NR_WEIGHTS before the array is read',
  location: at(6, 20),
  snippet: 'return w->weights[slot];',
  evidence: [
    evidence({ role: 'step', text: 'bpf_widget_weight() calls widget_weight(w, slot)', location: at(26) }),
    evidence({ role: 'step', text: 'widget_weight() indexes w->weights with slot', location: at(6) }),
    evidence({
      kind: 'verifier',
      role: 'context',
      text: 'the verifier gives an integer no range',
      source: { kernel: '6.12', path: 'kernel/bpf/verifier.c', symbol: 'check_kfunc_args', quote: null },
    }),
  ],
});

export const CONTESTED = item({
  key: 'contested',
  verdict: 'refuted',
  contested: true,
  rule: 'unbounded-index',
  kfunc: 'bpf_widget_kind_events',
  function: 'bpf_widget_kind_events',
  subject: 'event',
  severity: 'error',
  message: 'event reaches an array index without a bound',
  location: at(40, 2, 'kernel/widget/not_shown.c'),
  snippet: 'return events[event];',
  evidence: [
    evidence({
      kind: 'ruling',
      text: "ruling 'widget-event' (retracted): the author said that the type bounds it",
      source: { who: 'A. Developer', messageId: '1@example.org', url: null, quote: 'the type bounds it' },
    }),
  ],
  rulings: [
    {
      ...{ id: 'widget-event', file: 'kfunc-patterns.yaml', line: 12, says: 'refuted', status: 'retracted' },
      ...{ reason: 'the author said that the type bounds it', by: null, on: null, stale: null },
    },
  ],
});

export const UNDECIDED = item({
  key: 'undecided',
  verdict: 'undecided',
  severity: 'warning',
  rule: 'missing-sleepable',
  kfunc: 'bpf_widget_weight',
  function: 'bpf_widget_weight',
  subject: 'widget_lock',
  message: 'may sleep in widget_lock(), registered without KF_SLEEPABLE',
  advice: 'register it with KF_SLEEPABLE',
  location: at(26, 9),
  missing: [{ what: 'widget_lock', why: 'widget_lock() is not in the patch', treeWouldHelp: true }],
  evidence: [evidence({ role: 'context', text: 'needs --tree: widget_lock() is not in the patch' })],
  rulings: [
    {
      ...{ id: 'widget-never-sleeps', file: 'rulings.yaml', line: 4, says: 'refuted', status: 'upheld' },
      ...{ reason: 'the lock is a spinlock', by: 'J. Reviewer', on: '2026-05-01', stale: 'bpf_widget_weight() changed since' },
    },
  ],
});

export const SET = item({
  key: 'set',
  verdict: 'confirmed',
  severity: 'note',
  rule: 'registration',
  kfunc: null,
  function: null,
  subject: 'widget_kfuncs',
  message: 'the set widget_kfuncs is registered nowhere',
  advice: 'register it with register_btf_kfunc_id_set()',
  location: at(31),
  snippet: 'BTF_KFUNCS_START(widget_kfuncs)',
});

export const SAMPLE: readonly TriageItem[] = [CONFIRMED, REFUTED, CONTESTED, UNDECIDED, SET];

const FILES: Record<string, CodeFile> = {
  [FILE]: { lines: CODE.split('\n'), added: new Set(Array.from({ length: 14 }, (_, i) => i + 11)) },
};

export function preview(draft: RulingDraft): string {
  const { target, reason, says, until } = draft;
  return [
    `- id: made-up`,
    `  match: { rule: ${target.rule}, subject: ${target.subject} }`,
    `  verdict: ${says}`,
    `  reason: ${reason}`,
    `  until: ${until}`,
    '',
  ].join('\n');
}

/** Surroundings that keep decisions in memory. */
export function surroundings(changes: Partial<Surroundings> = {}): Surroundings {
  let count = 0;
  return {
    title: 'widget.patch',
    series: '6.12',
    rulingFile: 'rulings.yaml',
    today: '2026-06-01',
    code: (file) => FILES[file] ?? null,
    preview,
    save: async () => ({ id: `ruling-${++count}`, file: 'rulings.yaml', line: 3 + count, by: 'M. Maintainer on 2026-06-01' }),
    withdraw: async () => {},
    explain: async (one) => `${one.rule} claims something.`,
    reply: async (one) => `> ${one.snippet}\n\nIt can't.`,
    writeReply: async () => 'reply.txt',
    edit: async () => {},
    ...changes,
  };
}
