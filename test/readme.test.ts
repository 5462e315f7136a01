/** What the README shows is what happens. `npm run fixtures:update` writes the outputs into it. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { RULES } from '../rules/index.ts';
import { runCli } from './run-cli.ts';

const ROOT = resolve(import.meta.dirname, '..');
const README = join(ROOT, 'README.md');
const read = () => readFileSync(README, 'utf8');
/** `<!-- arguments -->`, and below it what they print. */
const BLOCK = /<!-- ((?:lint|explain|judge|facts) [^>]*?) -->\n```text\n([\s\S]*?)```/g;

describe('README', () => {
  const blocks = [...read().matchAll(BLOCK)].map((one) => one[1]!);

  it('shows at least one run', () => {
    expect(blocks.length).toBeGreaterThan(0);
  });

  it.each(blocks)('shows what `kfunc-lint %s` prints', async (args) => {
    const { stdout } = await runCli(args.split(' '));
    expect(stdout).not.toBe('');
    if (process.env.KFUNC_LINT_UPDATE === '1') {
      writeFileSync(
        README,
        read().replace(BLOCK, (all, which: string) => (which === args ? `<!-- ${args} -->\n\`\`\`text\n${stdout}\`\`\`` : all)),
      );
    }
    expect([...read().matchAll(BLOCK)].find((one) => one[1] === args)?.[2]).toBe(stdout);
  });

  it('names every dependency, and no other, with the reason for it', () => {
    const { dependencies, devDependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as Record<
      string,
      Record<string, string>
    >;
    const table = /\| dependency \| why \|\n\| --- \| --- \|\n((?:\|.*\|\n)+)/.exec(read())?.[1] ?? '';
    const named = [...table.matchAll(/^\| ([^|]+) \| (.+) \|$/gm)].flatMap(([, names]) => names!.split(/, */));
    expect(named.toSorted()).toEqual(Object.keys({ ...dependencies, ...devDependencies }).toSorted());
  });

  it('names every option of lint and every command', async () => {
    const help = (await runCli(['lint', '--help'])).stdout;
    for (const [option] of help.matchAll(/--[a-z][a-z-]*/g)) if (option !== '--help') expect(read()).toContain(option);
    const commands = (await runCli(['--help'])).stdout.split('Commands:')[1] ?? '';
    for (const [, command] of commands.matchAll(/^ {2}([a-z-]+) /gm))
      if (command !== 'help') expect(read()).toContain(`kfunc-lint ${command}`);
  });

  it('links every rule', () => {
    for (const { id } of RULES) expect(read()).toContain(`[${id}](rules/${id}.md)`);
  });
});
