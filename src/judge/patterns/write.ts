/**
 * Rulings put into and taken out of the text of a pattern file. The file belongs to people: all other bytes stay as they are, comments, order and layout
 * included. Each edit is read back, and one that did not do exactly what was asked is never returned.
 */
import { isDeepStrictEqual } from 'node:util';
import { Document, isMap, isScalar, isSeq, type Node, type Pair, parseDocument, Scalar, type YAMLMap, type YAMLSeq } from 'yaml';
import { InputError } from '../../claim.ts';
import type { PatternFile } from './schema.ts';

export type RulingEntry = NonNullable<PatternFile['rulings']>[number];

export interface Edited {
  text: string;
  /** line of the entry, from 1 */
  line: number;
}

const EMPTY_FILE = 'version: 1\n';
const USUAL_INDENT = 2;

/**
 * Adds the entry behind the last ruling. A text without content becomes a pattern file.
 * @throws InputError where the file is laid out so that nothing can be added
 */
export function addRuling(text: string, file: string, entry: RulingEntry): Edited {
  const base = text.trim() === '' ? EMPTY_FILE : text;
  return checked(base, splice(base, file, entry), file, (rulings) => [...rulings, plainValue(entry)], entry.id);
}

/** Puts the entry in the place of the ruling with this id. @throws InputError where there is none */
export function replaceRuling(text: string, file: string, id: string, entry: RulingEntry): Edited {
  const { start, end, indent } = spanOf(text, file, id);
  const edited = text.slice(0, start) + layOut(entry, indent, text) + text.slice(end);
  return checked(text, edited, file, (rulings) => rulings.map((one) => (one.id === id ? plainValue(entry) : one)), entry.id);
}

/** @throws InputError where there is none */
export function removeRuling(text: string, file: string, id: string): string {
  const { start, end, isOnly } = spanOf(text, file, id);
  let edited = text.slice(0, start) + text.slice(end);
  // a key without a value would be no list any more
  if (isOnly) edited = edited.replace(/^rulings:(?=[ \t]*(#.*)?\r?$)/m, 'rulings: []');
  return checked(text, edited, file, (rulings) => rulings.filter((one) => one.id !== id), null).text;
}

/** The rulings of a sound pattern file as they are written in it. */
export function rulingEntries(text: string): RulingEntry[] {
  return rulingsIn(parseDocument(text).toJS()) as RulingEntry[];
}

/** The entry alone, as it would stand in a file, not indented. */
export function renderRuling(entry: RulingEntry): string {
  return layOut(entry, 0, '\n');
}

interface Span {
  start: number;
  end: number;
  indent: number;
  isOnly: boolean;
}

function splice(text: string, file: string, entry: RulingEntry): string {
  const document = parseDocument(text);
  const top = document.contents;
  if (!isMap(top) || top.flow) throw new InputError(`${file}: is no mapping in block style, so no ruling can be added to it`);
  const pair = top.items.find((one) => isScalar(one.key) && one.key.value === 'rulings') as Pair<Scalar, Node | null> | undefined;
  if (!pair) {
    const last = top.items.at(-1) as Pair<Scalar, Node | null>;
    const at = lineEnd(text, (last.value ?? last.key).range![1]);
    return `${closed(text, at)}${newline(text)}rulings:${newline(text)}${layOut(entry, USUAL_INDENT, text)}${text.slice(at)}`;
  }
  const { value } = pair;
  if (isSeq(value) && !value.flow) {
    const at = lineEnd(text, (value.items.at(-1) as Node).range![1]);
    return closed(text, at) + layOut(entry, columnOf(text, value), text) + text.slice(at);
  }
  if (isSeq(value) && value.items.length === 0) {
    const [from, to] = value.range!;
    const at = lineEnd(text, to);
    const head = text.slice(0, from).trimEnd() + text.slice(to, at);
    return closed(head, head.length) + layOut(entry, USUAL_INDENT, text) + text.slice(at);
  }
  throw new InputError(`${file}: 'rulings' is no list in block style, so no ruling can be added to it`);
}

/** @throws InputError where no ruling has this id, or it stands in a list of flow style */
function spanOf(text: string, file: string, id: string): Span {
  const value = parseDocument(text).get('rulings', true) as YAMLSeq | undefined;
  if (!isSeq(value)) throw new InputError(`${file}: holds no ruling '${id}'`);
  const items = value.items as Node[];
  const item = items.find((one) => isMap(one) && (one as YAMLMap).get('id') === id);
  if (!item) throw new InputError(`${file}: holds no ruling '${id}'`);
  if (value.flow) throw new InputError(`${file}: 'rulings' is no list in block style, so ruling '${id}' can't be changed in it`);
  const start = text.lastIndexOf('\n', item.range![0] - 1) + 1;
  return { start, end: lineEnd(text, item.range![1]), indent: columnOf(text, value), isOnly: items.length === 1 };
}

/** Offset behind the line break that ends the line with `offset`; a value that took its line break with it ends there. */
function lineEnd(text: string, offset: number): number {
  if (text[offset - 1] === '\n') return offset;
  const end = text.indexOf('\n', offset);
  return end < 0 ? text.length : end + 1;
}

function closed(text: string, at: number): string {
  const head = text.slice(0, at);
  return head.endsWith('\n') ? head : head + newline(text);
}

function columnOf(text: string, list: YAMLSeq): number {
  const from = (list.items[0] as Node).range![0];
  const line = text.slice(text.lastIndexOf('\n', from - 1) + 1, from);
  return line.length - line.trimStart().length;
}

function newline(text: string): string {
  return text.includes('\r\n') ? '\r\n' : '\n';
}

// what a terminal or an editor would obey instead of showing it
const HIDDEN = /[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/gu;

const DAYS: readonly string[][] = [['until'], ['recorded', 'on']];

/** Parts of an entry that read better on one line. */
const ON_ONE_LINE: readonly string[][] = [['match', 'series'], ['recorded'], ['seen']];

/** @param like the text whose line breaks it takes */
function layOut(entry: RulingEntry, indent: number, like: string): string {
  const document = new Document([plainValue(entry)]);
  quoteHidden(document.contents as Node);
  for (const path of DAYS) {
    const node = document.getIn([0, ...path], true);
    // without quotes other readers of YAML make a date of it
    if (isScalar(node)) node.type = Scalar.QUOTE_DOUBLE;
  }
  for (const path of ON_ONE_LINE) {
    const node = document.getIn([0, ...path]);
    if (isMap(node)) node.flow = true;
  }
  const lines = document.toString({ lineWidth: 0, indent: 2 }).trimEnd().split('\n');
  const spell = (char: string) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`;
  const shown = lines.map((one) => one.replace(HIDDEN, (found) => [...Array(found.length).keys()].map((i) => spell(found[i]!)).join('')));
  return shown.map((one) => ' '.repeat(indent) + one + newline(like)).join('');
}

/** Strings with characters that are not seen are put in double quotes, where they are written as escapes. */
function quoteHidden(node: unknown): void {
  if (isScalar(node)) {
    if (typeof node.value === 'string' && new RegExp(HIDDEN.source, 'u').test(node.value)) node.type = Scalar.QUOTE_DOUBLE;
    return;
  }
  for (const item of (node as { items?: unknown[] } | null)?.items ?? []) {
    const { key, value } = item as Pair;
    if (key === undefined) quoteHidden(item);
    else for (const one of [key, value]) quoteHidden(one);
  }
}

type Plain = { id?: unknown };

function rulingsIn(value: unknown): Plain[] {
  const found = (value as { rulings?: unknown } | null)?.rulings;
  return Array.isArray(found) ? found : [];
}

function plainValue(entry: RulingEntry): Plain {
  return JSON.parse(JSON.stringify(entry)) as Plain;
}

/** Holds what the edited text says against what it should say. */
function checked(before: string, after: string, file: string, change: (rulings: Plain[]) => Plain[], id: string | null): Edited {
  const was = parseDocument(before).toJS() as Record<string, unknown>;
  const document = parseDocument(after);
  const is = document.errors.length === 0 ? (document.toJS() as Record<string, unknown>) : null;
  const wanted = { ...was, rulings: change(rulingsIn(was)) };
  if (!isDeepStrictEqual(is, wanted))
    throw new InputError(`${file}: is laid out in a way that can't be edited safely; nothing was changed`);
  const items = id === null ? [] : ((document.get('rulings', true) as YAMLSeq).items as Node[]);
  const item = items.find((one) => isMap(one) && (one as YAMLMap).get('id') === id);
  return { text: after, line: item ? after.slice(0, item.range![0]).split('\n').length : 1 };
}
