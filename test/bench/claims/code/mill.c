// SPDX-License-Identifier: GPL-2.0
#include <linux/bpf.h>
#include <linux/btf.h>
#include <linux/rcupdate.h>

struct stone {
	struct stone *pair;
	u32 grit;
	refcount_t refs;
	struct rcu_head rcu;
};

struct mill {
	struct stone __rcu *upper;
	struct stone *lower;
	struct stone *spare;
};

static struct stone __rcu *quarry;

__bpf_kfunc_start_defs();

__bpf_kfunc u32 bpf_mill_grit(struct mill *m)
{
	struct stone *s;
	u32 grit = 0;

	rcu_read_lock();
	s = rcu_dereference(m->upper);
	if (s)
		grit = s->grit;
	rcu_read_unlock();
	return grit;
}

__bpf_kfunc u32 bpf_mill_grit_bare(struct mill *m)
{
	struct stone *s = rcu_dereference(m->upper);

	return s ? s->grit : 0;
}

__bpf_kfunc struct stone *bpf_mill_upper(struct mill *m)
{
	return rcu_dereference(m->upper);
}

__bpf_kfunc struct stone *bpf_quarry_get(void)
{
	struct stone *s;

	rcu_read_lock();
	s = rcu_dereference(quarry);
	if (s && !refcount_inc_not_zero(&s->refs))
		s = NULL;
	rcu_read_unlock();
	return s;
}

__bpf_kfunc struct stone *bpf_quarry_get_plain(void)
{
	struct stone *s;

	rcu_read_lock();
	s = rcu_dereference(quarry);
	if (s)
		refcount_inc(&s->refs);
	rcu_read_unlock();
	return s;
}

__bpf_kfunc struct stone *bpf_stone_get(struct stone *s)
{
	refcount_inc(&s->refs);
	return s;
}

__bpf_kfunc struct stone *bpf_stone_get_rcu(struct stone *s)
{
	if (!refcount_inc_not_zero(&s->refs))
		return NULL;
	return s;
}

__bpf_kfunc struct stone *bpf_stone_get_rcu_plain(struct stone *s)
{
	refcount_inc(&s->refs);
	return s;
}

__bpf_kfunc void bpf_stone_put(struct stone *s)
{
	if (refcount_dec_and_test(&s->refs))
		kfree_rcu(s, rcu);
}

__bpf_kfunc int bpf_stone_swap(struct mill *m, u32 grit)
{
	struct stone *s = bpf_quarry_get();

	if (!s)
		return -ENOENT;
	if (s->grit != grit)
		return -EINVAL;
	bpf_stone_put(s);
	return 0;
}

__bpf_kfunc u32 bpf_stone_pair_grit(struct stone *s)
{
	return s->pair->grit;
}

__bpf_kfunc int bpf_mill_check(struct mill *m)
{
	if (!m)
		return -EINVAL;
	return m->lower ? 1 : 0;
}

static u32 bpf_mill_spare(struct mill *m)
{
	return m->spare ? m->spare->grit : 0;
}

__bpf_kfunc u32 bpf_mill_hidden(struct mill *m)
{
	return m->lower ? 1 : 0;
}

__bpf_kfunc_end_defs();

BTF_KFUNCS_START(mill_ids)
BTF_ID_FLAGS(func, bpf_mill_grit, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_mill_grit_bare, KF_TRUSTED_ARGS | KF_SLEEPABLE)
BTF_ID_FLAGS(func, bpf_mill_upper, KF_TRUSTED_ARGS | KF_RCU_PROTECTED | KF_RET_NULL)
BTF_ID_FLAGS(func, bpf_quarry_get, KF_ACQUIRE | KF_RET_NULL)
BTF_ID_FLAGS(func, bpf_quarry_get_plain, KF_ACQUIRE | KF_RET_NULL)
BTF_ID_FLAGS(func, bpf_stone_get, KF_ACQUIRE | KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_stone_get_rcu, KF_ACQUIRE | KF_RCU | KF_RET_NULL)
BTF_ID_FLAGS(func, bpf_stone_get_rcu_plain, KF_ACQUIRE | KF_RCU)
BTF_ID_FLAGS(func, bpf_stone_put, KF_RELEASE)
BTF_ID_FLAGS(func, bpf_stone_swap, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_stone_pair_grit, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_mill_check, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_mill_spare, KF_TRUSTED_ARGS)
BTF_KFUNCS_END(mill_ids)

static const struct btf_kfunc_id_set mill_set = {
	.owner = THIS_MODULE,
	.set = &mill_ids,
};

static int __init mill_init(void)
{
	return register_btf_kfunc_id_set(BPF_PROG_TYPE_SYSCALL, &mill_set);
}
late_initcall(mill_init);
