/** The hidden first line of our comments: what a comment is about, found again by the next run. Holds nothing but hex digits and words of our own. */

const FINDING = /^<!-- kfunc-lint:finding key=(k1:[0-9a-f]{16}#[1-9]\d{0,4})( state=mended)? -->/;
const SUMMARY = /^<!-- kfunc-lint:summary head=[0-9a-f]{40,64} -->/;

export function findingMarker(key: string, mended = false): string {
  return `<!-- kfunc-lint:finding key=${key}${mended ? ' state=mended' : ''} -->`;
}

export function summaryMarker(head: string): string {
  return `<!-- kfunc-lint:summary head=${head} -->`;
}

export function readFindingMarker(body: string): { key: string; mended: boolean } | null {
  const match = FINDING.exec(body);
  return match ? { key: match[1]!, mended: match[2] !== undefined } : null;
}

export function isSummary(body: string): boolean {
  return SUMMARY.test(body);
}

/** A line comment whose finding is gone: says so above what it said. */
export function mendedBody(body: string, head: string): string {
  const { key } = readFindingMarker(body)!;
  const said = body.replace(FINDING, '').trimStart();
  return `${findingMarker(key, true)}\nNo longer confirmed at \`${head.slice(0, 12)}\`.\n\n${said}`;
}

const MENDED_LINE = /^No longer confirmed at `[0-9a-f]{12}`\.\s+/;

/** The same, found again after all. */
export function revivedBody(body: string): string {
  const { key } = readFindingMarker(body)!;
  return `${findingMarker(key)}\n${body.replace(FINDING, '').trimStart().replace(MENDED_LINE, '')}`;
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
