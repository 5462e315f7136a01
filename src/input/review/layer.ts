/** Decoded text that knows where each of its characters stands in the original: mails in quoted-printable, JSON inside strings of JSON. */
import type { Span } from './model.ts';

export interface Layer {
  text: string;
  /** offset in the original of character `i`; `i` may be the length of the text */
  origin(i: number): number;
}

export function wholeText(text: string): Layer {
  return { text, origin: (i) => i };
}

export function slice(layer: Layer, start: number, end: number): Layer {
  return { text: layer.text.slice(start, end), origin: (i) => layer.origin(start + i) };
}

/** `starts[i]` is the offset in `outer` of character `i` of `text`; it has one entry more than `text` has characters. */
export function mapped(outer: Layer, text: string, starts: ArrayLike<number>): Layer {
  return { text, origin: (i) => outer.origin(starts[i]!) };
}

export function spanIn(layer: Layer, start: number, end: number): Span {
  return { start: layer.origin(start), end: layer.origin(end) };
}
