/** The output of `git log -p` and `git show`: commits, newest first unless their dates say otherwise. */
import type { Diagnostic } from '../claim.ts';
import { append } from './append.ts';
import type { Patch } from './model.ts';
import { parseDiff } from './patch.ts';

/**
 * Patches in order of application.
 * @throws InputError as parseDiff does
 */
export function readLog(lines: readonly string[], source: string): { patches: Patch[]; diagnostics: Diagnostic[] } {
  const starts = lines.flatMap((line, i) =>
    /^commit [0-9a-f]{7,64}(?: \(.*\))?$/.test(line) && /^(?:Author|Merge|tree)/.test(lines[i + 1] ?? '') ? [i] : [],
  );
  const diagnostics: Diagnostic[] = [];
  const commits = starts.map((start, n) =>
    readCommit(lines, start, starts[n + 1] ?? lines.length, `${source}:${lines[start]!.slice(7, 19)}`, diagnostics),
  );
  const dates = commits.map((commit) => commit.date);
  const oldestFirst = dates.length > 1 && dates.every((date, i) => i === 0 || date >= dates[i - 1]!) && dates[0] !== dates.at(-1);
  const ordered = oldestFirst ? commits : commits.reverse();
  return { patches: ordered.map((commit) => commit.patch).filter((patch) => patch.files.length > 0), diagnostics };
}

function readCommit(
  lines: readonly string[],
  from: number,
  to: number,
  source: string,
  diagnostics: Diagnostic[],
): { patch: Patch; date: number } {
  const header = (name: string) => {
    const line = lines.slice(from, Math.min(to, from + 10)).find((one) => one.startsWith(`${name}: `));
    return line === undefined ? null : line.slice(name.length + 1).trim();
  };
  const parsed = parseDiff(lines, { source, from, to });
  append(diagnostics, parsed.diagnostics);
  const body = lines.slice(from, to).join('\n');
  const patch: Patch = {
    subject:
      lines
        .slice(from, to)
        .find((line) => /^ {4}\S/.test(line))
        ?.trim() ?? '',
    messageId: null,
    author: header('Author'),
    version: 1,
    part: 0,
    total: 0,
    baseCommit: null,
    files: parsed.files,
    source,
    body,
  };
  return { patch, date: Date.parse(header('Date') ?? header('AuthorDate') ?? '') || 0 };
}
