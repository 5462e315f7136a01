// SPDX-License-Identifier: GPL-2.0-only
/* Where it runs and what it gives back: sleeping, RCU sections, NULL, errors, registration. */
#include <linux/bpf.h>
#include <linux/btf.h>
#include <linux/err.h>
#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/spinlock.h>

struct parcel {
	u64 weight;
};

struct courier {
	struct parcel __rcu *load;
	struct parcel spare;
	struct mutex door;
	spinlock_t lock;
	u64 trips;
};

__bpf_kfunc_start_defs();

__bpf_kfunc struct parcel *bpf_courier_pack(struct courier *c)
{
	struct parcel *p;

	p = kzalloc(sizeof(*p), GFP_KERNEL);
	if (!p)
		return NULL;
	p->weight = c->trips;

	return p;
}

__bpf_kfunc struct parcel *bpf_courier_pack_sleepable(struct courier *c)
{
	struct parcel *p;

	p = kzalloc(sizeof(*p), GFP_KERNEL);
	if (!p)
		return NULL;
	p->weight = c->trips;

	return p;
}

__bpf_kfunc struct parcel *bpf_courier_pack_atomic(struct courier *c)
{
	struct parcel *p;

	p = kzalloc(sizeof(*p), GFP_ATOMIC);
	if (!p)
		return NULL;
	p->weight = c->trips;

	return p;
}

__bpf_kfunc u64 bpf_courier_trips(struct courier *c)
{
	return c->trips;
}

__bpf_kfunc u64 bpf_courier_trips_locked(struct courier *c)
{
	u64 trips;

	mutex_lock(&c->door);
	trips = c->trips;
	mutex_unlock(&c->door);

	return trips;
}

__bpf_kfunc u64 bpf_courier_count(struct courier *c)
{
	u64 trips;

	spin_lock(&c->lock);
	mutex_lock(&c->door);
	trips = c->trips;
	mutex_unlock(&c->door);
	spin_unlock(&c->lock);

	return trips;
}

__bpf_kfunc u64 bpf_courier_weight(struct courier *c)
{
	struct parcel *p = rcu_dereference(c->load);

	return p ? p->weight : 0;
}

__bpf_kfunc u64 bpf_courier_weight_safe(struct courier *c)
{
	struct parcel *p;
	u64 weight = 0;

	rcu_read_lock();
	p = rcu_dereference(c->load);
	if (p)
		weight = p->weight;
	rcu_read_unlock();

	return weight;
}

__bpf_kfunc struct parcel *bpf_courier_spare(struct courier *c)
{
	if (!c->trips)
		return NULL;

	return &c->spare;
}

__bpf_kfunc struct parcel *bpf_courier_own(struct courier *c)
{
	return &c->spare;
}

__bpf_kfunc struct parcel *bpf_courier_try(struct courier *c)
{
	if (!c->trips)
		return ERR_PTR(-ENOENT);

	return &c->spare;
}

__bpf_kfunc u32 bpf_courier_check(struct courier *c)
{
	if (!c->trips)
		return -EINVAL;

	return 1;
}

__bpf_kfunc int bpf_courier_status(struct courier *c)
{
	if (!c->trips)
		return -EINVAL;

	return 0;
}

u64 bpf_courier_plain(struct courier *c)
{
	return c->trips;
}

__bpf_kfunc_end_defs();

BTF_KFUNCS_START(courier_kfuncs)
BTF_ID_FLAGS(func, bpf_courier_pack, KF_TRUSTED_ARGS | KF_RET_NULL)
BTF_ID_FLAGS(func, bpf_courier_pack_sleepable, KF_TRUSTED_ARGS | KF_RET_NULL | KF_SLEEPABLE)
BTF_ID_FLAGS(func, bpf_courier_pack_atomic, KF_TRUSTED_ARGS | KF_RET_NULL)
BTF_ID_FLAGS(func, bpf_courier_trips, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_courier_trips_locked, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_courier_count, KF_TRUSTED_ARGS | KF_SLEEPABLE)
BTF_ID_FLAGS(func, bpf_courier_weight, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_courier_weight_safe, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_courier_spare, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_courier_own, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_courier_try, KF_TRUSTED_ARGS | KF_RET_NULL)
BTF_ID_FLAGS(func, bpf_courier_check, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_courier_status, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_courier_plain, KF_TRUSTED_ARGS)
BTF_KFUNCS_END(courier_kfuncs)

static const struct btf_kfunc_id_set courier_kfunc_set = {
	.owner = THIS_MODULE,
	.set = &courier_kfuncs,
};

static int __init courier_init(void)
{
	return register_btf_kfunc_id_set(BPF_PROG_TYPE_SYSCALL, &courier_kfunc_set);
}
late_initcall(courier_init);
