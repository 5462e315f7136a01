// SPDX-License-Identifier: GPL-2.0-only
/* Masks, dynptrs, iterators, work and timers, contexts; each once with its trouble and once (_ok) without. */
#include <linux/bpf.h>
#include <linux/bpf_mem_alloc.h>
#include <linux/btf.h>
#include <linux/cpumask.h>
#include <linux/rcupdate.h>
#include <linux/refcount.h>
#include <linux/workqueue.h>

#define BARGE_HOLDS 6

struct barge_mask {
	cpumask_t cpumask;
	refcount_t usage;
};

struct barge_hold {
	u64 fill;
	struct barge_hold *next;
};

struct barge {
	u64 fill[BARGE_HOLDS];
	struct barge_hold *holds;
	struct barge_hold *cur;
	struct work_struct work;
	refcount_t refs;
	u32 rate;
};

struct barge_ctx {
	struct barge *barge;
	struct barge_hold *hold;
	u32 slot;
};

struct bpf_iter_barge {
	__u64 __opaque[2];
} __aligned(8);

struct bpf_iter_barge_kern {
	struct barge *barge;
	struct barge_hold *pos;
} __aligned(8);

struct bpf_iter_scow {
	__u64 __opaque[2];
} __aligned(8);

static struct bpf_mem_alloc barge_ma;

static bool cpu_valid(u32 cpu)
{
	return cpu < nr_cpu_ids;
}

__bpf_kfunc_start_defs();

__bpf_kfunc bool bpf_barge_test_cpu(u32 cpu, const struct cpumask *cpumask)
{
	return cpumask_test_cpu(cpu, cpumask);
}

__bpf_kfunc bool bpf_barge_test_cpu_ok(u32 cpu, const struct cpumask *cpumask)
{
	if (!cpu_valid(cpu))
		return false;

	return cpumask_test_cpu(cpu, cpumask);
}

__bpf_kfunc struct barge_mask *bpf_barge_mask_create(void)
{
	struct barge_mask *mask;

	mask = bpf_mem_cache_alloc(&barge_ma);
	refcount_set(&mask->usage, 1);

	return mask;
}

__bpf_kfunc struct barge_mask *bpf_barge_mask_create_ok(void)
{
	struct barge_mask *mask;

	mask = bpf_mem_cache_alloc(&barge_ma);
	if (!mask)
		return NULL;
	refcount_set(&mask->usage, 1);

	return mask;
}

__bpf_kfunc struct barge_mask *bpf_barge_mask_acquire(struct barge_mask *mask)
{
	refcount_inc(&mask->usage);

	return mask;
}

__bpf_kfunc struct barge_mask *bpf_barge_mask_acquire_ok(struct barge_mask *mask)
{
	refcount_inc(&mask->usage);

	return mask;
}

__bpf_kfunc void bpf_barge_mask_release(struct barge_mask *mask)
{
	if (refcount_dec_and_test(&mask->usage))
		bpf_mem_cache_free_rcu(&barge_ma, mask);
}

__bpf_kfunc u32 bpf_barge_sum(const struct bpf_dynptr *ptr)
{
	const struct bpf_dynptr_kern *kern = (struct bpf_dynptr_kern *)ptr;
	const u32 *data;

	data = __bpf_dynptr_data(kern, sizeof(*data));

	return *data;
}

__bpf_kfunc u32 bpf_barge_sum_ok(const struct bpf_dynptr *ptr)
{
	const struct bpf_dynptr_kern *kern = (struct bpf_dynptr_kern *)ptr;
	const u32 *data;

	data = __bpf_dynptr_data(kern, sizeof(*data));
	if (!data)
		return 0;

	return *data;
}

__bpf_kfunc int bpf_iter_barge_new(struct bpf_iter_barge *it, struct barge *barge)
{
	struct bpf_iter_barge_kern *kit = (void *)it;

	kit->barge = barge;
	kit->pos = barge->holds;

	return 0;
}

__bpf_kfunc struct barge_hold *bpf_iter_barge_next(struct bpf_iter_barge *it)
{
	struct bpf_iter_barge_kern *kit = (void *)it;
	struct barge_hold *pos = kit->pos;

	kit->pos = pos->next;

	return pos;
}

__bpf_kfunc void bpf_iter_barge_destroy(struct bpf_iter_barge *it)
{
}

__bpf_kfunc int bpf_iter_scow_new(struct bpf_iter_scow *it, struct barge *barge)
{
	struct bpf_iter_barge_kern *kit = (void *)it;

	kit->barge = barge;
	kit->pos = barge->holds;

	return 0;
}

__bpf_kfunc struct barge_hold *bpf_iter_scow_next(struct bpf_iter_scow *it)
{
	struct bpf_iter_barge_kern *kit = (void *)it;
	struct barge_hold *pos = kit->pos;

	if (!pos)
		return NULL;
	kit->pos = pos->next;

	return pos;
}

__bpf_kfunc void bpf_iter_scow_destroy(struct bpf_iter_scow *it)
{
}

__bpf_kfunc int bpf_barge_ctx_fill(struct barge_ctx *ctx, u64 fill)
{
	ctx->barge->fill[ctx->slot] = fill;

	return 0;
}

__bpf_kfunc int bpf_barge_ctx_fill_ok(struct barge_ctx *ctx, u64 fill)
{
	struct barge *barge = ctx->barge;
	u32 slot = ctx->slot;

	if (!barge || slot >= BARGE_HOLDS)
		return -EINVAL;
	barge->fill[slot] = fill;

	return 0;
}

__bpf_kfunc int bpf_barge_defer(struct barge *barge)
{
	queue_work(system_wq, &barge->work);

	return 0;
}

__bpf_kfunc int bpf_barge_defer_ok(struct barge *barge)
{
	refcount_inc(&barge->refs);
	if (!queue_work(system_wq, &barge->work))
		refcount_dec(&barge->refs);

	return 0;
}

__bpf_kfunc int bpf_barge_cancel(struct barge *barge)
{
	cancel_work_sync(&barge->work);

	return 0;
}

__bpf_kfunc int bpf_barge_cancel_ok(struct barge *barge)
{
	cancel_work_sync(&barge->work);

	return 0;
}

__bpf_kfunc u64 bpf_barge_last(struct barge *barge)
{
	struct barge_hold *h = barge->holds;

	while (h->next)
		h = h->next;

	return h->fill;
}

__bpf_kfunc u64 bpf_barge_last_ok(struct barge *barge)
{
	struct barge_hold *h = barge->holds;

	if (!h)
		return 0;
	while (h->next)
		h = h->next;

	return h->fill;
}

__bpf_kfunc int bpf_barge_load(struct barge *barge, int hold, u64 amount)
{
	if (hold > BARGE_HOLDS - 1)
		return -ERANGE;
	barge->fill[hold] += amount;

	return 0;
}

__bpf_kfunc int bpf_barge_load_ok(struct barge *barge, int hold, u64 amount)
{
	if ((unsigned int)hold > BARGE_HOLDS - 1)
		return -ERANGE;
	barge->fill[hold] += amount;

	return 0;
}

__bpf_kfunc int bpf_barge_set_rate(struct barge *barge, u32 rate, u32 flags)
{
	if (flags)
		return -EINVAL;
	barge->rate = rate;

	return 0;
}

__bpf_kfunc void bpf_barge_drop(struct barge *barge)
{
	barge->rate = 0;
}

__bpf_kfunc void bpf_barge_drop_ok(struct barge *barge)
{
	if (refcount_dec_and_test(&barge->refs))
		kfree(barge);
}

__bpf_kfunc struct barge *bpf_barge_take(struct barge *barge)
{
	if (!refcount_inc_not_zero(&barge->refs))
		return NULL;

	return barge;
}

__bpf_kfunc_end_defs();

BTF_KFUNCS_START(barge_kfuncs)
BTF_ID_FLAGS(func, bpf_barge_test_cpu, KF_RCU)
BTF_ID_FLAGS(func, bpf_barge_test_cpu_ok, KF_RCU)
BTF_ID_FLAGS(func, bpf_barge_mask_create, KF_ACQUIRE | KF_RET_NULL)
BTF_ID_FLAGS(func, bpf_barge_mask_create_ok, KF_ACQUIRE | KF_RET_NULL)
BTF_ID_FLAGS(func, bpf_barge_mask_acquire, KF_ACQUIRE | KF_RCU)
BTF_ID_FLAGS(func, bpf_barge_mask_acquire_ok, KF_ACQUIRE | KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_barge_mask_release, KF_RELEASE)
BTF_ID_FLAGS(func, bpf_barge_sum)
BTF_ID_FLAGS(func, bpf_barge_sum_ok)
BTF_ID_FLAGS(func, bpf_iter_barge_new, KF_ITER_NEW | KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_iter_barge_next, KF_ITER_NEXT | KF_RET_NULL)
BTF_ID_FLAGS(func, bpf_iter_barge_destroy, KF_ITER_DESTROY)
BTF_ID_FLAGS(func, bpf_iter_scow_new, KF_ITER_NEW | KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_iter_scow_next, KF_ITER_NEXT | KF_RET_NULL)
BTF_ID_FLAGS(func, bpf_iter_scow_destroy, KF_ITER_DESTROY)
BTF_ID_FLAGS(func, bpf_barge_ctx_fill, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_barge_ctx_fill_ok, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_barge_defer, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_barge_defer_ok, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_barge_cancel, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_barge_cancel_ok, KF_TRUSTED_ARGS | KF_SLEEPABLE)
BTF_ID_FLAGS(func, bpf_barge_last, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_barge_last_ok, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_barge_load, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_barge_load_ok, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_barge_set_rate, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_barge_drop, KF_RELEASE)
BTF_ID_FLAGS(func, bpf_barge_drop_ok, KF_RELEASE)
BTF_ID_FLAGS(func, bpf_barge_take, KF_ACQUIRE | KF_RCU | KF_RET_NULL)
BTF_KFUNCS_END(barge_kfuncs)

static const struct btf_kfunc_id_set barge_kfunc_set = {
	.owner = THIS_MODULE,
	.set = &barge_kfuncs,
};

static int __init barge_init(void)
{
	return register_btf_kfunc_id_set(BPF_PROG_TYPE_STRUCT_OPS, &barge_kfunc_set);
}
late_initcall(barge_init);
