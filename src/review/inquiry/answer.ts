/** What the code and the verifier answer to a question, as judged findings; how several of them make one verdict. */
import type { Claim, Evidence, Finding, Location, Missing, Property } from '../../claim.ts';
import { judge } from '../../judge/judge.ts';
import type { FlowEvent, KfuncUnit } from '../../rule.ts';
import { fileAt, lineText } from '../../rule.ts';
import type { Court, Question } from '../question.ts';

export interface Answer {
  /** each judged; the question is answered by all of them together */
  findings: Finding[];
  /** what would be needed where there is no finding, or besides */
  missing: Missing[];
  /** not null: the model does not speak about such a thing */
  outOfScope: string | null;
}

export function answered(findings: Finding[], missing: Missing[] = []): Answer {
  return { findings, missing, outOfScope: null };
}

export function unknown(what: string, why: string, treeWouldHelp: boolean): Answer {
  return { findings: [], missing: [{ what, why, treeWouldHelp }], outOfScope: null };
}

export function notOurs(why: string): Answer {
  return { findings: [], missing: [], outOfScope: why };
}

/** Findings of our own rules that make the same claim. */
export function ruled(court: Court, rules: readonly string[], q: Question, fits: (f: Finding) => boolean): Finding[] {
  const kfuncs = new Set((q.own.length > 0 ? q.own : q.reaching).map((u) => u.kfunc.name));
  return court.analysis.findings.filter((f) => rules.includes(f.rule) && f.kfunc !== null && kfuncs.has(f.kfunc) && fits(f));
}

export interface Parts {
  rule: string;
  subject: string;
  property: Property;
  location: Location;
  message: string;
  path?: Evidence[];
  guards?: Evidence[];
  missing?: Missing[];
}

/** Puts a claim of the reviewer to the judge that judges our own. Evidence of the code alone refutes only where `--trust` hears it: else it is undecided. */
export function weigh(court: Court, unit: KfuncUnit, q: Question, parts: Parts): Finding {
  const file = fileAt(court.analysis.program, parts.location) ?? unit.definition.source.file;
  const guards = parts.guards ?? [];
  const missing = [...(parts.missing ?? [])];
  if (guards.some((g) => g.role === 'carries'))
    missing.push({
      what: parts.subject,
      why: `only the code itself speaks against it, which --trust ${court.options.trust} does not take`,
      treeWouldHelp: false,
    });
  const claim: Claim = {
    rule: parts.rule,
    severity: 'error',
    kfunc: unit.kfunc.name,
    function: q.function,
    subject: parts.subject,
    property: parts.property,
    location: parts.location,
    snippet: lineText(file, parts.location.line),
    inDiff: file.added.has(parts.location.line),
    message: parts.message,
    advice: '',
    path: parts.path ?? [],
    guards,
    missing,
    mend: null,
  };
  const finding = judge(claim, court.analysis.bench);
  claims.set(finding, claim);
  return finding;
}

const claims = new WeakMap<Finding, Claim>();

/** The claim that a finding judges, of ours or of a rule. */
export function claimBehind(finding: Finding, court: Court): Claim | null {
  const same = (c: Claim) =>
    c.rule === finding.rule &&
    c.kfunc === finding.kfunc &&
    c.subject === finding.subject &&
    c.message === finding.message &&
    c.location.line === finding.location.line;
  return claims.get(finding) ?? court.analysis.claims.find(same) ?? null;
}

export type Outcome = 'confirmed' | 'refuted' | 'undecided';

/** One confirmed part makes the whole true; it is refuted only if every part is, and nothing is missing. */
export function outcomeOf(answer: Answer): Outcome {
  if (answer.findings.some((f) => f.verdict === 'confirmed')) return 'confirmed';
  if (answer.findings.length === 0 || answer.missing.length > 0) return 'undecided';
  return answer.findings.every((f) => f.verdict === 'refuted') ? 'refuted' : 'undecided';
}

/** The conditions that taught the flow what it knows, as evidence. `what` completes "keeps …". */
export function guardEvidence(events: readonly FlowEvent[], what: string): Evidence[] {
  const seen = new Map<string, Evidence>();
  for (const event of events) {
    for (const o of event.occurrences) {
      for (const r of o.fact.reasons) {
        const { file, line, column } = r.location;
        const key = `${file}:${line}:${column}`;
        if (!seen.has(key))
          seen.set(key, {
            kind: 'guard',
            role: 'carries',
            text: `the test \`${r.text}\` in line ${line} ${what}`,
            location: r.location,
            source: null,
          });
      }
    }
  }
  return [...seen.values()];
}

/** In the kfunc itself, or in the helper where the comment stands. */
export function inPlace(event: FlowEvent, q: Question): boolean {
  return event.function === q.function;
}

export function onLine(event: FlowEvent, q: Question): boolean {
  return q.anchor !== null && event.location.file === q.anchor.file.path && event.location.line === q.anchor.line;
}
