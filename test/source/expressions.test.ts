import { describe, expect, it } from 'vitest';
import type { Expr } from '../../src/source/ir.ts';
import { characterValue, numberValue } from '../../src/source/literal.ts';
import { exprText, lowered } from './print.ts';

function expression(text: string): Expr {
  const first = lowered(`int f(void)\n{\n\treturn ${text};\n}\n`).body.body[0]!;
  if (first.k !== 'return' || !first.x) throw new Error(`not an expression: ${first.k}`);
  return first.x;
}

const cases: [string, string][] = [
  ['a + b * c << 2', '((a + (b * c)) << 2)'],
  ['a ? b : c', '(a ? b : c)'],
  ['a ?: b', '(a ? : b)'],
  ['!a && ~b || -c', '(((!a) && (~b)) || (-c))'],
  ['*p++ = --q', '((*(p++)) = (--q))'],
  ['a += b |= c', '(a += (b |= c))'],
  ['(a, b)', '(a, b)'],
  ['&p->a.b[i](x, y)', '(&p->a.b[i](x, y))'],
  ['(*fn)(x)', '(*fn)(x)'],
  ['ops->run(a)(b)', 'ops->run(a)(b)'],
  ['(struct foo *)x', '<struct foo *>x'],
  ['(u32)-1', '<u32>(-1)'],
  ['(u8)-1', '<u8>(-1)'],
  ['(u8)(x)', '<u8>x'],
  ['(size_t)(x) + 1', '(<size_t>x + 1)'],
  ['a * (u64)-b', '(a * <u64>(-b))'],
  ['(__force __be32)x', '<__be32>x'],
  ['(unsigned long __user *)x', '<unsigned long *>x'],
  ['(typeof(a))b', '<typeof(a)>b'],
  ['(typeof(a) *)b', '<typeof(a) *>b'],
  ['(x) - 1', '(x - 1)'],
  ['(fn)(x)', 'fn(x)'],
  ['sizeof(struct foo)', 'sizeof(type struct foo)'],
  ['sizeof(u32)', 'sizeof(type u32)'],
  ['sizeof(*p)', 'sizeof((*p))'],
  ['sizeof p->a', 'sizeof(p->a)'],
  ['sizeof(typeof(x))', 'sizeof(type typeof(x))'],
  ['sizeof(struct foo[3])', 'sizeof(type struct foo[3])'],
  ['__alignof__(struct foo)', '__alignof__(type struct foo)'],
  ['__alignof__(x)', '__alignof__(x)'],
  ['offsetof(struct foo, a)', 'offsetof(struct foo, a)'],
  ['offsetof(struct foo, a.b[2].c)', 'offsetof(struct foo, a.b[2].c)'],
  ['offsetofend(struct foo, a)', 'offsetofend(type struct foo, a)'],
  ['container_of(p, struct foo, member)', 'container_of(p, type struct foo, member)'],
  ['container_of_const(p, const struct foo, a.b)', 'container_of_const(p, type const struct foo, a.b)'],
  ['min_t(u32, a, b)', 'min_t(type u32, a, b)'],
  ['max_t(unsigned int, a, b)', 'max_t(type unsigned int, a, b)'],
  ['min_t(size_t, a, b)', 'min_t(type size_t, a, b)'],
  ['va_arg(ap, struct foo *)', 'va_arg(ap, type struct foo *)'],
  ['f(int (*)(int))', 'f(type int())'],
  ['list_first_entry(&h, struct foo, list)', 'list_first_entry((&h), type struct foo, list)'],
  ['(struct foo){ .a = 1, .b = { 2, 3 } }', '<struct foo>{ .a = 1, .b = { 2, 3 } }'],
  ['f((struct foo){ 1 })', 'f(<struct foo>{ 1 })'],
  ['f(&(int[]){ 1, 2 })', 'f((&<int[]>{ 1, 2 }))'],
  ['({ int y = g(); y + 1; })', '({ y: int = g(); (y + 1); })'],
  ['"a" "b" FOO', '"a" "b" FOO'],
  ["'a'", '97'],
  ["'\\n'", '10'],
  ['NULL', 'NULL'],
  ['true', 'true'],
  ['0x1fUL + 010 + 0b11 + 1e3', '(((31 + 8) + 3) + 1000)'],
  ['&&label', 'UNKNOWN<&&label>'],
  ['_Generic(x, int: 1)', 'UNKNOWN<_Generic(x, int: 1)>'],
  ['a[({ b; })]', 'a[({ b; })]'],
  ['READ_ONCE(*(u32 *)p)', 'READ_ONCE((*<u32 *>p))'],
  ['f(a ? : b, !c)', 'f((a ? : b), (!c))'],
  ['__builtin_offsetof(struct foo, a)', 'offsetof(struct foo, a)'],
];

describe('expressions', () => {
  for (const [source, expected] of cases) it(source, () => expect(exprText(expression(source))).toBe(expected));

  it('has spans that say where in the file the text stands', () => {
    const text = 'int f(struct foo *p)\n{\n\treturn min_t(u32, /* why */ p->len, (u16)-1);\n}\n';
    const at = (x: Expr) => text.slice(x.span.start, x.span.end);
    const ret = lowered(text).body.body[0]!;
    if (ret.k !== 'return' || ret.x?.k !== 'call') throw new Error('no call');
    expect(ret.x.args.map(at)).toEqual(['u32', 'p->len', '(u16)-1']);
    expect(at(ret.x)).toBe('min_t(u32, /* why */ p->len, (u16)-1)');
  });

  it.each([
    ['0', 0],
    ['0777', 511],
    ['0xFFull', 255],
    ['1.5', 1.5],
    ['1024U', 1024],
    ['0b101', 5],
    ["1'000", 1000],
  ])('number %s', (text, value) => expect(numberValue(text)).toBe(value));

  it.each([
    ["'\\x41'", 65],
    ["'\\0'", 0],
    ["'\\377'", -1],
    ["L'z'", 122],
    ["'\\\\'", 92],
  ])('character %s', (text, value) => expect(characterValue(text)).toBe(value));
});
