/** Names for claims and code that survive moved lines and changed white space. */
import { createHash } from 'node:crypto';
import type { Claim } from '../claim.ts';

/** One source line without what formatting alone changes: runs of white space, and white space inside brackets and before commas. */
export function normalizeSnippet(line: string): string {
  return line
    .replace(/\s+/g, ' ')
    .trim()
    .replace(/ ?([()[\],;]) ?/g, '$1');
}

/** `k1:` and 16 hex digits. The `1` is the version of this recipe: a change of it changes every id. */
export function identify(claim: Pick<Claim, 'rule' | 'kfunc' | 'subject' | 'location' | 'snippet'>): string {
  const parts = [claim.rule, claim.location.file, claim.kfunc ?? '', claim.subject, normalizeSnippet(claim.snippet)];
  return `k1:${createHash('sha256').update(parts.join('\0')).digest('hex').slice(0, 16)}`;
}
