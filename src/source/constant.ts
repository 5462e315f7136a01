/** Values of constant expressions written in C. 64-bit arithmetic throughout; what is not known makes the whole unknown. */
import { apply, applyUnary, common, LEVELS, literal, type Value } from './arithmetic.ts';
import { scalarSize } from './scalar-size.ts';
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

const UNKNOWN: Folded = { value: null, unsigned: null };
const DEPTH_LIMIT = 60;

/** Folds an expression without comments. Never throws. */
export function fold(text: string, names: NameLookup = () => null, calls: CallLookup = () => null): Folded {
  const reader = new Reader(text, names, calls);
  const v = reader.whole();
  return v === null ? UNKNOWN : { value: v.n === null ? null : Number(v.n), unsigned: v.unsigned };
}

/** `struct foo` where an expression is the size of that and nothing else: `sizeof(struct foo)`; else null. */
export function sizedType(text: string): string | null {
  const m = /^\s*\(?\s*sizeof\s*\(\s*(struct|union)\s+(\w+)\s*\)\s*\)?\s*$/.exec(text);
  return m ? `${m[1]} ${m[2]}` : null;
}

const TOKEN =
  /\s*(0[xX][0-9a-fA-F]+[uUlL]*|0[bB][01]+[uUlL]*|\d+[uUlL]*|'(?:\\.[^']*|[^'\\])'|"(?:\\.|[^"\\])*"|[A-Za-z_]\w*|<<|>>|<=|>=|==|!=|&&|\|\||->|[-+*/%~!&|^<>?:(),.[\]{}=;#])/y;

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
    const size = scalarSize(type);
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
    if (token === 'sizeof') return { n: sizeValue((args[0] ?? '').trim()), unsigned: true, bits: 64 };
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

function sizeValue(type: string): bigint | null {
  const size = scalarSize(type);
  return size === null ? null : BigInt(size);
}
