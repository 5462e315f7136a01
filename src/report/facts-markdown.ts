/** The facts as a compact sheet to be put in front of a reviewer, human or not, with the wrong conclusions that it must not draw. */
import { CONCLUSIONS } from './facts-conclusions.ts';
import type { FactsReport, KfuncFacts, ParameterFacts } from './facts-model.ts';
import { callerWords, contextWords, countWords, flagWords, moreWords, nullWords, returnWords, trustWords } from './facts-words.ts';
import { codeSpan, prose } from './markdown-text.ts';

export function renderFactsMarkdown(report: FactsReport): string {
  const { series } = report.kernel;
  const wrong = CONCLUSIONS.filter((c) => report.kfuncs.some((k) => c.when(k, report)));
  return `${[
    `# What the BPF verifier of Linux ${prose(series)} guarantees to these kfuncs`,
    '',
    'Enforced when a BPF program is loaded: a program that breaks any of it never runs. Do not report as missing what is guaranteed here. Do report what is not:',
    'the table says "may be", "any", "any value" or "may be 0" where the C code itself must check. Any program of the types that a kfunc is registered for may',
    'call it, on purpose with the worst arguments that are let through.',
    ...(wrong.length > 0 ? ['', '## Conclusions that must not be drawn', '', ...wrong.map((c) => `- Not: ${c.wrong} ${c.right}`)] : []),
    '',
    '## Kfuncs',
    ...report.kfuncs.flatMap(section),
  ].join('\n')}\n`;
}

function section(k: KfuncFacts): string[] {
  const rows = k.parameters.map(
    (p) => `| ${[codeSpan(p.type), p.kind, nullWords(p), trustWords(p), countWords(p), prose(moreWords(p))].map(cell).join(' | ')} |`,
  );
  return [
    '',
    `### ${codeSpan(`${k.name}()`)} (${prose(flagWords(k))})`,
    '',
    `${codeSpan(`${k.file}:${k.line}`)}${registration(k)}. Returns ${prose(returnWords(k.return))}. ${capital(contextWords(k.context))}.`,
    ...(rows.length > 0
      ? ['', '| parameter | taken as | NULL | trust | reference count | otherwise |', '|---|---|---|---|---|---|', ...rows]
      : []),
    ...decisive(k),
  ];
}

function registration(k: KfuncFacts): string {
  const callers = callerWords(k);
  if (callers !== '') return `, registered for ${prose(callers)}`;
  return k.registered ? ', for which programs it is registered is not at hand' : '';
}

/** One line of evidence a parameter, where a flag or suffix decides. */
function decisive(k: KfuncFacts): string[] {
  const lines = k.parameters.flatMap((p: ParameterFacts) =>
    p.because
      .filter((e) => e.source !== null && 'path' in e.source && p.trust !== 'none')
      .slice(0, 1)
      .map((e) => {
        const source = e.source as { path: string; symbol: string; quote: string | null };
        return `- ${codeSpan(p.name)}: ${prose(e.text)} (${codeSpan(`${source.path} ${source.symbol}`)}${source.quote ? `: ${codeSpan(source.quote)}` : ''})`;
      }),
  );
  return lines.length > 0 ? ['', ...lines] : [];
}

/** A bar would end the cell, even in code. */
const cell = (text: string) => text.replaceAll('|', '\\|');
const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);
