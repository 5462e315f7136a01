import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { functionsOf, lexisOf } from '../../src/source/functions.ts';
import { readLexis } from '../../src/source/lexis.ts';
import { lowerFunction } from '../../src/source/lower.ts';
import { maskBody } from '../../src/source/mask.ts';
import { GAP_MARK } from '../../src/source/model.ts';
import { buildProgram } from '../../src/source/program.ts';
import { body, fileOf, lowered, stmtText } from './print.ts';

/** Everything that source/ can be asked of a file. */
function readAll(text: string): void {
  const file = fileOf(text, 'kernel/x.c', false);
  const program = buildProgram([file], null);
  for (const f of functionsOf(file)) void lowerFunction(f)?.body;
  void [program.kfuncs, program.sets, program.dtors];
  for (const name of ['foo', 'A', 'a']) {
    program.findConstant(name, file);
    program.findEnum(name, file);
    program.findStruct(name, file);
    program.findTypedef(name, file);
    program.findVariable(name, file);
    program.findMacro(name, file);
  }
}

const inFunction = (text: string) => `int f(int a)\n{\n${text}\n}\n`;
const many = (piece: string, n: number) => piece.repeat(n);

describe('depth', () => {
  it.each([
    ['parentheses', `x = ${many('(', 5000)}1${many(')', 5000)};`],
    ['unclosed parentheses', `x = ${many('(', 5000)}1;`],
    ['blocks', `${many('{', 5000)}${many('}', 5000)}`],
    ['calls', `${many('f(', 5000)}1${many(')', 5000)};`],
    ['indices', `a${many('[0', 3000)}${many(']', 3000)};`],
    ['unary operators', `x = ${many('!', 5000)}a;`],
    ['sums', `x = a${many(' + a', 5000)};`],
    ['assignments', `${many('a = ', 5000)}b;`],
    ['else if', `${many('if (a) b(); else ', 3000)}c();`],
    ['conditionals', `x = ${many('a ? b : ', 3000)}c;`],
    ['casts', `x = ${many('(int)', 5000)}a;`],
    ['labels', `${many('l: ', 3000)}a();`],
    ['loops', `${many('for_each_x(a, b) ', 3000)}c();`],
    ['fields', `x = a${many('->b', 5000)};`],
    ['#if', `${many('#if A\n', 2000)}a();\n${many('#endif\n', 2000)}`],
    ['stars', `x = ${many('*', 5000)}p;`],
  ])('%s', (_, text) => {
    const began = performance.now();
    readAll(inFunction(text));
    expect(performance.now() - began).toBeLessThan(3000);
  });

  it('what is too deep is unknown, and what stands beside it is read', () => {
    expect(body(`x = ${many('(', 5000)}1${many(')', 5000)};`)).toMatch(/^UNKNOWN\(unparsable\)/);
    expect(body(`a();\nx = a${many(' + a', 5000)};\nb();`)).toMatch(/^a\(\); .*UNKNOWN.* b\(\);$/);
  });
});

describe('length', () => {
  it.each([
    ['one line of a megabyte', `/* ${many('x', 1 << 20)} */ int f(void) { a(); }`],
    ['a megabyte of blanks', `int f(void)\n{\n${many(' ', 1 << 20)}a();\n}`],
    ['a megabyte of empty lines', `int f(void)\n{\n${many('\n', 1 << 20)}a();\n}`],
    ['30,000 statements', inFunction(many('a(b);\n', 30_000))],
    ['100,000 open calls', inFunction(many(';a(', 100_000))],
    ['30,000 words', inFunction(many('word ', 30_000))],
    ['20,000 strings', inFunction(`f(${many('"a" ', 20_000)});`)],
    ['100,000 directives', many('#define A 1\n', 100_000)],
    ['100,000 gaps', many(`${GAP_MARK}\nint a;\n`, 20_000)],
    ['100,000 open comments', many('/* ', 100_000)],
    ['100,000 closed comments', many('*/ ', 100_000)],
    ['100,000 apostrophes', many("' ", 100_000)],
    ['a macro of a megabyte', `#define foo ${many('A ', 1 << 19)}\nBTF_KFUNCS_START(s)\nfoo\nBTF_KFUNCS_END(s)`],
    ['100,000 flags', `BTF_KFUNCS_START(s)\nBTF_ID_FLAGS(func, a, ${many('KF_A | ', 100_000)} 0)\nBTF_KFUNCS_END(s)`],
    ['100,000 entries', `BTF_KFUNCS_START(s)\n${many('BTF_ID_FLAGS(func, a)\n', 20_000)}BTF_KFUNCS_END(s)`],
    ['100,000 enumerators', `enum foo {\n${many('A,\n', 100_000)}};`],
    ['100,000 enums', many('enum { A };\n', 20_000)],
    ['100,000 structs', many('struct foo { int a; };\n', 20_000)],
    ['100,000 heads', many('int f(int a) ', 50_000)],
    ['100,000 open braces', many('int f(void) {\n', 20_000)],
    ['nested macros', `#define A B B B B\n#define B C C C C\n#define C D D D D\n#define D A A A A\nenum foo { A };\nint x = A;`],
    ['a body of a megabyte', inFunction(many('a(b);\n', 200_000))],
    ['one declaration', `int ${many('*', 100_000)}a;`],
    ['attributes', inFunction(`int a ${many('__attribute__((x)) ', 20_000)};`)],
    ['case ranges', inFunction(`switch (a) { ${many('case 1 ... 2: ', 5_000)} }`)],
  ])('%s', { timeout: 30_000 }, (_, text) => {
    const began = performance.now();
    readAll(text);
    expect(performance.now() - began).toBeLessThan(10_000);
  });
});

describe('anything', () => {
  const piece = fc.constantFrom(
    'int f(int a)\n{\n',
    '}\n',
    '{',
    '(',
    ')',
    '[',
    ']',
    ';',
    ',',
    '"',
    "'",
    '/*',
    '*/',
    '//',
    '\\\n',
    '\n#if A\n',
    '\n#else\n',
    '\n#endif\n',
    '\n#define A(x) x##y\n',
    'if (',
    'else ',
    'for (',
    'while (',
    'do ',
    'switch (',
    'case 1 ... 3:',
    'default:',
    'return ',
    'goto out;',
    'out:',
    'struct foo',
    'enum foo {',
    'A = 1,',
    'typedef ',
    '__attribute__((',
    '__free(',
    'guard(rcu)();',
    'CLASS(f, g)(',
    'scoped_guard(',
    'for_each_x(a, b) ',
    'sizeof(',
    'offsetof(struct foo, ',
    'typeof(',
    'asm volatile("',
    '({',
    '})',
    '(u32)',
    '-1',
    ' ? ',
    ' : ',
    '->b',
    '= ',
    'a',
    'b(',
    `\n${GAP_MARK}\n`,
    'BTF_KFUNCS_START(s)\n',
    'BTF_ID_FLAGS(func, ',
    'KF_A | ',
    'BTF_KFUNCS_END(s)\n',
    '__bpf_kfunc ',
    'register_btf_kfunc_id_set(',
    '\u0000',
    '\u00e9',
    '\ud800',
    '\r\n',
    '\t',
    '#',
    '##',
    '...',
  );

  it('is read without an error', () => {
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => readAll(pieces.join(' '))),
      { numRuns: 1500, seed: 7 },
    );
  });

  it('masks without moving a character', () => {
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
        const text = `{ ${pieces.join(' ')} }`;
        const { code, uncommented } = readLexis(text);
        expect(code.length).toBe(text.length);
        expect(uncommented.length).toBe(text.length);
        expect(maskBody(code).text.length).toBe(text.length);
      }),
      { numRuns: 1500, seed: 8 },
    );
  });

  it('spans lie in the function', () => {
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
        const file = fileOf(`int f(void)\n{\n${pieces.join(' ')}\n}\n`);
        for (const f of functionsOf(file)) {
          const syntax = lowerFunction(f);
          if (!syntax) continue;
          const stack: unknown[] = [syntax.body];
          while (stack.length > 0) {
            const node = stack.pop() as Record<string, unknown> | null;
            if (typeof node !== 'object' || node === null) continue;
            const span = node.span as { start: number; end: number } | undefined;
            if (span && (span.start > span.end || span.start < f.start || span.end > f.end))
              throw new Error(`${String(node.k)} ${span.start}-${span.end} outside ${f.start}-${f.end}`);
            for (const key of Object.keys(node)) if (key !== 'span') stack.push(node[key]);
          }
        }
      }),
      { numRuns: 1000, seed: 9 },
    );
  });

  it('code is never dropped: every name of a body is in its syntax', () => {
    const word = fc.constantFrom('aa', 'bb', 'cc', 'dd');
    const statement = fc.oneof(
      fc.tuple(word, word).map(([f, a]) => `${f}(${a});`),
      fc.tuple(word, word).map(([c, a]) => `if (${c}) ${a}();`),
      fc.tuple(word, word).map(([i, m]) => `for_each_x(${i}, ${m}) { ${m}->x = 1; }`),
      fc.tuple(word, word).map(([v, m]) => `\n#ifdef X\nif (${v})\n#endif\n${m}();`),
      word.map((w) => `struct ${w} *p __free(kfree) = ${w}2();`),
      word.map((w) => `x = container_of(${w}, struct ${w}_t, m);`),
      word.map((w) => `guard(mutex)(&${w}->lock);`),
      word.map((w) => `do { ${w}--; } while (0);`),
    );
    fc.assert(
      fc.property(fc.array(statement, { maxLength: 12 }), (statements) => {
        const text = `void f(void)\n{\n${statements.join('\n')}\n}\n`;
        const shown = lowered(text).body.body.map(stmtText).join(' ');
        const { code } = lexisOf(fileOf(text));
        for (const name of code.slice(code.indexOf('{')).match(/\b(?:aa|bb|cc|dd)\w*/g) ?? []) expect(shown).toContain(name);
      }),
      { numRuns: 500, seed: 10 },
    );
  });
});
