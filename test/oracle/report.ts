/** Both figures of the oracle, for `npm run oracle` and for the tests. */
import type { Answers } from './answers.ts';
import type { Judgement } from './check.ts';

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

/** What changed against the answers that are kept; nothing where nothing did. */
export function difference(kept: Answers, fresh: Answers): string {
  const changes: string[] = [];
  for (const [set, kinds] of Object.entries(fresh.matrix)) {
    for (const [kind, marks] of Object.entries(kinds)) {
      if (!kept.matrix[set]?.[kind]) changes.push(`${set}/${kind}: new`);
      else if (kept.matrix[set][kind] !== marks) changes.push(`${set}/${kind}: ${kept.matrix[set][kind]} → ${marks}`);
    }
  }
  for (const [id, mark] of Object.entries(fresh.specials))
    if (kept.specials[id] !== mark) changes.push(`${id}: ${kept.specials[id] ?? 'new'} → ${mark}`);
  if (changes.length === 0) return '';
  return `  ${changes.length} answers differ from the recorded ones of ${kept.kernel}:\n${changes
    .slice(0, 10)
    .map((c) => `    ${c}`)
    .join('\n')}\n`;
}

export function verdictLine(good: boolean): string {
  return good ? 'oracle: the model agrees with every kernel\n' : 'oracle: THE MODEL AND A KERNEL DISAGREE\n';
}

const count = (n: number) => n.toLocaleString('en');
