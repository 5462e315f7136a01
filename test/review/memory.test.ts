import { describe, expect, it } from 'vitest';
import { EMPTY_MEMORY, parseMemory, remember } from '../../src/review/memory.ts';
import { judged, kfuncFile, under } from './judged.ts';

const BODY = '__bpf_kfunc u64 bpf_x(struct thing *t, int at)\n{\n\tif (at < 0 || at >= 8)\n\t\treturn 0;\n\n\treturn t->slots[at];\n}\n';
const AT = 'return t->slots[at];';

async function ask(text: string, setup: object, words = 'Can at be negative here?') {
  return judged(under(text, AT, words), { files: [{ path: 'x.c', text }], ...setup });
}

describe('claims that were judged before', () => {
  const text = kfuncFile(BODY, 'KF_TRUSTED_ARGS');

  it('are known while code and model are the same, whatever moved around them', async () => {
    const first = await ask(text, { memory: EMPTY_MEMORY });
    expect(first.claims[0]!.memory).toEqual({ state: 'new', first: null, was: null, because: null });
    const memory = remember(EMPTY_MEMORY, first.remembered);
    const moved = `/* one more line */\n\n${text.replace('if (at < 0 || at >= 8)', 'if (at < 0 ||\n\t    at >= 8)')}`;
    const again = await ask(moved, { memory }, 'May at be below zero? Then this reads before the array.');
    expect(again.claims[0]!.memory).toEqual({ state: 'known', first: 'review', was: 'refuted', because: null });
  });

  it.each([
    ['the code', text.replace('at < 0 || ', ''), {}, 'the code changed'],
    ['the flags', text.replace('KF_TRUSTED_ARGS', 'KF_RCU'), {}, 'the code changed'],
    ['the series', text, { series: '6.6' }, 'the model, the kernel series or --trust is another one'],
    ['the trust', text, { trust: 'code' }, 'the model, the kernel series or --trust is another one'],
  ])('are opened again when %s changed', async (_, other, setup, because) => {
    const memory = remember(EMPTY_MEMORY, (await ask(text, { memory: EMPTY_MEMORY })).remembered);
    const again = await ask(other, { ...setup, memory });
    expect(again.claims[0]!.memory).toMatchObject({ state: 'reopened', was: 'refuted', because });
  });

  const called = (helper: string) =>
    `${helper}${kfuncFile('__bpf_kfunc u64 bpf_x(struct thing *t, int at)\n{\n\treturn thing_slot(t, at);\n}\n', 'KF_TRUSTED_ARGS')}`;
  const guarded =
    'static u64 thing_slot(struct thing *t, int at)\n{\n\tif (at < 0 || at >= 8)\n\t\treturn 0;\n\treturn t->slots[at];\n}\n\n';
  const ofCall = async (code: string, memory = EMPTY_MEMORY) =>
    judged(under(code, 'return thing_slot(t, at);', 'Can at be negative here?'), { files: [{ path: 'x.c', text: code }], memory });

  it('are opened again when a guard in a callee changed', async () => {
    const memory = remember(EMPTY_MEMORY, (await ofCall(called(guarded))).remembered);
    const again = await ofCall(called(guarded.replace('at >= 8', 'at > 7')), memory);
    expect(again.claims[0]).toMatchObject({
      verdict: 'refuted',
      memory: { state: 'reopened', because: 'what it rested on elsewhere changed' },
    });
  });

  it('are not forgotten by a run that sees less', async () => {
    const first = await ofCall(called(guarded));
    expect(first.claims[0]!.verdict).toBe('refuted');
    const memory = remember(EMPTY_MEMORY, first.remembered);
    const less = await ofCall(called(''), memory);
    expect(less.claims[0]).toMatchObject({
      verdict: 'undecided',
      memory: { state: 'reopened', because: 'what it rested on is not at hand in this run' },
    });
    expect(remember(memory, less.remembered)).toEqual(memory);
  });

  it('of two in one run the graver one is kept', () => {
    const entry = { category: 'null-deref', function: 'f', subject: 'x', code: '', rests: '', model: '', first: 'r', reply: null };
    const kept = remember(EMPTY_MEMORY, [
      { ...entry, verdict: 'confirmed' },
      { ...entry, verdict: 'refuted' },
    ]);
    expect(kept.claims.map((c) => c.verdict)).toEqual(['confirmed']);
  });
});

describe('a memory file', () => {
  it.each([
    ['x', /no JSON/],
    ['{}', /"claims" is not a list/],
    ['null', /"claims" is not a list/],
    ['{"version": 2, "claims": []}', /version 2/],
    ['{"version": 1, "claims": [{"function": "f"}]}', /claims\[0\]/],
  ])('%j is none', (text, message) => {
    expect(() => parseMemory(text, 'm.json')).toThrow(message);
  });

  it('comes back as it went', async () => {
    const memory = remember(EMPTY_MEMORY, (await ask(kfuncFile(BODY, ''), { memory: EMPTY_MEMORY })).remembered);
    expect(parseMemory(JSON.stringify(memory), 'm.json')).toEqual(memory);
  });
});
