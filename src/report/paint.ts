/** Colour for a terminal. Everything painted, or left unpainted by `text`, is made plain first, so no caller can forget it. */
import { plain } from './plain.ts';

const CODES = { bold: [1, 22], dim: [2, 22], red: [31, 39], green: [32, 39], yellow: [33, 39], cyan: [36, 39] } as const;
type Colour = keyof typeof CODES;

export type Paint = Record<Colour | 'text', (text: string) => string>;

export function paintWith(color: boolean): Paint {
  const paint: Partial<Paint> = { text: plain };
  for (const [name, [on, off]] of Object.entries(CODES)) {
    paint[name as Colour] = color ? (text) => `\u001b[${on}m${plain(text)}\u001b[${off}m` : plain;
  }
  return paint as Paint;
}
