/** Files, editor and texts for the screen of `triage`. */
import { execFileSync } from 'node:child_process';
import { existsSync, realpathSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join, resolve, sep } from 'node:path';
import { RULES } from '../../rules/index.ts';
import { InputError, type Location } from '../claim.ts';
import { parsePatterns } from '../judge/patterns/load.ts';
import { type RulingEntry, renderRuling } from '../judge/patterns/write.ts';
import { openTree } from '../source/tree.ts';
import type { CodeFile, RulingDraft, Surroundings, TriageItem } from '../tui/model.ts';
import { draftReply } from '../tui/reply.ts';
import { openEditor } from './editor.ts';
import { explainCommand } from './explain.ts';
import type { Feed, Opened } from './feed-process.ts';
import { RulingStore } from './ruling-store.ts';

export interface SurroundingsInput {
  opened: Opened;
  file: Feed['file'];
  rulingFile: string;
  by: string | null;
  env: Readonly<Record<string, string | undefined>>;
  patterns: string[];
  title: string;
}

export function surroundingsOf({ opened, file, rulingFile, by, env, patterns, title }: SurroundingsInput): Surroundings {
  const today = new Date().toISOString().slice(0, 10);
  const who = by ?? whoDecides();
  const code = codeOf(opened.tree, file);
  const ruleIds = RULES.map((rule) => rule.id);
  const store = new RulingStore(rulingFile, (text, file) => void parsePatterns(text, file, { ruleIds }));
  const entry = (draft: RulingDraft, taken: ReadonlySet<string>) => entryOf(draft, taken, { by: who, on: today });
  return {
    title,
    series: opened.series,
    rulingFile,
    today,
    code,
    preview: (draft) => renderRuling(entry({ ...draft, reason: draft.reason || '…' }, new Set())),
    async save(draft) {
      const saved = await store.save((taken) => entry(draft, taken), draft.replaces);
      return { ...saved, by: `${who} on ${today}` };
    },
    withdraw: (id) => store.withdraw(id),
    explain: (item) => explain(item, opened.series, patterns),
    reply: async (item, says) =>
      (says === null ? item.reply : null) ?? draftReply(item, says, item.location ? code(item.location.file, item.scope) : null),
    writeReply: async (item, text) => writeReply(item, text),
    edit: async (at) => openEditor(env, pathOf(at, opened.tree), at.line),
  };
}

/** Where a name is written into a public file the one that git puts on commits is the one that a person chose for it. */
function whoDecides(): string {
  try {
    const name = execFileSync('git', ['config', 'user.name'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
    if (name !== '') return name;
  } catch {
    // no git, or it knows no name
  }
  return userInfo().username;
}

function codeOf(tree: string | null, sent: Feed['file']): Surroundings['code'] {
  const known = new Map<string, CodeFile>();
  const source = tree === null ? null : openTree(tree);
  return (path, scope) => {
    const name = `${scope}:${path}`;
    const found = known.get(name);
    if (found) return found;
    const file = sent(path, scope);
    const text = file?.text ?? source?.read(path) ?? null;
    // what has not come yet may come
    if (text === null) return null;
    const code = { lines: text.split('\n'), added: new Set(file?.added) };
    known.set(name, code);
    return code;
  };
}

function entryOf(
  { target, says, reason, until, laterSeries }: RulingDraft,
  taken: ReadonlySet<string>,
  recorded: { by: string; on: string },
): RulingEntry {
  const { rule, kfunc, subject, snippet, series, seen } = target;
  return {
    id: freeId(`${rule}-${kfunc}-${subject}`, taken),
    match: { rule, kfunc, subject, ...(snippet !== '' && { snippet }), series: { since: series, ...(!laterSeries && { until: series }) } },
    verdict: says,
    status: 'upheld',
    ...(reason !== '' && { reason }),
    recorded,
    ...(until !== null && { until }),
    ...(seen && {
      seen: {
        series: seen.series,
        ...(seen.model !== null && { model: seen.model }),
        ...(seen.flags !== null && { flags: seen.flags }),
        code: seen.code,
      },
    }),
  };
}

/** Lower-case words joined by hyphens, as the file wants them, and not yet in it. */
function freeId(wish: string, taken: ReadonlySet<string>): string {
  const base =
    wish
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^-|-$/g, '')
      .slice(0, 80)
      .replace(/-$/, '') || 'ruling';
  if (!taken.has(base)) return base;
  for (let n = 2; ; n++) if (!taken.has(`${base}-${n}`)) return `${base}-${n}`;
}

async function explain(item: TriageItem, series: string, patterns: string[]): Promise<string> {
  let text = '';
  const name = RULES.some((rule) => rule.id === item.rule) ? item.rule : null;
  if (name === null) return `'${item.rule}' is no rule: it is how the claim of the review was read.`;
  await explainCommand(name, { kernel: series, patterns }, { stdout: (part) => (text += part) });
  return text;
}

/** Never over another file: an answer that somebody has begun to change is worth more than ours. */
function writeReply({ rule, subject, kfunc }: TriageItem, text: string): string {
  const base = freeId(`reply-${rule}-${kfunc ?? ''}-${subject}`, new Set());
  for (let n = 1; ; n++) {
    const name = `${base}${n === 1 ? '' : `-${n}`}.txt`;
    try {
      writeFileSync(name, text, { flag: 'wx' });
      return name;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code !== 'EEXIST') throw new InputError(`${name}: can't be written (${code})`);
    }
  }
}

/** The file on disk; nothing outside the tree, whatever a patch calls its files. @throws InputError where there is none */
function pathOf({ file }: Location, tree: string | null): string {
  const inTree = tree === null ? null : insideOf(tree, file);
  if (inTree !== null) return inTree;
  if (tree === null && existsSync(file) && !file.split('/').includes('..')) return resolve(file);
  throw new InputError(`${file} is not on disk${tree === null ? ': --tree DIR would say where the kernel is' : ''}`);
}

function insideOf(tree: string, file: string): string | null {
  const root = realpathSync(tree);
  const path = join(root, file);
  if (!existsSync(path)) return null;
  const real = realpathSync(path);
  return real.startsWith(root + sep) ? real : null;
}
