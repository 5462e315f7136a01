import { describe, expect, it } from 'vitest';
import { body } from './print.ts';

const cases: Record<string, [string, string]> = {
  'if and else': ['if (a) b(); else if (c) { d(); } else e();', 'if a b(); else if c { d(); } else e();'],
  loops: [
    'while (a) b(); do c(); while (d); for (i = 0; i < 3; i++) e();',
    'while a b(); do c(); while d; for ((i = 0); (i < 3); (i++)) e();',
  ],
  'a declaration in for': ['for (int i = 0; ; ) ;', 'for (i: int = 0; ; ) ;'],
  'switch with fallthrough': [
    'switch (x) { case A: case B: a(); fallthrough; case 1 ... 3: b(); break; default: return; }',
    'switch x { case A: case B: a(); ; case 1 ... 3: b(); break; default: return; }',
  ],
  'a case range of names': ['switch (x) { case FIRST ... LAST: a(); }', 'switch x { case FIRST ... LAST: a(); }'],
  'labels and goto': ['goto out; a(); out: b(); err:\n\treturn;', 'goto out; a(); out: b(); err: return;'],
  'a label at the end of a block': ['if (x) goto out;\nout:\n', 'if x goto out; out: ;'],
  'a label before a declaration': ['again: int x = 1; use(x);', 'again: x: int = 1; use(x);'],
  declarations: [
    'struct foo *p = q, a[3], **r; const unsigned long int n = 3; static int once;',
    'p: struct foo * = q, a: struct foo[3], r: struct foo **; n: const unsigned long = 3; static once: int;',
  ],
  'function pointers': ['int (*fn)(struct foo *, int) = bar; u64 (*g)(void); fn(1);', 'fn: int() = bar; g: u64(); fn(1);'],
  'annotations in declarations': [
    'struct foo __rcu *p __maybe_unused = q; u8 buf[4] __aligned(8) = {}; void __user *u;',
    'p: struct foo * = q; buf: u8[4] = { }; u: void *;',
  ],
  typeof: ['typeof(a->b) x = y; __typeof__(*p) *q; __auto_type z = 1;', 'x: typeof(a->b) = y; q: __typeof__(*p) *; z: __auto_type = 1;'],
  'a local struct with a variable': ['struct { int a; } __aligned(8) s = { .a = 1 }; use(s);', 's: struct = { .a = 1 }; use(s);'],
  'local types': ['enum { A, B }; typedef int t; struct s { int a; }; x = A;', '; ; ; (x = A);'],
  'cleanup after the name': ['struct foo *p __free(kfree) = kmalloc(8, GFP_KERNEL);', 'p: struct foo * ~kfree = kmalloc(8, GFP_KERNEL);'],
  'cleanup before the star': ['struct foo __free(put_foo) *p = NULL;', 'p: struct foo * ~put_foo = NULL;'],
  'cleanup without a value': ['char *s __free(kfree);', 's: char * ~kfree;'],
  guards: ['guard(rcu)(); guard(mutex)(&a->lock); b();', 'guard(rcu)(); guard(mutex)((&a->lock)); b();'],
  'a class': ['CLASS(fd, f)(n); use(fd_file(f));', 'f: class_fd_t ~fd = class_fd_constructor(n); use(fd_file(f));'],
  'scoped guards': [
    'scoped_guard(rcu) a(); scoped_guard(mutex, &m) { b(); }',
    'GUARD scoped_guard(rcu) a(); GUARD scoped_guard(mutex, (&m)) { b(); }',
  ],
  'loop macros': [
    'for_each_cpu(cpu, mask) a(cpu); list_for_each_entry_rcu(pos, &head->list, node) { b(pos); } c();',
    'LOOP for_each_cpu(cpu, mask) a(cpu); LOOP list_for_each_entry_rcu(pos, (&head->list), node) { b(pos); } c();',
  ],
  'a loop macro under if': ['if (x) for_each_set_bit(i, &m, 8) a(i); else b();', 'if x LOOP for_each_set_bit(i, (&m), 8) a(i); else b();'],
  'a loop macro without arguments': ['for_each_thing() { a(); }', 'LOOP for_each_thing() { a(); }'],
  'a loop macro with a type': [
    'list_for_each_entry_safe_type(p, struct foo, &l) { a(); }',
    'LOOP list_for_each_entry_safe_type(p, type struct foo, (&l)) { a(); }',
  ],
  'any macro before a block': ['with_lock(a, b) { c(); }', 'LOOP with_lock(a, b) { c(); }'],
  'a function named like a loop is a call': ['idr_for_each(&idr, fn, data); x();', 'idr_for_each((&idr), fn, data); x();'],
  'a loop macro after do': ['do { a(); } for_each_vma_range(vmi, vma, end); b();', 'do { a(); } while UNKNOWN<(vmi, vma, end)>; b();'],
  'macros without a semicolon': ['PREPARE(x)\n\ta();', 'PREPARE(x); a();'],
  'macros that declare': [
    'DECLARE_BITMAP(map, 64); LIST_HEAD(head); static DEFINE_MUTEX(lock); DEFINE_WAIT(w); a();',
    'map: unsigned long[BITS_TO_LONGS(64)]; head: struct list_head = LIST_HEAD; static lock: struct mutex = DEFINE_MUTEX; w:  = DEFINE_WAIT; a();',
  ],
  'a bitmap with a value': ['DECLARE_BITMAP(map, N) = { 0 };', 'map: unsigned long[BITS_TO_LONGS(N)] = { 0 };'],
  assembler: ['asm volatile ("nop" : "=r" (x) : "r" (y) : "memory"); a();', 'ASM; a();'],
  'assembler that jumps is not read': [
    'asm goto ("b %l0" : : : : out); out: ;',
    'UNKNOWN(unparsable)<asm goto ("b %l0" : : : : out);> out: ;',
  ],
  'a computed goto is not read': ['goto *table[op];', 'UNKNOWN(unparsable)<goto> (*table[op]);'],
  'attributes as statements': ['switch (x) { case 1: __attribute__((__fallthrough__)); case 2: ; }', 'switch x { case 1: ; case 2: ; }'],
  'empty statements': [';;', '; ;'],
  'nested blocks': ['{ { a(); } }', '{ { a(); } }'],
  'comments anywhere': ['a(/* no } here */ b); // { nor here\n /* "open */ c("/* text */");', 'a(b); c("/* text */");'],
  'a call that reads like a declaration': [
    'int x; put(a * (b)); add(DIV(n * sizeof(struct page), S));',
    'x: int; put((a * b)); add(DIV((n * sizeof(type struct page)), S));',
  ],
  'macro text beside strings': [
    'pr_err("%" __stringify(N) "s\\n", x); pr(KERN_ERR KBUILD_MODNAME ": a");',
    'pr_err("%" __stringify(N) "s\\n", x); pr(KBUILD_MODNAME ": a");',
  ],
  'an empty last argument': ['copy(a, b,\n /* why */);', 'copy(a, b);'],
};

describe('statements', () => {
  for (const [name, [source, expected]] of Object.entries(cases)) {
    it(name, () => expect(body(source)).toBe(expected));
  }

  it('is the same with CRLF line ends and with spaces for tabs', () => {
    const text = 'if (a)\n\tb(c,\n\t  d);\nfor_each_x(i,\n\t   m)\n\te();';
    expect(body(text.replaceAll('\n', '\r\n'))).toBe(body(text));
    expect(body(text.replaceAll('\t', '        '))).toBe(body(text));
  });
});
