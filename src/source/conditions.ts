/** The #if conditions that a place in a file stands under, as text that can be compared and negated. */
import type { Directive } from './lexis.ts';

/** One #if … #endif: its arms in order, an empty one at the end where there is no #else. Spans exclude the directive lines. */
export interface ConditionalGroup {
  start: number;
  end: number;
  arms: { condition: string; start: number; end: number }[];
  /** the group has an #else of its own */
  hasElse: boolean;
}

export function negate(condition: string): string {
  if (condition === '0') return '1';
  if (condition === '1') return '0';
  if (/^!defined\(\w+\)$/.test(condition)) return condition.slice(1);
  return /^defined\(\w+\)$/.test(condition) ? `!${condition}` : `!(${condition})`;
}

export function conditionOf(d: Directive): string {
  const word = d.argument.split(' ')[0] ?? '';
  if (d.keyword === 'ifdef' || d.keyword === 'elifdef') return `defined(${word})`;
  if (d.keyword === 'ifndef' || d.keyword === 'elifndef') return `!defined(${word})`;
  const text = d.argument
    .replace(/\bdefined\s+(\w+)/g, 'defined($1)')
    .replace(/\bdefined \(/g, 'defined(')
    .replace(/^\((\d+)\)$/, '$1');
  return /^!defined\(\w+\)$|^defined\(\w+\)$/.test(text.replace(/\s/g, '')) ? text.replace(/\s/g, '') : text;
}

const OPENERS = new Set(['if', 'ifdef', 'ifndef']);
const MIDDLES = new Set(['elif', 'elifdef', 'elifndef', 'else']);

export function isConditional(d: Directive): boolean {
  return OPENERS.has(d.keyword) || MIDDLES.has(d.keyword) || d.keyword === 'endif';
}

interface OpenGroup {
  group: ConditionalGroup;
  earlier: string[];
}

/** Groups that lie wholly in [start, end), inner ones after the outer ones they lie in. What is opened or closed elsewhere is in `unpaired`. */
export function conditionalGroups(
  directives: Directive[],
  start: number,
  end: number,
): { groups: ConditionalGroup[]; unpaired: Directive[] } {
  const groups: ConditionalGroup[] = [];
  const unpaired: Directive[] = [];
  const open: { entry: OpenGroup; at: Directive }[] = [];
  for (const d of directives) {
    if (d.start < start || d.start >= end || !isConditional(d)) continue;
    if (OPENERS.has(d.keyword)) {
      const condition = conditionOf(d);
      const group = { start: d.start, end, arms: [{ condition, start: d.end, end }], hasElse: false };
      groups.push(group);
      open.push({ entry: { group, earlier: [condition] }, at: d });
      continue;
    }
    const top = open.at(-1);
    if (!top) {
      unpaired.push(d);
      continue;
    }
    step(top.entry, d);
    if (d.keyword === 'endif') open.pop();
  }
  for (const o of open) {
    groups.splice(groups.indexOf(o.entry.group), 1);
    unpaired.push(o.at);
  }
  return { groups, unpaired };
}

function step(entry: OpenGroup, d: Directive): void {
  const { group, earlier } = entry;
  group.arms.at(-1)!.end = d.start;
  if (d.keyword === 'endif') {
    if (!group.hasElse) group.arms.push({ condition: earlier.map(negate).join(' && '), start: d.start, end: d.start });
    group.end = d.end;
    return;
  }
  const own = d.keyword === 'else' ? [] : [conditionOf(d)];
  if (d.keyword === 'else') group.hasElse = true;
  group.arms.push({ condition: [...earlier.map(negate), ...own].join(' && '), start: d.end, end: group.end });
  earlier.push(...own);
}

/** Keeps the conditions that hold at a place while a scan moves forward over the directives. */
export class ConditionStack {
  private readonly stack: { earlier: string[]; now: string }[] = [];

  pass(d: Directive): void {
    const top = this.stack.at(-1);
    if (OPENERS.has(d.keyword)) this.stack.push({ earlier: [conditionOf(d)], now: conditionOf(d) });
    else if (d.keyword === 'endif') this.stack.pop();
    else if (MIDDLES.has(d.keyword) && top) {
      const own = d.keyword === 'else' ? [] : [conditionOf(d)];
      top.now = [...top.earlier.map(negate), ...own].join(' && ');
      top.earlier.push(...own);
    }
  }

  conditions(): string[] {
    return this.stack.map((s) => s.now);
  }
}
