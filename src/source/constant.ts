/** Values of constant expressions written in C. 64-bit arithmetic throughout; what is not known makes the whole unknown. */
import { looksLikeTypedef, PRIMITIVE_WORDS } from './words.ts';

export interface Folded {
  /** null: not known */
  value: number | null;
  /** of the expression's C type; null: not known */
  unsigned: boolean | null;
}

/** What a name stands for; null: nothing known. */
export type NameLookup = (name: string) => Folded | null;
/** The text that a call of a function-like macro stands for; null: none known. */
export type CallLookup = (name: string, args: string[]) => string | null;

interface Value {
  n: bigint | null;
  unsigned: boolean | null;
  /** width of the type: int or long */
  bits: 32 | 64;
}

const UNKNOWN: Folded = { value: null, unsigned: null };
const DEPTH_LIMIT = 60;

/** Sizes in bytes on 64-bit kernels of the types whose size is the same everywhere that BPF runs. */
const SIZES: Record<string, number> = {
  char: 1,
  'signed char': 1,
  'unsigned char': 1,
  bool: 1,
  _Bool: 1,
  short: 2,
  'unsigned short': 2,
  int: 4,
  'unsigned int': 4,
  unsigned: 4,
  long: 8,
  'unsigned long': 8,
  'long long': 8,
  'unsigned long long': 8,
  u8: 1,
  s8: 1,
  __u8: 1,
  __s8: 1,
  u16: 2,
  s16: 2,
  __u16: 2,
  __s16: 2,
  __be16: 2,
  __le16: 2,
  u32: 4,
  s32: 4,
  __u32: 4,
  __s32: 4,
  __be32: 4,
  __le32: 4,
  u64: 8,
  s64: 8,
  __u64: 8,
  __s64: 8,
  __be64: 8,
  __le64: 8,
  size_t: 8,
  ssize_t: 8,
  loff_t: 8,
  pid_t: 4,
  gfp_t: 4,
  uint8_t: 1,
  uint16_t: 2,
  uint32_t: 4,
  uint64_t: 8,
  int8_t: 1,
  int16_t: 2,
  int32_t: 4,
  int64_t: 8,
};

/** Bytes of a scalar type by its normalised name; null for any other. */
export function scalarSize(name: string): number | null {
  return SIZES[name] ?? null;
}

/** Folds an expression without comments. Never throws. */
export function fold(text: string, names: NameLookup = () => null, calls: CallLookup = () => null): Folded {
  const reader = new Reader(text, names, calls);
  const v = reader.whole();
  return v === null ? UNKNOWN : { value: v.n === null ? null : Number(v.n), unsigned: v.unsigned };
}

const TOKEN =
  /\s*(0[xX][0-9a-fA-F]+[uUlL]*|0[bB][01]+[uUlL]*|\d+[uUlL]*|'(?:\\.[^']*|[^'\\])'|"(?:\\.|[^"\\])*"|[A-Za-z_]\w*|<<|>>|<=|>=|==|!=|&&|\|\||->|[-+*/%~!&|^<>?:(),.[\]{}=;#])/y;
const LEVELS: string[][] = [
  ['||'],
  ['&&'],
  ['|'],
  ['^'],
  ['&'],
  ['==', '!='],
  ['<', '>', '<=', '>='],
  ['<<', '>>'],
  ['+', '-'],
  ['*', '/', '%'],
];

class Reader {
  private readonly tokens: string[] = [];
  private at = 0;
  private depth = 0;
  private failed = false;
  private readonly names: NameLookup;
  private readonly calls: CallLookup;

  constructor(text: string, names: NameLookup, calls: CallLookup) {
    this.names = names;
    this.calls = calls;
    TOKEN.lastIndex = 0;
    const trimmed = text.trim().slice(0, 4000);
    while (TOKEN.lastIndex < trimmed.length) {
      const m = TOKEN.exec(trimmed);
      if (!m) {
        this.failed = true;
        return;
      }
      this.tokens.push(m[1]!);
    }
  }

  whole(): Value | null {
    if (this.failed || this.tokens.length === 0) return null;
    const v = this.conditional();
    return this.failed || this.at < this.tokens.length ? null : v;
  }

  private take(token: string): boolean {
    if (this.tokens[this.at] !== token) return false;
    this.at++;
    return true;
  }

  private expect(token: string): void {
    if (!this.take(token)) this.failed = true;
  }

  private unknown(): Value {
    return { n: null, unsigned: null, bits: 32 };
  }

  private conditional(): Value {
    if (++this.depth > DEPTH_LIMIT) this.failed = true;
    if (this.failed) return this.unknown();
    const c = this.binary(0);
    let v = c;
    if (this.take('?')) {
      const yes = this.conditional();
      this.expect(':');
      const no = this.conditional();
      const picked = c.n === null ? null : c.n !== 0n ? yes.n : no.n;
      v = { n: c.n === null && yes.n === no.n ? yes.n : picked, ...common(yes, no) };
    }
    this.depth--;
    return v;
  }

  private binary(level: number): Value {
    const operators = LEVELS[level];
    if (!operators) return this.unary();
    let l = this.binary(level + 1);
    for (;;) {
      const op = this.tokens[this.at];
      if (op === undefined || !operators.includes(op) || this.failed) return l;
      this.at++;
      l = apply(op, l, this.binary(level + 1));
    }
  }

  private unary(): Value {
    if (++this.depth > DEPTH_LIMIT) this.failed = true;
    const op = this.tokens[this.at];
    let v: Value;
    if (op === '-' || op === '+' || op === '~' || op === '!') {
      this.at++;
      v = applyUnary(op, this.unary());
    } else v = this.primary();
    this.depth--;
    return v;
  }

  private primary(): Value {
    const token = this.tokens[this.at++];
    if (token === undefined || this.failed) {
      this.failed = true;
      return this.unknown();
    }
    if (/^\d/.test(token)) return literal(token);
    if (token.startsWith("'")) return { n: token.length === 3 ? BigInt(token.charCodeAt(1)) : null, unsigned: false, bits: 32 };
    if (token === '(') return this.parenthesis();
    if (!/^[A-Za-z_]/.test(token)) {
      this.failed = true;
      return this.unknown();
    }
    return this.tokens[this.at] === '(' ? this.call(token) : this.name(token);
  }

  private name(token: string): Value {
    const known = this.names(token);
    const n = known?.value == null || !Number.isInteger(known.value) ? null : BigInt(known.value);
    return {
      n,
      unsigned: known?.unsigned ?? null,
      bits: n !== null && BigInt.asIntN(32, n) !== n && BigInt.asUintN(32, n) !== n ? 64 : 32,
    };
  }

  /** `(expr)` or `(type)expr`. */
  private parenthesis(): Value {
    const type = this.typeUntilClose();
    if (type === null) {
      const v = this.conditional();
      this.expect(')');
      return v;
    }
    const v = this.unary();
    const size = SIZES[type] ?? null;
    const unsigned = size === null ? null : /^unsigned|^_*u\d|^u\w*_t$|^size_t|^__[bl]e|^bool|^_Bool|^gfp_t/.test(type);
    if (size === null) return { ...v, unsigned: null };
    const n = v.n === null ? null : unsigned ? BigInt.asUintN(size * 8, v.n) : BigInt.asIntN(size * 8, v.n);
    return { n, unsigned: size < 4 ? false : unsigned, bits: size > 4 ? 64 : 32 };
  }

  /** The type up to the closing parenthesis, which is taken too; null (and nothing taken) where no type stands there. */
  private typeUntilClose(): string | null {
    const close = this.tokens.indexOf(')', this.at);
    const words = close < 0 ? [] : this.tokens.slice(this.at, close);
    if (words.length === 0 || !words.every((w) => /^[A-Za-z_]\w*$/.test(w) || w === '*')) return null;
    const isType =
      words.some((w) => PRIMITIVE_WORDS.has(w) || w === 'struct' || w === '*') ||
      (words.length === 1 && looksLikeTypedef(words[0]!) && this.names(words[0]!) === null) ||
      words[0] === 'enum';
    if (!isType) return null;
    this.at = close + 1;
    return words.includes('*')
      ? 'unsigned long'
      : words
          .filter((w) => w !== 'const')
          .join(' ')
          .replace(/^(unsigned )?(long|short)( long)? int$/, '$1$2$3');
  }

  private call(token: string): Value {
    const args = this.argumentTexts();
    if (this.failed) return this.unknown();
    if (token === 'sizeof') return { n: bigOrNull(SIZES[(args[0] ?? '').trim()]), unsigned: true, bits: 64 };
    if (token === 'ARRAY_SIZE' || token === 'offsetof' || token === 'sizeof_field' || token === 'strlen' || token === '__alignof__')
      return { n: null, unsigned: true, bits: 64 };
    const builtin = BUILTIN_CALLS[token];
    const text = this.calls(token, args) ?? (builtin && args.length === builtin.arity ? builtin.text(args) : null);
    if (text === null) return this.unknown();
    const inner = new Reader(text, this.names, this.calls);
    inner.depth = this.depth + 4;
    return inner.whole() ?? this.unknown();
  }

  private argumentTexts(): string[] {
    this.expect('(');
    const args: string[] = [];
    let now: string[] = [];
    for (let depth = 0; this.at < this.tokens.length; this.at++) {
      const t = this.tokens[this.at]!;
      if (t === '(' || t === '[' || t === '{') depth++;
      if ((t === ')' || t === ']' || t === '}') && depth-- === 0) {
        this.at++;
        return now.length > 0 || args.length > 0 ? [...args, now.join(' ')] : [];
      }
      if (t === ',' && depth === 0) {
        args.push(now.join(' '));
        now = [];
      } else now.push(t);
    }
    this.failed = true;
    return [];
  }
}

/** Macros whose meaning does not differ between architectures; used where their definition is not at hand. */
const BUILTIN_CALLS: Record<string, { arity: number; text(args: string[]): string }> = {
  BIT: { arity: 1, text: ([a]) => `(1UL << (${a}))` },
  BIT_ULL: { arity: 1, text: ([a]) => `(1ULL << (${a}))` },
  _BITUL: { arity: 1, text: ([a]) => `(1UL << (${a}))` },
  _BITULL: { arity: 1, text: ([a]) => `(1ULL << (${a}))` },
  UL: { arity: 1, text: ([a]) => `(unsigned long)(${a})` },
  ULL: { arity: 1, text: ([a]) => `(unsigned long long)(${a})` },
  _UL: { arity: 1, text: ([a]) => `(unsigned long)(${a})` },
  GENMASK: { arity: 2, text: ([h, l]) => `((~0UL >> (63 - (${h}))) & (~0UL << (${l})))` },
  GENMASK_ULL: { arity: 2, text: ([h, l]) => `((~0ULL >> (63 - (${h}))) & (~0ULL << (${l})))` },
};

function bigOrNull(n: number | undefined): bigint | null {
  return n === undefined ? null : BigInt(n);
}

function either(a: boolean | null, b: boolean | null): boolean | null {
  if (a === true || b === true) return true;
  return a === null || b === null ? null : false;
}

/** C's usual arithmetic conversions: the wider type wins, of equal ones the unsigned. */
function common(l: Value, r: Value): { unsigned: boolean | null; bits: 32 | 64 } {
  if (l.bits === r.bits) return { unsigned: either(l.unsigned, r.unsigned), bits: l.bits };
  return l.bits > r.bits ? { unsigned: l.unsigned, bits: 64 } : { unsigned: r.unsigned, bits: 64 };
}

function wrap(n: bigint | null, type: { unsigned: boolean | null; bits: 32 | 64 }): Value {
  return { ...type, n: n === null ? null : type.unsigned ? BigInt.asUintN(type.bits, n) : BigInt.asIntN(type.bits, n) };
}

function literal(token: string): Value {
  const [, digits = '', suffix = ''] = /^(0[xX][0-9a-fA-F]+|0[bB][01]+|\d+)([uUlL]*)$/.exec(token) ?? [];
  const n = /^0\d+$/.test(digits) ? BigInt(`0o${digits.slice(1).replace(/[89]/g, '0')}`) : BigInt(digits);
  const asked = /[uU]/.test(suffix);
  // only octal and hexadecimal constants become unsigned because they do not fit
  const mayBeUnsigned = asked || !/^[1-9]/.test(digits);
  const fits32 = n <= 0x7fffffffn || (mayBeUnsigned && n <= 0xffffffffn);
  const bits = fits32 && !/[lL]/.test(suffix) ? 32 : 64;
  return { n, bits, unsigned: asked || (mayBeUnsigned && n > (bits === 32 ? 0x7fffffffn : 0x7fffffffffffffffn)) };
}

function applyUnary(op: string, v: Value): Value {
  if (op === '!') return { n: v.n === null ? null : v.n === 0n ? 1n : 0n, unsigned: false, bits: 32 };
  if (v.n === null || op === '+') return v;
  return wrap(op === '-' ? -v.n : ~v.n, v);
}

const TRUTHS = new Set([...LEVELS[0]!, ...LEVELS[1]!, ...LEVELS[5]!, ...LEVELS[6]!]);

function apply(op: string, l: Value, r: Value): Value {
  const type =
    op === '<<' || op === '>>'
      ? { unsigned: l.unsigned, bits: l.bits }
      : TRUTHS.has(op)
        ? { unsigned: false, bits: 32 as const }
        : common(l, r);
  return wrap(l.n === null || r.n === null ? null : compute(op, l.n, r.n), type);
}

function compute(op: string, l: bigint, r: bigint): bigint | null {
  switch (op) {
    case '||':
      return l !== 0n || r !== 0n ? 1n : 0n;
    case '&&':
      return l !== 0n && r !== 0n ? 1n : 0n;
    case '|':
      return l | r;
    case '^':
      return l ^ r;
    case '&':
      return l & r;
    case '==':
      return l === r ? 1n : 0n;
    case '!=':
      return l !== r ? 1n : 0n;
    case '<':
      return l < r ? 1n : 0n;
    case '>':
      return l > r ? 1n : 0n;
    case '<=':
      return l <= r ? 1n : 0n;
    case '>=':
      return l >= r ? 1n : 0n;
    case '<<':
      return r < 0n || r > 127n ? null : l << r;
    case '>>':
      return r < 0n || r > 127n ? null : l >> r;
    case '+':
      return l + r;
    case '-':
      return l - r;
    case '*':
      return l * r;
    default:
      return r === 0n ? null : op === '/' ? l / r : l % r;
  }
}
