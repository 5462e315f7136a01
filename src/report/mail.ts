/** A draft of the review mail: what is confirmed, each under the line it is about, for a person to read, change and send. Nothing is ever sent from here. */
import type { Finding } from '../claim.ts';
import { fill, quoteLine } from '../wrap.ts';
import { inOrder, type Report } from './model.ts';
import { plain } from './plain.ts';
import { kernelWords, place, worstFirst } from './words.ts';

const COLUMNS = 72;

/** '' where there is nothing to say. */
export function renderMail(report: Report): string {
  const told = worstFirst(
    inOrder(report.findings.filter((f) => f.verdict === 'confirmed' && !f.preexisting && f.baseline !== 'unchanged')),
  );
  if (told.length === 0) return '';
  const kfuncs = [...new Set(told.flatMap((f) => (f.kfunc === null ? [] : [`${plain(f.kfunc)}()`])))];
  const about = kfuncs.length === 0 ? 'registration of kfuncs' : kfuncs.slice(0, 3).join(', ') + (kfuncs.length > 3 ? ' ...' : '');
  const foot = fill(`Found by kfunc-lint, by the verifier of ${plain(kernelWords(report.kernel))}.`, '', COLUMNS);
  return `${[`Subject: Re: ${about}`, '', ...told.flatMap(remark), ...foot].join('\n')}\n`;
}

/** Every line of it is made plain: code and names come from the patch. */
function remark(one: Finding): string[] {
  const code = one.snippet === '' ? [] : [quoteLine(`${one.inDiff ? '+' : ' '}${visible(one.snippet)}`, COLUMNS)];
  return [
    `> ${plain(place(one.location))}`,
    ...code,
    '',
    ...fill(plain(`${sentence(one.message)} ${sentence(`${one.advice.charAt(0).toUpperCase()}${one.advice.slice(1)}`)}`), '', COLUMNS),
    '',
  ];
}

function sentence(text: string): string {
  return text === '' || text.endsWith('.') ? text : `${text}.`;
}

/** Of code the tabs stay. */
function visible(line: string): string {
  return line.split('\t').map(plain).join('\t');
}
