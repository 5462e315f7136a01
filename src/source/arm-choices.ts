/** Which arms of #if groups are taken together, where the groups cut through statements and the body must be read once for each choice. */
import { type ConditionalGroup, negate } from './conditions.ts';

/** Most choices that are tried. */
const CHOICE_LIMIT = 8;

export interface Choice {
  condition: string;
  /** for each broken group: it and the arm that is compiled */
  arms: { group: ConditionalGroup; arm: number }[];
}

/** Every way to take one arm of each group, equal conditions taken alike; `complete` is false where there are too many and only some are given. */
export function armChoices(groups: ConditionalGroup[]): { choices: Choice[]; complete: boolean } {
  let all: Choice[] = [{ condition: '', arms: [] }];
  let complete = true;
  for (const group of groups) {
    const next = all.flatMap((c) =>
      group.arms.map((a, arm) => ({ condition: conjunction(c.condition, a.condition), arms: [...c.arms, { group, arm }] })),
    );
    const possible = next.filter((c) => !contradicts(c.condition));
    complete &&= possible.length <= 4 * CHOICE_LIMIT;
    all = possible.length <= 4 * CHOICE_LIMIT ? possible : [...possible.slice(0, 2 * CHOICE_LIMIT), ...possible.slice(-2 * CHOICE_LIMIT)];
  }
  if (all.length <= CHOICE_LIMIT) return { choices: all, complete };
  const step = (all.length - 1) / (CHOICE_LIMIT - 1);
  return { choices: Array.from({ length: CHOICE_LIMIT }, (_, i) => all[Math.round(i * step)]!), complete: false };
}

function conjunction(a: string, b: string): string {
  const parts = [...a.split(' && '), ...b.split(' && ')].filter((p) => p !== '' && p !== '1');
  return [...new Set(parts)].join(' && ');
}

function contradicts(condition: string): boolean {
  const parts = condition.split(' && ');
  return parts.includes('0') || parts.some((p) => parts.includes(negate(p)));
}
