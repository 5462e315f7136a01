import { describe, expect, it } from 'vitest';
import { emptyComment, type ReviewComment } from '../../src/input/review/model.ts';
import { compileCue, matchCue } from '../../src/review/reading/cue.ts';
import { readClaims } from '../../src/review/reading/read-claims.ts';
import { isCodeLine, readSentences, tokenize } from '../../src/review/reading/words.ts';

const NAMES = new Set(['css', 'memcg', 'idx', 'event', 'task', 'opts', 'n', 'flags', 'cpu', 'p']);
const words = { isName: (w: string) => NAMES.has(w) };

function comment(text: string, more: Partial<ReviewComment> = {}): ReviewComment {
  return { ...emptyComment(), paragraphs: text.split('\n\n').map((p) => ({ text: p, cuts: [] })), ...more };
}

function read(text: string, more: Partial<ReviewComment> = {}) {
  return readClaims(comment(text, more), words);
}

describe('what is claimed, in a hundred ways', () => {
  it.each([
    ['Can css be NULL here?', 'null-deref', 'css'],
    ['What happens if memcg is NULL?', 'null-deref', 'memcg'],
    ['Is it possible for css to be NULL at this point?', 'null-deref', 'css'],
    ['This dereferences css without checking it first.', 'null-deref', 'css'],
    ['Could this oops when a NULL task is passed in?', 'null-deref', 'task'],
    ["Shouldn't there be a NULL check for memcg before it is used?", 'null-deref', 'memcg'],
    ['memcg->css.cgroup may be NULL for a dying group.', 'null-deref', 'memcg->css.cgroup'],
    ['Would a missing NULL check on opts crash the kernel?', 'null-deref', 'opts'],
    ['What prevents idx from being negative?', 'out-of-bounds', 'idx'],
    ['idx can exceed the size of the array, can it not?', 'out-of-bounds', 'idx'],
    ['If event is >= NR_EVENTS this reads past the end of the array.', 'out-of-bounds', 'event'],
    ['The enum is signed, so a negative event gets past the comparison.', 'out-of-bounds', 'event'],
    ['Should cpu be validated against nr_cpu_ids before it is used as an index?', 'out-of-bounds', 'cpu'],
    ['Is this check off by one?', 'out-of-bounds', undefined],
    ['Does this leak the memcg reference on the error path?', 'refcount', 'memcg'],
    ['Where is the reference on task dropped? It is never released here.', 'refcount', 'task'],
    ['This returns task without taking a reference.', 'refcount', 'task'],
    ['Can a program hand in an untrusted pointer for task?', 'refcount', 'task'],
    ['The count of p may be zero already, so css_get() would resurrect it.', 'refcount', 'p'],
    ['Should this be KF_RET_NULL?', 'missing-flag', undefined],
    ["Isn't KF_TRUSTED_ARGS missing on this one?", 'missing-flag', undefined],
    ['This kfunc must be marked KF_SLEEPABLE.', 'missing-flag', undefined],
    ['Can this sleep in an atomic context?', 'sleep', undefined],
    ['mutex_lock() is called while a spinlock is held.', 'sleep', undefined],
    ['Is this safe in a sleepable program?', 'rcu', undefined],
    ['rcu_dereference() is called without rcu_read_lock().', 'rcu', undefined],
    ['Does this need to hold the RCU read lock?', 'rcu', undefined],
    ['-EINVAL is returned as unsigned long, which looks like a huge count.', 'return-value', undefined],
    ['The caller gets an ERR_PTR, but programs can only test for NULL.', 'return-value', undefined],
    ['This kfunc is never registered, is it?', 'registration', undefined],
    ['Can tracing programs call this?', 'registration', undefined],
    ['Is there a race between this read and the writer on another CPU?', 'other', undefined],
    ['Typo: "recieve".', 'other', undefined],
    ['The comment above still says that this returns bytes.', 'other', undefined],
    ['Should a selftest cover this?', 'other', undefined],
    ['Is this NULL check still needed? The verifier takes care of css.', 'other', undefined],
  ])('%s', (text, category, subject) => {
    const [claim] = read(text);
    expect(claim!.category).toBe(category);
    if (subject !== undefined) expect(claim!.subjects[0]).toBe(subject);
  });
});

describe('how many claims a comment holds', () => {
  it('one, asked three times', () => {
    const claims = read(
      'Can this dereference a NULL css? The code checks css for NULL below, so css can be NULL. Would it not crash here?',
    );
    expect(claims.map((c) => [c.category, c.subjects[0]])).toEqual([['null-deref', 'css']]);
  });

  it('one, with what leads to it and what would mend it', () => {
    const claims = read(
      'Should this validate event before passing it on? The call chain f()->g()->h() ends in an array access:\n\n    static int h(enum e idx)\n    {\n        return table[idx];\n    }\n\nFor comparison, other() below validates its idx. A similar check would prevent the out-of-bounds access:\n\n    if (event < 0 || event >= MAX)',
    );
    expect(claims.map((c) => [c.category, c.subjects[0]])).toEqual([['out-of-bounds', 'event']]);
  });

  it('two, about two things', () => {
    const claims = read('Can css be NULL here?\n\nAlso, does this leak the memcg reference?');
    expect(claims.map((c) => [c.category, c.paragraphs])).toEqual([
      ['null-deref', [0]],
      ['refcount', [1]],
    ]);
  });

  it('two of one kind about two names', () => {
    expect(read('Can css be NULL here? And can memcg be NULL as well?').map((c) => c.subjects[0])).toEqual(['css', 'memcg']);
  });

  it('the statement before the question is its reason', () => {
    const claims = read('kzalloc() may fail. Can p be NULL here?');
    expect(claims.map((c) => [c.subjects[0], c.sentence])).toEqual([['p', 'Can p be NULL here?']]);
  });

  it('a flag that would mend the claim is no second one', () => {
    expect(read('Can css be NULL here? Would KF_TRUSTED_ARGS help?').map((c) => c.category)).toEqual(['null-deref']);
  });

  it('a remark on words does not hide what else is said', () => {
    const claims = read(
      'How can callers detect this error? It returns unsigned long, but here it returns -EINVAL. The kernel-doc says otherwise.',
    );
    expect(claims.map((c) => c.category)).toEqual(['return-value']);
  });
});

describe('what is not claimed', () => {
  it('that something is all right', () => {
    expect(read('css cannot be NULL here, and memcg is fine too.').map((c) => c.category)).toEqual(['other']);
  });

  it('what a member may be is no claim about its owner', () => {
    expect(read('Can the parent of css be NULL?')[0]!.subjects[0]).not.toBe('css');
  });

  it('time and other CPUs make a lifetime a race', () => {
    expect(read('Can another CPU free task concurrently, leading to a use-after-free?')[0]).toMatchObject({
      category: 'other',
      aspect: 'race',
    });
  });
});

describe('strength', () => {
  it.each([
    ["This isn't a bug, but css could be NULL here.", 'subjective'],
    ["This isn't a bug introduced by this patch, but can css be NULL?", 'pre-existing'],
    ['A subsystem pattern flags this as potentially concerning: css is dereferenced without a NULL check.', 'guide-hit'],
    ['Can css be NULL?', 'question'],
    ['css is dereferenced without a NULL check.', 'bug'],
  ])('%s', (text, strength) => {
    expect(read(text)[0]!.strength).toBe(strength);
  });
});

describe("the reviewer's own words for it", () => {
  it('weigh, and stand where the text says nothing', () => {
    expect(read('This looks wrong.', { category: 'null-deref' })[0]!.category).toBe('null-deref');
    expect(read('This looks wrong.', { category: 'api' })[0]!.category).toBe('other');
    expect(read('This is not right.', { category: 'resource-leak' })[0]).toMatchObject({ category: 'refcount', aspect: 'leak' });
  });
  it('name the subject', () => {
    expect(read('May be NULL.', { subject: 'opts', category: 'null-deref' })[0]!.subjects[0]).toBe('opts');
  });
});

describe('words', () => {
  it('know code from prose', () => {
    const tokens = tokenize('Does `css->ss` or foo_bar() index memcg->events[event] with -EINVAL, e.g. by KF_RCU?', words.isName);
    expect(tokens.filter((t) => t.code).map((t) => t.text)).toEqual(['css->ss', 'foo_bar()', 'memcg->events[event]', '-EINVAL', 'KF_RCU']);
  });

  it.each(['    return table[idx];', '}', 'static inline int f(int x)', 'if (event < 0 || event >= MAX)', '#define X 1', '	x = y;'])(
    '%j is code',
    (line) => {
      expect(isCodeLine(line)).toBe(true);
    },
  );
  it.each(['Can css be NULL here?', 'The call f()->g() ends there;', 'if (x) is tested first.', 'This returns 1; then it stops.'])(
    '%j is prose',
    (line) => {
      expect(isCodeLine(line)).toBe(false);
    },
  );

  it('end sentences where they end', () => {
    const found = readSentences(['See mm/foo.c, e.g. foo(). Is p->x.y read? It is.'], words.isName).map((s) => [s.text, s.question]);
    expect(found).toEqual([
      ['See mm/foo.c, e.g. foo().', false],
      ['Is p->x.y read?', true],
      ['It is.', false],
    ]);
  });

  it('match cues with gaps, choices and names', () => {
    const cue = compileCue('can|could S ~2 null');
    expect(matchCue(cue, tokenize('And could the css pointer ever be NULL?', words.isName))!.subject!.text).toBe('css');
    expect(matchCue(cue, tokenize('could it be that css is a very good NULL', words.isName))).toBeNull();
  });

  it('take no more than linear time over hostile text', () => {
    const start = performance.now();
    for (const text of [
      'a '.repeat(20_000),
      'null '.repeat(20_000),
      '('.repeat(50_000),
      '. '.repeat(20_000),
      `${'`'.repeat(9999)}x`,
      '->'.repeat(20_000),
    ])
      read(text);
    expect(performance.now() - start).toBeLessThan(15_000);
  });
});
