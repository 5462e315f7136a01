/** From a report to what should stand in the pull request. */
import type { Finding } from '../claim.ts';
import { codeSpan } from '../report/markdown-text.ts';
import { inOrder, type Report } from '../report/model.ts';
import { counted, worstFirst } from '../report/words.ts';
import { allClearBody, lineBody, summaryBody } from './comment-body.ts';
import { keysOf, type Label } from './marker.ts';
import type { LineComment, Wanted } from './model.ts';
import type { Diff } from './observe.ts';
import { MOST_LINE_COMMENTS } from './plan.ts';
import { anchorOf } from './suggestion.ts';

export interface WantedOptions {
  /** the commit that was checked */
  head: string;
  label: Label;
  /** null: nothing on lines, all in the summary */
  diff: Diff | null;
  suggest: boolean;
  /** GitHub did not take comments on lines */
  refused: boolean;
}

export function wantedOf(report: Report, options: WantedOptions): Wanted {
  const { head, label, diff, refused } = options;
  const confirmed = inOrder(report.findings.filter((one) => one.verdict === 'confirmed'));
  const keys = new Map(keysOf(confirmed).map((key, at) => [confirmed[at]!, key]));
  const lines = diff === null || refused ? [] : lineComments(worstFirst(confirmed), keys, report, { ...options, diff });
  return {
    head,
    lines,
    confirmed: new Set(keys.values()),
    summary: (told) =>
      summaryBody(report, {
        head,
        label,
        told: (one) => told.has(keys.get(one) ?? ''),
        notes: notesOf(confirmed, lines.filter(({ key }) => !told.has(key)).length, diff, refused),
      }),
    allClear: allClearBody(report, head, label),
  };
}

/** What was so before is told in the summary: it is not this change's author who must answer for it on the line. */
function lineComments(
  findings: readonly Finding[],
  keys: ReadonlyMap<Finding, string>,
  report: Report,
  { diff, label, suggest }: WantedOptions & { diff: Diff },
): LineComment[] {
  return findings.flatMap((one) => {
    const anchor = one.preexisting ? null : anchorOf(one, diff.lines, suggest);
    const key = keys.get(one)!;
    return anchor
      ? [{ key, path: anchor.path, line: anchor.line, body: lineBody(one, { key, label, suggestion: anchor.suggestion }, report) }]
      : [];
  });
}

function notesOf(confirmed: readonly Finding[], left: number, diff: Diff | null, refused: boolean): string[] {
  const withheld = diff?.withheld.filter((path) => confirmed.some((one) => one.location.file === path)) ?? [];
  return [
    ...(left > 0 ? [`${counted(left, 'finding')} only here: at most ${MOST_LINE_COMMENTS} comments stand on lines at a time.`] : []),
    ...(withheld.length > 0
      ? [
          `Only here, for GitHub gives no diff of ${withheld
            .slice(0, 10)
            .map((path) => codeSpan(path))
            .join(', ')}.`,
        ]
      : []),
    ...(refused ? ['Only here, for GitHub refused comments on the lines.'] : []),
  ];
}
