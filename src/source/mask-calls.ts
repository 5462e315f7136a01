/** Masks of calls that are more than calls: loops, guards, declarations, macros that bring their own semicolon, offsetof of a path, alignof. */
import type { Partners } from './brackets.ts';
import type { Edit, Notes } from './mask-notes.ts';
import { beginsStatement, closesDo, nextCode, opensInitializer, previousCode, wordBefore } from './mask-places.ts';
import { CONTROL_WORDS } from './words.ts';

const LOOP_NAME = /for_?each|^(?:\w+_)?for_|_each_|^while_|_foreach|^list_for|_for$/i;
const DECLARING = /^(?:\w+_)?(?:DEFINE|DECLARE)_\w+$|^H?LIST_HEAD$|_ON_STACK$/;

interface Place {
  code: string;
  notes: Notes;
  partners: Partners;
}

/** `name(…)`: offsets of the name and its parentheses. */
interface Call {
  name: string;
  at: number;
  open: number;
  close: number;
}

/** Calls that are more than calls: loops, guards, macros that bring their own semicolon, offsetof of a path, alignof. */
export function maskCalls(code: string, notes: Notes, partners: Partners): Edit[] {
  const edits: Edit[] = [];
  let done = 0;
  for (const m of code.matchAll(/\b([A-Za-z_]\w*)(\s*)\(/g)) {
    const at = m.index;
    const open = at + m[0].length - 1;
    const close = partners[open]!;
    if (close <= 0 || at < done) continue;
    const made = special({ code, notes, partners }, { name: m[1]!, at, open, close });
    if (!made) continue;
    edits.push(...made);
    done = made.at(-1)!.end;
  }
  return edits;
}

function special(p: Place, call: Call): Edit[] | null {
  const { code } = p;
  const { name, at, open, close } = call;
  if (name === 'offsetof' || name === '__builtin_offsetof') return offsetMember(code, call);
  if (/^(?:_?_?alignof(?:__)?|_Alignof)$/.test(name) && name !== 'alignof') return alignment(p, call);
  if (CONTROL_WORDS.has(name)) return null;
  if (DECLARING.test(name) && close - at > 4) return declaring(p, call);
  if (!beginsStatement(code, at)) return emptyArgument(code, open, close);
  if (name === 'guard' || name === 'CLASS') return joinParentheses(p, call);
  return blockMacro(p, call) ?? emptyArgument(code, open, close);
}

function blockMacro(p: Place, call: Call): Edit[] | null {
  const { code } = p;
  const { name, at, close } = call;
  const next = nextCode(code, close + 1);
  const c = code[next] ?? '';
  const word = /[A-Za-z_]/.test(c);
  const loop = LOOP_NAME.test(name) || name.startsWith('scoped_');
  if (c === '{' || (loop && (word || '(*+-'.includes(c || ' ') || (c === ';' && closesDo(code, at, p.partners))))) {
    p.notes.set(at, { kind: 'block-macro', name });
    return asLoop(code, call);
  }
  const gapped = next > close + 1;
  return gapped && (word || c === '}') && !opensInitializer(code, at) ? [{ start: close + 1, end: close + 2, text: ';' }] : null;
}

/** `name(…)` → `while(…)`; without arguments there is room for `while(0)` in the name. */
function asLoop(code: string, { at, open, close }: Call): Edit[] | null {
  const room = open - at;
  const keyword = room >= 5 ? 'while' : 'if';
  if (code.slice(open + 1, close).trim() !== '') return room < 2 ? null : [{ start: at, end: open, text: keyword.padEnd(room) }];
  const whole = close + 1 - at;
  const short = whole >= 8 ? 'while' : 'if';
  return [{ start: at, end: close + 1, text: short + '(0)'.padStart(whole - short.length) }];
}

/** `f(a, /* nothing *\/)`: the comma before an empty last argument goes. */
function emptyArgument(code: string, open: number, close: number): Edit[] | null {
  const comma = previousCode(code, close);
  return comma > open && code[comma] === ',' ? [{ start: comma, end: comma + 1, text: ' ' }] : null;
}

/** `DECLARE_BITMAP(map, 64);` at the start of a statement, after `static` too, with or without an initialiser. */
function declaring({ code, notes }: Place, { name, at, open, close }: Call): Edit[] | null {
  const next = code[nextCode(code, close + 1)];
  let from = at;
  for (let word = wordBefore(code, from); word === 'static' || word === 'const'; word = wordBefore(code, from)) {
    from = previousCode(code, from) + 1 - word.length;
  }
  if ((next !== ';' && next !== '=') || !beginsStatement(code, from) || opensInitializer(code, from)) return null;
  const args = code.slice(open + 1, close);
  const variable = /^DEFINE_(?:RAW_)?FLEX$/.test(name) ? args.slice(args.indexOf(',') + 1) : args;
  if (!/^\s*[A-Za-z_]\w*\s*(?:,|$)/.test(variable)) return null;
  notes.set(at, { kind: 'declares', macro: name, start: open + 1, end: close });
  return [{ start: at, end: close + 1, text: 'int D'.padEnd(close + 1 - at, '_') }];
}

/** `guard(mutex)(&lock)` and `CLASS(fd, f)(n)` become a call of one name. */
function joinParentheses({ code, notes, partners }: Place, { name, at, open, close }: Call): Edit[] | null {
  const second = nextCode(code, close + 1);
  if (code[second] !== '(' || partners[second]! <= 0) return null;
  notes.set(at, { kind: name === 'guard' ? 'guard' : 'class', start: open + 1, end: close });
  return [{ start: at, end: second, text: 'guard'.padEnd(second - at, '_') }];
}

function alignment({ notes }: Place, { at, open }: Call): Edit[] {
  notes.set(at, { kind: 'alignof' });
  return [{ start: at, end: open, text: 'sizeof'.padEnd(open - at) }];
}

function offsetMember(code: string, { name, at, open, close }: Call): Edit[] | null {
  const comma = code.lastIndexOf(',', close);
  if (comma < open) return null;
  const from = nextCode(code, comma + 1);
  const to = previousCode(code, close) + 1;
  const edits = name === 'offsetof' ? [] : [{ start: at, end: at + name.length, text: 'offsetof'.padEnd(name.length) }];
  if (/\W/.test(code.slice(from, to))) edits.push({ start: from, end: to, text: code.slice(from, to).replace(/\W/g, '_') });
  return edits.length > 0 ? edits : null;
}
