/** What looks refuted by the letter and is not by what was meant; each beside its neighbour that stays refuted. */
import { describe, expect, it } from 'vitest';
import { readReview } from '../../src/input/review/read.ts';
import { judged, kfuncFile, under } from './judged.ts';

const BODY = `__bpf_kfunc u32 bpf_x(struct thing *t)
{
	return t->size;
}
`;
const AT = 'return t->size;';

async function verdicts(text: string, words: string, setup = {}): Promise<string[]> {
  const { claims } = await judged(under(text, AT, words), { files: [{ path: 'x.c', text }], ...setup });
  return claims.map((c) => c.verdict);
}

describe('a NULL argument that the verifier refuses', () => {
  const text = kfuncFile(BODY, 'KF_TRUSTED_ARGS');

  it.each([
    ['Can t be NULL here?', 'refuted'],
    ['If a BPF program passes NULL for t, does this crash?', 'refuted'],
    ['Is the caller supposed to check t for NULL?', 'refuted'],
    ['If a driver calls bpf_x() with a NULL t, does this crash?', 'undecided'],
    ['bpf_x() is also exported to modules. Can t be NULL then?', 'undecided'],
    ['thing_open() calls this before t is set. Can t be NULL here?', 'undecided'],
    ['Can t be NULL when the destructor runs?', 'undecided'],
    ['This dereferences a pointer loaded from t that may be NULL.', 'undecided'],
    ['The pointer stored in t may be NULL.', 'undecided'],
    ['Can the value obtained via t be NULL?', 'undecided'],
    ['t holds a pointer that may be NULL.', 'undecided'],
    ['The pointer loaded from t may be freed.', 'undecided'],
    ['t may be a dangling pointer.', 'refuted'],
    ['If t has no owner this crashes with a NULL dereference.', 'undecided'],
    ['Does this dereference NULL if t has not been set up?', 'undecided'],
    ['Even if t is non-NULL, this may crash on a NULL pointer.', 'undecided'],
    ['The parameter t has no NULL check before it is dereferenced.', 'refuted'],
    ['t is not NULL checked.', 'refuted'],
    ['t has never been checked for NULL.', 'refuted'],
    ['The tracepoint passes NULL as its second argument and the verifier takes that for trusted. Can t be NULL here?', 'undecided'],
    ['Can t be NULL here on older kernels?', 'refuted'],
  ])('%s', async (words, verdict) => {
    expect(new Set(await verdicts(text, words))).toEqual(new Set([verdict]));
  });

  it('is not refused by the series that the words name', async () => {
    const open = kfuncFile(BODY, '');
    const words = 'When this is backported to 6.12, what prevents a NULL t?';
    expect(await verdicts(open, words, { series: '7.1' })).toEqual(['undecided']);
    expect(await verdicts(open, 'What prevents a NULL t?', { series: '7.1' })).toEqual(['refuted']);
    expect(await verdicts(text, words, { series: '6.19' })).toEqual(['refuted']);
  });
});

describe('a kfunc that gives NULL where the verifier expects none', () => {
  const giver = (type: string, flags: string, code = kfuncFile(BODY, 'KF_TRUSTED_ARGS')) =>
    code
      .replace(
        '\n__bpf_kfunc_end_defs',
        `\n__bpf_kfunc struct ${type} *bpf_give(u32 n)\n{\n\tif (n > 4)\n\t\treturn NULL;\n\treturn &all_of_them[n];\n}\n\n__bpf_kfunc_end_defs`,
      )
      .replace('\nBTF_KFUNCS_END', `\nBTF_ID_FLAGS(func, bpf_give${flags})\nBTF_KFUNCS_END`);
  const words = 'Can t be NULL here?';

  it('lets it through to all that take its type', async () => {
    expect(await verdicts(giver('thing', ', KF_ACQUIRE'), words)).toEqual(['undecided']);
    const open = giver('thing', '', kfuncFile(BODY, ''));
    expect(await verdicts(open, words, { series: '7.0' })).toEqual(['undecided']);
  });

  it('does not with KF_RET_NULL, of another type, or where what it gives is not trusted', async () => {
    expect(await verdicts(giver('thing', ', KF_ACQUIRE | KF_RET_NULL'), words)).toEqual(['refuted']);
    expect(await verdicts(giver('other', ', KF_ACQUIRE'), words)).toEqual(['refuted']);
    expect(await verdicts(giver('thing', ''), words)).toEqual(['refuted']);
  });
});

describe('C code beside the programs', () => {
  const words = 'Can t be NULL here?';

  it('that calls the kfunc is not held by the verifier', async () => {
    const caller = 'u32 thing_first_size(struct thing *first)\n{\n\treturn bpf_x(first);\n}\n';
    expect(await verdicts(`${kfuncFile(BODY, 'KF_TRUSTED_ARGS')}\n${caller}`, words)).toEqual(['undecided']);
  });

  it('that only names it, exports it or declares it changes nothing', async () => {
    const names = '/* bpf_x(first) is for programs */\nu32 bpf_x(struct thing *t);\nEXPORT_SYMBOL_GPL(bpf_x);\n';
    expect(await verdicts(`${kfuncFile(BODY, 'KF_TRUSTED_ARGS')}\n${names}`, words)).toEqual(['refuted']);
  });

  it('that keeps it in a table or as a destructor may call it', async () => {
    const table = 'static const struct thing_ops ops = {\n\t.size = bpf_x,\n};\n';
    expect(await verdicts(`${kfuncFile(BODY, 'KF_TRUSTED_ARGS')}\n${table}`, words)).toEqual(['undecided']);
    const dtor =
      'BTF_ID_LIST(thing_dtor_ids)\nBTF_ID(struct, thing)\nBTF_ID(func, bpf_x)\n\nstatic int thing_late(void)\n{\n\treturn register_btf_id_dtor_kfuncs(dtors, 1, THIS_MODULE);\n}\n';
    expect(await verdicts(`${kfuncFile(BODY, 'KF_TRUSTED_ARGS')}\n${dtor}`, words)).toEqual(['undecided']);
  });
});

describe('the place', () => {
  const twin = BODY.replace('bpf_x', 'thing_size');
  const text = kfuncFile(BODY, 'KF_TRUSTED_ARGS', `struct thing;\n${twin}\n`);
  const quote = (lines: string[], file = 'x.c') =>
    [`> diff --git a/${file} b/${file}`, ...lines.map((l) => `> ${l}`), '', 'Can t be NULL here?', ''].join('\n');
  const ask = async (review: string) => (await judged(review, { files: [{ path: 'x.c', text }] })).claims.map((c) => c.verdict);

  it('is open where the quoted lines stand in two functions', async () => {
    expect(await ask(quote(['+	return t->size;']))).toEqual(['undecided']);
    expect(await ask(quote(['+__bpf_kfunc u32 bpf_x(struct thing *t)', '+{', '+	return t->size;']))).toEqual(['refuted']);
  });

  it('is no place to confirm what holds in one of two functions that have the lines', async () => {
    const at = (name: string, test: string) => `__bpf_kfunc u64 ${name}(struct thing *t, u32 i)\n{\n${test}\treturn t->slots[i];\n}\n`;
    const open = at('bpf_x', '');
    const pair = (other: string) =>
      kfuncFile(open, 'KF_TRUSTED_ARGS')
        .replace('BTF_ID_FLAGS(', 'BTF_ID_FLAGS(func, bpf_y, KF_TRUSTED_ARGS)\nBTF_ID_FLAGS(')
        .replace('__bpf_kfunc_end_defs', `${other}\n__bpf_kfunc_end_defs`);
    const words = quote(['+\treturn t->slots[i];']).replace('Can t be NULL here?', 'Is i range checked?');
    const verdict = async (text: string) => (await judged(words, { files: [{ path: 'x.c', text }] })).claims.map((c) => c.verdict);
    expect(await verdict(kfuncFile(open, 'KF_TRUSTED_ARGS'))).toEqual(['confirmed']);
    expect(await verdict(pair(at('bpf_y', '')))).toEqual(['confirmed']);
    expect(await verdict(pair(at('bpf_y', '\tif (i >= 8)\n\t\treturn 0;\n')))).toEqual(['undecided']);
  });

  it('is not looked for by a brace in a file that the review does not name', async () => {
    const { claims } = await judged(quote(['+	return t->size;', '+}'], 'net/other.c'), { files: [{ path: 'x.c', text }] });
    expect(claims.map((c) => [c.verdict, c.function])).toEqual([['undecided', null]]);
  });

  it('is open where an entry names one kfunc and its words another', async () => {
    const two = text.replace('__bpf_kfunc_end_defs', `${BODY.replace('bpf_x', 'bpf_y')}\n__bpf_kfunc_end_defs`);
    const list = (words: string) => JSON.stringify({ claims: [{ id: 'a', function: 'bpf_x', text: words }] });
    const of = async (words: string) => (await judged(list(words), { files: [{ path: 'x.c', text: two }] })).claims[0]!.verdict;
    expect(await of('Can t be NULL in bpf_y()?')).toBe('undecided');
    expect(await of('Can t be NULL in bpf_x()?')).toBe('refuted');
  });
});

describe('several names', () => {
  const pair = `__bpf_kfunc u32 bpf_x(struct thing *t, struct thing *u__nullable)
{
	return t->size;
}
`;
  const text = kfuncFile(pair.replace('t->size;', 't->size + u__nullable->size;'), 'KF_TRUSTED_ARGS');
  const at = 'return t->size + u__nullable->size;';
  const ask = async (words: string) =>
    (await judged(under(text, at, words), { files: [{ path: 'x.c', text }] })).claims.map((c) => [c.verdict, c.subject]);

  it('each must be refuted', async () => {
    expect(await ask('Can t be NULL here?')).toEqual([['refuted', 't']]);
    expect((await ask('Can t or u__nullable be NULL here?'))[0]![0]).toBe('confirmed');
    expect((await ask('Can one of the pointers, say t, be NULL here?'))[0]![0]).toBe('confirmed');
    expect((await ask('The second argument may be NULL. Is it dereferenced?'))[0]).toEqual(['confirmed', 'u__nullable']);
  });
});

describe('a commit pasted from git', () => {
  const head = 'From: A Person <a@example.org>\nSubject: Re: [PATCH] thing: x\nMessage-ID: <1@x>\n\nI think this one is to blame:\n\n';
  const words = '\n> +	return t->size;\n\nCan t be NULL here?\n';

  it('begins no review in a person’s mail', () => {
    const pasted = `commit 0123456789ab\nAuthor: B <b@example.org>\nDate:   Mon Mar 2 10:00:00 2026 +0100\n\n    thing: add a size\n\n    It was not there.\n`;
    expect(readReview(`${head}${pasted}${words}`, 'm')).toEqual([]);
  });

  it('is one where the subject stands at the edge, as reviewers write it', () => {
    const review = 'commit 0123456789ab\nAuthor: B <b@example.org>\n\nthing: add a size\n\nAdds a size.\n';
    expect(readReview(`${head}${review}${words}`, 'm')[0]!.comments).toHaveLength(1);
  });
});

describe('words that point to another function', () => {
  const other = '__bpf_kfunc u32 bpf_y(struct thing *t)\n{\n\treturn t->size;\n}\n';
  const text = kfuncFile(`${BODY}\n${other}`, 'KF_TRUSTED_ARGS').replace(/^(BTF_ID_FLAGS\(func, )bpf_x.*$/m, '$&\n$1bpf_y)');

  it.each([
    ['Can t be NULL here?', 'refuted'],
    ['Can t be NULL here? bpf_x() has no test.', 'refuted'],
    ['Can t be NULL here, unlike in bpf_y()?', 'refuted'],
    ['This is fine, but can t be NULL in the next function?', 'undecided'],
    ['Can t be NULL in both of them?', 'undecided'],
    ['The function below has no flags, so t may be NULL.', 'undecided'],
    ['bpf_x() is given KF_TRUSTED_ARGS. KF_TRUSTED_ARGS is missing for bpf_y().', 'undecided'],
  ])('%s', async (words, verdict) => {
    const review = [
      '> diff --git a/x.c b/x.c',
      ...BODY.trimEnd()
        .split('\n')
        .map((l) => `> +${l}`),
      '',
      words,
      '',
    ].join('\n');
    const { claims } = await judged(review, { files: [{ path: 'x.c', text }] });
    expect(new Set(claims.map((c) => c.verdict))).toEqual(new Set([verdict]));
  });
});

describe('a flag, a lock, a lifetime that were not asked for', () => {
  it.each([
    ['KF_RCU', 'Sleepable programs may call it without bpf_rcu_read_lock(). What guarantees that t stays valid then?'],
    ['KF_RCU', 'Things are not freed by RCU, so t may be freed memory here.'],
    ['KF_RCU | KF_RET_NULL', 'It is just KF_RET_NULL, is t held by anybody?'],
    ['KF_RCU', "Shouldn't t be locked, or can t be NULL while another CPU empties it? Which lock protects t->size?"],
  ])('%s: %s', async (flags, words) => {
    expect(await verdicts(kfuncFile(BODY, flags), words)).not.toContain('refuted');
  });
});

describe('what is out of scope says what it was taken for', () => {
  it.each([
    ['Things come in two shapes. This is the square one.', /^no claim was read out of it/],
    ['Could the size be wrong because of an integer overflow?', /^it is about what a sum or memory holds/],
    ['nit: naming it thing_bytes would read better.', /^it is about style/],
  ])('%s', async (words, why) => {
    const text = kfuncFile(BODY, 'KF_RCU');
    const { claims } = await judged(under(text, AT, words), { files: [{ path: 'x.c', text }] });
    expect(claims.map((c) => c.verdict)).toEqual(['out-of-scope']);
    expect(claims[0]!.why).toMatch(why);
  });
});
