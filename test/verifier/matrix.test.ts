/** Flags × kinds × series, cell by cell: N NULL may arrive, - it never does; then trust: t trusted, r RCU, a any; then ! where the count is above zero. */
import { describe, expect, it } from 'vitest';
import { ask } from './ask.ts';

const SERIES = ['6.1', '6.2', '6.3', '6.4', '6.6', '6.12', '6.18', '7.0', '7.2', '7.3'];

/** Columns are SERIES; `.` where the flag does not exist. */
const OBJECT: Record<string, string> = {
  '': 'Na Na Na Na Na Na Na -t -t -t',
  KF_TRUSTED_ARGS: '-t! -t -t -t -t -t -t . . .',
  KF_RCU: '. Nr Nr -r -r -r -r -r -r -r',
  'KF_TRUSTED_ARGS|KF_RCU': '. Nr -r -r -r -r -r . . .',
  KF_RELEASE: '-t! -t! -t! -t! -t! -t! -t! -t! -t! -t!',
  KF_ACQUIRE: 'Na Na Na Na Na Na Na -t -t -t',
  'KF_ACQUIRE|KF_RET_NULL': 'Na Na Na Na Na Na Na -t -t -t',
  KF_SLEEPABLE: 'Na Na Na Na Na Na Na -t -t -t',
  KF_DESTRUCTIVE: 'Na Na Na Na Na Na Na -t -t -t',
  KF_RCU_PROTECTED: '. . . . . Na Na -t -t -t',
};

const MEMORY: Record<string, string> = {
  '': 'Na Na Na Na Na Na Na -a -a -a',
  KF_TRUSTED_ARGS: 'Na Na -a -a -a -a -a . . .',
  KF_RCU: '. Na Na -a -a -a -a -a -a -a',
  'KF_TRUSTED_ARGS|KF_RCU': '. Na -a -a -a -a -a . . .',
  KF_RELEASE: 'Na Na Na -a -a -a -a -a -a -a',
  KF_ACQUIRE: 'Na Na Na Na Na Na Na -a -a -a',
};

/** `__nullable` is a suffix from 6.7 on. */
const NULLABLE_OBJECT: Record<string, string> = {
  '': 'Na Na Na Na Na Na Na Nt Nt Nt',
  KF_TRUSTED_ARGS: '-t! -t -t -t -t Nt Nt . . .',
  KF_RCU: '. Nr Nr -r -r Nr Nr Nr Nr Nr',
  KF_RELEASE: '-t! -t! -t! -t! -t! -t! -t! -t! Nt! Nt!',
};

function cell(flags: string, parameter: string, series: string): string {
  const p = ask(flags, parameter, series).parameters[0]!;
  return `${p.mayBeNull ? 'N' : '-'}${p.trust[0]}${p.refcountMayBeZero ? '' : '!'}`;
}

function check(table: Record<string, string>, parameter: string): void {
  for (const [flags, row] of Object.entries(table)) {
    const expected = row.split(' ');
    expect(expected, flags).toHaveLength(SERIES.length);
    const told = SERIES.map((series, i) => (expected[i] === '.' ? '.' : cell(flags, parameter, series)));
    expect(`${flags}: ${told.join(' ')}`).toBe(`${flags}: ${expected.join(' ')}`);
  }
}

describe('what arrives, by flags and series', () => {
  it('for an object', () => check(OBJECT, 'struct object *p'));
  it('for a typedef of an object', () => check(OBJECT, 'object_t *p'));
  it('for an object that is known by name', () => check(OBJECT, 'struct task_struct *p'));
  it('for a nullable object', () => check(NULLABLE_OBJECT, 'struct object *p__nullable'));
  it.each(['int *p', 'const u64 *p', 'enum e *p', 'struct plain *p', 'char *p', 'bool *p'])('for memory: %s', (p) => check(MEMORY, p));
  it.each(['void *p, u32 p__sz', 'char *p, int p__sz', 'struct plain *p, u32 p__sz'])('for memory with a size: %s', (p) =>
    check(MEMORY, p),
  );

  it('for a struct that is not at hand: the weaker of both, and says so', () => {
    for (const [flags, row] of Object.entries(OBJECT)) {
      const memory = MEMORY[flags]?.split(' ');
      row.split(' ').forEach((object, i) => {
        if (object === '.' || !memory) return;
        const p = ask(flags, 'struct unseen *p', SERIES[i]!).parameters[0]!;
        expect(p.mayBeNull, `${flags} ${SERIES[i]}`).toBe(object[0] === 'N' || memory[i]![0] === 'N');
        expect(p.trust).toBe('any');
        expect(p.refcountMayBeZero).toBe(true);
        expect(p.unsure).toContain('struct unseen');
      });
    }
  });
});

describe('kinds by declaration', () => {
  const kindOf = (parameter: string, series: string, flags = '', at = 0) => ask(flags, parameter, series).parameters[at]!.kind;

  it.each([
    ['int v', '6.12', 'scalar'],
    ['enum e v', '6.12', 'scalar'],
    ['enum wide v', '6.12', 'uncallable'],
    ['struct plain v', '6.12', 'uncallable'],
    ['float v', '6.12', 'uncallable'],
    ['void *p', '6.12', 'uncallable'],
    ['struct object **p', '6.12', 'uncallable'],
    ['void *p__ign', '6.1', 'uncallable'],
    ['void *p__ign', '6.2', 'ignored'],
    ['int v__ign', '6.12', 'ignored'],
    ['void *m__map', '6.8', 'uncallable'],
    ['void *m__map', '6.9', 'map'],
    ['void *m__const_map', '7.3', 'constant-map'],
    ['const char *s__str', '6.6', 'memory'],
    ['const char *s__str', '6.8', 'string'],
    ['struct bpf_dynptr *d', '6.12', 'dynptr'],
    ['struct bpf_dynptr *d', '6.10', 'memory'],
    ['struct bpf_dynptr_kern *d', '6.10', 'dynptr'],
    ['struct bpf_iter_x *it__iter', '6.12', 'iterator'],
    ['int (*cb)(int *)', '6.2', 'uncallable'],
    ['int (*cb)(int *)', '6.12', 'callback'],
    ['struct bpf_list_head *h', '6.12', 'list-head'],
    ['struct bpf_rb_root *r', '6.12', 'rb-root'],
    ['struct bpf_wq *w', '6.10', 'workqueue'],
    ['struct bpf_timer *t', '6.19', 'memory'],
    ['struct bpf_timer *t', '7.0', 'timer'],
    ['unsigned long *f__irq_flag', '6.13', 'memory'],
    ['unsigned long *f__irq_flag', '6.14', 'irq-flag'],
    ['struct bpf_prog_aux *aux', '6.19', 'btf-pointer'],
    ['struct bpf_prog_aux *aux', '7.0', 'implicit'],
    ['void *p__arena', '7.2', 'uncallable'],
    ['void *p__arena', '7.3', 'arena'],
    ['struct object *o, u32 o__sz', '7.2', 'btf-pointer'],
    ['struct object *o, u32 o__sz', '7.3', 'uncallable'],
    ['unknown_t v', '6.12', 'unknown'],
  ])('%s in %s: %s', (parameter, series, kind) => {
    expect(kindOf(parameter, series)).toBe(kind);
  });

  it('takes the context for what it is by program type', () => {
    const kind = (types: string[]) => ask('', 'struct xdp_md *x', '6.12', { types }).parameters[0]!;
    expect(kind(['XDP'])).toMatchObject({ kind: 'context', mayBeNull: false, trust: 'trusted' });
    expect(kind(['XDP', 'SCHED_CLS'])).toMatchObject({ kind: 'context', mayBeNull: true, trust: 'any' });
    expect(kind([])).toMatchObject({ mayBeNull: true, unsure: expect.stringContaining('program types') });
    expect(kind(['TRACING'])).toMatchObject({ kind: 'memory' });
  });

  it('ties a size to memory only where every register is checked', () => {
    const size = (p: string, series: string) => ask('', p, series).parameters[0]!;
    expect(size('void *p, u32 p__sz', '6.12')).toMatchObject({ sizeOf: 'p__sz', sizeParameter: 'p__sz' });
    expect(size('struct plain *p, u32 p__sz', '7.2')).toMatchObject({ sizeOf: null, sizeParameter: 'p__sz' });
    expect(size('struct plain *p, u32 p__sz', '7.3')).toMatchObject({ sizeOf: 'p__sz' });
    expect(size('void *p, u32 len', '6.12')).toMatchObject({ kind: 'uncallable', sizeParameter: null });
  });

  it('never bounds a number, and calls constant what must be one', () => {
    const number = (p: string, series: string) => ask('KF_TRUSTED_ARGS', p, series).parameters.at(-1)!;
    expect(number('enum e v', '6.12')).toMatchObject({ bounded: false, constant: false, trust: 'none', mayBeNull: false });
    expect(number('int v__k', '6.1')).toMatchObject({ constant: false });
    expect(number('int v__k', '6.2')).toMatchObject({ constant: true, bounded: false });
    expect(number('void *p, u32 p__szk', '6.4')).toMatchObject({ constant: true, bounded: false });
    expect(number('int rdonly_buf_size', '6.1')).toMatchObject({ constant: true });
  });

  it.each([
    ['u32 v__szk', '6.12', false],
    ['u32 v__szk', '7.3', true],
    ['void *p__opt, u32 p__szk', '6.12', true],
    ['void *p__nullable, u32 p__szk', '6.19', false],
    ['void *p__nullable, u32 p__szk', '7.0', true],
    ['struct plain *p, u32 p__szk', '7.2', false],
    ['struct plain *p, u32 p__szk', '7.3', true],
    ['int *p, u32 p__szk', '6.12', true],
  ])('calls a size constant where it is the size of memory: %s in %s: %s', (parameters, series, constant) => {
    expect(ask('KF_TRUSTED_ARGS', parameters, series).parameters.at(-1)!.constant).toBe(constant);
  });

  it('lets NULL through for what nothing else fits, as soon as there is a suffix for it', () => {
    const told = (series: string) => ask('', 'void *p__nullable', series).parameters[0]!;
    expect([told('6.6').mayBeNull, told('6.8').mayBeNull, told('6.12').mayBeNull]).toEqual([false, true, true]);
    expect(told('6.8').kind).toBe('uncallable');
  });

  it('lets NULL through for a struct with pointers and a size until 6.19', () => {
    const mayBeNull = (series: string) => ask('', 'struct object *p__nullable, u32 p__sz', series).parameters[0]!.mayBeNull;
    expect([mayBeNull('6.19'), mayBeNull('7.0'), mayBeNull('7.3')]).toEqual([true, false, true]);
  });
});

describe('evidence', () => {
  it('names the flag, its line and what the kernel says', () => {
    const p = ask('KF_ACQUIRE|KF_RCU', 'struct object *p', '6.12').parameters[0]!;
    const said = p.because.find((e) => e.text.includes('refuses NULL'))!;
    expect(said).toMatchObject({ kind: 'verifier', location: { file: 'x.c', line: 7 } });
    expect(said.text).toContain('KF_RCU');
    expect(said.text).toContain('BTF_ID_FLAGS(func, bpf_thing, KF_ACQUIRE | KF_RCU)');
    expect(said.source).toMatchObject({ kernel: '6.12', path: 'kernel/bpf/verifier.c', symbol: 'check_kfunc_args' });
    expect(said.source).toHaveProperty('quote', expect.stringContaining('Possibly NULL pointer passed to trusted'));
  });

  it('is never missing, in any series, for any kind', () => {
    for (const series of SERIES) {
      for (const p of [
        'int v',
        'struct object *p',
        'struct plain *p',
        'void *p, u32 p__sz',
        'void *p',
        'struct bpf_dynptr *d',
        'struct __sk_buff *s',
      ]) {
        const g = ask('', p, series);
        expect(g.parameters[0]!.because.length, `${p} ${series}`).toBeGreaterThan(0);
        expect(g.returns.because.length).toBeGreaterThan(0);
        expect(g.context.because.length).toBeGreaterThan(0);
      }
    }
  });
});

describe('returns and contexts', () => {
  const returned = (flags: string, returns: string, series: string) => ask(flags, '', series, { returns }).returns;

  it.each([
    ['', 'struct object *', '6.19', 'any'],
    ['', 'struct object *', '7.0', 'trusted'],
    ['KF_ACQUIRE', 'struct object *', '6.1', 'trusted'],
    ['KF_RCU_PROTECTED', 'struct object *', '6.14', 'any'],
    ['KF_RCU_PROTECTED', 'struct object *', '6.18', 'rcu'],
    ['KF_ITER_NEXT|KF_RET_NULL', 'struct object *', '6.11', 'any'],
    ['KF_ITER_NEXT|KF_RET_NULL', 'struct object *', '6.12', 'trusted'],
    ['', 'void *', '6.12', 'none'],
    ['', 'int', '6.12', 'none'],
  ])('%s %s in %s: %s', (flags, returns, series, trust) => {
    expect(returned(flags, returns, series).trust).toBe(trust);
  });

  it('tells memory from objects', () => {
    expect(returned('', 'int *', '6.12').memory).toEqual({ writable: false, size: 'pointee' });
    expect(ask('', 'int rdwr_buf_size', '6.12', { returns: 'int *' }).returns.memory).toEqual({ writable: true, size: 'rdwr_buf_size' });
    expect(returned('', 'struct object *', '6.12').memory).toBeNull();
  });

  it('holds RCU only where every caller does', () => {
    const held = (flags: string, types: string[], series: string) => ask(flags, '', series, { types }).context.rcuHeld;
    expect(held('', ['XDP'], '6.12')).toBe(true);
    expect(held('', ['XDP', 'SYSCALL'], '6.12')).toBe(false);
    expect(held('', [], '6.12')).toBe(false);
    expect(held('KF_RCU_PROTECTED', ['SYSCALL'], '6.14')).toBe(false);
    expect(held('KF_RCU_PROTECTED', ['SYSCALL'], '6.18')).toBe(true);
    expect(held('KF_RCU', ['TRACING'], '6.18')).toBe(false);
  });

  it('knows sleepers and interrupts', () => {
    expect(ask('KF_SLEEPABLE', '', '6.12').context).toMatchObject({ maySleep: true, mayBeNmi: false });
    expect(ask('', '', '6.12', { types: ['LSM'] }).context).toMatchObject({ maySleep: false, mayBeNmi: true });
    expect(ask('', '', '6.12', { types: ['XDP'] }).context).toMatchObject({ maySleep: false, mayBeNmi: false });
  });
});
