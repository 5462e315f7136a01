/** Places and texts in SARIF: relative URIs, lines and columns from 1, columns in UTF-16 units, messages without links. */
import type { Location } from '../claim.ts';
import { clip } from './markdown-text.ts';
import { plain } from './plain.ts';

export function sarifLocation({ file, line, column }: Location) {
  return { artifactLocation: { uri: relativeUri(file), uriBaseId: '%SRCROOT%' }, region: { startLine: line, startColumn: column } };
}

/** A path as a relative URI that cannot climb out of the root, name a scheme or a host. */
export function relativeUri(path: string): string {
  const segments = path.split('/').filter((segment) => segment !== '' && segment !== '.' && segment !== '..');
  return segments.map((segment) => encodeURIComponent(segment.replace(/\p{Cs}/gu, '\ufffd'))).join('/') || 'unknown';
}

/** In a message `[words](target)` is a link: a blank between keeps it text. */
export function sarifText(text: string, limit = 2000): string {
  return clip(plain(text), limit).replace(/\](?=\()/g, '] ');
}
