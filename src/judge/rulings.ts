/** What recorded words say about a claim: rulings on exactly this kfunc and subject, and idioms known to be fine or wrong. */
import type { Claim, Evidence, RulingUse } from '../claim.ts';
import { normalizeSnippet } from './identity.ts';
import type { Idiom, Patterns, RecordedWord, Ruling, Standing } from './patterns/model.ts';
import { contains } from './patterns/series-range.ts';
import { type Now, tellStale, whyStale } from './staleness.ts';

type Asked = Pick<Claim, 'rule' | 'kfunc' | 'subject' | 'snippet'>;

export interface RulingAnswer {
  /** kind `ruling`; entries with role `carries` refute the claim, if `--trust` lets them */
  evidence: Evidence[];
  /** what refutes rests only on words that are contested or retracted */
  contested: boolean;
  /** told where a person holds the claim for true */
  confirming: Evidence[];
  /** every ruling that speaks of the claim, applied or stale */
  uses: RulingUse[];
}

/** A ruling whose code, series, day or model has moved since refutes nothing, but the reader should know of it. */
export function ruleOn(claim: Asked, patterns: Pick<Patterns, 'rulings' | 'idioms'>, series: string, now: Now = UNSEEN): RulingAnswer {
  const idioms = patterns.idioms.filter((one) => matches(one, claim, series));
  const wrong = idioms.filter((one) => one.says === 'wrong');
  // a general "this is fine" gives way to a general "this is wrong": in doubt nothing is suppressed
  const fine = wrong.length > 0 ? [] : idioms.filter((one) => one.says === 'fine');
  const rulings = patterns.rulings
    .filter((one) => isAbout(one, claim, series))
    .map((one) => ({ one, stale: whyStale(one, claim, series, now) }));
  const fresh = rulings.filter(({ stale }) => stale === null).map(({ one }) => one);
  const refuting = fresh.filter((one) => one.says !== 'confirmed');
  const carrying = [...refuting, ...fine];
  return {
    evidence: [
      ...refuting.flatMap((one) => tell(`ruling '${one.id}'`, one, 'carries')),
      ...fine.flatMap((one) => tell(`pattern '${one.id}'`, one, 'carries')),
      ...wrong.flatMap((one) => tell(`known mistake '${one.id}'`, one, 'context')),
      ...rulings.flatMap(({ one, stale }) => (stale === null ? [] : [tellStale(one.id, stale)])),
    ],
    contested: carrying.length > 0 && carrying.every((one) => one.status !== 'upheld'),
    confirming: fresh.filter((one) => one.says === 'confirmed').flatMap((one) => tell(`ruling '${one.id}': a real bug`, one, 'carries')),
    uses: rulings.map(({ one, stale }) => toUse(one, stale)),
  };
}

/** Nobody looked at the code: rulings that are tied to it can't be told from stale ones, and are not applied. */
const UNSEEN: Now = { seen: () => null, model: () => null };

/** A ruling for later series only is not about this one; one whose series have passed is, and is stale. */
function isAbout(ruling: Ruling, claim: Asked, series: string): boolean {
  const { since } = ruling.series;
  const begun = since === undefined || contains({ since, until: undefined }, series);
  return ruling.rule === claim.rule && ruling.kfunc === claim.kfunc && ruling.subject === claim.subject && begun;
}

function toUse({ id, at, says, status, reason, recorded }: Ruling, stale: string | null): RulingUse {
  return {
    id,
    file: at.file,
    line: at.line,
    says: says ?? 'refuted',
    status,
    reason,
    by: recorded?.by ?? null,
    on: recorded?.on ?? null,
    stale,
  };
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
  const reason = entry.reason === '' ? '' : `: ${entry.reason}`;
  return [
    { kind: 'ruling', role, text: `${title}${standing}${by}${reason}`, location: null, source: first ? toSource(first) : null },
    ...rest.map(
      (word): Evidence => ({ kind: 'ruling', role: 'context', text: word.note ?? 'also said', location: null, source: toSource(word) }),
    ),
  ];
}

function toSource({ who, messageId, url, quote }: RecordedWord): Evidence['source'] {
  return { who, messageId, url, quote };
}
