/** What the inquiry gave, as the verdict that goes out. */
import type { ClaimCategory, Evidence, Finding, JudgedClaim, Missing, Severity, Verdict } from '../claim.ts';
import type { Answer } from './inquiry/answer.ts';
import { outcomeOf } from './inquiry/answer.ts';
import type { Question } from './question.ts';

/** How bad a claim of each kind is if it is true. */
const SEVERITY: Record<ClaimCategory, Severity> = {
  'null-deref': 'error',
  'out-of-bounds': 'error',
  refcount: 'error',
  'missing-flag': 'error',
  sleep: 'error',
  rcu: 'error',
  'return-value': 'warning',
  registration: 'warning',
  other: 'note',
};

export interface Decided {
  verdict: Verdict;
  why: string;
  severity: Severity;
  contested: boolean;
  preexisting: boolean;
  evidence: Evidence[];
  missing: Missing[];
  rules: string[];
}

export function decide(q: Question, answer: Answer): Decided {
  const verdict: Verdict = answer.outOfScope !== null && answer.findings.length === 0 ? 'out-of-scope' : outcomeOf(answer);
  const deciding = answer.findings.filter((f) => f.verdict === verdict);
  const missing = verdict === 'undecided' ? dedupe([...answer.missing, ...answer.findings.flatMap((f) => f.missing)]) : [];
  const evidence = evidenceOf(verdict, deciding.length > 0 ? deciding : answer.findings, missing, answer.outOfScope);
  return {
    verdict,
    why: whyOf(q, verdict, deciding, evidence, missing, answer.outOfScope),
    severity: severityOf(deciding, q.stated.category),
    contested: verdict === 'refuted' && deciding.some((f) => f.contested),
    preexisting: deciding.length > 0 ? deciding.every((f) => f.preexisting) : q.comment.preexisting === true,
    evidence,
    missing,
    rules: [...new Set(deciding.map((f) => f.rule))],
  };
}

function severityOf(deciding: Finding[], category: ClaimCategory): Severity {
  const order: Severity[] = ['error', 'warning', 'note'];
  const found = deciding.map((f) => order.indexOf(f.severity)).sort((a, b) => a - b)[0];
  return found === undefined ? SEVERITY[category] : order[found]!;
}

/** Carrying entries of all findings first; nothing twice. Every verdict has some. */
function evidenceOf(verdict: Verdict, findings: Finding[], missing: Missing[], outOfScope: string | null): Evidence[] {
  const all = findings.flatMap((f) => f.evidence);
  const ranked = [
    ...all.filter((e) => e.role === 'carries'),
    ...all.filter((e) => e.role === 'step'),
    ...all.filter((e) => e.role === 'context'),
  ];
  const told = verdict === 'undecided' ? missing.map((m) => note(m.treeWouldHelp ? `needs --tree: ${m.why}` : m.why)) : [];
  const scope = verdict === 'out-of-scope' ? [note(outOfScope ?? 'it could not be read')] : [];
  const seen = new Set<string>();
  return [...ranked, ...told, ...scope].filter((e) => {
    const key = `${e.kind}|${e.text}`;
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

function note(text: string): Evidence {
  return { kind: 'guard', role: 'context', text, location: null, source: null };
}

function whyOf(
  q: Question,
  verdict: Verdict,
  deciding: Finding[],
  evidence: Evidence[],
  missing: Missing[],
  outOfScope: string | null,
): string {
  if (verdict === 'out-of-scope') return outOfScope ?? 'it could not be read';
  if (verdict === 'undecided') {
    const first = missing[0];
    return first ? (first.treeWouldHelp ? `needs --tree: ${first.why}` : first.why) : 'nothing at hand settles it';
  }
  if (verdict === 'confirmed') return deciding[0]!.message;
  const carrying = evidence.filter((e) => e.role === 'carries');
  const telling = carrying.find((e) => says(e, q)) ?? carrying.find((e) => !/ is taken as /.test(e.text)) ?? carrying[0];
  return telling?.text ?? deciding[0]!.message;
}

/** The entry that answers just what was asked, of several that all refute it. */
export function says(e: Evidence, { stated }: Question): boolean {
  if (stated.aspect === 'negative') return e.kind === 'type';
  return stated.category === 'null-deref' && e.kind === 'verifier' && /refuses NULL/.test(e.text);
}

function dedupe(missing: Missing[]): Missing[] {
  const seen = new Set<string>();
  return missing.filter((m) => {
    const key = `${m.what}|${m.why}`;
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

export function judgedClaim(q: Question, decided: Decided, id: string, source: string): JudgedClaim {
  const first = q.anchor ?? null;
  return {
    id,
    source,
    file: first?.file.path ?? q.place?.source.file.path ?? q.comment.file,
    line: q.comment.strength === 'listed' && q.comment.line !== null ? q.comment.line : (first?.line ?? q.comment.line),
    function: q.function,
    subject: q.subject?.text ?? null,
    category: q.stated.category,
    text: q.stated.text,
    verdict: decided.verdict,
    severity: decided.severity,
    why: decided.why,
    fixedLater: null,
    preexisting: decided.preexisting,
    contested: decided.contested,
    dismissed: q.comment.dismissed,
    rules: decided.rules,
    evidence: decided.evidence,
    missing: decided.missing,
    reply: null,
    memory: null,
  };
}
