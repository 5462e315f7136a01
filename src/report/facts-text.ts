/** The facts as tables for a terminal: one block a kfunc, one row a parameter. */
import type { FactsOptions, FactsReport, KfuncFacts, ParameterFacts } from './facts-model.ts';
import { callerWords, contextWords, countWords, flagWords, moreWords, nullWords, returnWords, trustWords } from './facts-words.ts';
import { type Paint, paintWith } from './paint.ts';
import { plainColumns } from './plain.ts';
import { counted, kernelWords, tellSource } from './words.ts';

const HEADINGS = ['parameter', 'taken as', 'NULL', 'trust', 'count', ''] as const;

export function renderFactsText(report: FactsReport, options: FactsOptions): string {
  const paint = paintWith(options.color);
  const blocks = report.kfuncs.map((k) => block(k, paint, options.why));
  const tail = `${counted(report.kfuncs.length, 'kfunc')} in ${counted(report.fileCount, 'file')}, ${kernelWords(report.kernel)}`;
  return `${[...blocks, paint.dim(tail)].join('\n\n')}\n`;
}

function block(k: KfuncFacts, paint: Paint, why: boolean): string {
  const callers = callerWords(k);
  const rows = k.parameters.map((p) => [p.type === '' ? p.name : p.type, p.kind, nullWords(p), trustWords(p), countWords(p), moreWords(p)]);
  const head = `${paint.bold(`${k.name}()`)}  ${paint.cyan(flagWords(k))}${callers === '' ? '' : `  ${paint.dim(`for ${callers}`)}`}`;
  return [
    head,
    `  ${paint.dim(`${k.file}:${k.line}`)}`,
    ...(rows.length > 0 ? table([HEADINGS, ...rows], k.parameters, paint) : []),
    `  ${paint.dim('returns')} ${paint.text(returnWords(k.return))}`,
    `  ${paint.dim('runs')} ${paint.text(contextWords(k.context))}`,
    ...(why ? reasons(k, paint) : []),
  ].join('\n');
}

/** Columns as wide as their widest cell. What the kfunc must look out for is painted. */
function table(rows: readonly (readonly string[])[], parameters: readonly ParameterFacts[], paint: Paint): string[] {
  const cells = rows.map((row) => row.map((cell) => plainColumns(cell)));
  const widths = HEADINGS.map((_, i) => Math.max(...cells.map((row) => (row[i] ?? '').length)));
  return cells.map((row, r) => {
    const padded = row.map((cell, i) => (i === row.length - 1 ? cell : cell.padEnd(widths[i]!)));
    if (r === 0)
      return `  ${padded
        .map((cell) => (cell === '' ? '' : padding(cell, paint.dim)))
        .join('  ')
        .trimEnd()}`;
    const p = parameters[r - 1]!;
    const colours = padded.map((cell, i) => {
      if (i === 2 && p.mayBeNull) return padding(cell, paint.yellow);
      if (i === 3 && p.trust === 'any' && p.kind !== 'memory' && p.kind !== 'sized-memory') return padding(cell, paint.yellow);
      return cell;
    });
    return `  ${colours.join('  ').trimEnd()}`;
  });
}

/** Paints the word and leaves the blanks behind it, which plain text would fold. */
function padding(cell: string, colour: (text: string) => string): string {
  const word = cell.trimEnd();
  return colour(word) + ' '.repeat(cell.length - word.length);
}

function reasons(k: KfuncFacts, paint: Paint): string[] {
  const all = [...k.parameters.flatMap((p) => p.because), ...k.return.because, ...k.context.because];
  return all.map((e) => {
    const where = e.location ? ` (${e.location.file}:${e.location.line})` : '';
    return `    ${paint.text(`${e.text}${where}`)}${e.source ? paint.dim(`  [${tellSource(e.source)}]`) : ''}`;
  });
}
