// SPDX-License-Identifier: GPL-2.0-only
/* Berths: references, sections, sleeping, what goes back to the program; each once with its trouble and once (_ok) without. */
#include <linux/bpf.h>
#include <linux/btf.h>
#include <linux/cgroup.h>
#include <linux/err.h>
#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/refcount.h>
#include <linux/slab.h>
#include <linux/spinlock.h>

struct ship {
	u64 tonnage;
	struct ship __rcu *next;
};

struct quay {
	refcount_t refs;
	u32 id;
	u32 depth;
	struct ship __rcu *berth;
	struct ship spare;
	struct quay *peer;
	struct cgroup *cgrp;
	struct mutex lock;
	spinlock_t slock;
	struct rcu_head rcu;
	struct list_head node;
};

static LIST_HEAD(quays);

static struct ship *ship_open(struct quay *q)
{
	if (!q->depth)
		return ERR_PTR(-ENODEV);

	return &q->spare;
}

static void quay_wait(struct quay *q)
{
	mutex_lock(&q->lock);
	mutex_unlock(&q->lock);
}

__bpf_kfunc_start_defs();

__bpf_kfunc struct quay *bpf_quay_get(struct quay *q)
{
	refcount_inc(&q->refs);

	return q;
}

__bpf_kfunc struct quay *bpf_quay_get_ok(struct quay *q)
{
	if (!refcount_inc_not_zero(&q->refs))
		return NULL;

	return q;
}

__bpf_kfunc void bpf_quay_put(struct quay *q)
{
	if (refcount_dec_and_test(&q->refs))
		kfree_rcu(q, rcu);
}

__bpf_kfunc struct quay *bpf_quay_by_id(u32 id)
{
	struct quay *q;

	rcu_read_lock();
	list_for_each_entry_rcu(q, &quays, node) {
		if (q->id == id) {
			rcu_read_unlock();
			return q;
		}
	}
	rcu_read_unlock();

	return NULL;
}

__bpf_kfunc struct quay *bpf_quay_by_id_ok(u32 id)
{
	struct quay *q;

	rcu_read_lock();
	list_for_each_entry_rcu(q, &quays, node) {
		if (q->id == id && refcount_inc_not_zero(&q->refs)) {
			rcu_read_unlock();
			return q;
		}
	}
	rcu_read_unlock();

	return NULL;
}

__bpf_kfunc u64 bpf_quay_load(struct quay *q)
{
	struct ship *s = rcu_dereference(q->berth);

	if (!s)
		return 0;

	return s->tonnage;
}

__bpf_kfunc u64 bpf_quay_load_ok(struct quay *q)
{
	struct ship *s;
	u64 tonnage = 0;

	rcu_read_lock();
	s = rcu_dereference(q->berth);
	if (s)
		tonnage = s->tonnage;
	rcu_read_unlock();

	return tonnage;
}

__bpf_kfunc u64 bpf_quay_tonnage(struct quay *q)
{
	struct ship *s;
	u64 tonnage;

	rcu_read_lock();
	s = rcu_dereference(q->berth);
	tonnage = s->tonnage;
	rcu_read_unlock();

	return tonnage;
}

__bpf_kfunc u64 bpf_quay_tonnage_ok(struct quay *q)
{
	struct ship *s;
	u64 tonnage;

	rcu_read_lock();
	s = rcu_dereference(q->berth);
	tonnage = s ? s->tonnage : 0;
	rcu_read_unlock();

	return tonnage;
}

__bpf_kfunc int bpf_quay_settle(struct quay *q)
{
	quay_wait(q);

	return 0;
}

__bpf_kfunc int bpf_quay_settle_ok(struct quay *q)
{
	quay_wait(q);

	return 0;
}

__bpf_kfunc int bpf_quay_grow(struct quay *q)
{
	struct ship *s;

	spin_lock(&q->slock);
	s = kzalloc(sizeof(*s), GFP_KERNEL);
	if (s)
		kfree(s);
	spin_unlock(&q->slock);

	return 0;
}

__bpf_kfunc int bpf_quay_grow_ok(struct quay *q)
{
	struct ship *s;

	spin_lock(&q->slock);
	s = kzalloc(sizeof(*s), GFP_ATOMIC);
	if (s)
		kfree(s);
	spin_unlock(&q->slock);

	return 0;
}

__bpf_kfunc struct ship *bpf_quay_spare(struct quay *q)
{
	if (!q->depth)
		return NULL;

	return &q->spare;
}

__bpf_kfunc struct ship *bpf_quay_spare_ok(struct quay *q)
{
	if (!q->depth)
		return NULL;

	return &q->spare;
}

__bpf_kfunc struct ship *bpf_quay_open(struct quay *q)
{
	return ship_open(q);
}

__bpf_kfunc struct ship *bpf_quay_open_ok(struct quay *q)
{
	struct ship *s = ship_open(q);

	return IS_ERR(s) ? NULL : s;
}

__bpf_kfunc u64 bpf_quay_weigh(struct quay *q)
{
	struct ship *s = ship_open(q);

	if (!s)
		return 0;

	return s->tonnage;
}

__bpf_kfunc u64 bpf_quay_weigh_ok(struct quay *q)
{
	struct ship *s = ship_open(q);

	if (IS_ERR(s))
		return 0;

	return s->tonnage;
}

__bpf_kfunc u32 bpf_quay_depth(struct quay *q)
{
	if (!q->peer)
		return -ENOENT;

	return q->depth;
}

__bpf_kfunc int bpf_quay_depth_ok(struct quay *q)
{
	if (!q->peer)
		return -ENOENT;

	return q->depth;
}

__bpf_kfunc struct quay *bpf_quay_pair(struct quay *q)
{
	refcount_inc(&q->refs);
	if (!q->peer)
		return NULL;

	return q;
}

__bpf_kfunc struct quay *bpf_quay_pair_ok(struct quay *q)
{
	refcount_inc(&q->refs);
	if (!q->peer) {
		refcount_dec(&q->refs);
		return NULL;
	}

	return q;
}

__bpf_kfunc struct cgroup *bpf_quay_cgroup(struct cgroup *cgrp)
{
	cgroup_get(cgrp);

	return cgrp;
}

__bpf_kfunc struct cgroup *bpf_quay_cgroup_ok(struct cgroup *cgrp)
{
	return cgroup_tryget(cgrp) ? cgrp : NULL;
}

__bpf_kfunc void bpf_quay_cgroup_put(struct cgroup *cgrp)
{
	cgroup_put(cgrp);
}

__bpf_kfunc u32 bpf_quay_peer_depth(struct quay *q)
{
	return q->peer->depth;
}

__bpf_kfunc u32 bpf_quay_peer_depth_ok(struct quay *q)
{
	struct quay *peer = READ_ONCE(q->peer);

	return peer ? peer->depth : 0;
}

__bpf_kfunc int bpf_quay_flush(struct quay *q)
{
	rcu_read_lock();
	quay_wait(q);
	rcu_read_unlock();

	return 0;
}

__bpf_kfunc int bpf_quay_flush_ok(struct quay *q)
{
	rcu_read_lock();
	q->depth++;
	rcu_read_unlock();
	quay_wait(q);

	return 0;
}

__bpf_kfunc u32 bpf_quay_id(struct quay *q)
{
	return q->id;
}

__bpf_kfunc u32 bpf_quay_id_ok(struct quay *q)
{
	return q->id;
}

__bpf_kfunc_end_defs();

BTF_KFUNCS_START(quay_kfuncs)
BTF_ID_FLAGS(func, bpf_quay_get, KF_ACQUIRE | KF_RCU | KF_RET_NULL)
BTF_ID_FLAGS(func, bpf_quay_get_ok, KF_ACQUIRE | KF_RCU | KF_RET_NULL)
BTF_ID_FLAGS(func, bpf_quay_put, KF_RELEASE)
BTF_ID_FLAGS(func, bpf_quay_by_id, KF_ACQUIRE | KF_RET_NULL)
BTF_ID_FLAGS(func, bpf_quay_by_id_ok, KF_ACQUIRE | KF_RET_NULL)
BTF_ID_FLAGS(func, bpf_quay_load, KF_TRUSTED_ARGS | KF_SLEEPABLE)
BTF_ID_FLAGS(func, bpf_quay_load_ok, KF_TRUSTED_ARGS | KF_SLEEPABLE)
BTF_ID_FLAGS(func, bpf_quay_tonnage, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_quay_tonnage_ok, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_quay_settle, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_quay_settle_ok, KF_TRUSTED_ARGS | KF_SLEEPABLE)
BTF_ID_FLAGS(func, bpf_quay_grow, KF_TRUSTED_ARGS | KF_SLEEPABLE)
BTF_ID_FLAGS(func, bpf_quay_grow_ok, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_quay_spare, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_quay_spare_ok, KF_TRUSTED_ARGS | KF_RET_NULL)
BTF_ID_FLAGS(func, bpf_quay_open, KF_TRUSTED_ARGS | KF_RET_NULL)
BTF_ID_FLAGS(func, bpf_quay_open_ok, KF_TRUSTED_ARGS | KF_RET_NULL)
BTF_ID_FLAGS(func, bpf_quay_weigh, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_quay_weigh_ok, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_quay_depth, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_quay_depth_ok, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_quay_pair, KF_ACQUIRE | KF_TRUSTED_ARGS | KF_RET_NULL)
BTF_ID_FLAGS(func, bpf_quay_pair_ok, KF_ACQUIRE | KF_TRUSTED_ARGS | KF_RET_NULL)
BTF_ID_FLAGS(func, bpf_quay_cgroup, KF_ACQUIRE | KF_RCU | KF_RET_NULL)
BTF_ID_FLAGS(func, bpf_quay_cgroup_ok, KF_ACQUIRE | KF_RCU | KF_RET_NULL)
BTF_ID_FLAGS(func, bpf_quay_cgroup_put, KF_RELEASE)
BTF_ID_FLAGS(func, bpf_quay_peer_depth, KF_RCU)
BTF_ID_FLAGS(func, bpf_quay_peer_depth_ok, KF_RCU)
BTF_ID_FLAGS(func, bpf_quay_flush, KF_TRUSTED_ARGS | KF_SLEEPABLE)
BTF_ID_FLAGS(func, bpf_quay_flush_ok, KF_TRUSTED_ARGS | KF_SLEEPABLE)
BTF_ID_FLAGS(func, bpf_quay_id_ok, KF_TRUSTED_ARGS)
BTF_KFUNCS_END(quay_kfuncs)

static const struct btf_kfunc_id_set quay_kfunc_set = {
	.owner = THIS_MODULE,
	.set = &quay_kfuncs,
};

static int __init quay_init(void)
{
	return register_btf_kfunc_id_set(BPF_PROG_TYPE_SYSCALL, &quay_kfunc_set);
}
late_initcall(quay_init);
