/** What `kfunc-lint explain` says of a flag, a suffix or a kind of parameter: values only. */
import type { KernelSource } from '../claim.ts';
import { nearest } from '../nearest.ts';
import type { Effect } from './effect.ts';
import { FLAG_EFFECTS } from './explain-flags.ts';
import { KIND_SUMMARIES, SUFFIX_EFFECTS } from './explain-suffixes.ts';
import { flagLife } from './flags.ts';
import { KIND_RULES, type KindRule } from './kinds.ts';
import type { ParameterKind } from './model.ts';
import type { Life } from './series.ts';
import { compareSeries, during, NEWEST, resolveSeries } from './series.ts';
import { sourceOf } from './statement.ts';
import { IMAGINARY_SUFFIXES, suffixLife } from './suffixes.ts';

export interface Explanation {
  name: string;
  kind: 'flag' | 'suffix' | 'parameter kind';
  summary: string;
  /** null: in no series */
  life: Life | null;
  /** with a series asked for: whether it exists there */
  exists: boolean | null;
  /** in the order of the series they begin with */
  effects: { since: string; until: string | null; text: string; source: KernelSource | null }[];
  notes: string[];
}

/**
 * A flag (`KF_RCU`), a suffix (`__sz`) or a kind (`btf-pointer`); null where the model knows no such name.
 * @param series null: all series
 * @throws InputError where `series` is none
 */
export function explain(name: string, series: string | null): Explanation | null {
  const resolved = series === null ? null : resolveSeries(series);
  const rules = resolved?.rules ?? null;
  const found = flagExplanation(name, rules) ?? suffixExplanation(name, rules) ?? kindExplanation(name, rules);
  if (!found || !resolved) return found;
  const exists = found.life === null ? false : during(found.life, resolved.series);
  return {
    ...found,
    exists,
    effects: found.effects.filter((e) => during(e, resolved.series)),
    notes: [...found.notes, ...(resolved.note ? [resolved.note] : [])],
  };
}

/** Every name that explain() answers. */
export function explainedNames(): string[] {
  return [...Object.keys(FLAG_EFFECTS), ...Object.keys(SUFFIX_EFFECTS), ...Object.keys(KIND_SUMMARIES)];
}

function flagExplanation(name: string, rules: string | null): Explanation | null {
  const known = Object.hasOwn(FLAG_EFFECTS, name) ? FLAG_EFFECTS[name]! : null;
  const life = flagLife(name);
  if (!known || !life) return null;
  const notes =
    life.sinceFrom === 'commit' ? [`that ${life.since} has it follows from the date of the commit; that tree was not read`] : [];
  return { name, kind: 'flag', summary: known.summary, life: lifeOf(life), exists: null, effects: effectsOf(known.effects, rules), notes };
}

function suffixExplanation(name: string, rules: string | null): Explanation | null {
  if (IMAGINARY_SUFFIXES.includes(name)) {
    const near = nearest(name, Object.keys(SUFFIX_EFFECTS));
    return {
      name,
      kind: 'suffix',
      summary: 'No kernel knows this suffix: a parameter so named is a plain one to the verifier.',
      life: null,
      exists: null,
      effects: [],
      notes: near ? [`perhaps ${near} is meant`] : [],
    };
  }
  const known = Object.hasOwn(SUFFIX_EFFECTS, name) ? SUFFIX_EFFECTS[name]! : null;
  if (!known) return null;
  const life = suffixLife(name);
  const notes = ['it counts where the name in the definition ends with it; a prototype in a header changes nothing'];
  if (life?.sinceFrom === 'commit') notes.push(`that ${life.since} has it follows from the date of the commit; that tree was not read`);
  return {
    name,
    kind: 'suffix',
    summary: known.summary,
    life: life ? lifeOf(life) : { since: '6.1', until: null },
    exists: null,
    effects: effectsOf(known.effects, rules),
    notes,
  };
}

function kindExplanation(name: string, rules: string | null): Explanation | null {
  if (!Object.hasOwn(KIND_SUMMARIES, name)) return null;
  const kind = name as ParameterKind;
  const known = KIND_RULES.filter((r) => r.kind === kind).map(
    (r): Effect => ({ since: later(r.since, firstOf(r.at)), until: r.until, text: `It is taken as: ${r.text}.`, at: r.at }),
  );
  const since = known.map((e) => e.since).sort(compareSeries)[0]!;
  const effects = effectsOf(known, rules);
  return { name, kind: 'parameter kind', summary: KIND_SUMMARIES[kind], life: { since, until: null }, exists: null, effects, notes: [] };
}

/** The series in which the first of the places is found. */
function firstOf(at: KindRule['at']): string {
  return at.map((s) => s.since).sort(compareSeries)[0]!;
}

function later(a: string, b: string): string {
  return compareSeries(a, b) >= 0 ? a : b;
}

function lifeOf(life: Life): Life {
  return { since: life.since, until: life.until };
}

/** @param rules null: each with its place in the newest series */
function effectsOf(effects: readonly Effect[], rules: string | null): Explanation['effects'] {
  return effects
    .map((e, i) => ({ e, i }))
    .sort((a, b) => compareSeries(a.e.since, b.e.since) || a.i - b.i)
    .map(({ e }) => ({
      since: e.since,
      until: e.until,
      text: e.text,
      source: e.at ? ((rules === null ? null : sourceOf(e.at, rules)) ?? sourceOf(e.at, e.until ?? NEWEST)) : null,
    }));
}

/** Plain text, one line a statement. @param series as it was asked for, null: all */
export function explainText(x: Explanation, series: string | null): string {
  const lines = [`${x.name} (${x.kind})`, `  ${x.summary}`];
  if (x.life && x.kind !== 'parameter kind') lines.push('', `  exists: ${rangeText(x.life)}`);
  if (series !== null && x.exists === false) lines.push(`  in ${series}: does not exist`);
  for (const e of x.effects) {
    lines.push('', `  ${rangeText(e)}:`, `    ${e.text}`);
    if (e.source) lines.push(`    ${e.source.path}, ${e.source.symbol}(): "${e.source.quote}"`);
  }
  for (const note of x.notes) lines.push('', `  note: ${note}`);
  return `${lines.join('\n')}\n`;
}

/** `6.4 to 6.19`, `6.2 and later`, `6.1 only`. */
export function rangeText(life: Life): string {
  if (life.until === null) return `${life.since} and later`;
  return life.until === life.since ? `${life.since} only` : `${life.since} to ${life.until}`;
}
