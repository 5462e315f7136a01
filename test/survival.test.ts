/** Whatever is done to a patch or a C file: a verdict or one clear error, soon, from the whole pipeline. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runCli } from './run-cli.ts';

const FIXTURES = resolve(import.meta.dirname, '../fixtures');
const ENOUGH_MS = 10_000;

const inputs = ['unchecked-param', 'unbounded-index', 'acquire-release', 'mem-size', 'iterator', 'registration'].flatMap((rule) =>
  ['confirmed', 'refuted', 'undecided'].flatMap((kind) => {
    const names = readdirSync(join(FIXTURES, rule), { withFileTypes: true }).some((one) => one.name === kind)
      ? readdirSync(join(FIXTURES, rule, kind))
      : [];
    return names.filter((name) => /\.(c|patch)$/.test(name)).map((name) => readFileSync(join(FIXTURES, rule, kind, name)));
  }),
);

async function survive(bytes: Buffer): Promise<number> {
  const started = performance.now();
  const { code, stdout, stderr } = await runCli(['lint', '--format', 'json', '-'], { stdin: bytes.toString('latin1') });
  expect(performance.now() - started).toBeLessThan(ENOUGH_MS);
  if (code === 2) {
    expect(stdout).toBe('');
    expect(stderr).toMatch(/^kfunc-lint: (?!internal)[^\n]+\n$/);
  } else {
    expect([0, 1]).toContain(code);
    expect(() => JSON.parse(stdout)).not.toThrow();
  }
  return code;
}

/** For a property: its value must be nothing. */
const survives = async (bytes: Buffer): Promise<void> => void (await survive(bytes));

const input = fc.constantFrom(...inputs);

describe('a patch or a C file', () => {
  it('as it is has a verdict', async () => {
    for (const bytes of inputs) expect(await survive(bytes)).not.toBe(2);
  });

  it('with a set whose bracket never closes', async () => {
    const text = `__bpf_kfunc int bpf_a(u32 n)\n{\n\treturn n;\n}\nBTF_KFUNCS_START(ids(\nBTF_ID_FLAGS(func, bpf_a]; } KF_RCU)\nBTF_KFUNCS_END(ids(\n`;
    expect(await survive(Buffer.from(text))).not.toBe(2);
    expect(await survive(Buffer.from(text.replaceAll('(ids(', '(ids[*)')))).not.toBe(2);
  });

  it('cut off anywhere', async () => {
    const cut = (bytes: Buffer, part: number) => survives(bytes.subarray(0, Math.floor(bytes.length * part)));
    await fc.assert(fc.asyncProperty(input, fc.double({ min: 0, max: 1, noNaN: true }), cut), { numRuns: 120 });
  });

  it('with bytes flipped', async () => {
    const flip = (bytes: Buffer, places: [number, number][]) => {
      const copy = Buffer.from(bytes);
      for (const [at, value] of places) copy[at % copy.length] = value;
      return survives(copy);
    };
    const places = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 5 });
    await fc.assert(fc.asyncProperty(input, places, flip), { numRuns: 200 });
  });

  it('with its hunks or functions in any order', async () => {
    const shuffle = (bytes: Buffer, seed: number) => {
      const [first = '', ...rest] = bytes.toString('latin1').split(/^(?=@@ |__bpf_kfunc |static )/m);
      const keyed = rest.map((piece, i) => ({ piece, key: Math.imul(i + seed, 2_654_435_761) >>> 0 }));
      return survives(Buffer.from([first, ...keyed.sort((a, b) => a.key - b.key).map((one) => one.piece)].join(''), 'latin1'));
    };
    await fc.assert(fc.asyncProperty(input, fc.nat(), shuffle), { numRuns: 100 });
  });

  it('with tokens dropped, doubled and moved', async () => {
    const mix = (bytes: Buffer, picks: [number, number][]) => {
      const tokens = bytes.toString('latin1').split(/\b/);
      for (const [from, to] of picks) tokens.splice(to % tokens.length, to % 2, tokens[from % tokens.length]!);
      return survives(Buffer.from(tokens.join(''), 'latin1'));
    };
    const picks = fc.array(fc.tuple(fc.nat(), fc.nat()), { minLength: 1, maxLength: 12 });
    await fc.assert(fc.asyncProperty(input, picks, mix), { numRuns: 200 });
  });
});
