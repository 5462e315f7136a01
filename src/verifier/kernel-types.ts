/** What is known of C types without their definitions: scalars behind common typedefs, and structs of every kernel modelled that hold pointers. */

/** Typedefs of integers, beside those that the source at hand answers. */
const SCALAR_TYPEDEFS = new Set(
  (
    'u8 u16 u32 u64 s8 s16 s32 s64 __u8 __u16 __u32 __u64 __s8 __s16 __s32 __s64 uint8_t uint16_t uint32_t uint64_t int8_t int16_t int32_t int64_t ' +
    '__le16 __le32 __le64 __be16 __be32 __be64 __wsum __sum16 bool _Bool size_t ssize_t loff_t off_t pid_t uid_t gid_t mode_t umode_t dev_t ' +
    'gfp_t sector_t blkcnt_t ktime_t time64_t cycles_t uintptr_t ptrdiff_t ulong uint ushort fmode_t vm_flags_t pgoff_t phys_addr_t dma_addr_t ' +
    'clockid_t key_serial_t netdev_features_t xdp_features_t nodeid_t'
  ).split(' '),
);

const INTEGER_WORDS = /^(?:(?:un)?signed|char|short|int|long)(?: (?:(?:un)?signed|char|short|int|long))*$/;

export function isScalarName(name: string): boolean {
  return INTEGER_WORDS.test(name) || SCALAR_TYPEDEFS.has(name);
}

/** Floating point has a BTF kind of its own that no kfunc may take; integers of 16 bytes do not fit a register. */
export function isUnpassableName(name: string): boolean {
  return /^(?:float|double|long double|__int128|unsigned __int128|__u128|__s128|u128|s128)$/.test(name);
}

/** Structs that hold pointers in every series modelled, so that a program can't build one on its stack. */
const OBJECTS = new Set(
  (
    'task_struct cgroup cgroup_subsys_state mem_cgroup file inode dentry super_block path vm_area_struct mm_struct sock sock_common tcp_sock ' +
    'inet_sock inet_connection_sock request_sock tcp_request_sock udp_sock unix_sock socket sk_buff net net_device nf_conn nf_conn___init bpf_prog ' +
    'bpf_prog_aux bpf_dynptr_kern btf_struct_meta bpf_link bpf_key bpf_crypto_ctx request_queue page folio pid pid_namespace user_namespace nsproxy cred css_set ' +
    'linux_binprm seq_file xfrm_state hid_bpf_ctx hid_device rq vm_struct kmem_cache tcp_congestion_ops Qdisc bpf_map module ' +
    'workqueue_struct work_struct timer_list hrtimer fs_struct files_struct signal_struct sighand_struct key perf_event trace_array xdp_buff xdp_frame ' +
    '__sk_buff bpf_sock_addr bpf_sock_addr_kern bpf_sock_ops sk_msg_md sk_reuseport_md bpf_sk_lookup bpf_sockopt xsk_buff_pool bio request gendisk block_device address_space'
  ).split(' '),
);

/** @param name `struct foo`; true where it certainly holds pointers */
export function isKernelObject(name: string): boolean {
  return OBJECTS.has(name.replace(/^(?:struct|union) /, ''));
}

/** Structs whose layout is settled, user space or the verifier itself relying on it: integers only, in every series that has them. */
const SETTLED = new Set(
  (
    'cpumask bpf_cpumask bpf_dynptr bpf_sock_tuple bpf_fib_lookup bpf_iter_num bpf_iter_bits bpf_iter_css bpf_iter_css_task bpf_iter_task ' +
    'bpf_iter_task_vma bpf_list_head bpf_list_node bpf_rb_root bpf_rb_node bpf_wq bpf_timer xdp_md bpf_sock bpf_perf_event_data bpf_sysctl ' +
    'bpf_cgroup_dev_ctx in_addr in6_addr nf_inet_addr __kernel_timespec pt_regs'
  ).split(' '),
);

/** Made of integers only in every series modelled that has them; a patch may change that, so the definition is asked first. */
const PLAIN = new Set(
  (
    'bpf_ct_opts bpf_crypto_params bpf_fou_encap bpf_flowtable_opts bpf_tcp_req_attrs bpf_xfrm_info bpf_xfrm_state_opts ack_sample rate_sample ' +
    'timespec64'
  ).split(' '),
);

/** @param name `struct foo`; true where it is made of integers only, whatever the code at hand is */
export function isSettledStruct(name: string): boolean {
  return SETTLED.has(name.replace(/^(?:struct|union) /, ''));
}

/** For where the definition is not at hand. @param name `struct foo` */
export function isPlainStruct(name: string): boolean {
  return PLAIN.has(name.replace(/^(?:struct|union) /, ''));
}

/** Every struct that is known here: true where it is made of integers only. For holding against real kernels. */
export function knownStructs(): Map<string, boolean> {
  return new Map([...[...OBJECTS].map((n) => [n, false] as const), ...[...SETTLED, ...PLAIN].map((n) => [n, true] as const)]);
}
