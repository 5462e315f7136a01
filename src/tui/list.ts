/** The list: two lines an item, so that verdict, rule, kfunc and subject all fit beside the detail on 80 columns. */
import type { Glyphs } from './code.ts';
import { VERDICT_STYLES } from './detail.ts';
import { cutTo, fillTo, type Line, line, type Piece, piece } from './line.ts';
import type { TriageItem } from './model.ts';
import { VERDICT_WORDS } from './select.ts';
import type { Decision } from './state.ts';

export function itemLines(item: TriageItem, decision: Decision | null, isCurrent: boolean, width: number, glyphs: Glyphs): [Line, Line] {
  const tag = tagOf(item, decision);
  const verdict = piece(VERDICT_WORDS[item.verdict].padEnd(10), item.contested ? 'yellow' : VERDICT_STYLES[item.verdict]);
  const head: Piece[] = [
    piece(isCurrent ? '> ' : '  ', 'bold'),
    verdict,
    piece(item.contested ? '! ' : '  ', 'yellow'),
    piece(item.rule, isCurrent ? 'inverse' : 'text'),
  ];
  const about = item.kfunc === null ? item.subject : `${item.kfunc} ${item.subject}`;
  const second = line(piece(`  ${(item.severity ?? '').padEnd(8)}`, 'dim'), piece(about, isCurrent ? 'bold' : 'text'));
  return [[...fillTo(head, width - tag.text.length, glyphs.ellipsis), tag], cutTo(second, width, glyphs.ellipsis)];
}

/** `S` suppressed, `C` confirmed by a person, small while it is being written; `~` a ruling of theirs went stale. */
function tagOf(item: TriageItem, decision: Decision | null): Piece {
  if (!decision) return piece(item.rulings.some((one) => one.stale !== null) ? ' ~' : '  ', 'yellow');
  const letter = decision.says === 'refuted' ? 'S' : 'C';
  return piece(` ${decision.saved ? letter : letter.toLowerCase()}`, 'cyan');
}
