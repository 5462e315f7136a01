/** A function's body → ir.ts: masked, parsed as a slice, #if groups put in their place or, where they cut statements, read choice by choice. */
import { armChoices, type Choice } from './arm-choices.ts';
import { pairBrackets } from './brackets.ts';
import { type ConditionalGroup, conditionalGroups } from './conditions.ts';
import { lexisOf } from './functions.ts';
import type { Span, Stmt } from './ir.ts';
import { blanks } from './lexis.ts';
import { lowerBlock } from './lower-statement.ts';
import { type Masked, maskBody } from './mask.ts';
import type { FunctionSource } from './model.ts';
import { parseC } from './parser.ts';
import { type StatementLowering, unknownStmt } from './statement-lowering.ts';

/** Deepest nesting of brackets that is given to the parser; kernel code stays below 30. */
const NESTING_LIMIT = 200;
/** Longest body that is parsed, in UTF-16 units: the kernel's longest has a quarter of it, and text that is no C is slow to parse. */
const BODY_LIMIT = 400_000;

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
  /** every brace has its partner */
  balanced: boolean;
}

/** The block of a function, from its brace on. */
export function lowerBody(source: FunctionSource, brace: number): Stmt & { k: 'block' } {
  const lexis = lexisOf(source.file);
  const b: BodyText = { source, start: brace, end: source.end, text: source.file.text, code: lexis.code };
  const { groups } = conditionalGroups(lexis.directives, brace, source.end);
  const first = attempt(b, groups, []);
  if (first.broken.length === 0) return first.body;
  let broken = first.broken;
  for (let round = 0; ; round++) {
    const { choices, complete } = armChoices(broken);
    const tries = choices.map((choice) => ({ choice, ...attempt(b, groups, choice.arms) }));
    const more = [...new Set(tries.flatMap((t) => t.broken))].filter((g) => !broken.includes(g));
    if (more.length === 0 || round === 2) return combine(b, tries, complete && more.length === 0);
    broken = [...broken, ...more];
  }
}

/** One arm for each choice. What can't be compiled, its braces show it, is left out; what was not tried is unknown. */
function combine(b: BodyText, tries: (Attempt & { choice: Choice })[], complete: boolean): Stmt & { k: 'block' } {
  const span = { start: b.start, end: b.end };
  const whole = unknownStmt(lowering(b, UNMASKED, []), span);
  const balanced = tries.filter((t) => t.balanced);
  const used = balanced.length > 0 ? balanced : tries;
  const arms = used.map((t) => ({ condition: t.choice.condition, body: t.broken.length === 0 ? t.body.body : [whole] }));
  if (!complete || arms.length === 0) arms.push({ condition: 'any other choice', body: [whole] });
  return { k: 'block', body: arms.length === 1 ? arms[0]!.body : [{ k: 'variants', arms, span }], span };
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
  const { depth, unclosed, unopened } = pairBrackets(code);
  const balanced = unclosed === 0 && unopened === 0;
  const plain = lowering(b, UNMASKED, kept);
  if (depth > NESTING_LIMIT || code.length > BODY_LIMIT)
    return { body: { k: 'block', body: [unknownStmt(plain, span)], span }, broken: [], balanced };
  const masked = maskBody(code);
  const c = lowering(b, masked, kept);
  const root = parseC(masked.text + '}'.repeat(unclosed), b.start, code.length);
  const top = root.type === 'translation_unit' ? root.kids[0] : undefined;
  if (top?.type !== 'compound_statement') return { body: { k: 'block', body: [unknownStmt(c, span)], span }, broken: [], balanced };
  const body = lowerBlock(c, top);
  const rest = root.kids[1];
  if (rest && b.code.slice(rest.start, b.end).trim() !== '') body.body.push(unknownStmt(c, { start: rest.start, end: b.end }));
  return { body: { ...body, span }, broken: kept.filter((g) => !c.groups.placed.has(g)), balanced };
}

function blankOut(code: string, base: number, spans: Span[]): string {
  let out = code;
  for (const s of spans) out = out.slice(0, s.start - base) + blanks(out.slice(s.start - base, s.end - base)) + out.slice(s.end - base);
  return out;
}
