import { describe, expect, it } from 'vitest';
import { fold } from '../../src/source/constant.ts';
import { expand, macroIn, macrosOf, substitute } from '../../src/source/macros.ts';
import { buildProgram } from '../../src/source/program.ts';
import { fileOf } from './print.ts';

const names = (n: string) =>
  ({ A: { value: 3, unsigned: false }, BIG: { value: 2 ** 40, unsigned: true }, HIDDEN: { value: null, unsigned: null } })[n] ?? null;
const value = (text: string) => fold(text, names);

describe('fold', () => {
  it.each([
    ['1 + 2 * 3', 7],
    ['(1 + 2) * 3', 9],
    ['-A', -3],
    ['~0', -1],
    ['~0U', 0xffffffff],
    ['~0UL', 18446744073709552000],
    ['1 << 4 | 1', 17],
    ['1U << 31', 0x80000000],
    ['1 << 31', -2147483648],
    ['0x10', 16],
    ['010', 8],
    ['A * A - 1', 8],
    ['7 / 2 % 2', 1],
    ['A > 2 ? 10 : 20', 10],
    ['(A == 3) && !0', 1],
    ['sizeof(u64) * 2', 16],
    ['sizeof(int)', 4],
    ["'a'", 97],
    ['(u8)300', 44],
    ['(int)0xffffffff', -1],
    ['(unsigned long)-1', 18446744073709552000],
    ['BIT(5)', 32],
    ['GENMASK(7, 4)', 0xf0],
    ['BIG + 1', 2 ** 40 + 1],
    ['- - 1', 1],
  ])('%s', (text, expected) => expect(value(text).value).toBe(expected));

  it.each([
    'UNKNOWN',
    'HIDDEN + 1',
    '1 +',
    '1 / 0',
    'f(1)',
    '"text"',
    '',
    'a = 1',
    '1 << 200',
    '(',
    'ARRAY_SIZE(x)',
    'sizeof(struct foo)',
    '{ 1 }',
    '1 2',
  ])('has no value for %s', (text) => expect(value(text).value).toBeNull());

  it.each([
    ['ARRAY_SIZE(x)', true],
    ['ARRAY_SIZE(x) - 1', true],
    ['sizeof(struct foo)', true],
    ['5', false],
    ['5U', true],
    ['0xffffffff', true],
    ['4294967295', false],
    ['A', false],
    ['UNKNOWN', null],
    ['UNKNOWN + 1U', true],
    ['(int)5U', false],
    ['5U < 6', false],
    ['5U + 1L', false],
  ])('the type of %s', (text, unsigned) => expect(value(text).unsigned).toBe(unsigned));

  it('gives up on what is too deep or too long', () => {
    expect(fold(`${'('.repeat(5000)}1${')'.repeat(5000)}`).value).toBeNull();
    expect(fold(`${'-'.repeat(5000)}1`).value).toBeNull();
  });
});

describe('macros', () => {
  const file = fileOf(
    '#define N 4 /* four */\n#define F(a, b) ((a) + \\\n\t(b))\n#define V(fmt, ...) p(fmt, ##__VA_ARGS__)\n#define EMPTY\n#define J(a) x_##a = #a\n',
  );

  it('are read with continuations joined and comments gone', () => {
    expect(macroIn(file, 'N')).toMatchObject({ parameters: null, body: '4' });
    expect(macroIn(file, 'F')).toMatchObject({ parameters: ['a', 'b'], body: '((a) + (b))' });
    expect(macroIn(file, 'EMPTY')?.body).toBe('');
    expect(macroIn(file, 'MISSING')).toBeNull();
  });

  it('are put in with # and ##', () => {
    expect(substitute(macroIn(file, 'F')!, ['1', 'x'])).toBe('((1) + (x))');
    expect(substitute(macroIn(file, 'J')!, ['one'])).toBe('x_one = "one"');
    expect(substitute(macroIn(file, 'V')!, ['"a"'])).toBe('p("a")');
    expect(substitute(macroIn(file, 'F')!, ['1'])).toBeNull();
  });

  it('expand one another, and stop at those that name themselves', () => {
    const macros = macrosOf(fileOf('#define A B, A\n#define B 1\n#define G(x) H(x) H(x)\n#define H(x) [x B]\n'));
    const find = (n: string) => macros.get(n)?.[0] ?? null;
    expect(expand('A G(2)', find)).toBe('1, A [2 1] [2 1]');
  });

  it('stop where they would grow without end', () => {
    const text = Array.from({ length: 30 }, (_, i) => `#define D${i} D${i + 1} D${i + 1} D${i + 1} D${i + 1}`).join('\n');
    const macros = macrosOf(fileOf(text));
    expect(expand('D0', (n) => macros.get(n)?.[0] ?? null)).toBeNull();
  });

  it('the definition that says something comes before the empty one of the other arm', () => {
    const two = fileOf('#ifdef CONFIG_X\n#define F(a) real(a)\n#else\n#define F(a) do { } while (0)\n#endif\n');
    expect(macroIn(two, 'F')?.body).toBe('real(a)');
    const reversed = fileOf('#ifndef CONFIG_X\n#define F(a) do { } while (0)\n#else\n#define F(a) real(a)\n#endif\n');
    expect(macroIn(reversed, 'F')?.body).toBe('real(a)');
  });
});

describe('constants by name', () => {
  const file = fileOf(`
#define SIZE 16
#define DOUBLE (SIZE * 2)
#define COUNT ARRAY_SIZE(table)
#define LOOP LOOP2
#define LOOP2 LOOP
#define CALL() 3
#define PTR ((struct foo *)0x10)
#ifdef CONFIG_X
#define EITHER 1
#else
#define EITHER 2
#endif
#ifdef CONFIG_X
#define SAME 8
#else
#define SAME (4 + 4)
#endif
#define FN(x) ((x) << 1)
#define USES_FN FN(SIZE)
enum { FIRST, SECOND = DOUBLE, THIRD };
`);
  const program = buildProgram([file], null);
  it.each([
    ['SIZE', 16],
    ['DOUBLE', 32],
    ['SECOND', 32],
    ['THIRD', 33],
    ['USES_FN', 32],
    ['SAME', 8],
    ['EITHER', null],
    ['COUNT', null],
  ])('%s', (name, expected) => expect(program.findConstant(name, file)).toMatchObject({ name, value: expected }));

  it('knows an enumerator from a macro, and the type of an array size', () => {
    expect(program.findConstant('THIRD', file)).toMatchObject({ enumTag: '', unsigned: false });
    expect(program.findConstant('COUNT', file)).toMatchObject({ enumTag: null, unsigned: true });
    expect(program.findConstant('SIZE', file)?.location).toEqual({ file: 'kernel/x.c', line: 2, column: 1 });
  });

  it('has nothing for what is no constant', () => {
    expect(program.findConstant('MISSING', file)).toBeNull();
    expect(program.findConstant('CALL', file)).toBeNull();
    expect(program.findConstant('LOOP', file)?.value ?? null).toBeNull();
  });
});
