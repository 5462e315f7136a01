/** One function's text → ir.ts: head read by hand, body masked and parsed as a slice, #if groups put in place or, where they cut statements, tried arm by arm. */
import { splitCommas } from './brackets.ts';
import { type ConditionalGroup, conditionalGroups, negate } from './conditions.ts';
import { plainType, readDeclaration, readDeclarators } from './declaration.ts';
import { lexisOf } from './functions.ts';
import { type Head, readHead } from './head.ts';
import type { FunctionSyntax, ParameterSyntax, Span, Stmt, TypeSyntax } from './ir.ts';
import { blanks } from './lexis.ts';
import { lowerBlock, type StatementLowering, unknownStmt } from './lower-statement.ts';
import { type Masked, maskBody, NESTING_LIMIT, pairBrackets } from './mask.ts';
import type { FunctionSource } from './model.ts';
import { parseC } from './parser.ts';

/** Most ways to choose arms of #if groups that cut through statements; beyond it a choice of them is taken. */
const CHOICE_LIMIT = 8;
/** Longest body that is parsed, in UTF-16 units: the kernel's longest has a quarter of it, and text that is no C is slow to parse. */
const BODY_LIMIT = 400_000;

const cache = new WeakMap<FunctionSource, FunctionSyntax | null>();

/** The function as syntax, spans in its file; null where no head of a definition can be read at its start. Cached per source. */
export function lowerFunction(source: FunctionSource): FunctionSyntax | null {
  let syntax = cache.get(source);
  if (syntax === undefined) {
    syntax = lower(source);
    cache.set(source, syntax);
  }
  return syntax;
}

function lower(source: FunctionSource): FunctionSyntax | null {
  const { code } = lexisOf(source.file);
  const brace = bodyStart(code, source);
  const head = brace < 0 ? null : readSourceHead(code, source, brace);
  if (!head) return null;
  const { returns, specifiers } = readReturn(code, head);
  const { parameters, variadic } = readParameters(source.file.text, code, head, brace);
  const nameSpan = {
    start: head.nameAt,
    end: head.nameAt + (head.macro ? /^\w+/.exec(code.slice(head.nameAt))![0].length : head.name.length),
  };
  const span = { start: source.start, end: source.end };
  return withBody({ name: source.name, returns, parameters, variadic, specifiers, span, nameSpan }, source, brace);
}

/** The body is read when it is first looked at: most of what asks for a function wants its head alone. */
function withBody(head: Omit<FunctionSyntax, 'body' | 'partial'>, source: FunctionSource, brace: number): FunctionSyntax {
  let body: FunctionSyntax['body'] | undefined;
  let partial: boolean | undefined;
  return {
    ...head,
    get body() {
      const known = body ?? lowerBody(source, brace);
      body = known;
      return known;
    },
    get partial() {
      const known = partial ?? (!source.complete || hasUnknown(this.body));
      partial = known;
      return known;
    },
  };
}

function bodyStart(code: string, source: FunctionSource): number {
  let depth = 0;
  for (let i = source.start; i < source.end; i++) {
    const c = code.charCodeAt(i);
    if (c === 40) depth++;
    else if (c === 41) depth--;
    else if (c === 123 && depth <= 0) return i;
  }
  return -1;
}

function readSourceHead(code: string, source: FunctionSource, brace: number): Head | null {
  const own = readHead(code, source.start, brace);
  if (own) return own;
  const close = code.indexOf(')', source.start);
  return close < 0 || close > brace ? null : readHead(code, source.start, close + 1);
}

function readReturn(code: string, head: Head): { returns: TypeSyntax; specifiers: string[] } {
  const end = head.macro ? head.macroAt : head.nameAt;
  // `void (*f(int a))(int)` returns a pointer to a function
  const inner = code.slice(head.start, end).search(/\(\s*\*[\s*]*$/);
  const read = readDeclaration(code, head.start, inner < 0 ? end : head.start + inner);
  // a word after the type that no list knows is an annotation
  if (read)
    return {
      returns: inner < 0 ? read.type : { ...read.type, isFunction: true },
      specifiers: [...read.specifiers, ...(read.name === '' ? [] : [read.name])],
    };
  const specifiers = code.slice(head.start, end).match(/[A-Za-z_]\w*/g) ?? [];
  return {
    returns: { ...plainType(head.macro?.includes('BPF_CALL') ? 'u64' : head.macro?.includes('SYSCALL') ? 'long' : 'int') },
    specifiers,
  };
}

function readParameters(text: string, code: string, head: Head, brace: number): { parameters: ParameterSyntax[]; variadic: boolean } {
  const parts = splitCommas(code, head.open + 1, head.close);
  const own = head.macro ? macroParameters(code, head, parts) : parts;
  const variadic = own.some((p) => code.slice(p.start, p.end) === '...');
  const plain = own.filter((p) => !['...', 'void'].includes(code.slice(p.start, p.end)));
  const oldStyle = oldStyleTypes(code, head, brace);
  return { parameters: plain.map((span) => readParameter(text, code, span, oldStyle)), variadic };
}

/** SYSCALL_DEFINE and BPF_CALL write type and name as two arguments. */
function macroParameters(code: string, head: Head, parts: Span[]): Span[] {
  const rest = parts.slice(1);
  if (!/(?:SYSCALL(?:32)?_DEFINE|BPF_CALL_)/.test(head.macro!)) return rest;
  const joined: Span[] = [];
  for (let i = 0; i + 1 < rest.length; i += 2) joined.push({ start: rest[i]!.start, end: rest[i + 1]!.end });
  return joined.filter((p) => code.slice(p.start, p.end) !== '');
}

function readParameter(text: string, code: string, span: Span, oldStyle: Map<string, Span>): ParameterSyntax {
  const given = code.slice(span.start, span.end);
  const typed = /^\w+$/.test(given) ? oldStyle.get(given) : undefined;
  const at = typed ?? span;
  const bare = code.slice(at.start, at.end).replace(/,/g, ' ');
  const read = typed ? readDeclarators(code, typed.start, typed.end).find((d) => d.name === given) : readDeclaration(bare);
  const type = read ? { ...read.type, pointers: read.type.pointers + (read.type.dims.length > 0 ? 1 : 0) } : plainType(bare.trim());
  const shown = withoutComments(text, code, at).replace(/\s+/g, ' ').trim();
  return { name: read?.name ?? '', type, text: shown, span: at };
}

function withoutComments(text: string, code: string, span: Span): string {
  return text.slice(span.start, span.end).replace(/[\s\S]/g, (c, i: number) => (code[span.start + i] === ' ' ? ' ' : c));
}

/** Old-style definitions declare their parameters between the parentheses and the body. */
function oldStyleTypes(code: string, head: Head, brace: number): Map<string, Span> {
  const types = new Map<string, Span>();
  if (!code.slice(head.close, brace).includes(';')) return types;
  let from = head.close + 1;
  for (let at = code.indexOf(';', from); at >= 0 && at < brace; at = code.indexOf(';', from)) {
    const span = { start: from + code.slice(from, at).search(/\S|$/), end: at };
    for (const d of readDeclarators(code, span.start, span.end)) types.set(d.name, span);
    from = at + 1;
  }
  return types;
}

interface BodyText {
  source: FunctionSource;
  start: number;
  end: number;
  text: string;
  /** the file with comments, strings and directives blank; not chosen arms too */
  code: string;
}

interface Attempt {
  body: Stmt & { k: 'block' };
  /** groups that cut through statements */
  broken: ConditionalGroup[];
}

function lowerBody(source: FunctionSource, brace: number): Stmt & { k: 'block' } {
  const lexis = lexisOf(source.file);
  const b: BodyText = { source, start: brace, end: source.end, text: source.file.text, code: lexis.code };
  const { groups } = conditionalGroups(lexis.directives, brace, source.end);
  const first = attempt(b, groups, []);
  if (first.broken.length === 0) return first.body;
  let broken = first.broken;
  for (let round = 0; round < 3; round++) {
    const tries = choices(broken).map((choice) => ({ choice, ...attempt(b, groups, choice.arms) }));
    const more = [...new Set(tries.flatMap((t) => t.broken))].filter((g) => !broken.includes(g));
    if (more.length === 0 || round === 2) return combine(b, tries);
    broken = [...broken, ...more];
  }
  return first.body;
}

interface Choice {
  condition: string;
  /** for each broken group: it and the arm that is compiled */
  arms: { group: ConditionalGroup; arm: number }[];
}

/** Every way to take one arm of each group, equal conditions taken alike; the extremes first where there are too many. */
function choices(groups: ConditionalGroup[]): Choice[] {
  let all: Choice[] = [{ condition: '', arms: [] }];
  for (const group of groups) {
    const next = all.flatMap((c) =>
      group.arms.map((a, arm) => ({ condition: conjunction(c.condition, a.condition), arms: [...c.arms, { group, arm }] })),
    );
    const possible = next.filter((c) => !contradicts(c.condition));
    all = possible.length <= 4 * CHOICE_LIMIT ? possible : [...possible.slice(0, 2 * CHOICE_LIMIT), ...possible.slice(-2 * CHOICE_LIMIT)];
  }
  if (all.length <= CHOICE_LIMIT) return all;
  const step = (all.length - 1) / (CHOICE_LIMIT - 1);
  return Array.from({ length: CHOICE_LIMIT }, (_, i) => all[Math.round(i * step)]!);
}

function conjunction(a: string, b: string): string {
  const parts = [...a.split(' && '), ...b.split(' && ')].filter((p) => p !== '' && p !== '1');
  return [...new Set(parts)].join(' && ');
}

function contradicts(condition: string): boolean {
  const parts = condition.split(' && ');
  return parts.includes('0') || parts.some((p) => parts.includes(negate(p)));
}

function combine(b: BodyText, tries: (Attempt & { choice: Choice })[]): Stmt & { k: 'block' } {
  const read = tries.filter((t) => t.broken.length === 0 && !hasUnparsable(t.body));
  const used = read.length > 0 ? read : tries;
  const arms = used.map((t) => ({ condition: t.choice.condition, body: t.body.body }));
  if (used.length === 0)
    return {
      k: 'block',
      body: [unknownStmt(lowering(b, UNMASKED, []), { start: b.start, end: b.end })],
      span: { start: b.start, end: b.end },
    };
  const span = { start: b.start, end: b.end };
  return arms.length === 1 ? used[0]!.body : { k: 'block', body: [{ k: 'variants', arms, span }], span };
}

const UNMASKED: Masked = { text: '', notes: new Map() };

function lowering(b: BodyText, masked: Masked, groups: ConditionalGroup[]): StatementLowering {
  const own: StatementLowering = {
    source: b.text,
    code: b.code,
    base: b.start,
    notes: masked.notes,
    masked: masked.text,
    hasGaps: lexisOf(b.source.file).gaps.length > 0,
    groups: { all: groups, placed: new Set() },
    block: (_, node) => lowerBlock(own, node),
  };
  return own;
}

/** Masks, parses and lowers the body with the arms that are not chosen blank. */
function attempt(b: BodyText, groups: ConditionalGroup[], arms: Choice['arms']): Attempt {
  const chosen = new Set(arms.map((a) => a.group));
  const gone = arms.flatMap((a) => a.group.arms.filter((_, i) => i !== a.arm));
  const kept = groups.filter((g) => !chosen.has(g) && !gone.some((a) => a.start <= g.start && g.end <= a.end));
  const code = blankOut(b.code.slice(b.start, b.end), b.start, gone);
  const span = { start: b.start, end: b.end };
  const { depth, unclosed } = pairBrackets(code);
  const plain = lowering(b, UNMASKED, kept);
  if (depth > NESTING_LIMIT || code.length > BODY_LIMIT)
    return { body: { k: 'block', body: [unknownStmt(plain, span)], span }, broken: [] };
  const masked = maskBody(code);
  const c = lowering(b, masked, kept);
  const root = parseC(masked.text + '}'.repeat(unclosed), b.start, code.length);
  const top = root.type === 'translation_unit' ? root.kids[0] : undefined;
  if (top?.type !== 'compound_statement') return { body: { k: 'block', body: [unknownStmt(c, span)], span }, broken: [] };
  const body = lowerBlock(c, top);
  const rest = root.kids[1];
  if (rest && b.code.slice(rest.start, b.end).trim() !== '') body.body.push(unknownStmt(c, { start: rest.start, end: b.end }));
  return { body: { ...body, span }, broken: kept.filter((g) => !c.groups.placed.has(g)) };
}

function blankOut(code: string, base: number, spans: Span[]): string {
  let out = code;
  for (const s of spans) out = out.slice(0, s.start - base) + blanks(out.slice(s.start - base, s.end - base)) + out.slice(s.end - base);
  return out;
}

/** Walks statements and expressions alike, without recursion: trees may be deep. */
function someNode(root: object, test: (node: { k?: string; why?: string }) => boolean): boolean {
  const stack: unknown[] = [root];
  while (stack.length > 0) {
    const node = stack.pop();
    if (typeof node !== 'object' || node === null) continue;
    if (test(node)) return true;
    for (const key in node) if (key !== 'span' && key !== 'type') stack.push((node as Record<string, unknown>)[key]);
  }
  return false;
}

function hasUnknown(body: Stmt): boolean {
  return someNode(body, (n) => n.k === 'unknown');
}

function hasUnparsable(body: Stmt): boolean {
  return someNode(body, (n) => n.k === 'unknown' && n.why !== 'not-shown');
}

/** Names of the functions and macros that the body calls by name, each once, in the order they stand in the tree. */
export function collectCalls(fn: FunctionSyntax): string[] {
  const names = new Set<string>();
  someNode(fn.body, (n) => {
    const call = n as { k?: string; fn?: { k: string; name?: string } };
    if (call.k === 'call' && call.fn?.k === 'name') names.add(call.fn.name!);
    return false;
  });
  return [...names];
}
