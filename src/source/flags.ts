/** The third argument of BTF_ID_FLAGS: names joined with `|`, in parentheses, through macros. */
import type { MacroLookup } from './macros.ts';

/** Flags in the order written, each once; what is neither a flag nor 0 nor a macro of flags is `unread`. `local` knows the macros of the file itself. */
export function readFlags(text: string, local: MacroLookup, find: MacroLookup): { flags: string[]; unread: string[] } {
  const flags: string[] = [];
  const unread: string[] = [];
  // KF_ names are macros as well, of a header that every file includes: their values say nothing that the names do not
  read(text, (name) => local(name) ?? (name.startsWith('KF_') ? null : find(name)), flags, unread, 0);
  return { flags: [...new Set(flags)], unread: [...new Set(unread)] };
}

function read(text: string, find: MacroLookup, flags: string[], unread: string[], depth: number): void {
  const bare = stripParentheses(text.trim());
  const parts = splitBars(bare);
  if (parts.length > 1) {
    for (const p of parts) read(p, find, flags, unread, depth);
    return;
  }
  const word = bare.trim();
  if (word === '' || /^(?:0[xX]?0*|\d*0)[uUlL]*$/.test(word)) return;
  const macro = /^[A-Za-z_]\w*$/.test(word) && depth < 8 ? find(word) : null;
  if (/^KF_[A-Z0-9_]+$/.test(word) && !(macro && /\bKF_\w/.test(macro.body))) flags.push(word);
  else if (macro && macro.parameters === null && macro.body !== '') read(macro.body, find, flags, unread, depth + 1);
  else unread.push(word);
}

function stripParentheses(text: string): string {
  let now = text;
  while (now.startsWith('(') && matching(now) === now.length - 1) now = now.slice(1, -1).trim();
  return now;
}

function matching(text: string): number {
  let depth = 0;
  for (let i = 0; i < text.length; i++) {
    if (text[i] === '(') depth++;
    else if (text[i] === ')' && --depth === 0) return i;
  }
  return -1;
}

function splitBars(text: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let from = 0;
  for (let i = 0; i < text.length; i++) {
    if (text[i] === '(') depth++;
    else if (text[i] === ')') depth--;
    else if (text[i] === '|' && depth === 0) {
      parts.push(text.slice(from, i));
      from = i + 1;
    }
  }
  return [...parts, text.slice(from)];
}
