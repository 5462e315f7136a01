/** #if groups between the statements of a list → `variants`. */
import type { Span, Stmt } from './ir.ts';
import type { StatementLowering } from './statement-lowering.ts';

/** Puts the #if groups that lie between the statements of this list in their place; what a directive cuts through stays for the caller to notice. */
export function placeGroups(c: StatementLowering, list: Stmt[], container: Span): Stmt[] {
  const mine = c.groups.all.filter(
    (g) =>
      !c.groups.placed.has(g) &&
      g.start >= container.start &&
      g.end <= container.end &&
      !list.some((s) => s.span.start <= g.start && g.end <= s.span.end),
  );
  let now = list;
  // inner groups first: they become one statement of an outer group's arm
  for (const group of mine.reverse()) {
    const edges = [group.start, ...group.arms.map((a) => a.start), group.end];
    if (now.some((s) => edges.some((e) => s.span.start < e && e < s.span.end))) continue;
    c.groups.placed.add(group);
    const inside = (s: Stmt, from: number, to: number) => s.span.start >= from && s.span.start < to;
    const arms = group.arms.map((a) => ({ condition: a.condition, body: now.filter((s) => inside(s, a.start, a.end)) }));
    const before = now.filter((s) => s.span.start < group.start);
    const after = now.filter((s) => s.span.start >= group.end);
    const variants: Stmt[] = arms.some((a) => a.body.length > 0)
      ? [{ k: 'variants', arms, span: { start: group.start, end: group.end } }]
      : [];
    now = [...before, ...variants, ...after];
  }
  return now;
}
