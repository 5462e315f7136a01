/** `kfunc-lint rulings [INPUT…]`: the rulings on file, what they did to an input, and which of them want a second look. */
import type { Diagnostic, Finding } from '../claim.ts';
import { type Io, VERSION } from '../io.ts';
import type { Patterns, Ruling } from '../judge/patterns/model.ts';
import { type LintOptions, lint } from '../lint.ts';
import { plain, plainJson } from '../report/plain.ts';
import { place } from '../report/words.ts';
import { scanTree } from '../scan.ts';
import { openTree } from '../source/tree.ts';
import { inputSets } from './input-sets.ts';
import { chooseKernel } from './kernel.ts';
import { kernelTree } from './kernel-tree.ts';
import { loadPatterns } from './patterns.ts';

export interface RulingsOptions {
  tree?: string;
  kernel?: string;
  patterns: string[];
  format: string;
  check?: boolean;
}

export interface RulingState {
  ruling: Ruling;
  /** findings that it decided; null: no input to count on */
  used: number | null;
  /** findings that it was about and did not decide */
  stale: { why: string; location: Finding['location'] }[];
  /** what wants a second look; empty: nothing */
  problems: string[];
}

/**
 * @returns 1 with `--check` where a ruling of the files given (of all where none is given) is unused, stale, contested or expired
 * @throws InputError where an input or a pattern file can't be read
 */
export async function rulingsCommand(inputs: readonly string[], options: RulingsOptions, io: Io): Promise<number> {
  const { patterns, diagnostics } = await loadPatterns(options.patterns);
  const found = inputs.length === 0 ? null : await findingsOf(inputs, options, patterns);
  const states = patterns.rulings.map((ruling) => stateOf(ruling, found?.findings ?? null));
  const asked = states.filter(({ ruling }) => options.patterns.length === 0 || options.patterns.includes(ruling.at.file));
  io.stdout(options.format === 'json' ? renderJson(states) : renderText(states));
  const troubles = [...diagnostics, ...(found?.diagnostics ?? [])].filter((one) => !states.some(({ ruling }) => isExpiry(one, ruling)));
  for (const { level, message } of troubles) io.stderr(`kfunc-lint: ${plain(`${level}: ${message}`)}\n`);
  return options.check && asked.some(({ problems }) => problems.length > 0) ? 1 : 0;
}

/** Told in the list already. */
function isExpiry({ message }: Diagnostic, { id, lapsed, at }: Ruling): boolean {
  return lapsed && message.startsWith(`${at.file}:${at.line}: ruling '${id}' expired`);
}

async function findingsOf(
  inputs: readonly string[],
  options: RulingsOptions,
  patterns: Patterns,
): Promise<{ findings: Finding[]; diagnostics: Diagnostic[] }> {
  const whole = inputs.length === 1 ? kernelTree(inputs[0]!) : null;
  const tree = whole ?? (options.tree === undefined ? null : openTree(options.tree));
  const { kernel, diagnostics } = chooseKernel(options.kernel, tree);
  const lintOptions: LintOptions = { kernel, tree, patterns, trust: 'ruling' };
  if (whole) return { findings: scanTree({ ...lintOptions, tree: whole }).findings, diagnostics };
  const findings: Finding[] = [];
  for await (const input of inputSets(inputs)) {
    const result = lint(input, lintOptions);
    findings.push(...result.findings);
    diagnostics.push(...result.diagnostics);
  }
  return { findings, diagnostics };
}

export function stateOf(ruling: Ruling, findings: readonly Finding[] | null): RulingState {
  const uses = (findings ?? []).flatMap((one) =>
    (one.rulings ?? []).filter((use) => use.id === ruling.id).map((use) => ({ use, location: one.location })),
  );
  const used = findings === null ? null : uses.filter(({ use }) => use.stale === null).length;
  const stale = uses.flatMap(({ use, location }) => (use.stale === null ? [] : [{ why: use.stale, location }]));
  const problems = [
    ...(ruling.lapsed ? ['expired'] : []),
    ...(ruling.status === 'upheld' ? [] : [ruling.status]),
    ...(stale.length > 0 && !ruling.lapsed ? ['stale'] : []),
    ...(used === 0 && stale.length === 0 && !ruling.lapsed ? ['unused'] : []),
  ];
  return { ruling, used, stale, problems };
}

function renderText(states: readonly RulingState[]): string {
  const lines = states.flatMap(({ ruling, used, stale, problems }) => {
    const { at, id, says, rule, subject, kfunc, reason, recorded, until } = ruling;
    const use = used === null ? '' : `, used ${used === 1 ? 'once' : `${used} times`}`;
    const by = recorded ? `, by ${recorded.by} on ${recorded.on}` : '';
    const state = problems.length === 0 ? 'good' : problems.join(', ');
    return [
      `${at.file}:${at.line}: ${id}: ${state}${use}`,
      `    ${says === 'confirmed' ? 'confirms' : 'suppresses'} ${rule}: ${subject} of ${kfunc}()${by}${until === null ? '' : `, until ${until}`}`,
      ...(reason === '' ? [] : [`    ${reason}`]),
      ...stale.map(({ why, location }) => `    stale at ${place(location)}: ${why}`),
    ].map(keepIndent);
  });
  const count = (word: string) => states.filter(({ problems }) => problems.includes(word)).length;
  const words = ['stale', 'expired', 'contested', 'retracted', 'unused']
    .filter((word) => count(word) > 0)
    .map((word) => `${count(word)} ${word}`);
  const total = `${states.length} ruling${states.length === 1 ? '' : 's'}`;
  const counted = states.some(({ used }) => used !== null) || states.length === 0 ? '' : '; name an input to count their use';
  return `${[...lines, `${total}: ${words.join(', ') || 'all good'}${counted}`].join('\n')}\n`;
}

function keepIndent(line: string): string {
  const text = line.trimStart();
  return line.slice(0, line.length - text.length) + plain(text);
}

function renderJson(states: readonly RulingState[]): string {
  const rulings = states.map(({ ruling, used, stale, problems }) => {
    const { id, at, says, status, rule, kfunc, subject, series, snippet, reason, recorded, until, lapsed } = ruling;
    return {
      id,
      file: at.file,
      line: at.line,
      verdict: says,
      status,
      rule,
      kfunc,
      subject,
      series,
      snippet,
      reason,
      recorded,
      until,
      expired: lapsed,
      used,
      stale,
      problems,
    };
  });
  return `${plainJson({ schemaVersion: 1, tool: { name: 'kfunc-lint', version: VERSION }, rulings })}\n`;
}
