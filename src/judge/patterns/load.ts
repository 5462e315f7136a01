/**
 * Text of a pattern file → checked patterns. Costs the YAML parser and the schema, so a run that uses the built-in file alone never imports this module.
 */
import { LineCounter, type Node, parseDocument } from 'yaml';
import { InputError } from '../../claim.ts';
import type { FunctionKnowledge, MemberKnowledge } from '../../flow/knowledge.ts';
import { suggest } from '../../nearest.ts';
import { compareSeries } from '../../verifier/series.ts';
import { BY_SERIES, explainIssue, showPath } from './explain-issue.ts';
import type { Idiom, Patterns, RecordedWord, Ruling } from './model.ts';
import { type PatternFile, patternFile } from './schema.ts';
import { overlaps } from './series-range.ts';

type Path = readonly PropertyKey[];
type LineOf = (path: Path) => number;

export interface PatternChecks {
  /** ids that `match.rule` may name */
  ruleIds: readonly string[];
}

/**
 * @param file the name for messages
 * @throws InputError `file:line: what is wrong`, for the first mistake in the file
 */
export function parsePatterns(text: string, file: string, checks: PatternChecks): Patterns {
  const { value, lineOf } = parseYaml(text, file);
  const result = patternFile.safeParse(value);
  if (!result.success) {
    const found = result.error.issues.map((issue) => ({
      issue,
      line: lineOf(issue.code === 'unrecognized_keys' ? [...issue.path, issue.keys[0] ?? ''] : issue.path),
    }));
    // a misspelt key is missing under its right name too: the misspelling is what to tell
    const weight = (one: (typeof found)[number]) => (one.issue.code === 'unrecognized_keys' ? 0 : 1);
    const first = found.sort((a, b) => a.line - b.line || weight(a) - weight(b))[0]!;
    throw new InputError(`${file}:${first.line}: ${explainIssue(first.issue, valueAt(value, first.issue.path))}`);
  }
  const refuse = (path: Path, what: string): never => {
    throw new InputError(`${file}:${lineOf(path)}: ${what}`);
  };
  checkEntries(result.data, checks, refuse);
  return {
    functions: collectFunctions(result.data, refuse),
    members: collectMembers(result.data, refuse),
    rulings: (result.data.rulings ?? []).map((entry, at) => toRuling(entry, { file, line: lineOf(['rulings', at]) })),
    idioms: (result.data.patterns ?? []).map((entry, at) => toIdiom(entry, { file, line: lineOf(['patterns', at]) })),
  };
}

/** What the YAML parser says in words of its own interface. */
const YAML_PROBLEMS: Partial<Record<string, string>> = {
  DUPLICATE_KEY: 'this key is in the same mapping twice',
  MULTIPLE_DOCS: 'a pattern file is one YAML document',
};

function parseYaml(text: string, file: string): { value: unknown; lineOf: LineOf } {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const problem = document.errors[0] ?? document.warnings[0];
  if (problem)
    throw new InputError(`${file}:${lines.linePos(problem.pos[0]).line}: ${YAML_PROBLEMS[problem.code] ?? problem.message.split('\n')[0]}`);
  let value: unknown;
  try {
    value = document.toJS();
  } catch (error) {
    throw new InputError(`${file}:1: ${(error as Error).message}`);
  }
  // the nearest enclosing node that stands in the file: missing keys and defaults have none of their own
  const lineOf = (path: Path): number => {
    for (let length = path.length; length > 0; length--) {
      const pair = keyNode(document.getIn(path.slice(0, length - 1), true), path[length - 1]!);
      if (pair?.range) return lines.linePos(pair.range[0]).line;
    }
    return document.contents?.range ? lines.linePos(document.contents.range[0]).line : 1;
  };
  return { value, lineOf };
}

/** The key of a mapping, or the item of a list, as it stands in the file. */
function keyNode(parent: unknown, step: PropertyKey): Node | null {
  const items = (parent as { items?: unknown[] } | undefined)?.items;
  if (!Array.isArray(items)) return null;
  if (typeof step === 'number') return (items[step] as Node | undefined) ?? null;
  for (const item of items) {
    const key = (item as { key?: { value?: unknown } }).key;
    if (key?.value === step) return key as Node;
  }
  return null;
}

function valueAt(value: unknown, path: Path): unknown {
  let at = value;
  for (const step of path) {
    if (BY_SERIES.has(String(path[0])) && step === 0 && !Array.isArray(at)) continue;
    at = (at as Record<PropertyKey, unknown> | null | undefined)?.[step];
  }
  return at;
}

/** What no schema of shapes can say: known rules, unique ids, ranges the right way round. */
function checkEntries(data: PatternFile, checks: PatternChecks, refuse: (path: Path, what: string) => never): void {
  const seen = new Set<string>();
  for (const key of ['rulings', 'patterns'] as const) {
    for (const [at, entry] of (data[key] ?? []).entries()) {
      const { rule, series } = entry.match;
      if (seen.has(entry.id)) refuse([key, at, 'id'], `the id '${entry.id}' is taken already`);
      seen.add(entry.id);
      if (!checks.ruleIds.includes(rule))
        refuse([key, at, 'match', 'rule'], `unknown rule '${rule}' in ${showPath([key, at])}${suggest(rule, checks.ruleIds)}`);
      if (series && isEmpty(series))
        refuse([key, at, 'match', 'series'], `since is later than until in ${showPath([key, at, 'match', 'series'])}`);
    }
  }
}

function isEmpty(range: { since?: string | undefined; until?: string | undefined }): boolean {
  return range.since !== undefined && range.until !== undefined && compareSeries(range.since, range.until) > 0;
}

type Refuse = (path: Path, what: string) => never;
type Spell = { since?: string | undefined; until?: string | undefined };

/** Entries of one name hold for series that don't overlap. */
function checkSeries(section: string, name: string, entries: readonly Spell[], refuse: Refuse): void {
  for (const [at, entry] of entries.entries()) {
    const path: Path = [section, name, at];
    if (isEmpty(entry)) refuse(path, `since is later than until in ${showPath(path)}`);
    if (entries.slice(0, at).some((other) => overlaps(other, entry)))
      refuse(path, `${showPath(path)} holds for a series that an entry above speaks of`);
  }
}

function collectFunctions(data: PatternFile, refuse: Refuse): FunctionKnowledge[] {
  const all: FunctionKnowledge[] = [];
  for (const [name, entries] of Object.entries(data.functions ?? {})) {
    if (!/^[A-Za-z_]\w*$/.test(name)) refuse(['functions', name], `'${name}' is no name of a C function`);
    checkSeries('functions', name, entries, refuse);
    all.push(...entries.map((entry) => ({ name, ...entry }) as FunctionKnowledge));
  }
  return all;
}

function collectMembers(data: PatternFile, refuse: Refuse): MemberKnowledge[] {
  const all: MemberKnowledge[] = [];
  for (const [name, entries] of Object.entries(data.members ?? {})) {
    const [, struct, member] = /^([A-Za-z_]\w*)\.([A-Za-z_]\w*)$/.exec(name) ?? [];
    if (struct === undefined || member === undefined)
      return refuse(['members', name], `'${name}' is no member of a struct: write it as <tag>.<member>, such as task_struct.mm`);
    checkSeries('members', name, entries, refuse);
    all.push(...entries.map((entry) => ({ struct, member, ...entry }) as MemberKnowledge));
  }
  return all;
}

type SourceEntry = NonNullable<NonNullable<PatternFile['rulings']>[number]['sources']>[number];

function toWord(source: SourceEntry): RecordedWord {
  return {
    who: source.who ?? null,
    messageId: source['message-id'] ?? null,
    url: source.url ?? null,
    quote: source.quote ?? null,
    note: source.note ?? null,
  };
}

const fold = (code: string) => code.replace(/\s+/g, ' ').trim();

function toRuling(entry: NonNullable<PatternFile['rulings']>[number], at: Ruling['at']): Ruling {
  const { rule, kfunc, subject, series, snippet } = entry.match;
  const { id, status, verdict, seen } = entry;
  return {
    ...{ id, rule, kfunc, subject, status, at },
    series: (series ?? {}) as Ruling['series'],
    snippet: snippet === undefined ? null : fold(snippet),
    says: verdict,
    reason: entry.reason ?? '',
    sources: (entry.sources ?? []).map(toWord),
    recorded: entry.recorded ?? null,
    until: entry.until ?? null,
    lapsed: false,
    seen: seen ? { series: seen.series, model: seen.model ?? null, flags: seen.flags ?? null, code: seen.code ?? {} } : null,
  };
}

function toIdiom(entry: NonNullable<PatternFile['patterns']>[number], at: Idiom['at']): Idiom {
  const { rule, kfunc, subject, series, snippet } = entry.match;
  const { id, says, status, reason } = entry;
  return {
    ...{ id, rule, says, status, reason, at },
    kfunc: kfunc ?? null,
    subject: subject ?? null,
    snippet: snippet === undefined ? null : fold(snippet),
    series: (series ?? {}) as Idiom['series'],
    sources: entry.sources.map(toWord),
  };
}
