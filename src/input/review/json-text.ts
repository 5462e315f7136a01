/** JSON with places: every value knows its span in the original, and strings know the place of each character, so that one can cut inside them. */
import { InputError } from '../../claim.ts';
import type { Layer } from './layer.ts';
import { mapped, spanIn } from './layer.ts';
import type { Cut, Span } from './model.ts';

export type JsonNode = { span: Span } & (
  | { k: 'object'; entries: ReadonlyMap<string, JsonNode> }
  | { k: 'array'; items: JsonNode[] }
  | JsonString
  | { k: 'plain'; value: number | boolean | null }
);

/** Decoded only when asked: a review object can carry megabytes of logs. */
class JsonString {
  readonly k = 'string';
  private readonly outer: Layer;
  private readonly raw: Span;
  private decoded: Layer | null = null;

  /** @param raw offsets of the opening and past the closing quote in `outer` */
  constructor(outer: Layer, raw: Span) {
    this.outer = outer;
    this.raw = raw;
  }

  get value(): string {
    return this.decoded?.text ?? (JSON.parse(this.outer.text.slice(this.raw.start, this.raw.end)) as string);
  }

  get layer(): Layer {
    if (!this.decoded) {
      const starts: number[] = [];
      let at = this.raw.start + 1;
      while (at < this.raw.end - 1) {
        starts.push(at);
        at += this.outer.text[at] !== '\\' ? 1 : this.outer.text[at + 1] === 'u' ? 6 : 2;
      }
      starts.push(at);
      this.decoded = mapped(this.outer, this.value, starts);
    }
    return this.decoded;
  }
}

const DEEPEST = 100;

/**
 * @param layer the whole JSON text
 * @throws InputError where it is no JSON, or nested deeper than any review
 */
export function parseJsonText(layer: Layer, name: string): JsonNode {
  try {
    JSON.parse(layer.text);
  } catch (error) {
    const why = (error as Error).message.replace(/\s+/g, ' ').slice(0, 160);
    throw new InputError(`${name}: is no JSON (${why})`);
  }
  return new Reader(layer, name).value(0);
}

/** Runs only over text that JSON.parse accepted, so it checks nothing but depth. */
class Reader {
  private at = 0;
  private readonly layer: Layer;
  private readonly text: string;
  private readonly name: string;

  constructor(layer: Layer, name: string) {
    this.layer = layer;
    this.text = layer.text;
    this.name = name;
    if (this.text.charCodeAt(0) === 0xfeff) this.at = 1;
  }

  value(depth: number): JsonNode {
    if (depth > DEEPEST) throw new InputError(`${this.name}: is nested deeper than ${DEEPEST} levels`);
    this.space();
    const start = this.at;
    const char = this.text[this.at];
    if (char === '{') return this.object(start, depth);
    if (char === '[') return this.array(start, depth);
    if (char === '"') return this.string(start);
    const word = /^[^\s,\]}]+/.exec(this.text.slice(this.at, this.at + 64))![0];
    this.at += word.length;
    return { k: 'plain', value: JSON.parse(word), span: this.span(start) };
  }

  private object(start: number, depth: number): JsonNode {
    const entries = new Map<string, JsonNode>();
    this.at++;
    for (this.space(); this.text[this.at] !== '}'; this.separator()) {
      const key = this.string(this.at);
      this.space();
      this.at++;
      entries.set(key.value, this.value(depth + 1));
    }
    this.at++;
    return { k: 'object', entries, span: this.span(start) };
  }

  private array(start: number, depth: number): JsonNode {
    const items: JsonNode[] = [];
    this.at++;
    for (this.space(); this.text[this.at] !== ']'; this.separator()) items.push(this.value(depth + 1));
    this.at++;
    return { k: 'array', items, span: this.span(start) };
  }

  private string(start: number): JsonString & { span: Span } {
    let end = this.text.indexOf('"', start + 1);
    while (isEscaped(this.text, end)) end = this.text.indexOf('"', end + 1);
    this.at = end + 1;
    return Object.assign(new JsonString(this.layer, { start, end: end + 1 }), { span: this.span(start) });
  }

  private separator(): void {
    this.space();
    if (this.text[this.at] === ',') this.at++;
    this.space();
  }

  private space(): void {
    while (/\s/.test(this.text[this.at] ?? '')) this.at++;
  }

  private span(start: number): Span {
    return spanIn(this.layer, start, this.at);
  }
}

/** An odd number of backslashes stands before `at`. */
function isEscaped(text: string, at: number): boolean {
  let count = 0;
  while (text[at - 1 - count] === '\\') count++;
  return count % 2 === 1;
}

export function member(node: JsonNode | null | undefined, key: string): JsonNode | null {
  return node?.k === 'object' ? (node.entries.get(key) ?? null) : null;
}

export function textOf(node: JsonNode | null | undefined): string | null {
  return node?.k === 'string' ? node.value : null;
}

export function numberOf(node: JsonNode | null | undefined): number | null {
  return node?.k === 'plain' && typeof node.value === 'number' && Number.isFinite(node.value) ? node.value : null;
}

export function booleanOf(node: JsonNode | null | undefined): boolean | null {
  return node?.k === 'plain' && typeof node.value === 'boolean' ? node.value : null;
}

export function itemsOf(node: JsonNode | null | undefined): JsonNode[] {
  return node?.k === 'array' ? node.items : [];
}

/** One function a list, so that all its cuts share the list and can be told to belong together. */
export function cutsOf(list: JsonNode | null | undefined): Cut[] {
  const spans = itemsOf(list).map((item) => item.span);
  return spans.map((_, index) => ({ list: spans, index }));
}
