// SPDX-License-Identifier: GPL-2.0-only
/* What goes back to the program, and who may ask. */
#include <linux/bpf.h>
#include <linux/btf.h>
#include <linux/err.h>

struct banner {
	u64 hue;
};

struct herald {
	struct banner first;
	struct banner *own;
	struct herald *chief;
	u64 calls;
	u32 kind;
};

struct herald *herald_lookup(u64 id);

static struct banner *herald_banner(struct herald *h)
{
	if (!h->calls)
		return NULL;
	return &h->first;
}

__bpf_kfunc_start_defs();

__bpf_kfunc struct banner *bpf_herald_banner(struct herald *h)
{
	return herald_banner(h);
}

__bpf_kfunc struct banner *bpf_herald_own(struct herald *h)
{
	return h->own;
}

__bpf_kfunc struct banner *bpf_herald_chief_first(struct herald *h)
{
	struct herald *chief = READ_ONCE(h->chief);

	return &chief->first;
}

__bpf_kfunc struct herald *bpf_herald_lookup(u64 id)
{
	return herald_lookup(id);
}

__bpf_kfunc int bpf_herald_calls(struct herald *h)
{
	return h->calls;
}

__bpf_kfunc u64 bpf_herald_try(struct herald *h)
{
	int err = 0;

	if (!h->calls)
		err = -ENOENT;

	return err;
}

__bpf_kfunc bool bpf_herald_ready(struct herald *h)
{
	if (!h->own)
		return -EINVAL;

	return h->calls > 0;
}

__bpf_kfunc int bpf_herald_sum(struct herald *h)
{
	if (!h->own)
		return -EINVAL;

	return 0;
}

__bpf_kfunc struct banner *bpf_herald_wrapped(struct herald *h)
{
	struct herald *found = herald_lookup(h->calls);

	if (IS_ERR(found))
		return ERR_CAST(found);

	return &found->first;
}

__bpf_kfunc struct banner *bpf_herald_plain(struct herald *h)
{
	return &h->first;
}

__bpf_kfunc_end_defs();

BTF_KFUNCS_START(herald_kfuncs)
BTF_ID_FLAGS(func, bpf_herald_banner, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_herald_own, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_herald_chief_first, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_herald_lookup)
BTF_ID_FLAGS(func, bpf_herald_calls, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_herald_try, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_herald_ready, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_herald_sum, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_herald_wrapped, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_herald_plain, KF_TRUSTED_ARGS | KF_RET_NULL)
BTF_KFUNCS_END(herald_kfuncs)

BTF_KFUNCS_START(herald_xdp_kfuncs)
BTF_ID_FLAGS(func, bpf_herald_plain, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_herald_sum, KF_TRUSTED_ARGS)
BTF_KFUNCS_END(herald_xdp_kfuncs)

static const struct btf_kfunc_id_set herald_kfunc_set = {
	.owner = THIS_MODULE,
	.set = &herald_kfuncs,
};

static const struct btf_kfunc_id_set herald_xdp_kfunc_set = {
	.owner = THIS_MODULE,
	.set = &herald_xdp_kfuncs,
};

static int __init herald_init(void)
{
	int err;

	err = register_btf_kfunc_id_set(BPF_PROG_TYPE_SYSCALL, &herald_kfunc_set);
	return err ?: register_btf_kfunc_id_set(BPF_PROG_TYPE_XDP, &herald_xdp_kfunc_set);
}
late_initcall(herald_init);
