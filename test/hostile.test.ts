/**
 * Patches that try to do more than be read. `reaches/`: what they say stands in findings; `quiet/`: it does not. Whatever the format: only text comes out.
 * Each patch carries the word `pwn`, so that one that no longer reaches what it aims at is noticed.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Finding } from '../src/claim.ts';
import { newSide } from '../src/github/diff-lines.ts';
import { plan } from '../src/github/plan.ts';
import { tellActions } from '../src/github/tell.ts';
import { wantedOf } from '../src/github/wanted.ts';
import type { Report } from '../src/report/model.ts';
import { plain } from '../src/report/plain.ts';
import { readResult } from '../src/report/result-read.ts';
import { markdownFaults, markersOf } from './report/markdown-faults.ts';
import { commandsOf } from './report/runner.ts';
import { faultsOf } from './report/sarif-schema.ts';
import { runCli } from './run-cli.ts';

const FOLDER = resolve(import.meta.dirname, '../fixtures/hostile');
const fixtures = ['reaches', 'quiet'].flatMap((kind) =>
  readdirSync(join(FOLDER, kind)).map((name) => ({ kind, name, path: join(FOLDER, kind, name) })),
);

const HEAD = 'a'.repeat(40);
// what a terminal obeys, and what nobody sees; line ends and tabs are ours
const OBEYED = /[^\P{Cc}\n\t]|[\p{Cf}\p{Cs}\u2028\u2029]/u;
// biome-ignore lint/suspicious/noControlCharactersInRegex: our own colours
const COLOURS = /\u001b\[(?:1|2|22|31|32|33|36|39)m/g;

async function lint(path: string, format: string, isTTY = false): Promise<string> {
  const { code, stdout, stderr } = await runCli(['lint', '--kernel', '6.12', '--show', 'refuted,undecided', '--format', format, path], {
    isTTY,
  });
  expect(code).toBe(1);
  expect(stderr).not.toMatch(OBEYED);
  expect(commandsOf(stderr)).toEqual([]);
  return stdout;
}

/** What would stand in a pull request of this patch, with a mend on every line so that its text is proposed too. */
function commentsOf(report: Report, path: string): { bodies: string[]; log: string } {
  const patch = readFileSync(path, 'utf8');
  const lines = newSide(patch.slice(patch.indexOf('\n@@ ') + 1, patch.lastIndexOf('\n-- \n')));
  const mended = report.findings.map((one): Finding => {
    const at = { line: one.location.line, column: 1 };
    return { ...one, mend: { file: one.location.file, start: at, end: at, text: '/* mend */ ', title: 'x' } };
  });
  const diff = {
    lines: new Map(report.findings.map(({ location }) => [location.file, lines])),
    withheld: report.findings.map(({ location }) => location.file),
  };
  const wanted = wantedOf({ ...report, findings: mended }, { head: HEAD, label: null, diff, suggest: true, refused: false });
  const actions = plan(wanted, { head: HEAD, fromFork: false, threads: [], summaries: [] }, { keys: new Set(), summary: false });
  const bodies = actions.flatMap((one) =>
    one.do === 'review' ? one.comments.map(({ body }) => body) : one.do === 'summary' ? [one.body] : [],
  );
  return { bodies, log: tellActions(actions) };
}

it('there are thirty and more', () => {
  expect(fixtures.filter(({ kind }) => kind === 'reaches').length).toBeGreaterThanOrEqual(30);
});

describe.each(fixtures.map((one) => [`${one.kind}/${one.name}`, one] as const))('%s', (_, { kind, path }) => {
  it('reaches, or not, what is told', async () => {
    const report = readResult(await lint(path, 'json'), path);
    expect(report.findings.filter(({ verdict }) => verdict === 'confirmed').length).toBeGreaterThan(0);
    const told = JSON.stringify(report.findings.map(({ snippet: _, ...rest }) => rest)).replace(/[\u200b-\u200f\u202e]/g, '');
    expect(told.includes('pwn'), 'the word stands in what is told').toBe(kind === 'reaches');
  });

  it('shows as text on a terminal and in a log', async () => {
    for (const isTTY of [false, true]) {
      const text = (await lint(path, 'text', isTTY)).replace(isTTY ? COLOURS : '', '');
      expect(text).not.toMatch(OBEYED);
      expect(commandsOf(text)).toEqual([]);
    }
    const json = await lint(path, 'json');
    expect(json).not.toMatch(OBEYED);
    expect(commandsOf(json)).toEqual([]);
  });

  it('begins no annotation of its own', async () => {
    const { findings } = readResult(await lint(path, 'json'), path);
    const commands = commandsOf(await lint(path, 'github'));
    expect(commands).toHaveLength(findings.length);
    for (const { command, properties, message } of commands) {
      expect(['error', 'warning', 'notice']).toContain(command);
      expect(Object.keys(properties)).toEqual(['file', 'line', 'col', 'title']);
      expect(findings.map(({ location }) => plain(location.file))).toContain(properties.file);
      expect(properties.title).toMatch(/^kfunc-lint (?:confirmed|undecided|suppressed) (?:error|warning|note) [a-z-]+$/);
      expect(message).not.toMatch(OBEYED);
    }
  });

  it('is valid SARIF without links', async () => {
    const sarif = await lint(path, 'sarif');
    expect(faultsOf(sarif)).toEqual([]);
    expect(sarif).not.toMatch(OBEYED);
    expect(commandsOf(sarif)).toEqual([]);
    for (const { message } of JSON.parse(sarif).runs[0].results) expect(message.text).not.toMatch(/\]\(/);
  });

  it('is nothing but text in a job summary and in comments', async () => {
    expect(markdownFaults(await lint(path, 'markdown'))).toEqual([]);
    const { bodies, log } = commentsOf(readResult(await lint(path, 'json'), path), path);
    expect(bodies.length).toBeGreaterThanOrEqual(2);
    for (const body of bodies) {
      expect(markdownFaults(body)).toEqual([]);
      expect(markersOf(body)).toEqual([body.split('\n', 1)[0]]);
    }
    expect(log).not.toMatch(OBEYED);
    expect(commandsOf(log)).toEqual([]);
  });
});
