/** One function's text → ir.ts: the head is read by hand, the body by the parser when it is first looked at. */
import { splitCommas } from './brackets.ts';
import { plainType, readDeclaration, readDeclarators } from './declaration.ts';
import { lexisOf } from './functions.ts';
import { type Head, readHead } from './head.ts';
import type { FunctionSyntax, ParameterSyntax, Span, TypeSyntax } from './ir.ts';
import { lowerBody } from './lower-body.ts';
import type { FunctionSource } from './model.ts';
import { hasUnknown } from './walk.ts';

export { collectCalls } from './walk.ts';

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
  const type = read ? decayed(read.type) : plainType(bare.trim());
  const shown = withoutComments(text, code, at).replace(/\s+/g, ' ').trim();
  return { name: read?.name ?? '', type, text: shown, span: at };
}

/** An array parameter is a pointer to its elements. */
function decayed(type: TypeSyntax): TypeSyntax {
  return type.dims.length === 0 || type.isFunction ? type : { ...type, pointers: type.pointers + 1, dims: type.dims.slice(1) };
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
