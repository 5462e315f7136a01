import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InputReader } from '../../src/tui/input.ts';

/** Keys by their names; pastes in quotes. */
function read(...chunks: string[]): string[] {
  const reader = new InputReader();
  const found = [...chunks.flatMap((one) => reader.push(one)), ...(reader.isWaiting ? reader.flush() : [])];
  return found.map((one) => ('key' in one ? one.key : `"${one.paste}"`));
}

const E = '\u001b';

describe('what was typed', () => {
  it.each([
    ['j', ['j']],
    ['jjk', ['j', 'j', 'k']],
    ['sno\r', ['s', 'n', 'o', 'enter']],
    ['é漢😀', ['é', '漢', '😀']],
    ['\u0003\u0004\u001a', ['ctrl+c', 'ctrl+d', 'ctrl+z']],
    ['\t\u007f\b\n', ['tab', 'backspace', 'backspace', 'enter']],
    [`${E}[A${E}[B${E}[C${E}[D`, ['up', 'down', 'right', 'left']],
    [`${E}OA${E}OB${E}OH${E}OF`, ['up', 'down', 'home', 'end']],
    [`${E}[5~${E}[6~${E}[3~${E}[1~${E}[4~${E}[7~${E}[8~`, ['pageup', 'pagedown', 'delete', 'home', 'end', 'home', 'end']],
    [`${E}[H${E}[F${E}[Z`, ['home', 'end', 'shift+tab']],
    [`${E}[1;5A${E}[1;2B`, ['up', 'down']],
    [E, ['escape']],
    [`${E}${E}`, ['escape', 'escape']],
    [`${E}c`, ['escape', 'c']],
    [`${E}]`, ['escape', ']']],
    [`${E}[`, ['escape', '[']],
    [`${E}O`, ['escape', 'O']],
    ['[', ['[']],
  ])('%j is %j', (text, keys) => {
    expect(read(text)).toEqual(keys);
  });

  it('a sequence may come in pieces', () => {
    expect(read(E, '[', 'A', 'j')).toEqual(['up', 'j']);
    expect(read(`${E}[1;`, '5B')).toEqual(['down']);
    expect(read(`${E}O`, 'A')).toEqual(['up']);
  });

  it('any text in any pieces gives the same', () => {
    const piece = fc.constantFrom('a', E, '[', 'A', '5', '~', ';', 'O', ']', '\u0007', '\\', '200~', `${E}[200~`, `${E}[201~`, '😀', '\r');
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), fc.integer({ min: 0, max: 40 }), (pieces, at) => {
        // the decoder of a stream keeps characters whole
        const text = [...pieces.join('')];
        expect(read(text.slice(0, at).join(''), text.slice(at).join(''))).toEqual(read(text.join('')));
      }),
      { numRuns: 2000 },
    );
  });
});

describe('what was not typed', () => {
  it.each([
    `${E}[?1;2c`,
    `${E}[24;80R`,
    `${E}[I`,
    `${E}[>0;276;0c`,
    `${E}[?997;1n`,
    `${E}[99;5u`,
    `${E}[25~`,
    `${E}[[A`,
    `${E}]11;rgb:cccc/cccc/cccc\u0007`,
    `${E}]11;rgb:cccc/cccc/cccc${E}\\`,
    `${E}P>|XTerm(370)${E}\\`,
    `${E}]11;rgb:cc`,
    `${E}[?1;2`,
    '\u009b\u0085',
  ])('%j decides nothing, and what comes after it is heard', (answer) => {
    const reader = new InputReader();
    expect(reader.push(answer)).toEqual([]);
    expect(reader.flush()).toEqual([]);
    expect(reader.push('j')).toEqual([{ key: 'j' }]);
  });

  it('a paste is given whole, with nothing in it taken for a key', () => {
    expect(read(`x${E}[200~c u\rq${E}[A${E}[201~j`)).toEqual(['x', `"c u\rq${E}[A"`, 'j']);
    expect(read(`${E}[200~c`, 'u', `${E}[20`, '1~j')).toEqual(['"cu"', 'j']);
    expect(read(`${E}[200~cut off`)).toEqual(['"cut off"']);
  });
});
