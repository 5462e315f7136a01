/** The hidden first line of our comments: what a comment is about, found again by the next run. Holds nothing but hex digits and words of our own. */

const LABEL = ' label=([a-z0-9][a-z0-9.-]{0,39})';
const FINDING = new RegExp(`^<!-- kfunc-lint:finding key=(k1:[0-9a-f]{16}#[1-9]\\d{0,4})(?:${LABEL})?( state=mended)? -->`);
const SUMMARY = new RegExp(`^<!-- kfunc-lint:summary head=[0-9a-f]{40,64}(?:${LABEL})? -->`);

/** What tells several uses in one pull request apart, such as one for each kernel series; null where there is one. */
export type Label = string | null;

export function isLabel(text: string): boolean {
  return new RegExp(`^${LABEL}$`).test(` label=${text}`);
}

export function findingMarker(key: string, label: Label, mended = false): string {
  return `<!-- kfunc-lint:finding key=${key}${spell(label)}${mended ? ' state=mended' : ''} -->`;
}

export function summaryMarker(head: string, label: Label): string {
  return `<!-- kfunc-lint:summary head=${head}${spell(label)} -->`;
}

function spell(label: Label): string {
  return label === null ? '' : ` label=${label}`;
}

export function readFindingMarker(body: string): { key: string; label: Label; mended: boolean } | null {
  const match = FINDING.exec(body);
  return match ? { key: match[1]!, label: match[2] ?? null, mended: match[3] !== undefined } : null;
}

export function isSummary(body: string, label: Label): boolean {
  const match = SUMMARY.exec(body);
  return match !== null && (match[1] ?? null) === label;
}

/** A line comment whose finding is gone: says so above what it said. */
export function mendedBody(body: string, head: string): string {
  const { key, label } = readFindingMarker(body)!;
  const said = body.replace(FINDING, '').trimStart();
  return `${findingMarker(key, label, true)}\nNo longer confirmed at \`${head.slice(0, 12)}\`.\n\n${said}`;
}

const MENDED_LINE = /^No longer confirmed at `[0-9a-f]{12}`\.\s+/;

/** The same, found again after all. */
export function revivedBody(body: string): string {
  const { key, label } = readFindingMarker(body)!;
  return `${findingMarker(key, label)}\n${body.replace(FINDING, '').trimStart().replace(MENDED_LINE, '')}`;
}

/** Key of each finding, in order: its id, and a number that tells twins apart. */
export function keysOf(findings: readonly { id: string }[]): string[] {
  const seen = new Map<string, number>();
  return findings.map(({ id }) => {
    const nth = (seen.get(id) ?? 0) + 1;
    seen.set(id, nth);
    return `${id}#${nth}`;
  });
}
