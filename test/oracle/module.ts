/** One kernel module made by hand: C bodies, BTF and the set of ids, without kernel headers. */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TypeSyntax } from '../../src/source/ir.ts';
import { compareSeries } from '../../src/verifier/series.ts';
import type { BtfReader } from './btf.ts';
import { BtfWriter } from './btf-write.ts';
import { parseParameters, parseType } from './declaration.ts';
import { FLAG_BITS } from './spec.ts';

export interface KfuncSource {
  name: string;
  flags: readonly string[];
  returns: string;
  parameters: string;
  /** C expression; '' for 0 */
  body: string;
}

export interface BuiltModule {
  name: string;
  file: Buffer;
  /** BTF id of each kfunc */
  ids: ReadonlyMap<string, number>;
}

/** Structs that modules bring along; `@` is the id of the module. */
export const LOCAL_SCALAR_STRUCTS: Readonly<Record<string, boolean>> = {
  'struct kfo_s': true,
  'struct kfo_nested': true,
  'struct kfo_obj': false,
  'struct kfo_ptrs': false,
  'union kfo_u': true,
  'union kfo_up': false,
};

const C_TYPES = `
typedef unsigned char u8; typedef unsigned int u32; typedef unsigned long long u64; typedef long long s64; typedef _Bool bool;
struct kfo_s { int a; int b; u64 c; };
enum kfo_enum { KFO_A, KFO_B, KFO_C };
enum kfo_neg { KFO_MINUS = -1, KFO_ZERO };
enum kfo_wide { KFO_WIDE = 1ULL << 40 };
`;

/** Names of the types in BTF that `base` or the writer has, on demand. */
class Types {
  private readonly made = new Map<string, number>();
  private readonly out: BtfWriter;
  private readonly base: BtfReader;

  constructor(out: BtfWriter, base: BtfReader) {
    this.out = out;
    this.base = base;
  }

  of(type: TypeSyntax): number {
    if (type.isFunction)
      return this.once('ptr function', () =>
        this.out.ptr(this.out.proto(this.of(parseType('int')), [{ name: 'map', type: this.of(parseType('void *')) }])),
      );
    const named = this.named(type.name);
    let id = type.isConst ? this.once(`const ${named}`, () => this.out.constant(named)) : named;
    for (let i = 0; i < type.pointers; i++) {
      const to = id;
      id = this.once(`ptr ${to}`, () => this.out.ptr(to));
    }
    return id;
  }

  private named(name: string): number {
    if (name === 'void') return 0;
    const local = LOCALS[name] ?? (/^struct bpf_iter_kf/.test(name) ? iterator(name) : undefined);
    if (local) return this.once(name, () => local(this.out, (text) => this.of(parseType(text))));
    const tagged = /^(struct|union) (\w+)$/.exec(name);
    // a struct that this kernel does not have is one of this module, with a pointer in it
    if (tagged)
      return (
        this.base.find(tagged[1] as 'struct' | 'union', tagged[2]!) ??
        this.once(name, () => this.out.struct(tagged[2]!, 8, [{ name: 'p', type: this.of(parseType('void *')), offset: 0 }]))
      );
    const integer = name === 'unsigned long' ? 'long unsigned int' : name;
    return (
      this.base.find('typedef', integer) ??
      this.base.find('int', integer) ??
      this.base.find('int', name) ??
      this.base.id('int', 'unsigned int')
    );
  }

  private once(key: string, make: () => number): number {
    const found = this.made.get(key);
    if (found !== undefined) return found;
    const id = make();
    this.made.set(key, id);
    return id;
  }
}

type Make = (out: BtfWriter, of: (type: string) => number) => number;

const iterator =
  (name: string): Make =>
  (out, of) =>
    out.struct(name.replace('struct ', ''), 16, [
      { name: 'a', type: of('u64'), offset: 0 },
      { name: 'b', type: of('u64'), offset: 8 },
    ]);

const LOCALS: Readonly<Record<string, Make>> = {
  'struct kfo_s': (out, of) =>
    out.struct('kfo_s', 16, [
      { name: 'a', type: of('int'), offset: 0 },
      { name: 'b', type: of('int'), offset: 4 },
      { name: 'c', type: of('u64'), offset: 8 },
    ]),
  'struct kfo_nested': (out, of) =>
    out.struct('kfo_nested', 32, [
      { name: 's', type: of('struct kfo_s'), offset: 0 },
      { name: 'list', type: out.array(of('u64'), 2, of('u32')), offset: 16 },
    ]),
  'struct kfo_ptrs': (out, of) => out.struct('kfo_ptrs', 16, [{ name: 'list', type: out.array(of('int *'), 2, of('u32')), offset: 0 }]),
  // `next` is walked plainly, what `safe…` points to is protected by RCU
  'struct kfo_obj': (out, of) => {
    const at = (name: string, type: number, offset: number) => ({
      name,
      type,
      offset,
    });
    const safe = (type: string) => out.ptr(out.typeTag('rcu', of(type)));
    const fields = [
      at('a', of('int'), 0),
      at('owner', of('struct task_struct *'), 8),
      at('s', of('struct kfo_s *'), 16),
      at('safe_skb', safe('struct sk_buff'), 24),
      at('safe_xdp', safe('struct xdp_buff'), 32),
      at('safe_map', safe('struct bpf_map'), 40),
      at('safe_cgroup', safe('struct cgroup'), 48),
    ];
    const ptrs = safe('struct kfo_ptrs');
    return out.recursive('kfo_obj', 80, (self) => [
      ...fields,
      at('next', out.ptr(self), 56),
      at('safe', out.ptr(out.typeTag('rcu', self)), 64),
      at('safe_ptrs', ptrs, 72),
    ]);
  },
  'union kfo_u': (out, of) =>
    out.struct(
      'kfo_u',
      8,
      [
        { name: 'a', type: of('int'), offset: 0 },
        { name: 'b', type: of('u64'), offset: 0 },
      ],
      'union',
    ),
  'union kfo_up': (out, of) =>
    out.struct(
      'kfo_up',
      8,
      [
        { name: 'a', type: of('int'), offset: 0 },
        { name: 'p', type: of('void *'), offset: 0 },
      ],
      'union',
    ),
  'enum kfo_enum': (out) => out.enum('kfo_enum', { KFO_A: 0, KFO_B: 1, KFO_C: 2 }),
  'enum kfo_neg': (out) => out.enum('kfo_neg', { KFO_MINUS: -1, KFO_ZERO: 0 }),
  'enum kfo_wide': (out) => out.enum64('kfo_wide', { KFO_WIDE: 1n << 40n }),
};

/** Program types that every set is registered for: TRACING (and LSM), SYSCALL, SCHED_CLS, XDP. */
const REGISTERED = [26, 31, 3, 6];

/** Compiles and links the module. @param id short name, part of type names. @param folder for what is made on the way */
export function buildModule(
  id: string,
  kfuncs: readonly KfuncSource[],
  base: BtfReader,
  series: string,
  folder: string,
  plainSet = false,
): BuiltModule {
  const out = new BtfWriter(base);
  const types = new Types(out, base);
  const ids = new Map<string, number>();
  for (const k of kfuncs) {
    const parameters = parseParameters(k.parameters).map((p) => ({
      name: p.name,
      type: types.of(p.type),
    }));
    const returns = types.of(parseType(k.returns));
    const hides = k.flags.includes('KF_IMPLICIT_ARGS');
    // programs see the prototype of that name, the verifier finds the whole one under a second name
    if (hides) out.func(`${k.name}_impl`, out.proto(returns, parameters));
    ids.set(k.name, out.func(k.name, out.proto(returns, hides ? parameters.slice(0, -1) : parameters)));
  }
  const name = `kfo_${id}`;
  const path = join(folder, name);
  writeFileSync(`${path}.btf`, out.bytes());
  writeFileSync(`${path}.c`, moduleC(name, kfuncs, ids, base, `${path}.btf`, plainSet || compareSeries(series, '6.9') < 0 ? 0 : 1));
  execFileSync('gcc', [...GCC, '-c', '-o', `${path}.ko`, `${path}.c`], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  return { name, file: readFileSync(`${path}.ko`), ids };
}

const GCC = [
  '-O1',
  '-w',
  '-ffreestanding',
  '-mcmodel=kernel',
  '-mno-red-zone',
  '-mno-sse',
  '-fno-pic',
  '-fno-pie',
  '-fno-stack-protector',
  '-fno-asynchronous-unwind-tables',
  '-fcf-protection=branch',
];

function moduleC(
  name: string,
  kfuncs: readonly KfuncSource[],
  ids: ReadonlyMap<string, number>,
  base: BtfReader,
  btf: string,
  setFlags: number,
): string {
  const size = base.sizeOf(base.id('struct', 'module'));
  const nameAt = base.offset('module', 'name');
  const initAt = base.offset('module', 'init');
  const structs = new Set(kfuncs.flatMap((k) => `${k.returns},${k.parameters}`.match(/(?:struct|union) \w+/g) ?? []));
  return `${C_TYPES}
${[...structs].map((s) => `${s};`).join('\n')}
static char kfo_memory[4096] __attribute__((aligned(64)));
${kfuncs.map(functionC).join('\n')}
static struct { u32 count, flags; struct { u32 id, flags; } each[${kfuncs.length}]; } kfo_set = {
	${kfuncs.length}, ${setFlags}, { ${kfuncs.map((k) => `{ ${ids.get(k.name)}, ${bits(k.flags)} }`).join(', ')} } };
int register_btf_kfunc_id_set(int type, const void *set);
static int kfo_init(void);
struct { char a[${nameAt}]; char name[${initAt - nameAt}]; int (*init)(void); char b[${size - initAt - 8}]; } __this_module
	__attribute__((section(".gnu.linkonce.this_module"), aligned(64))) = { .name = "${name}", .init = kfo_init };
static struct { void *owner, *set, *filter; } kfo_id_set = { &__this_module, &kfo_set, 0 };
static int kfo_init(void)
{
	int r = 0;
	${REGISTERED.map((t) => `r = r ? r : register_btf_kfunc_id_set(${t}, &kfo_id_set);`).join(' ')}
	return r;
}
static const char kfo_info[] __attribute__((section(".modinfo"), used)) = "license=GPL\\0name=${name}\\0depends=\\0retpoline=Y";
asm(".pushsection .BTF,\\"\\"\\n.incbin \\"${btf}\\"\\n.popsection");
`;
}

/** The first parameter is handed back, so that a run shows what arrived. */
function functionC(k: KfuncSource): string {
  const parameters = parseParameters(k.parameters);
  const value =
    k.body !== ''
      ? k.body
      : k.returns.includes('*')
        ? 'kfo_memory'
        : parameters[0] && !parameters[0].text.includes('kfo_s v')
          ? parameters[0].name
          : '0';
  const list = parameters.map((p) => p.text).join(', ') || 'void';
  const result = k.returns === 'void' ? '' : ` return (${k.returns})${value};`;
  return `__attribute__((noinline, used)) ${k.returns} ${k.name}(${list}) { asm volatile("");${result} }`;
}

function bits(flags: readonly string[]): number {
  return flags.reduce((all, f) => all | (1 << FLAG_BITS[f]!), 0);
}
