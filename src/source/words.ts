/** Words of kernel C that the grammar of C does not know, as lists that anyone can correct. Mostly from include/linux/compiler_types.h and compiler_attributes.h. */

function words(text: string): ReadonlySet<string> {
  return new Set(text.trim().split(/\s+/));
}

/** Annotations without arguments: they say nothing that the analysis reads. */
export const ATTRIBUTE_WORDS: ReadonlySet<string> = words(`
  __bpf_kfunc __user __percpu __rcu __iomem __kernel __force __nocast __safe __private __bitwise __must_check __always_inline __inline __inline__
  noinline noinline_for_stack notrace asmlinkage noinstr nokprobe_inline __noreturn __weak __init __exit __cold __hot __maybe_unused
  __always_unused __always_used __used __pure __sched __visible __attribute_const__ __latent_entropy __naked __nocfi __noendbr __kprobes __deprecated
  __read_mostly __ro_after_init __initdata __initconst __exitdata __init_memblock __initdata_memblock __meminit __meminitdata __net_init __net_exit
  __net_initdata __net_initconst __init_or_module __ref __refdata __refconst __cpuidle __lockfunc __packed __aligned_largest ____cacheline_aligned
  ____cacheline_aligned_in_smp ____cacheline_internodealigned_in_smp __cacheline_aligned __cacheline_aligned_in_smp __page_aligned_data
  __page_aligned_bss __nosavedata __randomize_layout __no_randomize_layout __designated_init __noclone __flatten __gnu_inline __malloc __nonstring
  __no_kcsan __no_kasan_or_inline __no_sanitize_or_inline __no_sanitize_address __no_sanitize_undefined __no_sanitize_thread __no_sanitize_memory
  __no_sanitize_coverage __no_kmsan_checks __no_profile __no_stack_protector __no_caller_saved_registers __noscs __noipa __preserve_most
  __disable_sanitizer_instrumentation __uninitialized __overloadable __data_racy __signed_wrap __extension__ __restrict __restrict__ restrict
  __exception_irq_entry __irq_entry __softirq_entry __exitused __xipram`);

/** Annotations with arguments. */
export const ATTRIBUTE_CALLS: ReadonlySet<string> = words(`
  __attribute__ __attribute __acquires __releases __must_hold __cond_acquires __cond_releases __acquires_shared __releases_shared __must_hold_shared
  __cond_acquires_shared __printf __scanf __aligned __section __no_sanitize __alloc_size __realloc_size __diagnose_as __malloc __counted_by __counted_by_le
  __counted_by_be __counted_by_ptr __cleanup __free __assume_aligned __guarded_by __pt_guarded_by __alias __copy __compiletime_error
  __compiletime_warning __mode __noinstr_section _Alignas __context__ BTF_TYPE_TAG __pass_object_size __pass_dynamic_object_size`);

/** Words that may begin a declaration before its type. */
export const SPECIFIER_WORDS: ReadonlySet<string> = words(`
  static extern inline __inline __inline__ __always_inline register typedef auto _Noreturn _Thread_local __thread`);

export const QUALIFIER_WORDS: ReadonlySet<string> = words('const volatile __const __volatile__ __const__ __volatile _Atomic');

export const PRIMITIVE_WORDS: ReadonlySet<string> = words(
  'void char short int long float double signed unsigned _Bool bool __signed__ __int128 _Complex',
);

export const TAG_WORDS: ReadonlySet<string> = words('struct union enum');

/** Words before a parenthesis that are neither functions nor macros. */
export const CONTROL_WORDS: ReadonlySet<string> = words(`
  if else while do for switch case default return goto break continue sizeof typeof __typeof__ __typeof typeof_unqual __unqual_scalar_typeof _Generic
  alignof _Alignof __alignof__ __alignof asm __asm__ __asm asm_inline defined`);

export const TYPEOF_WORDS: ReadonlySet<string> = words('typeof __typeof__ __typeof typeof_unqual __unqual_scalar_typeof');

const SCALAR_TYPEDEF =
  /^(?:(?:__)?[us](?:8|16|32|64|128)|u?int(?:8|16|32|64)_t|__[bl]e(?:16|32|64)|[a-z_]\w*_t|uint|ulong|ushort|uchar|u_int|u_long|u_char|u_short|bool|__wsum|__sum16)$/;

/** A typedef name that can be told from a variable by its look alone. */
export function looksLikeTypedef(word: string): boolean {
  return SCALAR_TYPEDEF.test(word);
}
