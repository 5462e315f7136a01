/** Judged claims for people: claim, verdict, why. What the reviewer threw away and should not have stands first. */
import type { Evidence, JudgedClaim, Verdict } from '../../claim.ts';
import type { Paint } from '../paint.ts';
import { paintWith } from '../paint.ts';
import { CONTESTED, counted, kernelWords, label, place, tellSource } from '../words.ts';
import type { ReviewReport, ReviewReportOptions } from './model.ts';
import { claimsOf, countOf } from './model.ts';

const WORDS: Record<Verdict, { word: string; colour: 'red' | 'green' | 'yellow' | 'dim' }> = {
  confirmed: { word: 'confirmed', colour: 'red' },
  refuted: { word: 'refuted', colour: 'green' },
  undecided: { word: 'undecided', colour: 'yellow' },
  'out-of-scope': { word: 'out of scope', colour: 'dim' },
};

export function renderClaimsText(report: ReviewReport, options: ReviewReportOptions): string {
  const paint = paintWith(options.color);
  const claims = claimsOf(report);
  const loud = claims.filter((c) => c.dismissed && c.verdict === 'confirmed');
  const rest = claims.filter((c) => !loud.includes(c) && isTold(c, options));
  const blocks = [...loud, ...rest].map((c) => `${tell(c, paint).join('\n')}\n\n`);
  return `${blocks.join('')}${summaryLine(report, claims, options, paint)}\n`;
}

/** A right dismissal is no news. */
function isTold(claim: JudgedClaim, { show }: ReviewReportOptions): boolean {
  return !claim.dismissed || claim.verdict === 'confirmed' || (claim.verdict === 'refuted' ? show.has('refuted') : show.has('undecided'));
}

function tell(claim: JudgedClaim, paint: Paint): string[] {
  const { word, colour } = WORDS[claim.verdict];
  const verdict = paint[claim.contested ? 'yellow' : colour](claim.contested ? `${word} (contested)` : word);
  const about = [
    claim.category,
    claim.subject === null ? null : `of ${claim.subject}`,
    claim.function === null ? null : `in ${claim.function}()`,
  ];
  const lines = [`${paint.bold(placeOf(claim))}: ${verdict} ${paint.cyan(about.filter((a) => a !== null).join(' '))}`];
  const add = (word: string, text: string) => lines.push(`    ${paint.dim(word)}${' '.repeat(Math.max(1, 10 - word.length))}${text}`);
  add('claim', paint.text(shorten(claim.text)));
  if (claim.dismissed && claim.verdict === 'confirmed')
    add('dismissed', paint.red('the reviewer threw this away as false, and it is not: a bug was lost here'));
  else if (claim.dismissed) add('dismissed', paint.text('by the reviewer itself'));
  // what carries a refutation says why itself
  if (claim.verdict !== 'refuted') add('why', paint.text(claim.why));
  for (const evidence of told(claim)) add(label(evidence), tellEvidence(evidence, paint));
  if (claim.contested) add('contested', paint.yellow(CONTESTED));
  if (claim.fixedLater)
    add(
      'later',
      paint.text(
        `patch ${claim.fixedLater.patch} of the series mends it ("${claim.fixedLater.subject}"), but up to there bisection is broken`,
      ),
    );
  if (claim.preexisting) add('note', 'the code was so before the patch');
  if (claim.memory && claim.memory.state !== 'new') add('memory', paint.text(tellMemory(claim.memory)));
  return lines;
}

function tellMemory(memory: NonNullable<JudgedClaim['memory']>): string {
  const first = memory.first === null ? '' : ` (first in ${memory.first})`;
  return memory.state === 'known'
    ? `judged before${first}, and nothing changed`
    : `judged before${first}: ${memory.was}; reopened because ${memory.because}`;
}

/** What carries it, the one that answers the question first; the path; a few remarks. */
function told(claim: JudgedClaim): Evidence[] {
  if (claim.verdict === 'out-of-scope') return [];
  const of = (role: Evidence['role']) => claim.evidence.filter((e) => e.role === role && !claim.why.endsWith(e.text));
  if (claim.verdict === 'undecided') return of('context').slice(0, 3);
  const carrying = claim.evidence
    .filter((e) => e.role === 'carries')
    .sort((x, y) => Number(y.text === claim.why) - Number(x.text === claim.why));
  return [...carrying.slice(0, 4), ...of('step').slice(0, 6), ...of('context').slice(0, 3)];
}

function placeOf(claim: JudgedClaim): string {
  if (claim.file === null) return claim.source;
  return claim.line === null ? claim.file : `${claim.file}:${claim.line}`;
}

function shorten(text: string): string {
  const one = text.replace(/\s+/g, ' ').trim();
  return one.length <= 300 ? one : `${one.slice(0, 297)}...`;
}

function tellEvidence({ text, location, source }: Evidence, paint: Paint): string {
  const where = location ? paint.dim(` [${place(location)}]`) : '';
  return `${paint.text(text)}${where}${source ? paint.dim(` [${tellSource(source)}]`) : ''}`;
}

function summaryLine(report: ReviewReport, claims: readonly JudgedClaim[], options: ReviewReportOptions, paint: Paint): string {
  const contested = claims.filter((c) => c.contested).length;
  const hidden = claims.filter((c) => !isTold(c, options)).length;
  const parts = [
    countOf(claims, 'confirmed') > 0 ? paint.red(`${countOf(claims, 'confirmed')} confirmed`) : '0 confirmed',
    `${countOf(claims, 'refuted')} refuted${contested > 0 ? ` (${contested} contested)` : ''}`,
    `${countOf(claims, 'undecided')} undecided`,
    `${countOf(claims, 'out-of-scope')} out of scope`,
  ];
  const reviews = `${counted(claims.length, 'claim')} in ${counted(report.reviews.length, 'review')}`;
  const dismissed = hidden > 0 ? `; ${counted(hidden, 'dismissal')} of the reviewer not told (--show refuted,undecided)` : '';
  return `${reviews}: ${parts.join(', ')}; ${paint.text(`by the verifier of ${kernelWords(report.kernel)}`)}${dismissed}`;
}
