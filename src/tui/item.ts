/** Findings and judged claims as lines of the list. */
import type { Finding, JudgedClaim } from '../claim.ts';
import type { RulingTarget, TriageItem } from './model.ts';

/** Two findings may have one id: the same line twice in one function. Their keys differ. */
export class Keys {
  readonly #count = new Map<string, number>();

  of(id: string): string {
    const n = (this.#count.get(id) ?? 0) + 1;
    this.#count.set(id, n);
    return n === 1 ? id : `${id}#${n}`;
  }
}

/** @param series of the run */
export function findingItem(one: Finding, series: string, scope: number, keys: Keys): TriageItem {
  const target = targetOf(one, series);
  return {
    key: keys.of(one.id),
    scope,
    id: one.id,
    origin: 'rule',
    verdict: one.verdict,
    contested: one.contested,
    severity: one.severity,
    rule: one.rule,
    kfunc: one.kfunc,
    function: one.function,
    subject: one.subject,
    message: one.message,
    advice: one.advice,
    location: one.location,
    snippet: one.snippet,
    inDiff: one.inDiff,
    preexisting: one.preexisting,
    fixedLater: null,
    evidence: one.evidence,
    missing: one.missing,
    rulings: one.rulings ?? [],
    target,
    reply: null,
    whyNoTarget: target ? null : 'a ruling names a kfunc, and this finding is about none',
  };
}

/** @param findings of the same code: a ruling on a claim is one on the finding that makes the same claim */
export function claimItem(one: JudgedClaim, findings: readonly Finding[], series: string, scope: number, keys: Keys): TriageItem {
  const same = findings.find(
    (f) => one.rules.includes(f.rule) && f.subject === one.subject && [f.kfunc, f.function].includes(one.function),
  );
  const target = same ? targetOf(same, series) : null;
  return {
    key: keys.of(`claim:${one.source}:${one.id}`),
    scope,
    id: one.id,
    origin: 'review',
    verdict: one.verdict,
    contested: one.contested,
    severity: one.severity,
    rule: one.rules[0] ?? one.category,
    kfunc: same?.kfunc ?? one.function,
    function: one.function,
    subject: one.subject ?? one.category,
    message: one.text,
    advice: one.verdict === 'confirmed' ? (same?.advice ?? null) : null,
    location: one.file !== null && one.line !== null ? { file: one.file, line: one.line, column: 1 } : null,
    snippet: same?.snippet ?? '',
    inDiff: same?.inDiff ?? true,
    preexisting: one.preexisting,
    fixedLater: one.fixedLater?.subject ?? null,
    evidence: one.evidence,
    missing: one.missing,
    rulings: same?.rulings ?? [],
    target,
    reply: one.reply,
    whyNoTarget: target ? null : 'no rule makes this claim, so no ruling could match it',
  };
}

function targetOf({ rule, kfunc, subject, snippet, seen }: Finding, series: string): RulingTarget | null {
  return kfunc === null ? null : { rule, kfunc, subject, snippet, series, seen: seen ?? null };
}
