/** A person's dump of a whole run: a head with model and prompts, then `# Commit <sha> ("subject")` sections, each with an inline review or none. */

import { readInline } from './inline.ts';
import type { Layer } from './layer.ts';
import type { Line } from './line.ts';
import type { ReviewDocument } from './model.ts';
import { saysClean } from './reviewer.ts';

const SECTION = /^#{1,3} Commit:? `?([0-9a-f]{7,40})`?\s*(?:\("?(.*?)"?\))?\s*$/i;

export function isDump(lines: readonly Line[]): boolean {
  return lines.some((l) => l.depth === 0 && SECTION.test(l.text)) && lines.some((l) => saysClean(l) || /^>/.test(l.text));
}

export function readDump(layer: Layer, lines: readonly Line[], source: string): ReviewDocument[] {
  const heads = lines.flatMap((l, i) => (l.depth === 0 && SECTION.test(l.text) ? [i] : []));
  return heads.map((at, n) => {
    const [, sha, subject] = SECTION.exec(lines[at]!.text)!;
    const doc = readInline(layer, lines, at + 1, heads[n + 1] ?? lines.length, 'dump', `${source}#${n + 1}`);
    return { ...doc, commit: doc.commit ?? sha!, subject: doc.subject ?? subject ?? null };
  });
}
