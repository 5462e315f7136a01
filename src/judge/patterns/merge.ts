/** Several pattern files as one, and the part of it that a kernel series sees. */
import type { FunctionKnowledge, Knowledge, MemberKnowledge } from '../../flow/knowledge.ts';
import type { Patterns } from './model.ts';
import { contains } from './series-range.ts';

/** Later files win: per function name, per member, per id of a ruling or pattern. */
export function mergePatterns(files: readonly Patterns[]): Patterns {
  return files.reduce((all, file) => {
    const functions = new Set(file.functions.map((one) => one.name));
    const members = new Set(file.members.map(memberKey));
    const ids = new Set([...file.rulings, ...file.idioms].map((one) => one.id));
    return {
      functions: [...all.functions.filter((one) => !functions.has(one.name)), ...file.functions],
      members: [...all.members.filter((one) => !members.has(memberKey(one))), ...file.members],
      rulings: [...all.rulings.filter((one) => !ids.has(one.id)), ...file.rulings],
      idioms: [...all.idioms.filter((one) => !ids.has(one.id)), ...file.idioms],
    };
  });
}

function memberKey(one: MemberKnowledge): string {
  return `${one.struct}.${one.member}`;
}

/** What `flow/` may know of functions and members in this kernel series. */
export function knowledgeOf(patterns: Patterns, series: string): Knowledge {
  const functions = new Map<string, FunctionKnowledge>();
  const members = new Map<string, MemberKnowledge>();
  for (const entry of patterns.functions) {
    if (contains({ since: entry.since, until: entry.until }, series)) functions.set(entry.name, entry);
  }
  for (const entry of patterns.members) {
    if (contains({ since: entry.since, until: entry.until }, series)) members.set(memberKey(entry), entry);
  }
  return { functions, members };
}
