/** `kfunc-lint explain NAME`: a rule, a flag, a suffix, a kind of parameter, a ruling or a pattern. */
import { RULES } from '../../rules/index.ts';
import { InputError } from '../claim.ts';
import type { Io } from '../io.ts';
import type { Idiom, Patterns, RecordedWord, Ruling, SeriesRange } from '../judge/patterns/model.ts';
import { suggest } from '../nearest.ts';
import { plain } from '../report/plain.ts';
import { explain, explainedNames, explainText } from '../verifier/explain.ts';
import { parseSeries } from '../verifier/series.ts';
import { readPackageFile } from './package-files.ts';
import { loadPatterns } from './patterns.ts';

export interface ExplainOptions {
  kernel?: string;
  patterns: string[];
}

/** @throws InputError where nothing has that name */
export async function explainCommand(name: string, options: ExplainOptions, io: Pick<Io, 'stdout'>): Promise<number> {
  const series = options.kernel === undefined ? null : parseSeries(options.kernel);
  const { patterns } = await loadPatterns(options.patterns);
  const text = explainRule(name) ?? explainModel(name, series) ?? explainRuling(name, patterns) ?? explainIdiom(name, patterns);
  if (text === null) throw new InputError(`nothing is known of '${name}'${suggest(name, knownNames(patterns))}`);
  io.stdout(`${text.trimEnd()}\n`);
  return 0;
}

function knownNames({ rulings, idioms }: Patterns): string[] {
  return [...RULES.map((one) => one.id), ...explainedNames(), ...rulings.map((one) => one.id), ...idioms.map((one) => one.id)];
}

/** The page, or what it is made of where the pages were not installed. */
function explainRule(name: string): string | null {
  const rule = RULES.find((one) => one.id === name);
  if (!rule) return null;
  const page = readPackageFile(`rules/${rule.id}.md`)?.replace(/^<!--.*?-->\s*/s, '');
  return page ?? `# ${rule.id}\n\n${rule.claims}\n\n${rule.why}\n\nWhat to do: ${rule.advice}.\n\nSilent: ${rule.silent}`;
}

function explainModel(name: string, series: string | null): string | null {
  const found = explain(name, series);
  return found === null ? null : explainText(found, series);
}

function explainRuling(name: string, patterns: Patterns): string | null {
  const ruling = patterns.rulings.find((one) => one.id === name);
  if (!ruling) return null;
  const { rule, kfunc, subject, snippet, recorded, until } = ruling;
  return tell(ruling, 'ruling', [
    `about: ${rule}, ${subject} of ${kfunc}()`,
    ...(snippet === null ? [] : [`while the line reads: ${snippet}`]),
    ...(recorded ? [`recorded by ${recorded.by} on ${recorded.on}`] : []),
    ...(until === null ? [] : [`until ${until}`]),
  ]);
}

function explainIdiom(name: string, patterns: Patterns): string | null {
  const idiom = patterns.idioms.find((one) => one.id === name);
  if (!idiom) return null;
  const { rule, kfunc, subject, snippet } = idiom;
  const match = Object.entries({ kfunc, subject, line: snippet }).flatMap(([key, value]) =>
    value === null ? [] : [`${key} like ${value}`],
  );
  return tell(idiom, `pattern, says ${idiom.says}`, [`about: ${rule}, ${match.join(', ')}`]);
}

function tell(entry: Ruling | Idiom, kind: string, about: string[]): string {
  const lines = [
    ...about,
    ...tellSeries(entry.series),
    entry.reason,
    ...entry.sources.map((word) => `source: ${tellWord(word)}`),
    `written in ${entry.at.file}, line ${entry.at.line}`,
  ];
  return [plain(`${entry.id} (${kind}, ${entry.status})`), ...lines.map((line) => `  ${plain(line)}`)].join('\n');
}

function tellSeries({ since, until }: SeriesRange): string[] {
  return since === undefined && until === undefined
    ? []
    : [`for the series ${since ?? 'before'}${until === undefined ? ' and later' : ` to ${until}`}`];
}

function tellWord({ who, messageId, url, quote, note }: RecordedWord): string {
  const where = [who, messageId === null ? null : `<${messageId}>`, url].filter((part) => part !== null).join(', ');
  return `${where}${quote === null ? '' : `: "${quote}"`}${note === null ? '' : ` (${note})`}`;
}
