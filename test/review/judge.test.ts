import { describe, expect, it } from 'vitest';
import { fixture, judged, kfuncFile, SERIES, under } from './judged.ts';

async function ask(body: string, flags: string, at: string, words: string, setup = {}, more = '') {
  const text = kfuncFile(body, flags, more);
  const { claims } = await judged(under(text, at, words), { files: [{ path: 'x.c', text }], ...setup });
  return claims;
}

describe('the shelf series, reviewed in every format', () => {
  const right = ['refuted', 'refuted', 'refuted', 'confirmed', 'confirmed', 'confirmed', 'confirmed', 'out-of-scope'];

  it.each(['review-inline.txt', 'bpf-ci.eml', 'pull-request-comment.md', 'sashiko.eml', 'dump.txt'])('%s', async (name) => {
    const { claims } = await judged(fixture(`shelf/${name}`), { patches: SERIES });
    expect(claims.map((c) => c.verdict)).toEqual(right);
    expect(claims.map((c) => c.function)).toEqual([
      'bpf_shelf_width',
      'bpf_shelf_next_width',
      'bpf_shelf_column',
      'bpf_shelf_column_raw',
      'bpf_shelf_copy',
      'bpf_shelf_copy',
      'bpf_shelf_peek',
      'bpf_shelf_peek',
    ]);
    expect(claims.every((c) => c.evidence.length > 0)).toBe(true);
    expect(claims.map((c) => c.reply !== null)).toEqual(right.map((v) => v === 'refuted'));
  });

  it('what a later patch mends is confirmed, and the patch is named', async () => {
    const { claims } = await judged(fixture('shelf/bpf-ci.eml'), { patches: SERIES });
    expect(claims[3]).toMatchObject({ verdict: 'confirmed', fixedLater: { patch: 2, subject: 'lib: bpf_shelf: mind the last column' } });
    expect(claims[5]!.fixedLater).toBeNull();
  });

  it('a list that names no patch is not judged by the end of the series alone', async () => {
    const { claims } = await judged(fixture('shelf/list.json'), { patches: SERIES });
    expect(claims.map((c) => [c.id, c.verdict])).toEqual([
      ['a', 'refuted'],
      ['b', 'confirmed'],
      ['c', 'refuted'],
    ]);
    expect(claims[1]!.fixedLater).toMatchObject({ patch: 2 });
  });

  it("the reviewer's own dismissals are audited", async () => {
    const { claims } = await judged(fixture('review-context/FILE-1-review-result.json'));
    expect(claims.filter((c) => c.dismissed).map((c) => [c.function, c.verdict, c.reply])).toEqual([
      ['bpf_shelf_next_width', 'refuted', null],
      ['bpf_shelf_column_raw', 'confirmed', null],
    ]);
  });
});

describe('NULL', () => {
  const rebound = `__bpf_kfunc u32 bpf_x(struct thing *t)
{
	u32 size = t->size;

	t = rcu_dereference(t->next);
	size += t->size;

	return size;
}
`;
  it('the argument and what the name holds later are two things', async () => {
    const [first] = await ask(rebound, 'KF_RCU', 'u32 size = t->size;', 'Can t be NULL here?');
    const [second] = await ask(rebound, 'KF_RCU', 'size += t->size;', 'Can t be NULL here?');
    expect([first!.verdict, second!.verdict]).toEqual(['refuted', 'confirmed']);
  });

  it('a comment under the assignment speaks of what is assigned', async () => {
    const [claim] = await ask(
      rebound,
      'KF_RCU',
      't = rcu_dereference(t->next);',
      'Can t be NULL here? It is dereferenced in the next line.',
    );
    expect(claim!.verdict).toBe('confirmed');
    const [named] = await ask(
      rebound,
      'KF_RCU',
      'u32 size = t->size;',
      'rcu_dereference() may return NULL for t, which is then dereferenced.',
    );
    expect(named!.verdict).toBe('confirmed');
  });

  it('a member is not its owner', async () => {
    const body = '__bpf_kfunc u32 bpf_x(struct thing *t)\n{\n\treturn t->next->size;\n}\n';
    for (const words of ['Can t->next be NULL here?', 'Can the next pointer of t be NULL?']) {
      const [claim] = await ask(body, 'KF_TRUSTED_ARGS', 'return t->next->size;', words);
      expect(claim!.verdict).not.toBe('refuted');
    }
  });

  it('an error pointer is not NULL', async () => {
    const body = '__bpf_kfunc u32 bpf_x(struct thing *t)\n{\n\treturn t->size;\n}\n';
    const [claim] = await ask(
      body,
      'KF_TRUSTED_ARGS',
      'return t->size;',
      'Can t be an error pointer? It is dereferenced without an IS_ERR() check.',
    );
    expect(claim!.verdict).toBe('undecided');
  });

  it('in a helper: refuted where only kfuncs lead to it, open where others may', async () => {
    const helper = (kind: string) =>
      `${kind}u32 thing_size(struct thing *t)\n{\n\treturn t->size;\n}\n\n__bpf_kfunc u32 bpf_x(struct thing *t)\n{\n\treturn thing_size(t);\n}\n`;
    const [own] = await ask(helper('static '), 'KF_TRUSTED_ARGS', 'return t->size;', 'Can t be NULL here?');
    const [open] = await ask(helper(''), 'KF_TRUSTED_ARGS', 'return t->size;', 'Can t be NULL here?');
    expect([own!.verdict, open!.verdict]).toEqual(['refuted', 'undecided']);
  });

  it('by the series', async () => {
    const body = '__bpf_kfunc u32 bpf_x(struct thing *t)\n{\n\treturn t->size;\n}\n';
    const verdict = async (setup: object) => (await ask(body, '', 'return t->size;', 'Can t be NULL here?', setup))[0]!.verdict;
    expect(await verdict({ series: '6.12' })).toBe('confirmed');
    expect(await verdict({ series: '7.0' })).toBe('refuted');
    expect(await verdict({ series: '7.3', from: 'default' })).toBe('undecided');
  });

  it('that a check is needless is not refuted because it is', async () => {
    const body = '__bpf_kfunc u32 bpf_x(struct thing *t)\n{\n\tif (!t)\n\t\treturn 0;\n\n\treturn t->size;\n}\n';
    const [claim] = await ask(body, 'KF_TRUSTED_ARGS', 'return 0;', 'Is this NULL check needed? The verifier never lets a NULL t through.');
    expect(claim!.verdict).toBe('confirmed');
    const [needed] = await ask(body, '', 'return 0;', 'Is this NULL check needed?');
    expect(needed!.verdict).toBe('out-of-scope');
  });
});

describe('evidence', () => {
  const body = '__bpf_kfunc u64 bpf_x(struct thing *t, int at)\n{\n\tif (at < 0 || at >= 8)\n\t\treturn 0;\n\n\treturn t->slots[at];\n}\n';
  it('of the code alone is not heard under --trust verifier', async () => {
    const verdict = async (trust: string) =>
      (await ask(body, 'KF_TRUSTED_ARGS', 'return t->slots[at];', 'Can at be negative here?', { trust }))[0]!.verdict;
    expect([await verdict('code'), await verdict('verifier')]).toEqual(['refuted', 'undecided']);
  });

  it('that is in no file at hand leaves the claim open, and says what is missing', async () => {
    const away = '__bpf_kfunc u64 bpf_x(struct thing *t, int at)\n{\n\treturn thing_slot(t, at);\n}\n';
    const [claim] = await ask(
      away,
      'KF_TRUSTED_ARGS',
      'return thing_slot(t, at);',
      'at is not checked before it indexes slots[]. Can it be negative?',
    );
    expect(claim).toMatchObject({ verdict: 'undecided', missing: [{ what: 'thing_slot', treeWouldHelp: true }] });
  });

  it('type: signed and unsigned enums', async () => {
    const code =
      '__bpf_kfunc u64 bpf_x(struct thing *t, enum kind at)\n{\n\tif (at >= NR_KINDS)\n\t\treturn 0;\n\n\treturn t->slots[at];\n}\n';
    const words = 'Enums are typically signed, so a negative at gets past this check.';
    const [unsigned] = await ask(code, 'KF_TRUSTED_ARGS', 'return 0;', words, {}, 'enum kind { A, B, NR_KINDS = 8 };\n\n');
    const [signed] = await ask(code, 'KF_TRUSTED_ARGS', 'return 0;', words, {}, 'enum kind { BAD = -1, A, B, NR_KINDS = 8 };\n\n');
    const [unseen] = await ask(code, 'KF_TRUSTED_ARGS', 'return 0;', words);
    expect([unsigned!.verdict, signed!.verdict, unseen!.verdict]).toEqual(['refuted', 'confirmed', 'undecided']);
    expect(unsigned!.evidence[0]).toMatchObject({ role: 'carries' });
    expect(unsigned!.evidence.some((e) => e.kind === 'type' && e.role === 'carries')).toBe(true);
    expect(unsigned!.why).toMatch(/no negative enumerator/);
  });

  it('a recorded word that was taken back: contested, and the draft says so', async () => {
    const code = '__bpf_kfunc u64 bpf_x(struct thing *t, u32 at)\n{\n\treturn t->slots[at];\n}\n';
    const setup = (trust: string) => ({ trust, rulings: RULING });
    const words = 'at is not validated before it indexes slots[].';
    const [heard] = await ask(code, 'KF_TRUSTED_ARGS', 'return t->slots[at];', words, setup('ruling'));
    expect(heard).toMatchObject({ verdict: 'refuted', contested: true });
    expect(heard!.reply).toMatch(/the answer did not hold/);
    expect(heard!.reply).toMatch(/<back@example.org>/);
    const [unheard] = await ask(code, 'KF_TRUSTED_ARGS', 'return t->slots[at];', words, setup('code'));
    expect(unheard).toMatchObject({ verdict: 'confirmed', contested: false, reply: null });
  });
});

const RULING = `version: 1
rulings:
  - id: taken-back
    match: { rule: unbounded-index, kfunc: bpf_x, subject: at, snippet: "return t->slots[at];" }
    verdict: refuted
    status: retracted
    reason: somebody said so and took it back
    sources:
      - { who: A, message-id: said@example.org, quote: it is checked }
      - { who: A, message-id: back@example.org, quote: I was wrong, note: taken back }
`;

describe('references, sections, registration: what looks refuted and is not', () => {
  it('a use after the put', async () => {
    const body = '__bpf_kfunc u32 bpf_x(struct thing *t)\n{\n\tkfree(t);\n\treturn t->size;\n}\n';
    const [claim] = await ask(body, 'KF_RELEASE', 'return t->size;', 'Is this a use-after-free of t?');
    expect(claim!.verdict).not.toBe('refuted');
  });

  it('a pointer that outlives the section', async () => {
    const body =
      '__bpf_kfunc u32 bpf_x(struct thing *t)\n{\n\tstruct thing *n;\n\n\trcu_read_lock();\n\tn = rcu_dereference(t->next);\n\trcu_read_unlock();\n\n\treturn n ? n->size : 0;\n}\n';
    const [claim] = await ask(
      body,
      'KF_TRUSTED_ARGS',
      'return n ? n->size : 0;',
      'Is n used outside of the RCU read-side critical section here?',
    );
    expect(claim!.verdict).not.toBe('refuted');
  });

  it('a count that is above zero while the object is there says nothing of an object that may be gone', async () => {
    const body = '__bpf_kfunc struct task_struct *bpf_x(struct task_struct *p)\n{\n\tget_task_struct(p);\n\treturn p;\n}\n';
    const words = 'get_task_struct() on a task whose usage may already be zero is a use-after-free.';
    const verdict = async (code: string, flags: string) => (await ask(code, flags, 'get_task_struct(p);', words))[0]!.verdict;
    expect(await verdict(body, 'KF_ACQUIRE')).toBe('confirmed');
    expect(await verdict(body, 'KF_ACQUIRE | KF_RCU')).toBe('refuted');
    const found = body.replace('(struct task_struct *p)\n{', '(int nr)\n{\n\tstruct task_struct *p = find_task_by_vpid(nr);\n');
    expect(await verdict(found, 'KF_ACQUIRE')).toBe('undecided');
  });

  it('memory is no reference', async () => {
    const body =
      '__bpf_kfunc struct thing *bpf_x(struct thing *t)\n{\n\tu64 *copy = kmalloc(8, GFP_ATOMIC);\n\n\tif (!refcount_inc_not_zero(&t->refs))\n\t\treturn NULL;\n\treturn t;\n}\n';
    const [claim] = await ask(body, 'KF_ACQUIRE | KF_RCU | KF_RET_NULL', 'return NULL;', 'Does this leak the memory that copy points to?');
    expect(claim!.verdict).not.toBe('refuted');
  });

  it('an error that is ignored, in a function that returns int', async () => {
    const body = '__bpf_kfunc int bpf_x(struct thing *t)\n{\n\tthing_update(t);\n\treturn 0;\n}\n';
    const [claim] = await ask(
      body,
      'KF_TRUSTED_ARGS',
      'thing_update(t);',
      'The return value of thing_update() is ignored here, so errors are lost.',
    );
    expect(claim!.verdict).not.toBe('refuted');
  });

  it('registered, but not for what the claim is about', async () => {
    const body = '__bpf_kfunc u32 bpf_x(struct thing *t)\n{\n\treturn t->size;\n}\n';
    for (const words of ['This is not registered for XDP programs.', "XDP programs can't call this, can they?"]) {
      const [claim] = await ask(body, 'KF_TRUSTED_ARGS', 'return t->size;', words);
      expect(claim!.verdict).not.toBe('refuted');
    }
    const [reach] = await ask(body, 'KF_TRUSTED_ARGS', 'return t->size;', 'Can XDP programs call this?');
    expect(reach!).toMatchObject({ verdict: 'refuted', evidence: [{ kind: 'registration', role: 'carries' }] });
  });

  it('sleeping under its own lock, although the flag is there', async () => {
    const body =
      '__bpf_kfunc u32 bpf_x(struct thing *t)\n{\n\tspin_lock(&t->lock);\n\tmutex_lock(&t->door);\n\tspin_unlock(&t->lock);\n\treturn 0;\n}\n';
    const [claim] = await ask(body, 'KF_TRUSTED_ARGS | KF_SLEEPABLE', 'mutex_lock(&t->door);', 'Can this sleep where it must not?');
    expect(claim!.verdict).toBe('confirmed');
  });

  it('one flag rather than another', async () => {
    const body = '__bpf_kfunc u32 bpf_x(struct thing *t)\n{\n\treturn t->size;\n}\n';
    const [claim] = await ask(body, 'KF_TRUSTED_ARGS', 'return t->size;', 'Should this be KF_RCU instead of KF_TRUSTED_ARGS?');
    expect(claim!.verdict).toBe('out-of-scope');
  });

  it('NMI: a lock that no NMI program can reach', async () => {
    const body = '__bpf_kfunc u32 bpf_x(struct thing *t)\n{\n\tspin_lock(&t->lock);\n\tspin_unlock(&t->lock);\n\treturn 0;\n}\n';
    const text = kfuncFile(body, 'KF_TRUSTED_ARGS');
    const words = 'Could this deadlock when it is called from NMI context?';
    const at = async (code: string) =>
      (await judged(under(code, 'spin_lock(&t->lock);', words), { files: [{ path: 'x.c', text: code }] })).claims[0]!.verdict;
    expect(await at(text.replace('_TRACING', '_SCHED_CLS'))).toBe('refuted');
    expect(await at(text)).toBe('out-of-scope');
  });
});

describe('where it is', () => {
  const two =
    '__bpf_kfunc u32 bpf_x(struct thing *t)\n{\n\treturn t->size;\n}\n\n__bpf_kfunc u32 bpf_y(struct thing *t)\n{\n\treturn t->size;\n}\n';
  it('the same line in two functions is told apart by the lines above', async () => {
    const text = kfuncFile(two, 'KF_TRUSTED_ARGS');
    const lines = text.split('\n');
    const at = lines.findLastIndex((l) => l.trim() === 'return t->size;');
    const review = ['> diff --git a/x.c b/x.c', ...lines.slice(at - 2, at + 1).map((l) => `> +${l}`), '', 'Can t be NULL here?', ''].join(
      '\n',
    );
    const { claims } = await judged(review, { files: [{ path: 'x.c', text }] });
    expect(claims[0]).toMatchObject({ function: 'bpf_y', line: at + 1 });
  });

  it('white space that was lost on the way does not matter', async () => {
    const text = kfuncFile(two, 'KF_TRUSTED_ARGS');
    const { claims } = await judged(
      '> diff --git a/x.c b/x.c\n> + __bpf_kfunc u32 bpf_x( struct thing *t )\n> + {\n> + return t -> size;\n\nCan t be NULL here?\n',
      { files: [{ path: 'x.c', text }] },
    );
    expect(claims[0]).toMatchObject({ function: 'bpf_x', verdict: 'refuted' });
  });

  it('the words may name another kfunc than the one quoted', async () => {
    const text = kfuncFile(two, 'KF_TRUSTED_ARGS');
    const { claims } = await judged(under(text, 'return t->size;', 'Can t be NULL in bpf_y()?'), { files: [{ path: 'x.c', text }] });
    expect(claims[0]!.function).toBe('bpf_y');
  });

  it('a function that no kfunc leads to is not ours', async () => {
    const text = `int other(struct thing *t)\n{\n\treturn t->size;\n}\n${kfuncFile(two, 'KF_TRUSTED_ARGS')}`;
    const { claims } = await judged(under(text, 'return t->size;', 'Can t be NULL here?'), { files: [{ path: 'x.c', text }] });
    expect(claims[0]).toMatchObject({ function: 'other', verdict: 'out-of-scope' });
  });
});

describe('drafts', () => {
  it('keep to 78 columns, quote what matters, name the source, and never say who wrote the review', async () => {
    const { claims } = await judged(fixture('shelf/bpf-ci.eml'));
    const replies = claims.flatMap((c) => (c.reply === null ? [] : [c.reply]));
    expect(replies).toHaveLength(3);
    for (const reply of replies) {
      expect(reply.split('\n').every((l) => l.length <= 78)).toBe(true);
      expect(reply).toMatch(/^> /);
      expect(reply).not.toMatch(/\bAI\b|\bbot\b|!|line \d/);
    }
    expect(replies[0]).toMatch(/> > \+\treturn s->width;\n>\n> Can s be NULL when a program calls this\?\n\nNo, s can't be NULL here\./);
    expect(replies[0]).toMatch(/KF_TRUSTED_ARGS/);
    expect(replies[0]).toMatch(/check_kfunc_args\(\) in kernel\/bpf\/verifier\.c \(v6\.12\)/);
    expect(replies[1]).toMatch(/"rcu_dereference\(s->next\)" put there/);
  });
});
