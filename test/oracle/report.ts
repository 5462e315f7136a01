/** Both figures of the oracle, for `npm run oracle` and for the tests. */
import type { Answers } from './answers.ts';
import type { Judgement } from './check.ts';
import { KINDS } from './spec.ts';

export function report(answers: Answers, j: Judgement): string {
  const share = j.parameters === 0 ? 0 : weakParameters(j) / j.parameters;
  const head = `${answers.series.padEnd(5)} ${answers.kernel}: ${count(j.programs)} programs, ${count(j.parameters)} parameters; ${count(j.unsound.length)} disagreements on soundness; weaker for ${weakParameters(j)} parameters (${(100 * share).toFixed(2)} %)`;
  const unsound = j.unsound.slice(0, 20).map((d) => `  DISAGREES  ${d.what}: ${d.text}`);
  const more = j.unsound.length > 20 ? [`  … and ${j.unsound.length - 20} more`] : [];
  const weaker = j.weaker.map((w) => `  weaker     ${w.what}: ${w.text} (${w.reason ?? 'NO REASON KNOWN'})`);
  return `${[head, ...unsound, ...more, ...weaker].join('\n')}\n`;
}

/** A parameter counts once, however many things are weaker about it. */
export function weakParameters(j: Judgement): number {
  return new Set(j.weaker.map((w) => w.what)).size;
}

/** Programs that this kernel answers otherwise than the one that is kept; nothing where none does. What only one of them was asked is no change. */
export function difference(kept: Answers, fresh: Answers): string {
  const [before, now] = [flat(kept), flat(fresh)];
  const changes = [...now].flatMap(([id, mark]) => {
    const was = before.get(id);
    return was === undefined || was === mark ? [] : [`${id}: ${was} → ${mark}`];
  });
  if (changes.length === 0) return '';
  const more = changes.length > 10 ? `    … and ${changes.length - 10} more\n` : '';
  const shown = changes.slice(0, 10).map((c) => `    ${c}\n`);
  return `  ${changes.length === 1 ? '1 answer differs' : `${changes.length} answers differ`} from the recorded ones of ${kept.kernel}:\n${shown.join('')}${more}`;
}

/** Question → mark. */
function flat(a: Answers): Map<string, string> {
  const all = new Map(Object.entries(a.specials));
  const sortOf = new Map(KINDS.map((k) => [k.id, k.values]));
  for (const [set, kinds] of Object.entries(a.matrix))
    for (const [kind, marks] of Object.entries(kinds))
      a.columns[sortOf.get(kind)!]!.forEach((column, i) => {
        if (marks[i] !== '-') all.set(`${set}/${kind}/${column}`, marks[i]!);
      });
  return all;
}

export function verdictLine(good: boolean): string {
  return good ? 'oracle: the model agrees with every kernel\n' : 'oracle: THE MODEL AND A KERNEL DISAGREE\n';
}

const count = (n: number) => n.toLocaleString('en');
