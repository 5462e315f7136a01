import { describe, expect, it } from 'vitest';
import { conditionalGroups, negate } from '../../src/source/conditions.ts';
import { readLexis } from '../../src/source/lexis.ts';
import { body, lowered, stmtText } from './print.ts';

const lines = (...text: string[]) => text.join('\n');

describe('#if between statements', () => {
  it('keeps both arms', () => {
    expect(body(lines('a();', '#ifdef CONFIG_X', 'b();', '#else', 'c();', '#endif', 'd();'))).toBe(
      'a(); VARIANTS{ [defined(CONFIG_X)] b(); | [!defined(CONFIG_X)] c(); } d();',
    );
  });

  it('has an empty arm without #else', () => {
    expect(body(lines('#if IS_ENABLED(CONFIG_X)', 'b();', '#endif'))).toBe(
      'VARIANTS{ [IS_ENABLED(CONFIG_X)] b(); | [!(IS_ENABLED(CONFIG_X))] }',
    );
  });

  it('keeps #if 0 as an arm with its condition', () => {
    expect(body(lines('#if 0', 'b();', '#else', 'c();', '#endif'))).toBe('VARIANTS{ [0] b(); | [1] c(); }');
  });

  it('has an arm for each #elif', () => {
    expect(body(lines('#if A', 'a();', '#elif defined(B)', 'b();', '#else', 'c();', '#endif'))).toBe(
      'VARIANTS{ [A] a(); | [!(A) && defined(B)] b(); | [!(A) && !defined(B)] c(); }',
    );
  });

  it('nests', () => {
    expect(body(lines('#ifdef A', 'a();', '#ifdef B', 'b();', '#endif', '#endif'))).toBe(
      'VARIANTS{ [defined(A)] a(); VARIANTS{ [defined(B)] b(); | [!defined(B)] } | [!defined(A)] }',
    );
  });

  it('goes inside blocks and switches', () => {
    expect(body(lines('switch (x) {', 'case 1:', 'a();', '#ifdef A', 'case 2:', 'b();', '#endif', 'break;', '}'))).toBe(
      'switch x { case 1: a(); VARIANTS{ [defined(A)] case 2: b(); | [!defined(A)] } break; }',
    );
  });

  it('stands after a label', () => {
    expect(body(lines('out:', '#ifdef A', 'a();', '#endif', 'b();'))).toBe('out: VARIANTS{ [defined(A)] a(); | [!defined(A)] } b();');
  });

  it('passes over #define and #pragma', () => {
    expect(body(lines('#define N 3 \\', '  + 4', 'a(N);', '#undef N'))).toBe('a(N);');
  });
});

describe('#if through statements', () => {
  it('reads the body once for each arm', () => {
    expect(body(lines('#ifdef A', 'if (a)', '#else', 'if (b)', '#endif', 'c();'))).toBe(
      'VARIANTS{ [defined(A)] if a c(); | [!defined(A)] if b c(); }',
    );
  });

  it('sees an else that is compiled in or out', () => {
    expect(body(lines('if (a)', 'b();', '#ifdef A', 'else', 'c();', '#endif'))).toBe(
      'VARIANTS{ [defined(A)] if a b(); else c(); | [!defined(A)] if a b(); }',
    );
  });

  it('sees a condition of which a part is compiled in or out', () => {
    expect(body(lines('if (a', '#ifdef A', '&& b', '#endif', ') {', 'c();', '}'))).toBe(
      'VARIANTS{ [defined(A)] if (a && b) { c(); } | [!defined(A)] if a { c(); } }',
    );
  });

  it('sees the only statement of a branch compiled in or out', () => {
    expect(body(lines('if (a)', '#ifdef A', 'b();', '#else', 'c();', '#endif', 'd();'))).toBe(
      'VARIANTS{ [defined(A)] if a b(); d(); | [!defined(A)] if a c(); d(); }',
    );
  });

  it('takes equal conditions alike', () => {
    const text = lines('#ifdef A', 'if (a) {', '#endif', 'b();', '#ifdef A', '}', '#endif');
    expect(body(text)).toBe('VARIANTS{ [defined(A)] if a { b(); } | [!defined(A)] b(); }');
  });

  it('takes #ifdef and #ifndef of one name as opposites', () => {
    const text = lines('#ifdef A', 'if (a)', '#endif', 'b();', '#ifndef A', 'if (c)', '#endif', 'd();');
    expect(body(text)).toBe('VARIANTS{ [defined(A)] if a b(); d(); | [!defined(A)] b(); if c d(); }');
  });

  it('tries unlike conditions in all combinations', () => {
    const text = lines('#ifdef A', 'if (a)', '#endif', 'b();', '#ifdef B', 'if (c)', '#endif', 'd();');
    expect(body(text)).toBe(
      'VARIANTS{ [defined(A) && defined(B)] if a b(); if c d(); | [defined(A) && !defined(B)] if a b(); d(); | [!defined(A) && defined(B)] b(); if c d(); | [!defined(A) && !defined(B)] b(); d(); }',
    );
  });

  it('keeps other groups as they are', () => {
    const text = lines('#ifdef A', 'if (a)', '#endif', 'b();', '#ifdef B', 'c();', '#endif');
    expect(body(text)).toBe(
      'VARIANTS{ [defined(A)] if a b(); VARIANTS{ [defined(B)] c(); | [!defined(B)] } | [!defined(A)] b(); VARIANTS{ [defined(B)] c(); | [!defined(B)] } }',
    );
  });

  it('never drops what it can not combine', () => {
    const groups = Array.from({ length: 12 }, (_, i) => lines(`#ifdef C${i}`, `if (c${i})`, '#endif', `s${i}();`));
    const text = body(lines(...groups));
    for (let i = 0; i < 12; i++) expect(text).toContain(`s${i}();`);
    for (let i = 0; i < 12; i++) expect(text).toContain(`if c${i} `);
  });
});

describe('conditions', () => {
  it('negates', () => {
    expect(['0', '1', 'defined(A)', '!defined(A)', 'A > 1'].map(negate)).toEqual(['1', '0', '!defined(A)', 'defined(A)', '!(A > 1)']);
  });

  it('leaves what opens or closes elsewhere aside', () => {
    const { directives } = readLexis('#else\na\n#endif\n#if X\nb\n');
    const { groups, unpaired } = conditionalGroups(directives, 0, 100);
    expect(groups).toEqual([]);
    expect(unpaired.map((d) => d.keyword)).toEqual(['else', 'endif', 'if']);
  });

  it('a body whose #if closes after it is still read', () => {
    const fn = lowered('int f(void)\n{\n\ta();\n#ifdef A\n\treturn 1;\n}\n#endif\n');
    expect(fn.body.body.map(stmtText).join(' ')).toBe('a(); return 1;');
  });
});
