/** What recorded words say about a claim: rulings on exactly this kfunc and subject, and idioms known to be fine or wrong. */
import type { Claim, Evidence } from '../claim.ts';
import { normalizeSnippet } from './identity.ts';
import type { Idiom, Patterns, RecordedWord, Ruling, Standing } from './patterns/model.ts';
import { contains } from './patterns/series-range.ts';

type Asked = Pick<Claim, 'rule' | 'kfunc' | 'subject' | 'snippet'>;

export interface RulingAnswer {
  /** kind `ruling`; entries with role `carries` refute the claim, if `--trust` lets them */
  evidence: Evidence[];
  /** what refutes rests only on words that are contested or retracted */
  contested: boolean;
}

/** A ruling for this claim whose code has changed since: it refutes nothing, but the reader should know of it. */
export function ruleOn(claim: Asked, patterns: Pick<Patterns, 'rulings' | 'idioms'>, series: string): RulingAnswer {
  const rulings = patterns.rulings.filter((one) => isAbout(one, claim, series));
  const idioms = patterns.idioms.filter((one) => matches(one, claim, series));
  const wrong = idioms.filter((one) => one.says === 'wrong');
  // a general "this is fine" gives way to a general "this is wrong": in doubt nothing is suppressed
  const fine = wrong.length > 0 ? [] : idioms.filter((one) => one.says === 'fine');
  const fresh = rulings.filter((one) => isFresh(one, claim));
  const carrying = [...fresh, ...fine];
  return {
    evidence: [
      ...fresh.flatMap((one) => tell(`ruling '${one.id}'`, one, 'carries')),
      ...fine.flatMap((one) => tell(`pattern '${one.id}'`, one, 'carries')),
      ...wrong.flatMap((one) => tell(`known mistake '${one.id}'`, one, 'context')),
      ...rulings.filter((one) => !isFresh(one, claim)).map(tellStale),
    ],
    contested: carrying.length > 0 && carrying.every((one) => one.status !== 'upheld'),
  };
}

function isAbout(ruling: Ruling, claim: Asked, series: string): boolean {
  return ruling.rule === claim.rule && ruling.kfunc === claim.kfunc && ruling.subject === claim.subject && contains(ruling.series, series);
}

function isFresh(ruling: Ruling, claim: Asked): boolean {
  return ruling.snippet === null || normalizeSnippet(ruling.snippet) === normalizeSnippet(claim.snippet);
}

function matches(idiom: Idiom, claim: Asked, series: string): boolean {
  return (
    idiom.rule === claim.rule &&
    contains(idiom.series, series) &&
    (idiom.kfunc === null || (claim.kfunc !== null && like(claim.kfunc, idiom.kfunc))) &&
    (idiom.subject === null || like(claim.subject, idiom.subject)) &&
    (idiom.snippet === null || like(normalizeSnippet(claim.snippet), normalizeSnippet(idiom.snippet)))
  );
}

/** `*` stands for any text. Each piece is taken at its first place, so the time is linear in the text whatever the pattern. */
export function like(text: string, pattern: string): boolean {
  const pieces = pattern.split('*');
  const first = pieces.shift()!;
  const last = pieces.pop();
  if (last === undefined) return text === first;
  if (!text.startsWith(first)) return false;
  let at = first.length;
  for (const piece of pieces) {
    const found = text.indexOf(piece, at);
    if (found < 0) return false;
    at = found + piece.length;
  }
  return text.length - last.length >= at && text.endsWith(last);
}

interface Entry {
  status: Standing;
  reason: string;
  sources: RecordedWord[];
  recorded?: Ruling['recorded'];
}

function tell(title: string, entry: Entry, role: 'carries' | 'context'): Evidence[] {
  const [first, ...rest] = entry.sources;
  const standing = entry.status === 'upheld' ? '' : ` (${entry.status})`;
  const by = entry.recorded ? `, recorded by ${entry.recorded.by} on ${entry.recorded.on}` : '';
  return [
    { kind: 'ruling', role, text: `${title}${standing}${by}: ${entry.reason}`, location: null, source: first ? toSource(first) : null },
    ...rest.map(
      (word): Evidence => ({ kind: 'ruling', role: 'context', text: word.note ?? 'also said', location: null, source: toSource(word) }),
    ),
  ];
}

function tellStale(ruling: Ruling): Evidence {
  const text = `ruling '${ruling.id}' is about other code ('${ruling.snippet}') and is not applied`;
  return { kind: 'ruling', role: 'context', text, location: null, source: null };
}

function toSource({ who, messageId, url, quote }: RecordedWord): Evidence['source'] {
  return { who, messageId, url, quote };
}
