/** The summary at the top of a review mail: `- [High] what is wrong`, under `New issues:` and `Pre-existing issues:`. */
import type { Layer } from './layer.ts';
import { spanIn } from './layer.ts';
import type { Line } from './line.ts';
import type { ReviewComment } from './model.ts';
import { emptyComment } from './model.ts';

const BULLET = /^\s*[-*] \[(low|medium|high|critical|urgent)\]\s+/i;

export function readBullets(layer: Layer, lines: readonly Line[], from: number, to: number): ReviewComment[] {
  const out: ReviewComment[] = [];
  let preexisting: boolean | null = null;
  for (let i = from; i < to; i++) {
    const line = lines[i]!;
    if (line.depth > 0) break;
    if (/^New issues:/i.test(line.text)) preexisting = false;
    if (/^Pre-?existing issues:/i.test(line.text)) preexisting = true;
    const mark = BULLET.exec(line.text);
    if (!mark) continue;
    let end = i + 1;
    while (
      end < to &&
      !lines[end]!.blank &&
      lines[end]!.depth === 0 &&
      !BULLET.test(lines[end]!.text) &&
      !/^(--\s*|[\w-]+ issues:)$/i.test(lines[end]!.text)
    )
      end++;
    const comment = emptyComment();
    comment.severity = mark[1]!.toLowerCase();
    comment.preexisting = preexisting;
    const text = [line.text.slice(mark[0].length), ...lines.slice(i + 1, end).map((l) => l.text.trim())].join('\n');
    comment.paragraphs = [{ text, cuts: [spanIn(layer, line.start, lines[end - 1]!.next)] }];
    out.push(comment);
    i = end - 1;
  }
  return out;
}
