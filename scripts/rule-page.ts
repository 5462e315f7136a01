/** The page of a rule, made from the rule itself and from its fixtures: an example that is not a test would rot. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Rule } from '../src/rule.ts';

export const INTENTS = ['confirmed', 'refuted', 'undecided', 'clean'] as const;
export type Intent = (typeof INTENTS)[number];

export interface Fixture {
  rule: string;
  intent: Intent;
  /** from the repository's root */
  path: string;
}

/** The cases of a rule, in the order of their names. Empty where a folder is missing. */
export function fixturesOf(rule: string, root: string): Fixture[] {
  return INTENTS.flatMap((intent) => {
    const folder = join('fixtures', rule, intent);
    return listFiles(join(root, folder))
      .filter((name) => /\.(c|patch)$/.test(name))
      .map((name) => ({ rule, intent, path: join(folder, name) }));
  });
}

/** Options for a case stand in its first line: `kfunc-lint: --kernel 6.12`, in C within a comment. */
export function optionsOf(path: string, root: string): string[] {
  const first = readFileSync(join(root, path), 'utf8').split('\n', 1)[0] ?? '';
  return /kfunc-lint:((?: +[\w.,=-]+)+)/.exec(first)?.[1]?.trim().split(/ +/) ?? [];
}

export function listFiles(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}

const TITLES: Record<Intent, string> = { confirmed: 'Confirmed', refuted: 'Refuted', undecided: 'Undecided', clean: 'No claim' };

export function renderPage(rule: Rule, root: string): string {
  const fixtures = fixturesOf(rule.id, root);
  const examples = INTENTS.flatMap((intent) => {
    const shortest = shortestOf(
      fixtures.filter((one) => one.intent === intent && existsSync(join(root, goldenOf(one.path)))),
      root,
    );
    return shortest ? [renderExample(shortest, root)] : [];
  });
  return [
    `<!-- Made by \`npm run pages\` from rules/${rule.id}.ts and fixtures/${rule.id}/: edit those. -->`,
    `# ${rule.id}`,
    `${rule.claims} Severity: ${rule.severity}.`,
    `## Why it matters\n\n${rule.why}`,
    `## What to do\n\n${sentence(rule.advice)}`,
    `## When it is silent\n\n${rule.silent}`,
    `## Examples\n\nEach is a test. All of them: \`fixtures/${rule.id}/\`.`,
    ...examples,
  ]
    .join('\n\n')
    .concat('\n');
}

function shortestOf(fixtures: Fixture[], root: string): Fixture | undefined {
  const length = (one: Fixture) => readFileSync(join(root, one.path), 'utf8').length;
  return fixtures.toSorted((a, b) => length(a) - length(b) || (a.path < b.path ? -1 : 1))[0];
}

function renderExample({ intent, path }: Fixture, root: string): string {
  const code = readFileSync(join(root, path), 'utf8').trimEnd();
  const output = readFileSync(join(root, goldenOf(path)), 'utf8').trimEnd();
  const language = path.endsWith('.patch') ? 'diff' : 'c';
  return `### ${TITLES[intent]}\n\n\`${path}\`\n\n\`\`\`${language}\n${code}\n\`\`\`\n\n\`\`\`text\n${output}\n\`\`\``;
}

/** The file beside a case that holds what the tool prints for it. */
export function goldenOf(path: string): string {
  return path.replace(/\.(c|patch)$/, '.out');
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${text.endsWith('.') ? '' : '.'}`;
}
