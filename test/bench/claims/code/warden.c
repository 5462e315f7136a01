// SPDX-License-Identifier: GPL-2.0-only
/* Lives and contexts: references of several objects, destructors, sleeping, flags. */
#include <linux/bpf.h>
#include <linux/btf.h>
#include <linux/btf_ids.h>
#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/refcount.h>
#include <linux/slab.h>
#include <linux/spinlock.h>

struct ward {
	refcount_t refs;
	struct ward *peer;
	struct ward __rcu *heir;
	struct mutex door;
	spinlock_t lock;
	u64 age;
};

__bpf_kfunc_start_defs();

__bpf_kfunc struct ward *bpf_ward_acquire(struct ward *w)
{
	refcount_inc(&w->refs);
	return w;
}

__bpf_kfunc struct ward *bpf_ward_acquire_live(struct ward *w)
{
	refcount_inc(&w->refs);
	return w;
}

__bpf_kfunc struct ward *bpf_ward_peer(struct ward *w)
{
	if (!refcount_inc_not_zero(&w->refs))
		return NULL;

	return w->peer;
}

__bpf_kfunc struct ward *bpf_ward_pair(struct ward *w, struct ward *v)
{
	if (!refcount_inc_not_zero(&v->refs))
		return NULL;
	if (!refcount_inc_not_zero(&w->refs))
		return NULL;

	if (v->age < w->age) {
		refcount_dec(&v->refs);
		refcount_dec(&w->refs);
		return NULL;
	}
	refcount_dec(&v->refs);

	return w;
}

__bpf_kfunc void bpf_ward_release(struct ward *w)
{
	mutex_lock(&w->door);
	w->age = 0;
	mutex_unlock(&w->door);
	if (refcount_dec_and_test(&w->refs))
		kfree(w);
}

__bpf_kfunc void bpf_ward_release_dtor(void *w)
{
	bpf_ward_release(w);
}

__bpf_kfunc void bpf_ward_drop(struct ward *w)
{
	if (w->age > 100)
		return;
	if (refcount_dec_and_test(&w->refs))
		kfree(w);
}

__bpf_kfunc u64 bpf_ward_leave(struct ward *w)
{
	if (refcount_dec_and_test(&w->refs))
		kfree(w);

	return w->age;
}

__bpf_kfunc u64 bpf_ward_peer_age(struct ward *w)
{
	return w->peer->age;
}

__bpf_kfunc u64 bpf_ward_heir_age(struct ward *w)
{
	struct ward *heir;

	rcu_read_lock();
	heir = rcu_dereference(w->heir);
	rcu_read_unlock();

	return heir ? heir->age : 0;
}

__bpf_kfunc u64 bpf_ward_heir_age_inside(struct ward *w)
{
	struct ward *heir;
	u64 age;

	rcu_read_lock();
	heir = rcu_dereference(w->heir);
	age = heir ? heir->age : 0;
	rcu_read_unlock();

	return age;
}

static void ward_visit(struct ward *w)
{
	mutex_lock(&w->door);
	w->age++;
	mutex_unlock(&w->door);
}

__bpf_kfunc void bpf_ward_visit(struct ward *w)
{
	spin_lock(&w->lock);
	ward_visit(w);
	spin_unlock(&w->lock);
}

__bpf_kfunc void bpf_ward_visit_plain(struct ward *w)
{
	ward_visit(w);
}

void ward_visit_locked(struct ward *w)
{
	spin_lock(&w->lock);
	bpf_ward_visit_plain(w);
	spin_unlock(&w->lock);
}

__bpf_kfunc u64 bpf_ward_age(struct ward *w)
{
	return w->age;
}

__bpf_kfunc_end_defs();

BTF_KFUNCS_START(ward_kfuncs)
BTF_ID_FLAGS(func, bpf_ward_acquire, KF_ACQUIRE | KF_RCU)
BTF_ID_FLAGS(func, bpf_ward_acquire_live, KF_ACQUIRE | KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_ward_peer, KF_ACQUIRE | KF_RCU | KF_RET_NULL)
BTF_ID_FLAGS(func, bpf_ward_pair, KF_ACQUIRE | KF_RCU | KF_RET_NULL)
BTF_ID_FLAGS(func, bpf_ward_release, KF_RELEASE | KF_SLEEPABLE)
BTF_ID_FLAGS(func, bpf_ward_drop, KF_RELEASE)
BTF_ID_FLAGS(func, bpf_ward_leave, KF_RELEASE)
BTF_ID_FLAGS(func, bpf_ward_peer_age, KF_RCU)
BTF_ID_FLAGS(func, bpf_ward_heir_age, KF_RCU)
BTF_ID_FLAGS(func, bpf_ward_heir_age_inside, KF_RCU)
BTF_ID_FLAGS(func, bpf_ward_visit, KF_TRUSTED_ARGS | KF_SLEEPABLE)
BTF_ID_FLAGS(func, bpf_ward_visit_plain, KF_TRUSTED_ARGS | KF_SLEEPABLE)
BTF_ID_FLAGS(func, bpf_ward_age, KF_RCU)
BTF_KFUNCS_END(ward_kfuncs)

static const struct btf_kfunc_id_set ward_kfunc_set = {
	.owner = THIS_MODULE,
	.set = &ward_kfuncs,
};

BTF_ID_LIST(ward_dtor_ids)
BTF_ID(struct, ward)
BTF_ID(func, bpf_ward_release_dtor)

static int __init ward_init(void)
{
	const struct btf_id_dtor_kfunc dtors[] = {
		{
			.btf_id = ward_dtor_ids[0],
			.kfunc_btf_id = ward_dtor_ids[1],
		},
	};
	int err;

	err = register_btf_kfunc_id_set(BPF_PROG_TYPE_TRACING, &ward_kfunc_set);
	return err ?: register_btf_id_dtor_kfuncs(dtors, ARRAY_SIZE(dtors), THIS_MODULE);
}
late_initcall(ward_init);
