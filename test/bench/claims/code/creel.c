// SPDX-License-Identifier: GPL-2.0
struct home {
	struct home *next;
	u32 nr;
};

struct fish {
	struct home *home;
	u32 weight;
};

static void creel_mind(struct fish *f, struct home *h)
{
	if (h)
		h->nr++;
}

static void creel_count(int flags, struct home *h)
{
	h->nr++;
}

__bpf_kfunc_start_defs();

__bpf_kfunc u32 bpf_creel_other(struct fish *f, struct home *k)
{
	struct home *p = READ_ONCE(f->home);

	if (f->home && p != k)
		return p->nr;
	return 0;
}

__bpf_kfunc int bpf_creel_hand(struct fish *f)
{
	struct home *h = f->home;

	creel_mind(f, h);
	creel_count(READ_ONCE(f->weight), h);
	return 0;
}

__bpf_kfunc int bpf_creel_copy(struct home *h, u32 h__sz)
{
	u8 to[64];

	if (h__sz > sizeof(to))
		return -E2BIG;
	memcpy(to, h, h__sz);
	return to[0];
}

__bpf_kfunc int bpf_creel_bytes(const u8 *h, u32 h__sz)
{
	u8 to[64];

	if (h__sz > sizeof(to))
		return -E2BIG;
	memcpy(to, h, h__sz);
	return to[0];
}

__bpf_kfunc_end_defs();

BTF_KFUNCS_START(creel_ids)
BTF_ID_FLAGS(func, bpf_creel_other, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_creel_hand, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_creel_copy, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_creel_bytes, KF_TRUSTED_ARGS)
BTF_KFUNCS_END(creel_ids)

static const struct btf_kfunc_id_set creel_set = { .owner = THIS_MODULE, .set = &creel_ids };

static int __init creel_init(void)
{
	return register_btf_kfunc_id_set(BPF_PROG_TYPE_TRACING, &creel_set);
}
late_initcall(creel_init);
