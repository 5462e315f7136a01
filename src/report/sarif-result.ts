/** One finding as a SARIF result. */
import type { Evidence, Finding, Mend } from '../claim.ts';
import { toJson } from './json.ts';
import type { RuleText } from './model.ts';
import { plain } from './plain.ts';
import { relativeUri, sarifLocation, sarifText } from './sarif-parts.ts';
import { place, tellSource } from './words.ts';

/** Code scanning shows 100 places of a result and refuses more than 1,000; of a chain it takes 10,000. */
const MOST_PLACES = 100;

export type SarifResult = ReturnType<typeof toResult>;

/** In the order given; a finding whose twin (same id) came before gets a number of its own in its fingerprint. */
export function toResults(findings: readonly Finding[], rules: readonly RuleText[]): SarifResult[] {
  const indexes = new Map(rules.map(({ id }, at) => [id, at]));
  const seen = new Map<string, number>();
  return findings.map((one) => {
    const nth = (seen.get(one.id) ?? 0) + 1;
    seen.set(one.id, nth);
    return toResult(one, nth, indexes.get(one.rule));
  });
}

/** Long because it is one table: what of a finding goes where in a result. */
function toResult(one: Finding, nth: number, ruleIndex: number | undefined) {
  const steps = one.evidence.filter(({ role, location }) => role === 'step' && location !== null);
  const others = one.evidence.filter(({ role, location }) => role !== 'step' && location !== null).slice(0, MOST_PLACES);
  const name = one.function ?? one.kfunc;
  return {
    ruleId: one.rule,
    ...(ruleIndex === undefined ? {} : { ruleIndex }),
    // a result that is not a failure has no level, by the standard
    ...(one.verdict === 'undecided' ? { kind: 'open', level: 'none' } : { kind: 'fail', level: one.severity }),
    message: { text: `${sarifText(one.message)}. ${sarifText(sentence(one))}` },
    locations: [
      {
        physicalLocation: withSnippet(one),
        ...(name === null ? {} : { logicalLocations: [{ name: plain(name), kind: 'function' }] }),
      },
    ],
    partialFingerprints: {
      'kfuncLintFinding/v1': `${one.id}:${nth}`,
      // the one that code scanning compares
      primaryLocationLineHash: `${one.id.replace(/^.*:/, '')}:${nth}`,
    },
    ...(others.length > 0 ? { relatedLocations: others.map((evidence, at) => ({ id: at + 1, ...toPlace(evidence) })) } : {}),
    ...(steps.length > 0
      ? { codeFlows: [{ threadFlows: [{ locations: steps.slice(0, MOST_PLACES).map((step) => ({ location: toPlace(step) })) }] }] }
      : {}),
    ...(one.verdict === 'refuted' ? { suppressions: [toSuppression(one)] } : {}),
    ...(one.mend ? { fixes: [toFix(one.mend)] } : {}),
    properties: { finding: toJson(one) },
  };
}

function sentence(one: Finding): string {
  if (one.verdict === 'refuted') return one.contested ? 'Suppressed by a contested word' : 'Suppressed as a false positive';
  if (one.verdict === 'undecided') return `Undecided: ${one.missing.map(({ why }) => why).join('; ')}`;
  return `${one.advice.charAt(0).toUpperCase()}${one.advice.slice(1)}`;
}

function withSnippet({ location, snippet }: Finding) {
  const physical = sarifLocation(location);
  return snippet === '' ? physical : { ...physical, region: { ...physical.region, snippet: { text: plain(snippet) } } };
}

function toPlace({ text, location }: Evidence) {
  return { physicalLocation: sarifLocation(location!), message: { text: sarifText(text) } };
}

function toSuppression(one: Finding) {
  const carrying = one.evidence.filter(({ role }) => role === 'carries');
  const words = carrying.map(({ text, location, source }) => {
    const notes = [...(location ? [place(location)] : []), ...(source ? [tellSource(source)] : [])];
    return `${text}${notes.length > 0 ? ` (${notes.join('; ')})` : ''}`;
  });
  return { kind: 'external', status: one.contested ? 'underReview' : 'accepted', justification: sarifText(words.join('; '), 4000) };
}

function toFix({ file, start, end, text, title }: Mend) {
  const deletedRegion = { startLine: start.line, startColumn: start.column, endLine: end.line, endColumn: end.column };
  return {
    description: { text: sarifText(title) },
    artifactChanges: [
      {
        artifactLocation: { uri: relativeUri(file), uriBaseId: '%SRCROOT%' },
        replacements: [{ deletedRegion, insertedContent: { text } }],
      },
    ],
  };
}
