// SPDX-License-Identifier: GPL-2.0
#include <linux/bpf.h>
#include <linux/btf.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/uaccess.h>

#define POND_DEPTH 24

enum pond_zone {
	POND_SHALLOW,
	POND_DEEP,
	NR_POND_ZONES,
};

struct fish {
	struct fish *mate;
	struct pond *home;
	u32 weight;
	refcount_t ref;
	struct rcu_head rcu;
};

struct pond {
	spinlock_t lock;
	struct mutex feed;
	struct fish *top;
	struct fish __rcu *queen;
	struct fish *all[POND_DEPTH];
	u64 level[NR_POND_ZONES];
	u32 nr;
	refcount_t ref;
};

struct pond_opts {
	u32 zone;
	u32 flags;
	s32 error;
	u32 reserved;
};

extern struct pond *pond_lookup(u32 id);
extern void pond_put(struct pond *p);

__bpf_kfunc_start_defs();

__bpf_kfunc u32 bpf_pond_top_weight(struct pond *p)
{
	u32 weight;

	if (!p->top)
		return 0;
	spin_lock(&p->lock);
	weight = p->top->weight;
	spin_unlock(&p->lock);
	return weight;
}

__bpf_kfunc u32 bpf_pond_top_locked(struct pond *p)
{
	u32 weight = 0;

	spin_lock(&p->lock);
	if (p->top)
		weight = p->top->weight;
	spin_unlock(&p->lock);
	return weight;
}

__bpf_kfunc u32 bpf_pond_relock(struct pond *p)
{
	u32 weight = 0;

	spin_lock(&p->lock);
	if (!p->top) {
		spin_unlock(&p->lock);
		return 0;
	}
	spin_unlock(&p->lock);
	cond_resched();
	spin_lock(&p->lock);
	weight = p->top->weight;
	spin_unlock(&p->lock);
	return weight;
}

__bpf_kfunc int bpf_pond_feed(struct pond *p, u32 amount)
{
	struct fish *f;

	f = kzalloc(sizeof(*f), GFP_KERNEL);
	if (!f)
		return -ENOMEM;
	mutex_lock(&p->feed);
	if (p->nr >= POND_DEPTH) {
		mutex_unlock(&p->feed);
		return -ENOSPC;
	}
	f->weight = amount;
	p->all[p->nr++] = f;
	mutex_unlock(&p->feed);
	return 0;
}

__bpf_kfunc int bpf_pond_from_user(struct pond *p, const void __user *from__ign)
{
	struct pond_opts opts;

	if (copy_from_user(&opts, from__ign, sizeof(opts)))
		return -EFAULT;
	return p->level[opts.zone];
}

__bpf_kfunc int bpf_pond_from_user_checked(struct pond *p, const void __user *from__ign)
{
	struct pond_opts opts;

	if (copy_from_user(&opts, from__ign, sizeof(opts)))
		return -EFAULT;
	if (opts.zone >= NR_POND_ZONES)
		return -EINVAL;
	return p->level[opts.zone];
}

__bpf_kfunc int bpf_pond_opts(struct pond *p, struct pond_opts *opts, u32 opts__sz)
{
	opts->error = 0;
	if (opts__sz < sizeof(*opts))
		return -EINVAL;
	if (opts->reserved)
		return -EINVAL;
	if (opts->zone > NR_POND_ZONES)
		return -EINVAL;
	return p->level[opts->zone];
}

__bpf_kfunc u32 bpf_pond_queen(struct pond *p)
{
	struct fish *q;

	rcu_read_lock();
	q = rcu_dereference(p->queen);
	rcu_read_unlock();
	if (!q)
		return 0;
	return q->weight;
}

__bpf_kfunc u32 bpf_pond_queen_ok(struct pond *p)
{
	struct fish *q;
	u32 weight = 0;

	rcu_read_lock();
	q = rcu_dereference(p->queen);
	if (q)
		weight = q->weight;
	rcu_read_unlock();
	return weight;
}

__bpf_kfunc struct pond *bpf_pond_acquire(u32 id)
{
	struct pond *p = pond_lookup(id);

	if (IS_ERR(p))
		return NULL;
	refcount_inc(&p->ref);
	return p;
}

__bpf_kfunc void bpf_pond_release(struct pond *p)
{
	pond_put(p);
	if (p->nr == 0)
		kfree(p->top);
}

__bpf_kfunc u64 bpf_pond_level(struct pond *p, int zone)
{
	if (zone >= NR_POND_ZONES)
		return 0;
	return p->level[zone];
}

__bpf_kfunc u64 bpf_pond_level_enum(struct pond *p, enum pond_zone zone)
{
	if (zone >= NR_POND_ZONES)
		return 0;
	return p->level[zone];
}

__bpf_kfunc u64 bpf_pond_sum(struct pond *p, u32 from, u32 n)
{
	u64 sum = 0;
	u32 i;

	if (from + n > POND_DEPTH)
		return 0;
	for (i = from; i < from + n; i++)
		sum += p->all[i] ? p->all[i]->weight : 0;
	return sum;
}

__bpf_kfunc u32 bpf_fish_chain(struct fish *f)
{
	u32 weight = 0;

	do {
		weight += f->weight;
		f = f->mate;
	} while (f && f->mate != f);
	return weight + f->weight;
}

__bpf_kfunc u32 bpf_fish_home(struct fish *f)
{
	struct pond *p = READ_ONCE(f->home);

	if (f->home)
		return p->nr;
	return 0;
}

__bpf_kfunc int bpf_fish_move(struct fish *f, struct pond *to__nullable)
{
	struct pond *old = f->home;

	if (to__nullable == old)
		return 0;
	f->home = to__nullable;
	old->nr--;
	to__nullable->nr++;
	return 0;
}

__bpf_kfunc_end_defs();

BTF_KFUNCS_START(pond_ids)
BTF_ID_FLAGS(func, bpf_pond_top_weight, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_pond_top_locked, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_pond_relock, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_pond_feed, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_pond_from_user, KF_TRUSTED_ARGS | KF_SLEEPABLE)
BTF_ID_FLAGS(func, bpf_pond_from_user_checked, KF_TRUSTED_ARGS | KF_SLEEPABLE)
BTF_ID_FLAGS(func, bpf_pond_opts, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_pond_queen, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_pond_queen_ok, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_pond_acquire, KF_ACQUIRE | KF_RET_NULL)
BTF_ID_FLAGS(func, bpf_pond_release, KF_RELEASE)
BTF_ID_FLAGS(func, bpf_pond_level, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_pond_level_enum, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_pond_sum, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_fish_chain, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_fish_home, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_fish_move, KF_TRUSTED_ARGS)
BTF_KFUNCS_END(pond_ids)

static const struct btf_kfunc_id_set pond_set = {
	.owner = THIS_MODULE,
	.set = &pond_ids,
};

static int __init pond_init(void)
{
	return register_btf_kfunc_id_set(BPF_PROG_TYPE_STRUCT_OPS, &pond_set);
}
late_initcall(pond_init);
