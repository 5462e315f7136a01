/** What a claim's words may be about besides the subject that was read out of them. */
import type { Category } from './reading/cues.ts';
import type { StatedClaim } from './reading/stated.ts';
import type { Names, Subject } from './subject.ts';
import { escaped, subjectNamed } from './subject.ts';

export interface Code {
  /** of the function */
  body: string;
  /** the file that it stands in */
  around: string;
}

/** Of a false claim nothing is lost by looking at more names; of a true one, the right name must be among them. */
export function othersMeant(stated: StatedClaim, subject: Subject | null, names: Names, code: Code): Subject[] {
  const kind = KINDS[stated.category];
  if (!kind || subject?.kind === 'flag' || subject?.kind === 'return') return [];
  const candidates = [
    ...stated.claimed,
    ...membersNamed(stated, code.body, names),
    ...namesAskedFor(stated.text, names),
    ...(speaksOfSeveral(stated.text) ? [...names.parameters.keys()] : []),
  ];
  const found = new Map<string, Subject>();
  for (const text of candidates) {
    const one = subjectNamed(text, names);
    if (one && one.text !== subject?.text && isUsedAs(kind, one, names, code)) found.set(one.text, one);
  }
  return [...found.values()];
}

const KINDS: Partial<Record<Category, 'pointer' | 'number'>> = { 'null-deref': 'pointer', refcount: 'pointer', 'out-of-bounds': 'number' };

/** `both pointers`, `one of the arguments`, `the second index`: more than one, not all of them named. */
const SEVERAL =
  /\b(both|either|neither|each|all|any|none|one|two|some)( of)?( the| these| those| its)?( two| three)? (arguments|parameters|pointers|args|params|indexes|indices|values|inputs|sizes|lengths|objects)\b|\b(the|its) (other|remaining|first|second|third|fourth|fifth|last|latter|former) (argument|parameter|pointer|index|value|size|length|number|one)s?\b|\b(are|is) (both|they|these|those|either|neither|each)\b|\b(both|either|neither|each|all) (of (them|these|those)|are|is)\b/i;

/** `Can from exceed N? And can to?`: what another question of the same comment names. */
function namesAskedFor(text: string, names: Names): string[] {
  const questions = text.split(/(?<=[.?!])\s+/).filter((s) => /\?\W*$/.test(s));
  if (questions.length < 2) return [];
  return questions
    .flatMap((s) => s.match(/(?<![\w>.])[A-Za-z_]\w*/g) ?? [])
    .filter((w) => names.parameters.has(w) || names.variables.has(w));
}

export function speaksOfSeveral(text: string): boolean {
  return SEVERAL.test(text);
}

/** A member named without its owner, as `the holder may be NULL` says of `l->holder`. */
function membersNamed({ category, subjects, text }: StatedClaim, body: string, names: Names): string[] {
  if (category === 'out-of-bounds') return [];
  const isOwn = (w: string) => names.parameters.has(w) || names.variables.has(w);
  const words = new Set([...subjects, ...(text.match(/(?<![\w>.])[a-z_]\w+\b(?!\()/g) ?? [])].filter((w) => !isOwn(w)));
  return [...body.matchAll(/[A-Za-z_]\w*(?:(?:->|\.)\w+)*(?:->|\.)([a-z_]\w*)\b(?!\s*\()/g)]
    .filter((m) => words.has(m[1]!))
    .map((m) => m[0]);
}

/** Numbers where they index, shift or measure; pointers where they are followed, handed on or kept. */
function isUsedAs(kind: 'pointer' | 'number', { text, root, kind: what }: Subject, names: Names, { body, around }: Code): boolean {
  const type = names.parameters.get(root)?.type ?? names.variables.get(root);
  const isPointer = type !== undefined && type.pointers + type.dims.length > 0;
  if (what !== 'expression') return (kind === 'pointer') === isPointer;
  const code = escaped(text);
  if (kind === 'number')
    return new RegExp(`\\[[^\\]]*${code}|(<<|>>)[^;{}]*${code}|\\([^;{}]*,[^;{}]*${code}`).test(body) || isNumberMember(text, around);
  if (new RegExp(`(?<![\\w>.])${code}\\s*->|\\*\\s*${code}\\b`).test(body)) return true;
  const member = /\w+$/.exec(text)?.[0] ?? '';
  // `&x->member` is never NULL; of other uses the declaration tells, where it is at hand
  if (!new RegExp(`(?<!&\\s?|[\\w>.])${code}\\b(?!\\s*\\[)`).test(body)) return false;
  if (new RegExp(`\\*\\s*(?:__\\w+\\s+)*${member}\\s*[;,]`).test(around)) return true;
  return !new RegExp(`^\\s+(?:\\w+\\s+)+${member}\\s*(?:\\[[^\\]]*\\]\\s*)?[;,:]`, 'm').test(around);
}

/** `cfg->len`, where the file declares `u32 len;`: said to be unbounded, it is a number of its own. */
function isNumberMember(text: string, around: string): boolean {
  const member = /(?:->|\.)([A-Za-z_]\w*)$/.exec(text)?.[1];
  const number = '(?:unsigned |signed )?(?:__)?(?:[us](?:8|16|32|64)|int|long|short|char|size_t|ssize_t|enum \\w+)';
  return member !== undefined && new RegExp(`^\\s+(?:const )?${number}\\s+${member}\\s*[;,:]`, 'm').test(around);
}
