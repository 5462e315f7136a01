/** What is said when the screen is closed: what was decided in this run, and where it lies. */
import { plain } from '../report/plain.ts';
import type { State } from '../tui/state.ts';

export function tellFarewell(state: State, rulingFile: string): string {
  const decided = state.items.flatMap((item) => {
    const decision = state.decisions.get(item.key);
    return decision?.here && decision.saved ? [{ item, decision, saved: decision.saved }] : [];
  });
  const left = state.items.filter((item) => !state.decisions.has(item.key)).length;
  const rest = `${state.items.length} listed, ${left} not decided`;
  if (decided.length === 0) return `nothing decided; ${rest}\n`;
  const lines = decided.map(({ item, decision, saved }) => {
    const about = item.kfunc === null ? item.subject : `${item.subject} of ${item.kfunc}()`;
    const word = decision.says === 'refuted' ? 'suppressed' : 'confirmed ';
    return plain(`${word} ${item.rule} ${about}, ${saved.file}:${saved.line} ${saved.id}`);
  });
  return `${[...lines, `${decided.length} decided in ${plain(rulingFile)}; ${rest}`, `applied by: kfunc-lint lint --patterns ${plain(rulingFile)} …`].join('\n')}\n`;
}
