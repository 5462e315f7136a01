/** What lowering statements needs to know besides the tree. */
import type { ConditionalGroup } from './conditions.ts';
import type { Span, Stmt } from './ir.ts';
import { type Lowering, textOf } from './lower-expression.ts';
import { GAP_MARK } from './model.ts';

/** #if groups of the body and which of them fell between statements. */
export interface Groups {
  all: ConditionalGroup[];
  placed: Set<ConditionalGroup>;
}

export interface StatementLowering extends Lowering {
  groups: Groups;
  /** false: nothing of the file is hidden */
  hasGaps: boolean;
  /** the body as it was parsed */
  masked: string;
}

export const GAP_NAME = GAP_MARK.replace(';', '');
export function unknownStmt(c: Lowering, span: Span): Stmt {
  const text = textOf(c, span);
  return {
    k: 'unknown',
    why: text.includes(GAP_NAME) ? 'not-shown' : 'unparsable',
    text: text.slice(0, 200),
    span: { start: span.start, end: span.end },
  };
}
