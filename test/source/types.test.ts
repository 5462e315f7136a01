import { describe, expect, it } from 'vitest';
import { readDeclaration, readDeclarators } from '../../src/source/declaration.ts';
import { GAP_MARK } from '../../src/source/model.ts';
import { buildProgram, typeOracle } from '../../src/source/program.ts';
import { fileOf, typeText } from './print.ts';

function enumOf(text: string, tag = 'e') {
  const file = fileOf(text);
  return buildProgram([file], null).findEnum(tag, file);
}

function values(text: string, tag = 'e'): string {
  return enumOf(text, tag)!
    .enumerators.map((e) => `${e.name}=${e.value ?? '?'}${e.explicit ? '!' : ''}`)
    .join(' ');
}

function fields(text: string, tag = 's'): string {
  const file = fileOf(text);
  const found = buildProgram([file], null).findStruct(tag, file);
  if (!found) return 'none';
  return `${found.complete ? '' : '?'}${found.fields.map((f) => `${f.name}: ${typeText(f.type)}${f.bitfield ? ' bits' : ''}`).join('; ')}`;
}

describe('enums', () => {
  it('count on', () => expect(values('enum e { A, B, C = 10, D };')).toBe('A=0 B=1 C=10! D=11'));
  it('take expressions', () =>
    expect(values('#define N 4\nenum e { A = 1 << N, B = A | 1, C = -1, D, E = B + D };')).toBe('A=16! B=17! C=-1! D=0 E=17!'));
  it('are unknown after what is', () => expect(values('enum e { A = OTHER, B, C = 3, D };')).toBe('A=?! B=? C=3! D=4'));
  it('may end in a comma and hold comments', () => expect(values('enum e {\n\tA, /* one, two */\n\tB, // }\n};')).toBe('A=0 B=1'));
  it('are unknown after #ifdef', () => {
    expect(values('enum e {\n\tA,\n#ifdef X\n\tB,\n#endif\n\tC,\n\tD = 7,\n\tE,\n};')).toBe('A=0 B=1 C=? D=7! E=8');
  });
  it('are known after #if whose arms agree', () => {
    expect(values('enum e {\n\tA,\n#ifdef X\n\tB,\n#else\n\tB2,\n#endif\n\tC,\n};')).toBe('A=0 B=1 B2=1 C=2');
  });
  it('count through nested #if', () => {
    expect(values('enum e {\n#ifdef X\n\tA,\n#ifdef Y\n\tB,\n#endif\n\tC,\n#endif\n\tD,\n};')).toBe('A=0 B=1 C=? D=?');
  });
  it('expand macros of enumerators', () => {
    expect(values('#define PAIR(x) x##_LOW, x##_HIGH\nenum e { A, PAIR(B), C = 5 };')).toBe('A=0 B_LOW=? B_HIGH=? C=5!');
  });
  it('say where a macro can not be read', () => {
    const e = enumOf('enum e { A, MANY(x), C };')!;
    expect(e.complete).toBe(false);
    expect(e.enumerators.map((x) => x.value)).toEqual([0, null]);
  });
  it('say where a gap hides some', () => {
    const e = enumOf(`enum e {\n\tA,\n${GAP_MARK}\n\tC,\n};`)!;
    expect(e.complete).toBe(false);
    expect(e.enumerators.map((x) => x.name)).toEqual(['A']);
  });
  it('may have annotations, and typedefs for names', () => {
    expect(values('enum __packed e { A };')).toBe('A=0');
    expect(values('typedef enum { A, B } e_t;', 'typedef e_t')).toBe('A=0 B=1');
  });
  it('are aligned by what stands behind them, which moves no member', () => {
    const align = (text: string) => {
      const file = fileOf(text);
      const found = buildProgram([file], null).findStruct('struct s', file);
      return found && [found.complete, found.align];
    };
    expect(align('struct s {\n\tint a;\n} __aligned(8);')).toEqual([true, 8]);
    expect(align('struct s {\n\tint a;\n} __attribute__((aligned(16)));')).toEqual([true, 16]);
    expect(align('struct s {\n\tint a;\n};')).toEqual([true, 1]);
    for (const other of [
      '__aligned(SMP_CACHE_BYTES)',
      '__attribute__((packed, aligned(8)))',
      '__packed __aligned(8)',
      '__aligned(8) __packed',
    ])
      expect(align(`struct s {\n\tchar a;\n\tint b;\n} ${other};`)?.[0], other).toBe(false);
  });
  it('doubt which of two definitions counts', () => {
    const text = '#ifdef X\nenum e { A = 1, B };\n#else\nenum e { A = 1, B = 5 };\n#endif\n';
    expect(enumOf(text)?.complete).toBe(false);
    const file = fileOf(text);
    const p = buildProgram([file], null);
    expect([p.findConstant('A', file)?.value, p.findConstant('B', file)?.value]).toEqual([1, null]);
  });
  it('are not found in a use', () => expect(enumOf('void f(enum e x) { }\nenum e g(void);')).toBeNull());
});

describe('structs', () => {
  it('have fields in order', () => {
    expect(
      fields('struct s {\n\tint a, *b;\n\tstruct t c[3][N];\n\tu8 x:3;\n\tvoid (*fn)(struct s *, int);\n\tunsigned long long n;\n};'),
    ).toBe('a: int; b: int *; c: struct t[3][N]; x: u8 bits; fn: void(); n: unsigned long long');
  });
  it('name their unnamed members', () => {
    const text = 'struct s {\n\tint a;\n\tunion {\n\t\tint b;\n\t\tstruct { int c; } d;\n\t};\n};';
    expect(fields(text)).toBe('a: int; : union s.#1');
    expect(fields(text, 'union s.#1')).toBe('b: int; d: struct s.#1.d');
    expect(fields(text, 'struct s.#1.d')).toBe('c: int');
  });
  it('read groups and field macros', () => {
    const text =
      'struct s {\n\tint a;\n\tstruct_group(g,\n\t\tint b;\n\t\tint c;\n\t);\n\tDECLARE_BITMAP(m, 64);\n\tDECLARE_FLEX_ARRAY(u32, tail);\n};';
    expect(fields(text)).toBe('a: int; : struct s.#1; m: unsigned long[BITS_TO_LONGS(64)]; tail: u32[]');
    expect(fields(text, 's.#1')).toBe('b: int; c: int');
  });
  it('doubt the layout', () => {
    expect(fields('struct s {\n\tint a;\n#ifdef X\n\tint b;\n#endif\n};')).toBe('?a: int; b: int');
    expect(fields('struct s {\n\tchar a;\n\tint b;\n} __packed;')).toBe('?a: char; b: int');
    expect(fields('struct s {\n\tchar a __aligned(8);\n};')).toBe('?a: char');
    expect(fields('struct s {\n\tSOME_FIELDS(a)\n};')).toMatch(/^\?/);
    expect(fields(`struct s {\n\tint a;\n${GAP_MARK}\n\tint b;\n};`)).toBe('?a: int');
  });
  it('doubt which of two definitions counts', () => {
    expect(fields('#ifdef X\nstruct s {\n\tint a;\n};\n#else\nstruct s {\n\tlong a;\n};\n#endif\n')).toBe('?a: int');
  });
  it('may be unions, annotated, or typedefs', () => {
    expect(fields('union s { int a; };')).toBe('a: int');
    expect(fields('struct __packed s { int a; };')).toBe('?a: int');
    const file = fileOf('typedef struct { int a; } t;\ntypedef u32 (*fn_t)(int);\ntypedef struct foo bar_t, *bar_p;\n');
    const program = buildProgram([file], null);
    const found = ['t', 'fn_t', 'bar_t', 'bar_p', 'u32', '__be16', 'missing'].map((n) => program.findTypedef(n, file));
    expect(found.map((t) => (t ? typeText(t) : null))).toEqual([
      'struct typedef t',
      'u32()',
      'struct foo',
      'struct foo *',
      'unsigned int',
      'unsigned short',
      null,
    ]);
  });
  it('finds the members of a typedef without a tag', () =>
    expect(fields('typedef struct { int a; } t;', 'struct typedef t')).toBe('a: int'));
  it('are not found in a declaration', () =>
    expect(fields('struct s;\nstruct s *f(struct s *p);\nstatic struct s x = { 1 };')).toBe('none'));
});

describe('large headers of the tree', () => {
  const filler = Array.from(
    { length: 400 },
    (_, i) =>
      `/* struct s { comment ${i} */\n#define FILL_${i} ${i}\nstruct fill_${i} {\n\tint a;\n};\nenum fills_${i} {\n\tFILLER_${i} = ${i},\n};\n`,
  ).join('');
  const text = `${filler}#define VALUE \\\n\t(FILL_7 + 1)\nstruct s {\n\tint a;\n\tstruct {\n\t\tint b;\n\t} in;\n} __packed;\ntypedef struct s s_t;\ntypedef struct {\n\tint c;\n} bare_t;\nenum __packed e {\n\tA,\n\tB = FILL_3,\n};\nstatic inline int f(void)\n{\n\treturn 0;\n}\n${filler.replace(/FILL|fill/g, (m) => `${m}2`)}`;
  const header = { ...fileOf(text, 'include/linux/big.h'), origin: 'tree' as const };
  const read = (origin: 'tree' | 'file') => {
    const file = { ...header, origin };
    const p = buildProgram([file], null);
    return [
      p.findStruct('s', file),
      p.findStruct('s.in', file),
      p.findStruct('typedef bare_t', file),
      p.findStruct('fill_9', file),
      p.findEnum('e', file),
      p.findTypedef('s_t', file),
      p.findTypedef('bare_t', file),
      p.findConstant('VALUE', file),
      p.findConstant('FILLER_399', file),
      p.findConstant('B', file),
      p.findConstant('FILLER_400', file),
      p.findMacro('FILL_11', file)?.location,
      p.findFunction('f', file)?.start,
      p.findFunction('a', file),
    ];
  };

  it('give the same in excerpts as in whole', () => {
    const whole = read('file');
    expect(whole.filter((x) => x === null).length).toBe(2);
    expect(read('tree')).toEqual(whole);
  });
});

describe('variables', () => {
  const file = fileOf(`
static int table[NR_X] = { 1, 2 };
extern struct foo *seen;
struct foo *seen;
static const char *const names[] = {
	"a",
};
static DEFINE_PER_CPU(struct bar, counters);
DEFINE_PER_CPU(int [4], many);
EXPORT_SYMBOL(seen)
static u8 after, *second __read_mostly;
static DEFINE_MUTEX(lock);
LIST_HEAD(list);
static struct { int a; } anonymous;
int prototype(int table2);
int (*hook)(int);
static int body(void)
{
	int local = 1;
	return local;
}
static int last = 3;
`);
  const program = buildProgram([file], null);
  it.each([
    ['table', 'static int[NR_X]'],
    ['seen', 'struct foo *'],
    ['names', 'static const char *[1]'],
    ['counters', 'static struct bar'],
    ['after', 'static u8'],
    ['second', 'static u8 *'],
    ['lock', 'static struct mutex'],
    ['list', 'struct list_head'],
    ['hook', 'int()'],
    ['last', 'static int'],
    ['prototype', null],
    ['local', null],
    ['table2', null],
    ['missing', null],
  ])('%s', (name, expected) => {
    const found = program.findVariable(name, file);
    expect(found && `${found.isStatic ? 'static ' : ''}${typeText(found.type)}`).toBe(expected);
  });

  it('dimensions that hang on #if are not known', () => {
    const two = fileOf('#ifdef X\nstatic int a[5];\nstatic int b[2];\n#else\nstatic int a[3];\nstatic int b[2];\n#endif\n');
    const q = buildProgram([two], null);
    expect([q.findVariable('a', two)?.type.dims, q.findVariable('b', two)?.type.dims]).toEqual([[''], ['2']]);
  });
  it('a definition comes before an extern declaration', () => expect(program.findVariable('seen', file)?.location.line).toBe(4));
});

describe('declarations', () => {
  it.each([
    ['const struct foo __rcu *p', 'p: const struct foo *'],
    ['char *const p', 'p: char *'],
    ['int const *p', 'p: const int *'],
    ['u32 a[3][N]', 'a: u32[3][N]'],
    ['int (*fn)(int)', 'fn: int()'],
    ['struct foo **(*fn)(void)', 'fn: struct foo **()'],
    ['unsigned', ': unsigned int'],
    ['signed char c', 'c: signed char'],
    ['void *mem__sz __attribute__((x))', 'mem__sz: void *'],
    ['struct { int a; } s', 's: struct'],
    ['__int128 n', 'n: __int128'],
    ['int a[static 4]', 'a: int[4]'],
  ])('%s', (text, expected) => {
    const d = readDeclaration(text)!;
    expect(`${d.name}: ${typeText(d.type)}`).toBe(expected);
  });

  it.each(['', '(', '= 3', '*', '1 + 2', 'int a b c'])('%j is none', (text) => expect(readDeclaration(text)).toBeNull());

  it('splits declarators', () => {
    const text = 'static struct foo *a = f(1, 2), b[2], **c __aligned(8)';
    const read = readDeclarators(text, 0, text.length);
    expect(read.map((d) => `${d.name}@${d.nameAt} ${typeText(d.type)}`)).toEqual([
      'a@19 struct foo *',
      'b@32 struct foo[2]',
      'c@40 struct foo **',
    ]);
    expect(read.every((d) => d.specifiers.includes('static'))).toBe(true);
  });
});

describe('the oracle', () => {
  const file = fileOf(`
struct scalars { int a; u64 b[4]; enum x c; bool d; };
struct inner { struct scalars s; union { u32 a; u64 b; }; };
struct deep1 { int a; };
struct deep2 { struct deep1 a; };
struct deep3 { struct deep2 a; };
struct deep4 { struct deep3 a; };
struct deep5 { struct deep4 a; };
struct pointer { int a; char *p; };
struct function { int (*fn)(int); };
struct array_of_structs { struct scalars s[2]; };
struct two_dimensions { int a[2][2]; };
struct flexible { int n; int tail[]; };
struct hidden { struct elsewhere e; };
struct hidden_and_pointer { struct elsewhere e; void *p; };
typedef struct scalars scalars_t;
struct by_typedef { scalars_t s; };
struct unknown_typedef { mystery_t m; };
enum small { S = 5 };
enum large { L = 1ULL << 40 };
enum negative { N = -1, M };
enum unknown { U = ELSEWHERE };
`);
  const oracle = typeOracle(buildProgram([file], null), file);
  it.each([
    ['scalars', true],
    ['inner', true],
    ['deep4', true],
    ['deep5', false],
    ['pointer', false],
    ['function', false],
    ['array_of_structs', false],
    ['two_dimensions', false],
    ['flexible', false],
    ['hidden', null],
    ['hidden_and_pointer', false],
    ['by_typedef', true],
    ['unknown_typedef', null],
    ['nowhere', null],
  ])('struct %s', (name, expected) => {
    expect(oracle.isScalarStruct(name)).toBe(expected);
    expect(oracle.isScalarStruct(`struct ${name}`)).toBe(expected);
  });
  it.each([
    ['small', false],
    ['large', true],
    ['negative', false],
    ['unknown', null],
    ['nowhere', null],
  ])('enum %s', (name, expected) => expect(oracle.isEnum64(`enum ${name}`)).toBe(expected));
});
