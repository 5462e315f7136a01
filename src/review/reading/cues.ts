/**
 * What reviewers say, as a table anybody can add a line to. A weight of 3 makes a claim by itself, 2 makes one in a question or together with another cue, and
 * 1 only supports. The aspect narrows what exactly is said to be missing.
 */
import type { ClaimCategory } from '../../claim.ts';
import type { Cue } from './cue.ts';
import { compileCue } from './cue.ts';

export type Category = ClaimCategory;

export type Aspect =
  | 'null'
  | 'error-pointer'
  | 'range'
  | 'negative'
  | 'off-by-one'
  | 'size'
  | 'leak'
  | 'missing-get'
  | 'dead-get'
  | 'freed'
  | 'untrusted'
  | 'double-put'
  | 'flag'
  | 'superfluous-flag'
  | 'sleeps'
  | 'sleeps-in-atomic'
  | 'section'
  | 'returns-null'
  | 'returns-error'
  | 'unregistered'
  | 'reach'
  | 'iterator'
  | 'ignored-result'
  | 'redundant-check'
  | 'race'
  | 'text'
  | 'style'
  /** sums that wrap, memory that nobody wrote */
  | 'values'
  /** no phrase was found in it */
  | 'unread';

export interface WeighedCue {
  cue: Cue;
  category: Category;
  aspect: Aspect;
  weight: number;
}

const TABLE: [Category, Aspect, number, string[]][] = [
  [
    'null-deref',
    'null',
    3,
    [
      'S ~1 be|become|becomes|becoming|is|was|were|being|gets ~2 null',
      'null|null-pointer|nullptr S',
      'S == null',
      'null|null-pointer ?pointer|ptr dereference*|deref*|access*',
      'null-deref*|null-ptr-deref',
      'dereferenc*|deref|derefs S ~6 null',
      'dereferenc*|deref|derefs ~5 null',
      'dereferenc*|deref|derefs ~3 without ~4 check*|test*|verif*|validat*',
      'S ~2 dereferenc* ~4 without|before|unconditionally',
      'without ~3 null check',
      'without ~1 check* ~1 S ~2 for|against null',
      'without ~2 check* ~3 null',
      'missing|lacks|lacking|needs|need|add|adding|no null check*|test*',
      'null check* ~4 missing|absent',
      'a|any null check* ~4 needed|required|necessary',
      'null check|checks|test of|for|on S',
      'pass*|passing|hand*|supply|supplies ~4 null',
      'null ~2 pass*|given|handed|supplied',
      'S ~4 null ?pointer',
      'crash*|oops*|panic* ~6 null',
      'null ~6 crash*|oops*|panic*|fault*',
      'non-null S',
      'S ~5 non-null|nonnull',
      'argument|parameter|pointer|it|they|one ~1 can|could|may|might ~1 be|become null',
      'argument|parameter|pointer|arguments|parameters|pointers ~2 null',
      'fail* ~3 S ~3 null',
    ],
  ],
  // of a callee; of the function quoted itself it is about what programs get (ask.ts)
  ['null-deref', 'null', 4, ['F ~2 return|returns|returning null', 'null ~2 from F']],
  [
    'null-deref',
    'null',
    2,
    [
      'check* ~2 S ~3 null',
      'null S',
      'null ~6 S',
      'validat* ~2 S ~2 before ~3 dereferenc*|use|using',
      'test ~1 S',
      'can ~3 null',
      'return* null ~8 dereferenc*|access*|used',
    ],
  ],
  ['null-deref', 'null', 1, ['null']],
  [
    'null-deref',
    'error-pointer',
    3,
    [
      'dereferenc* ~5 error|err pointer*|ptr*',
      'S ~3 error pointer|ptr',
      'S ~3 err_ptr|err_ptr()',
      'err_ptr|error-pointer ~5 dereferenc*',
      'dereferenc* ~5 err_ptr*',
      'is_err|is_err() ~4 missing|needed|instead',
      'without|missing|lacks|no ~2 is_err|is_err()|is_err_or_null|is_err_or_null() ?check',
      'check* ~4 is_err|is_err()|is_err_or_null|is_err_or_null()',
    ],
  ],
  [
    'out-of-bounds',
    'range',
    3,
    [
      'out of bounds|bound|range',
      'out-of-bounds|out-of-bound|out-of-range|oob',
      'bounds|bound|range check*',
      'bounds-check*|range-check*',
      'unbounded ~1 index|idx|enum|value|length|size|offset|shift',
      'unchecked index|idx|enum|value|length|size|offset|shift',
      'array ~2 overrun|overflow|overread|over-read',
      'past|beyond ~2 end|bounds|limit|size|last ~4 array|table|buffer|bitmap|S',
      'index* ~3 past|beyond|outside',
      'exceed* ~4 array|bounds|limit|size|maximum|max|number',
      'exceed* ~2 C',
      'exceed* ~2 sizeof',
      'in|within ~1 range|bounds',
      'index|idx|access ~3 within ~2 array|table|buffer',
      'far|well outside ~1 S|array|bounds',
      'index|idx|indexes|indices ~2 bounded|unbounded|checked|unchecked|tested',
      'this|it overflow|overflows|overrun|overruns S|array|buffer',
      'S ~2 large|big|long enough for',
      'S ~4 larger|greater|bigger than ~3 sizeof',
      'overflow* ~3 S|array|buffer|memcpy|memcpy()',
      'run|runs|running past|beyond|off|over ~3 end|array|S',
      'other|second|index|value ~2 bounded|unbounded|unchecked|in range',
      'S ~2 >=|> C',
      'greater|larger|bigger than ~3 C|array|size|S',
      'arbitrary|any|attacker-controlled|user-controlled|untrusted|huge|large ~1 index|idx|enum|value|length|offset ~6 array|index*|table|shift',
      'upper|lower bound|limit',
      'S ~3 validated|bounded|clamped|range-checked|sanitized|sanitised ~3 before|against',
      'validate|bound|clamp|limit|sanitize|sanitise S',
      'reject|rejects|rejecting ~3 invalid|out-of-range ~3 S',
      'invalid ~1 S ~8 array|index*|bounds',
      'shift* ~6 width|undefined|defined|exceed*|64|32|31|63',
      'shift-out-of-bounds|ubsan',
      'buffer overflow|overrun|overread',
      'nothing|nobody|no one ~1 bounds|limits|checks|validates|tests|stops|prevents|rejects|clamps S',
      'used ~2 index',
      'not ~2 checked|validated|bounded|limited ~4 index*',
      'what prevents|stops|guarantees|bounds|limits|keeps ~2 S ~8 array|bounds|range|C|index*|exceed*|large|beyond|past',
      'spectre|array_index_nospec|speculative*',
    ],
  ],
  [
    'out-of-bounds',
    'range',
    2,
    [
      'validat*|check* ~2 S ~3 before',
      'index* ~4 S',
      'S ~4 index|indexes|indexing|array',
      'what bounds|limits|constrains S',
      'S ~2 bounded|range-checked|clamped',
      'S ~2 not ~2 checked|validated|bounded|limited',
      'valid S',
    ],
  ],
  ['out-of-bounds', 'range', 1, ['array', 'index|idx', 'bounds', 'overflow*']],
  [
    'out-of-bounds',
    'negative',
    3,
    [
      'negative ?value|values|number|index|enum|integer S',
      'S ~4 negative',
      'negative ~2 value*|index|idx|enum|event|number|integer|length|size|offset|argument',
      'S < 0|zero',
      'less than 0|zero',
      'enum* ~4 signed',
      'signed ~3 enum*|int|integer|type|comparison|compare',
      'treated|interpreted as ~2 signed',
      'sign extension|extended|extend*',
      'sign-extend*|sign-extension',
      'lower bound',
      'below zero|0',
      'from ~2 being|becoming negative',
      'S ==|= - C',
      'it|this|that|value|index be|become|is negative',
      'in front of ~3 S|array|buffer|table|start',
      'before ~2 start|beginning ~3 S|array|buffer|table',
      'only ~3 upper end|bound|limit|side',
      'memory ~1 before ~3 array|S',
    ],
  ],
  [
    'out-of-bounds',
    'off-by-one',
    4,
    [
      'off by one',
      'off-by-one',
      'fencepost',
      'one past|beyond',
      'should ~4 >= ~4 >|instead|rather',
      'equal to C ~8 pass*|array|index*|check',
      'S ~1 be|equal|reach|hit|is ?exactly nr_*|num_*|max_*|*_max|*_nr|*_num|*_count|*_size|*_len|*_depth|*_limit',
    ],
  ],
  [
    'out-of-bounds',
    'size',
    3,
    [
      'S ~3 smaller|shorter|less than ~2 sizeof|size|structure|struct|C|offsetof*',
      'smaller|shorter than ~4 sizeof|structure|struct|buffer|S',
      'beyond|past ~4 size|length|buffer|memory',
      'read*|write*|access*|touch* ~3 beyond|past',
      'partial|short ~1 buffer|struct|structure|read|write',
      'smaller|shorter|short|tiny ~1 buffer|struct|structure|size',
      'S ~2 written|read|accessed|touched|set|stored|used|cleared|initialised|initialized ~4 before ~3 S|size|length ~3 check*|test*|valid*|verif*|compared',
      'size|length ~3 check*|test*|validat*|verif* first',
      'check*|test*|validat*|verif* ~2 size|length ~2 first|earlier',
      'size ~2 check* ~4 missing|before|after',
      'before ~4 size ~3 check*|valid*',
      'without ~3 check* ~2 size|length|S ~4 size|length',
      'overflow* ~2 buffer|stack',
      'bytes ~3 verifier ~6 check*|guarantee*|know*',
    ],
  ],
  [
    'refcount',
    'leak',
    3,
    [
      'leak* ~4 reference*|ref|refs|refcount*|count|S',
      'reference*|ref|refcount* ~3 leak*',
      'leak*',
      'never|not|without ~2 release|released|releasing|drop|dropped|dropping|put|putting|freed',
      'missing|forgets|forgot|lacks|needs ~3 *_put|put|release|css_put|kfree|dput|iput|fput',
      'should ~3 drop*|put|release* ~4 reference|ref|S',
      'who|what|where releases|drops|puts',
      'drop|drops|release|releases|put|puts ~1 reference ~3 ?',
      'reference*|ref ~4 not ~2 dropped|released|put',
      'is|are ~6 freed ~1 on|in ~1 this|that|every|all|the ?error|?failure|?early path|paths|case|branch',
      'who|what|where frees',
    ],
  ],
  [
    'refcount',
    'missing-get',
    3,
    [
      'without ~3 taking|acquiring|bumping|incrementing|holding|elevating|getting|grabbing|having ~4 reference*|ref|refcount*|count',
      "does|do|doesn't|not|never ~2 take|acquire|bump|increment|hold|get|grab ~3 reference*|ref|refcount*|count",
      'no reference|ref|refcount ~3 taken|acquired|held|bumped',
      'returned|returns|handed ~2 without ~1 reference|ref',
      "reference*|refcount*|ref ~4 not|never|isn't ~2 taken|acquired|incremented|bumped|elevated|held",
      'should ~4 take|acquire|bump|grab|get ~3 reference*|ref|refcount*',
      'take*|acquire*|bump* ~2 reference ~6 ?',
      'refcount*|reference ~2 underflow*|imbalance*|unbalanced|mismatch*',
      'imbalance*|unbalanced|underflow* ~4 refcount*|reference*',
      'K ~6 without ~5 reference*|ref|refcount*',
      'drop*|drops ~3 reference ~4 never|not ~2 taken|acquired|owned',
    ],
  ],
  [
    'refcount',
    'double-put',
    3,
    ['double put|release|free|drop', 'double-put|double-free|double-release', 'put|released|freed|dropped ~2 twice', 'free* ~2 twice'],
  ],
  [
    'refcount',
    'dead-get',
    4,
    [
      'refcount*|reference|count|counter ~4 zero|0',
      'zero|0 ~1 refcount*|reference|count',
      'resurrect*',
      'dying|dead|offline|released ~6 get|css_get*|refcount_inc*|reference|bump*',
      'css_get()|css_get|refcount_inc|refcount_inc()|get_* ~8 zero|dying|tryget*|inc_not_zero',
      'tryget*|css_tryget*|inc_not_zero|refcount_inc_not_zero|refcount_inc_not_zero() ~6 instead|needed|required|rather',
      'instead of ~2 css_get|css_get()|refcount_inc|refcount_inc()',
      'should|must|why|needs ~4 refcount_inc_not_zero*|kref_get_unless_zero*|atomic_inc_not_zero*|css_tryget*',
    ],
  ],
  [
    'refcount',
    'freed',
    3,
    [
      'use after free',
      'use-after-free|uaf',
      'S ~4 freed',
      'can|could|may|might|already|be|been ~2 freed',
      'freed ~2 by then|now',
      'freed ~3 while|before|after|under|memory|object|S',
      'dangling|stale ~2 pointer*|S',
      'outlive*',
      'lifetime ~4 S',
      'go|goes|went away',
      'still ~2 alive|valid',
      'S|it ~1 used|read|accessed|dereferenced|touched ~1 after ~4 put|*_put()|*_put|release*|free*|kfree*|*_free|*_free()|*_release|*_release()|drop*',
    ],
  ],
  [
    'refcount',
    'untrusted',
    4,
    [
      'untrusted ?pointer|S',
      'not trusted',
      'trusted ~3 pointer|S',
      'walked ?pointer',
      'arbitrary|invalid|bogus|garbage|bad|wild|forged ~1 pointer|kernel',
      'pointer ~4 invalid|bogus|garbage|untrusted',
      'ptr_untrusted|ptr_to_btf_id|ptr_trusted',
      'verifier ~6 trust*',
    ],
  ],
  [
    'missing-flag',
    'flag',
    4,
    [
      "should|shouldn't|must|needs|need|require*|missing|miss|misses|lacks|lack|without|add|adding|wants|want ~8 K",
      'K ~4 missing|needed|required|necessary|absent|flag',
      'no|not ~6 K',
      'mark*|annotat*|flagged|tagged|registered|declared ~6 K',
      'instead of K',
      'K rather|instead',
      'only|just K',
    ],
  ],
  [
    'missing-flag',
    'flag',
    3,
    [
      'missing|lacks|needs|require* ~3 kfunc ~1 flag*',
      'missing|lacks ~2 flag*',
      'flag* ~4 missing',
      'be|is marked|flagged|annotated as sleepable|acquire|release|trusted|rcu',
    ],
  ],
  [
    'missing-flag',
    'superfluous-flag',
    5,
    [
      'flag ~2 needed|necessary|required ~1 ?',
      'flag ~2 redundant|superfluous|unnecessary|unneeded|pointless',
      'K ~4 redundant|unnecessary|superfluous|unneeded|pointless|implied|meaningless|wrong|unused',
      'is|why ~2 K ~3 needed|necessary|required|used|set|here|correct|right',
      'redundant|unnecessary|superfluous|unneeded ~3 K',
      'drop|remove|removed|dropped ~3 K',
      'does ~3 need|require K',
    ],
  ],
  [
    'sleep',
    'sleeps',
    3,
    [
      'sleep|sleeps|sleeping|might_sleep|might_sleep() ~8 K|flag|program*|context|registered|marked',
      'may|might|can|could|will|would|does ?this|it|that|kfunc sleep|block|schedule',
      'not ~2 sleepable',
      'non-sleepable',
      'sleepable ~2 only',
      'K ~8 sleep*|block*|mutex*|gfp_kernel',
      'gfp_kernel ~8 K|atomic|sleep*|non-sleepable|context',
      'allocat* ~6 sleep*',
      'this|it|which|that|F sleeps|blocks',
      'F ~2 sleep|block|schedule',
      'mutex*|copy_from_user*|msleep|wait_event* ~10 sleep*|atomic|K|non-sleepable',
    ],
  ],
  [
    'sleep',
    'sleeps-in-atomic',
    4,
    [
      'sleep*|scheduling|schedule|block* ~4 atomic',
      'takes|taking|take|acquires ~2 mutex* ~8 spinlock|spin|lock|atomic|S',
      'atomic ~2 context|section ~8 sleep*|block*|gfp_kernel|mutex*|allocat*',
      'sleep*|block*|mutex*|gfp_kernel|might_sleep* ~8 spinlock|spin|rcu|lock|irq*|preempt*|interrupt*|nmi|softirq ?held|disabled',
      'while|with|under ~3 spinlock|spin_lock*|rcu_read_lock*|lock ~6 sleep*|block*|mutex*|gfp_kernel',
      'sleeping-in-atomic|sleeping-while-atomic|scheduling-while-atomic',
      'voluntary context switch',
    ],
  ],
  [
    'rcu',
    'section',
    4,
    [
      'rcu_dereference*|rcu-protected|rcu ~6 without|outside|needs|require* ~5 lock*|section|held|holding|critical|rcu_read_lock*|protect*',
      'without|outside|outwith ~5 rcu|rcu_read_lock|rcu_read_lock() ?read|lock|held|protection|critical|section',
      'rcu_read_lock|rcu_read_lock() ~5 held|needed|required|missing|not|necessary|taken|held',
      'hold*|take*|taking|holding|acquir* ~3 rcu_read_lock|rcu_read_lock()|rcu',
      'rcu ~2 lock|critical|read-side|reader ~4 held|section|missing|needed|required',
      'suspicious rcu',
      'lockdep ~4 rcu*',
      'rcu ~3 sleepable|trace',
      'sleepable ~8 rcu*',
      'rcu_read_lock_trace*',
      'in ~2 rcu ~2 section',
      'grace period*',
    ],
  ],
  [
    'rcu',
    'section',
    4,
    ['used|dereferenced|accessed|read|touched ~2 after ~2 rcu_read_unlock|rcu_read_unlock()|unlock*', 'protect* ~2 rcu'],
  ],
  ['rcu', 'section', 3, ['safe ~4 sleepable', 'sleepable ~6 safe', 'sleepable ~3 program* ~6 ?', 'rcu protect*']],
  [
    'return-value',
    'returns-null',
    3,
    ['return* null ~8 K|flag|verifier|program', 'may|can|could|might return null', 'K ~8 return* ~2 null', 'null return*'],
  ],
  [
    'return-value',
    'returns-error',
    3,
    [
      'return* ~3 err_ptr*|error|errno ?pointer|ptr',
      '-e*|errno|error ~3 return* ~4 unsigned|size_t|u64|u32|pointer|bool',
      'err_ptr|err_ptr() ~8 program*|caller*',
      'program*|caller* ~3 err_ptr|err_ptr()',
      'return* ~4 negative|-e*|errno|error ~8 unsigned|size_t|u32|u64|pointer|bool*|cast*|truncat*|wrap*|large|huge',
      'unsigned|size_t|u64|u32|bool ~20 return* ~4 negative|-e*|errno|error',
      'conver* ~6 -e*|errno ~8 unsigned|u64|u32|size_t|pointer',
      'detect|see|notice|recognise|recognize|handle ~3 error|failure',
      'err_ptr*|error ~2 pointer* ~6 program*|verifier|return*|bpf',
      'negative errno|error ~8 unsigned|u64|pointer|size_t|valid|value',
      'return ~2 value|values|code ~6 cast*|truncat*|indistinguishable|ambiguous|misleading|unsigned',
      'indistinguishable ~3 from',
      '-e*|errno|error ~3 truncat*|convert*|cast|wrap*|become*|lost|turn*',
      'function|kfunc|it|F ~1 returns bool|unsigned|u64|u32|size_t ~6 error|errno|-e*',
      'return type is|of ~2 unsigned|bool|u64|u32|size_t|u16|u8',
      'large|huge ?positive value|number ~4 error|errno|-e*',
      'u64|s64|long ~6 truncat*|conver*|cast',
      'truncat* ~8 int|u64|return*',
      'tell|distinguish* ~6 error|failure|value*',
      'return* ~3 ambiguous',
    ],
  ],
  [
    'return-value',
    'ignored-result',
    4,
    [
      'return ~2 value|values|code|error ~4 ignored|unchecked|discarded|dropped|lost|overwritten|swallowed|checked',
      'ignor*|discard*|drop*|swallow*|los* ~4 return|error|errno|failure',
      'wrong|different|same error|errno|code|return',
      'return* ~3 inconsistent|wrong|incorrect|different',
      'should ~3 return -e*|errno|error|0|zero|null|true|false ~3 instead|rather|here|on',
    ],
  ],
  [
    'registration',
    'unregistered',
    3,
    [
      "not|never|isn't ~3 registered|exported|listed",
      'missing|lacks|without|no ~4 btf_id_flags|btf_kfuncs_start|registration|register_btf_kfunc_id_set*|__bpf_kfunc',
      'btf_id_flags|btf_kfuncs_start|register_btf_kfunc_id_set*|__bpf_kfunc ~5 missing|entry|needed|required|absent|annotation|macro',
      'register* ~6 set|kfunc|kfuncs|S ~2 ?',
      'kfunc ~1 set ~6 missing|registered|contains|include*|entry',
      'register_btf_kfunc_id_set* ~8 fail*|missing|never|called|twice',
      'added to ~3 set|kfunc*',
      'static ~6 kfunc|btf',
      'resolve_btfids',
      'unresolved symbol',
    ],
  ],
  [
    'registration',
    'reach',
    3,
    [
      'which|what|any|other|all|more program ?type|types',
      'program types|type ~6 call*|use*|reach*|invoke*|register*',
      'program|programs|progs ~2 call|use|invoke|reach this|it|kfunc|F',
      'call*|invoked|reach*|used ~4 from ~5 program|programs|context|nmi|hook*|tracing|kprobe*|xdp|interrupt|struct_ops',
      'register* ~4 for ~4 program*|BPF_PROG_TYPE_*|bpf_prog_type_*',
      'bpf_prog_type_*',
      'expos* ~4 to ~5 program*|type*',
      'nmi ?context',
      'too|more broad*|wide*|permissive',
      'restrict* ~4 program*|types|callers',
      'unprivileged ~4 program*|user*|call*',
    ],
  ],
];

const OUT_OF_SCOPE: [Aspect, number, string[]][] = [
  [
    'redundant-check',
    5,
    [
      'this|the|that|these|both ~1 check|checks|test|tests|null-check ~4 needed|necessary|required|redundant|unnecessary|superfluous|unneeded|pointless|dead',
      'check|checks|test|null-check ~4 redundant|unnecessary|superfluous|unneeded|pointless|dead|removed|dropped',
      'redundant|unnecessary|superfluous|unneeded|pointless|dead ~3 check|checks|test|tests|null-check',
    ],
  ],
  [
    'race',
    4,
    [
      'race|races|racing|racy',
      'data-race|data race',
      'concurrent*',
      'toctou|time-of-check*',
      'deadlock*|livelock*|abba',
      'lock order*|inversion|ordering',
      'memory barrier*|ordering',
      'read_once*|write_once*|smp_*',
      'another|other cpu|thread|task|process ~8 free*|chang*|modif*|clear*|remov*',
      'simultaneous*|interleav*|in parallel',
      'reentran*|recurs*',
    ],
  ],
  [
    'text',
    4,
    [
      'typo*|misspell*|spelling|grammar',
      'commit message|log|subject|description|body',
      'changelog*',
      'fixes tag|fixes: tag',
      'comment|comments ~6 says|said|state*|claim*|describe*|mention*|stale|outdated|wrong|incorrect|match*|update*|refer*|still',
      'doc|docs|documentation|kernel-doc|kerneldoc|docstring ~8 says|state*|claim*|describe*|mention*|match*|updat*|missing|wrong|still|miss*|reflect*',
      'update|updated|fix|mention ~3 comment|documentation|doc|changelog|description',
      'documented',
    ],
  ],
  [
    'style',
    4,
    [
      'selftest*|test case|test coverage|tests',
      'style|naming|rename*|readab*|cosmetic|whitespace|indent*|nit',
      'coding style',
      'performance|overhead|inefficient|slow*|latency|scal*',
      'does ~2 build|compile|link',
      'build|compil* ~2 fail*|error|warning|break*',
      'config_* ~6 disabled|enabled|set|unset|build',
      'backward* compat*|uapi|abi|user-visible',
      'dead code|unreachable|unused ~2 variable|function|include|parameter',
      'libbpf|bpftool|userspace tool*',
      'memory consumption|usage',
      'alignment|unaligned',
    ],
  ],
  ['values', 4, ['integer|multiplication|arithmetic ~1 overflow*|truncat*|wrap*', 'uninitiali*']],
];

export const CUES: readonly WeighedCue[] = [
  ...TABLE.flatMap(([category, aspect, weight, list]) =>
    list.map((text): WeighedCue => ({ cue: compileCue(text), category, aspect, weight })),
  ),
  ...OUT_OF_SCOPE.flatMap(([aspect, weight, list]) =>
    list.map((text): WeighedCue => ({ cue: compileCue(text), category: 'other', aspect, weight })),
  ),
];
