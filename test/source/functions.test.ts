import { describe, expect, it } from 'vitest';
import { functionsOf } from '../../src/source/functions.ts';
import { GAP_MARK } from '../../src/source/model.ts';
import { fileOf, lowered, stmtText, typeText } from './print.ts';

function found(text: string): string[] {
  return functionsOf(fileOf(text)).map((f) => `${f.name}${f.complete ? '' : '?'}`);
}

function conditions(text: string): string[] {
  return functionsOf(fileOf(text)).map((f) => `${f.name}: ${f.conditions.join(' | ')}`);
}

/** `specifiers return name(parameters)` */
function head(text: string): string {
  const fn = lowered(text);
  const parameters = fn.parameters.map((p) => `${typeText(p.type)} ${p.name}`.trim()).concat(fn.variadic ? ['...'] : []);
  return `${[...fn.specifiers, typeText(fn.returns)].join(' ')} ${fn.name}(${parameters.join(', ')})`;
}

describe('heads', () => {
  const cases: Record<string, [string, string]> = {
    plain: ['int f(int a, struct foo *b)\n{\n}', 'int f(int a, struct foo * b)'],
    'no parameters': ['static inline void f(void) { }', 'static inline void f()'],
    'return type on a line of its own': ['static struct foo *\nf(u32 a)\n{\n}', 'static struct foo * f(u32 a)'],
    '__bpf_kfunc first': ['__bpf_kfunc struct foo *bpf_f(struct foo *p__ign)\n{\n}', '__bpf_kfunc struct foo * bpf_f(struct foo * p__ign)'],
    '__bpf_kfunc on a line of its own': ['__bpf_kfunc\nint bpf_f(void)\n{\n}', '__bpf_kfunc int bpf_f()'],
    'words between type and name': ['static int __must_check noinline f(int a) { }', 'static __must_check noinline int f(int a)'],
    'an unknown annotation before the name': ['static int __fancy f(int a) { }', 'static __fancy int f(int a)'],
    'const return': ['const struct foo *f(void) { }', 'const struct foo * f()'],
    'attributes after the parameters': ['int f(int a) __acquires(lock) __attribute__((cold))\n{ }', 'int f(int a)'],
    'an unknown annotation after the parameters': ['int f(int a)\n\t__checked_by(a)\n{ }', 'int f(int a)'],
    'attributes with arguments first': ['__printf(1, 2) void f(const char *fmt, ...) { }', '__printf void f(const char * fmt, ...)'],
    'comments between parameters': ['int f(int a, /* the (first */ long b, // second)\n char c)\n{ }', 'int f(int a, long b, char c)'],
    'arrays and function pointers': ['int f(int a[], char b[N][4], int (*fn)(int x, int y)) { }', 'int f(int * a, char *[4] b, int() fn)'],
    'annotated parameters': ['int f(void __user *p, u64 __percpu *q, int x __maybe_unused) { }', 'int f(void * p, u64 * q, int x)'],
    'unnamed parameters': ['int f(struct foo *, int) { }', 'int f(struct foo *, int)'],
    'long types': [
      'unsigned long long f(long unsigned int a, unsigned b, short int c) { }',
      'unsigned long long f(unsigned long a, unsigned int b, short c)',
    ],
    'a struct by value and an enum': ['enum e f(struct foo a, enum bar b) { }', 'enum e f(struct foo a, enum bar b)'],
    'old style': ['int f(a, b)\n\tint a;\n\tstruct foo *b;\n{ }', 'int f(int a, struct foo * b)'],
    'a helper': ['BPF_CALL_2(bpf_f, struct bpf_map *, map, u64, flags)\n{ }', 'u64 bpf_f(struct bpf_map * map, u64 flags)'],
    'a helper without arguments': ['BPF_CALL_0(bpf_f)\n{ }', 'u64 bpf_f()'],
    'a system call': ['SYSCALL_DEFINE2(f, int, fd, const char __user *, name)\n{ }', 'long sys_f(int fd, const char * name)'],
    'a compat system call': ['COMPAT_SYSCALL_DEFINE1(f, int, fd)\n{ }', 'long compat_sys_f(int fd)'],
    'a program macro': ['int BPF_PROG(f, struct foo *p)\n{ }', 'int f(struct foo * p)'],
    'a function in capitals': ['static int READ_IT(struct foo *p)\n{ }', 'static int READ_IT(struct foo * p)'],
    'returning a function pointer': ['void (*f(int a))(int)\n{ }', 'void() f(int a)'],
    'typeof in a parameter': ['int f(typeof(x) a) { }', 'int f(typeof(x) a)'],
    'a definition after macros without semicolons': ['EXPORT_SYMBOL(x)\nBTF_ID_FLAGS(func, y)\nint f(int a)\n{ }', 'int f(int a)'],
    'start defs without a semicolon': ['__bpf_kfunc_start_defs()\n\n__bpf_kfunc int f(void) { }', '__bpf_kfunc int f()'],
    'a double underscore name': ['static int __f(int a) { }', 'static int __f(int a)'],
    'a name and no type, but typed parameters': ['f(int a)\n{ }', 'int f(int a)'],
    'a parameter list over lines with tabs': ['int\tf(int a,\n\t\tint\tb)\n{ }', 'int f(int a, int b)'],
  };
  for (const [name, [text, expected]] of Object.entries(cases)) it(name, () => expect(head(text)).toBe(expected));

  it('keeps the parameters as written', () => {
    const fn = lowered('int f(struct  foo\n\t*p__nullable, /* c */ u32 x)\n{\n}\n');
    expect(fn.parameters.map((p) => p.text)).toEqual(['struct foo *p__nullable', 'u32 x']);
  });

  it('knows where the name stands', () => {
    const text = 'static int\nname(int name2)\n{\n}\n';
    const { nameSpan, span } = lowered(text);
    expect(text.slice(nameSpan.start, nameSpan.end)).toBe('name');
    expect(text.slice(span.start, span.end)).toBe(text.trimEnd());
    const call = 'BPF_CALL_1(bpf_x, u32, a)\n{ }';
    const at = lowered(call).nameSpan;
    expect(call.slice(at.start, at.end)).toBe('bpf_x');
  });
});

describe('what is no function', () => {
  it.each([
    ['a struct', 'struct foo {\n\tint (*fn)(int);\n};'],
    ['an array', 'static int a[] = { f(1), g(2) };'],
    ['an initialiser', 'static const struct ops ops = {\n\t.f = f,\n};'],
    ['an enum after macros', 'BTF_ID_LIST(ids)\nBTF_ID(struct, foo)\nenum {\n\tA,\n};'],
    ['a prototype', 'int f(int a);\nextern int g(void);'],
    ['a macro', '#define F(a) do { \\\n\tg(a); \\\n} while (0)'],
    ['statements of a hunk', `${GAP_MARK}\n\tif (x) {\n\t\ta();\n\t}\n\tfor_each_x(a, b) {\n\t\tc();\n\t}\n\twhile (y) {\n\t}\n`],
    ['the tail of a function', '\t}\n\treturn 0;\n}\n'],
    ['text in a comment', '/*\n * int f(void) {\n */'],
    ['a string', 'char *s = "int f(void) { }";'],
    ['a brace in a character', "int c = '{';"],
  ])('%s', (_, text) => expect(found(text)).toEqual([]));
});

describe('finding the end', () => {
  it('is not misled by comments, strings, characters and directives', () => {
    const text = 'int f(void)\n{\n\t/* } */ a("}", \'}\'); // }\n#define X }\n\treturn 0;\n}\nint g(void) { }\n';
    expect(found(text)).toEqual(['f', 'g']);
  });

  it('takes either arm of #if for the braces', () => {
    const text = 'int f(void)\n{\n#ifdef A\n\tif (a) {\n#else\n\tif (b) {\n#endif\n\t}\n}\nint g(void) { }\n';
    expect(found(text)).toEqual(['f', 'g']);
  });

  it('resynchronises at the margin where braces do not match', () => {
    const text = 'int f(void)\n{\n\tBEGIN {\n\tEND_WITHOUT_BRACE\n\treturn 0;\n}\n\nint g(void)\n{\n}\n';
    expect(found(text)).toContain('f');
  });

  it('has conditions, outermost first, and both arms', () => {
    const text = '#ifdef A\n#if B > 1\nint f(void) { }\n#endif\n#else\nint f(void) { }\n#endif\nint g(void) { }\n';
    expect(conditions(text)).toEqual(['f: defined(A) | B > 1', 'f: !defined(A)', 'g: ']);
  });

  it('says that the end of the text cuts a function', () => expect(found('int f(void)\n{\n\ta();\n')).toEqual(['f?']));

  it('works with CRLF', () => expect(found('int f(void)\r\n{\r\n\ta();\r\n}\r\nint g(void)\r\n{\r\n}\r\n')).toEqual(['f', 'g']));
});

describe('gaps', () => {
  const gap = (...text: string[]) => text.join('\n').replaceAll('…', GAP_MARK);

  it('a gap inside is not shown, and what follows belongs to the function up to its brace', () => {
    const text = gap('int f(int *p)', '{', '\ta();', '…', '', '\tb();', '}', '', 'int g(void)', '{', '}');
    expect(found(text)).toEqual(['f?', 'g']);
    const fn = lowered(text.split('int g')[0]!);
    expect(fn.body.body.map(stmtText)).toEqual(['a();', `UNKNOWN(not-shown)<${GAP_MARK}>`, 'b();']);
    expect(fn.partial).toBe(true);
  });

  it('a gap that hides the end ends the function where another begins', () => {
    const text = gap('int f(int *p)', '{', '\ta();', '…', '', 'static int g(int x)', '{', '\tb();', '}');
    expect(found(text)).toEqual(['f?', 'g']);
  });

  it('works without indentation too', () => {
    const text = gap('int f(int *p)', '{', 'a();', '…', '', 'static int g(int x)', '{', 'b();', '}');
    expect(found(text)).toEqual(['f?', 'g']);
    expect(found(gap('int f(int *p)', '{', 'a();', '…', 'b();', '}', 'int g(void)', '{', '}'))).toEqual(['f?', 'g']);
  });

  it('a label at the margin ends nothing', () => {
    const text = gap('int f(int *p)', '{', '\ta();', '…', '\tb();', 'out:', '\treturn 0;', '}', 'int g(void)', '{', '}');
    expect(found(text)).toEqual(['f?', 'g']);
  });

  it('a gap may leave braces open', () => {
    const fn = lowered(gap('int f(int *p)', '{', '\tif (p) {', '…', '\tb();', '}'));
    expect(fn.body.body.map(stmtText).join(' ')).toContain('b();');
    expect(fn.partial).toBe(true);
  });

  it('a comment that the gap cuts hides no code', () => {
    const text = gap('int f(void)', '{', '\ta(); /* begins', '…', ' * goes on { with a brace', ' * and ends */', '\tb();', '}');
    expect(lowered(text).body.body.map(stmtText)).toEqual(['a();', `UNKNOWN(not-shown)<${GAP_MARK}>`, 'b();']);
  });

  it('lines from the middle of a comment are no code', () => {
    const text = gap('…', " * it's the middle {", ' * of a comment', '…', 'int g(void)', '{', '}');
    expect(found(text)).toEqual(['g']);
  });

  it('a gap inside an expression makes the statement unknown', () => {
    const fn = lowered(gap('int f(int *p)', '{', '\ta(p,', '…', '\t  q);', '\tb();', '}'));
    const text = fn.body.body.map(stmtText).join(' ');
    expect(text).toContain('UNKNOWN(not-shown)');
    expect(text).toContain('b();');
  });

  it('the end of the text closes what is open', () => {
    const fn = lowered('int f(int *p)\n{\n\tif (p) {\n\t\ta();\n', false);
    expect(fn.body.body.map(stmtText)).toEqual(['if p { a(); }']);
    expect(fn.partial).toBe(true);
  });
});
