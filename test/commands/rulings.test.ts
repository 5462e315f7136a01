/** `rulings` and what a ruling does from one version of a patch to the next. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadPatterns } from '../../src/commands/patterns.ts';
import { readInputs } from '../../src/input/read.ts';
import { renderRuling } from '../../src/judge/patterns/write.ts';
import { analyse, filesOf } from '../../src/lint.ts';
import { runCli } from '../run-cli.ts';

const PATCH = resolve(import.meta.dirname, '../../fixtures/triage/widget.patch');
const TEXT = readFileSync(PATCH, 'utf8');

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kfunc-lint-rulings-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function write(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

interface Parts {
  status?: 'upheld' | 'contested' | 'retracted';
  until?: string;
  series?: { since?: string; until?: string };
  says?: 'refuted' | 'confirmed';
  code?: Record<string, string>;
  model?: string;
}

/** A ruling on the index of bpf_widget_weight() as `triage` writes it when it looks at `patch`. */
async function rulingFile(parts: Parts = {}, patch = PATCH): Promise<string> {
  const { patterns } = await loadPatterns([]);
  const { files } = filesOf(await readInputs([patch]), null);
  const { findings } = analyse(files, {
    kernel: { series: '6.12', from: 'option' },
    tree: null,
    patterns,
    trust: 'ruling',
    keepSeen: true,
  });
  const { rule, kfunc, subject, snippet, seen } = findings.find((one) => one.subject === 'slot')!;
  const entry = renderRuling({
    id: 'slot-is-bounded',
    match: { rule, kfunc: kfunc!, subject, snippet, series: parts.series ?? { since: '6.12', until: '6.12' } },
    verdict: parts.says ?? 'refuted',
    status: parts.status ?? 'upheld',
    reason: 'the only program type that calls it bounds it',
    recorded: { by: 'M. Maintainer', on: '2026-06-01' },
    ...(parts.until && { until: parts.until }),
    seen: { series: '6.12', model: parts.model ?? seen!.model!, flags: seen!.flags!, code: { ...seen!.code, ...parts.code } },
  });
  return write('rulings.yaml', `version: 1\nrulings:\n${entry}`);
}

interface Told {
  verdict: string;
  stale: string | null;
  contested: boolean;
}

async function verdict(rulings: string, patch = PATCH, kernel = '6.12', more: string[] = []): Promise<Told & { code: number }> {
  const { code, stdout } = await runCli(['lint', '--kernel', kernel, '--patterns', rulings, '--format', 'json', ...more, patch]);
  const { findings } = JSON.parse(stdout) as {
    findings: { subject: string; verdict: string; contested: boolean; rulings?: { stale: string | null }[] }[];
  };
  const one = findings.find((found) => found.subject === 'slot')!;
  return { verdict: one.verdict, contested: one.contested, stale: one.rulings?.[0]?.stale ?? null, code };
}

const changed = (from: string | RegExp, to: string) => {
  const text = TEXT.replace(from, to);
  expect(text).not.toBe(TEXT);
  return write('changed.patch', text);
};

/** A line more; the hunk's count is mended. */
const longer = (from: string, to: string) => {
  const more = to.split('\n').length - from.split('\n').length;
  const text = TEXT.replace(from, to).replace(/@@ -0,0 \+1,(\d+) @@/, (_, n) => `@@ -0,0 +1,${Number(n) + more} @@`);
  expect(text).not.toBe(TEXT);
  return write('changed.patch', text);
};

describe('a ruling that triage wrote', () => {
  it('suppresses its finding', async () => {
    expect(await verdict(await rulingFile())).toMatchObject({ verdict: 'refuted', stale: null, contested: false });
  });

  it('still does when the line moves, is laid out anew, or gets a comment', async () => {
    const file = await rulingFile();
    for (const moved of [
      longer('+#define NR_WEIGHTS 16\n', '+#define NR_WEIGHTS 16\n+\n+/* moved */\n+\n'),
      changed('return widget_weight(w, slot);', 'return  widget_weight( w, slot ); /* fine */'),
      longer('+	return w->weights[slot];\n', '+	/* bounded by the caller */\n+\n+	return w->weights[slot];\n'),
    ]) {
      expect(await verdict(file, moved)).toMatchObject({ verdict: 'refuted', stale: null });
    }
  });

  it.each([
    ['its line', () => changed('return widget_weight(w, slot);', 'return widget_weight(w, slot + 1);'), /widget_weight\(w, slot\)/],
    ['a helper on the way', () => changed('return w->weights[slot];', 'return w->weights[slot + 1];'), /widget_weight\(\) changed/],
    [
      'a line of its function before it',
      () => longer('u32 slot)\n+{\n+	return widget_weight', 'u32 slot)\n+{\n+	slot *= 2;\n+	return widget_weight'),
      /changed/,
    ],
    [
      'its flags',
      () => changed('bpf_widget_weight, KF_TRUSTED_ARGS', 'bpf_widget_weight, KF_TRUSTED_ARGS | KF_RCU'),
      /flags were KF_TRUSTED_ARGS and are KF_RCU \| KF_TRUSTED_ARGS/,
    ],
  ])('goes stale with %s, and the finding comes back marked', async (_, patch, why) => {
    const told = await verdict(await rulingFile(), patch());
    expect(told).toMatchObject({ verdict: 'confirmed', code: 1 });
    expect(told.stale).toMatch(why);
  });

  it('goes stale with the verifier model', async () => {
    expect((await verdict(await rulingFile({ model: '0000000000000000' }))).stale).toMatch(/verifier of Linux 6.12 changed/);
  });

  it('goes stale when its series have passed', async () => {
    const file = await rulingFile();
    expect((await verdict(file, PATCH, '6.18')).stale).toMatch(/holds up to Linux 6.12, and this is 6.18/);
    const open = await rulingFile({ series: { since: '6.12' } });
    expect(await verdict(open, PATCH, '6.18')).toMatchObject({ verdict: 'refuted', stale: null });
    expect(await verdict(open, PATCH, '6.6')).toMatchObject({ verdict: 'confirmed', stale: null });
  });

  it('goes stale after its last day', async () => {
    expect(await verdict(await rulingFile({ until: '2099-12-31' }))).toMatchObject({ verdict: 'refuted' });
    const told = await verdict(await rulingFile({ until: '2026-06-02' }));
    expect(told).toMatchObject({ verdict: 'confirmed', stale: 'it expired on 2026-06-02' });
  });

  it('suppresses nothing under --trust code', async () => {
    expect(await verdict(await rulingFile(), PATCH, '6.12', ['--trust', 'code'])).toMatchObject({ verdict: 'confirmed' });
  });

  it('that says confirmed reports, whatever else is found', async () => {
    const { patterns } = await loadPatterns([]);
    const { files } = filesOf(await readInputs([PATCH]), null);
    const { findings } = analyse(files, {
      kernel: { series: '6.12', from: 'option' },
      tree: null,
      patterns,
      trust: 'ruling',
      keepSeen: true,
    });
    const { rule, kfunc, subject, snippet } = findings.find((one) => one.verdict === 'refuted')!;
    const entry = renderRuling({
      id: 'real',
      match: { rule, kfunc: kfunc!, subject, snippet },
      verdict: 'confirmed',
      status: 'upheld',
      recorded: { by: 'M. Maintainer', on: '2026-06-01' },
    });
    const file = write('rulings.yaml', `version: 1\nrulings:\n${entry}`);
    const { stdout } = await runCli(['lint', '--kernel', '6.12', '--patterns', file, PATCH]);
    expect(stdout).toMatch(/confirmed error unchecked-param.*\n(.*\n)*?.*ruling 'real': a real bug, recorded by M. Maintainer/);
    expect(stdout).toMatch(/overruled by a person/);
  });

  it('is told as stale in the text', async () => {
    const { stdout } = await runCli(['lint', '--kernel', '6.12', '--patterns', await rulingFile({ until: '2026-06-02' }), PATCH]);
    expect(stdout).toMatch(/confirmed \(stale ruling\) error unbounded-index/);
    expect(stdout).toMatch(/ruling 'slot-is-bounded' is stale and not applied: it expired on 2026-06-02/);
  });
});

describe('rulings', () => {
  const list = (args: string[]) => runCli(['rulings', '--kernel', '6.12', ...args]);

  it('lists them with their use', async () => {
    const file = await rulingFile();
    const { code, stdout } = await list(['--patterns', file, PATCH]);
    expect(code).toBe(0);
    expect(stdout).toContain(
      `${file}:3: slot-is-bounded: good, used once\n    suppresses unbounded-index: slot of bpf_widget_weight(), by M. Maintainer on 2026-06-01\n`,
    );
    expect(stdout).toMatch(/memcg-vm-event-by-verifier: retracted, unused, used 0 times/);
  });

  it('without an input counts nothing, and says so', async () => {
    const { stdout } = await list(['--patterns', await rulingFile()]);
    expect(stdout).toMatch(/slot-is-bounded: good\n/);
    expect(stdout).toMatch(/name an input to count their use\n$/);
  });

  it.each([
    ['unused', {}, 'version: 1\n', [resolve(import.meta.dirname, '../../fixtures/acquire-release/confirmed')]],
    ['stale', { code: { bpf_widget_weight: '0000000000000000' } }, null, [PATCH]],
    ['contested', { status: 'contested' }, null, [PATCH]],
    ['retracted', { status: 'retracted' }, null, [PATCH]],
    ['expired', { until: '2026-06-02' }, null, [PATCH]],
  ] as [string, Parts, string | null, string[]][])(
    'names one that is %s, and --check makes it an exit code',
    async (word, parts, _, inputs) => {
      const file = await rulingFile(parts);
      const { code, stdout } = await list(['--patterns', file, ...inputs]);
      expect(code).toBe(0);
      expect(stdout).toMatch(new RegExp(`slot-is-bounded: ${word}`));
      expect((await list(['--check', '--patterns', file, ...inputs])).code).toBe(1);
    },
  );

  it('--check speaks of the files given; what comes with the tool is somebody else’s', async () => {
    expect((await list(['--check', '--patterns', await rulingFile(), PATCH])).code).toBe(0);
    expect((await list(['--check', PATCH])).code).toBe(1);
  });

  it('as JSON', async () => {
    const { stdout } = await list([
      '--format',
      'json',
      '--patterns',
      await rulingFile({ code: { widget_weight: '0000000000000000' } }),
      PATCH,
    ]);
    const { rulings } = JSON.parse(stdout) as { rulings: { id: string }[] };
    expect(rulings.find((one) => one.id === 'slot-is-bounded')).toMatchObject({
      verdict: 'refuted',
      used: 0,
      expired: false,
      problems: ['stale'],
      stale: [{ why: 'widget_weight() changed', location: { line: expect.any(Number) } }],
    });
  });

  it.each([
    ['lint', [PATCH]],
    ['rulings', []],
    ['rulings', [PATCH]],
  ])('a broken file stops %s %j with path and line', async (command, inputs) => {
    const file = write(
      'broken.yaml',
      'version: 1\nrulings:\n  - id: one\n    match: { rule: mem-size, kfunc: k, subject: s }\n    verdict: refuted\n    status: upheld\n    reason: r\n    sources: [{ who: x }]\n    untill: 2026-01-01\n',
    );
    const { code, stdout, stderr } = await runCli([command, '--patterns', file, ...inputs]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/^kfunc-lint: .*broken\.yaml:9: unknown key 'untill'.*did you mean 'until'\?\n$/);
  });
});
