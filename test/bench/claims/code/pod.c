// SPDX-License-Identifier: GPL-2.0-only
/* Pods: lists, references kept in members, helpers behind kfuncs. */
#include <linux/bpf.h>
#include <linux/btf.h>
#include <linux/cgroup.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>

struct pod {
	struct cgroup *cgrp;
	struct list_head node;
	refcount_t refs;
	u32 nr_ids;
	u64 ids[16];
	struct pod_ops *ops;
	struct task_struct *owner;
	unsigned long flags;
};

struct pod_ops {
	int (*start)(struct pod *p);
	int (*stop)(struct pod *p);
};

static LIST_HEAD(pods);
static DEFINE_MUTEX(pods_lock);

static struct pod *pod_lookup(u64 id)
{
	struct pod *p;

	list_for_each_entry(p, &pods, node) {
		if (p->ids[0] == id)
			return p;
	}

	return NULL;
}

static int pod_check(struct pod *p, int idx)
{
	if (idx >= 16)
		return -EINVAL;
	return p->ids[idx] != 0;
}

__bpf_kfunc_start_defs();

/**
 * bpf_pod_find - find a pod
 */
__bpf_kfunc struct pod *bpf_pod_find(u64 id)
{
	struct pod *p;

	mutex_lock(&pods_lock);
	p = pod_lookup(id);
	mutex_unlock(&pods_lock);

	return p;
}

__bpf_kfunc struct pod *bpf_pod_acquire(u64 id)
{
	struct pod *p;

	rcu_read_lock();
	p = pod_lookup(id);
	if (p && !refcount_inc_not_zero(&p->refs))
		p = NULL;
	rcu_read_unlock();

	return p;
}

__bpf_kfunc void bpf_pod_release(struct pod *p)
{
	if (refcount_dec_and_test(&p->refs))
		kfree(p);
}

__bpf_kfunc int bpf_pod_check(struct pod *p, int idx)
{
	return pod_check(p, idx);
}

__bpf_kfunc int bpf_pod_check_safe(struct pod *p, u32 idx)
{
	if (idx >= ARRAY_SIZE(p->ids))
		return -EINVAL;

	return p->ids[idx] != 0;
}

__bpf_kfunc u64 bpf_pod_nth(struct pod *p, u32 idx)
{
	if (idx >= p->nr_ids)
		return 0;

	return p->ids[idx];
}

__bpf_kfunc int bpf_pod_start(struct pod *p)
{
	if (p->ops && p->ops->start)
		return p->ops->start(p);

	return -EOPNOTSUPP;
}

__bpf_kfunc int bpf_pod_attach(struct pod *p, struct cgroup *cgrp)
{
	if (!cgroup_tryget(cgrp))
		return -ENOENT;

	p->cgrp = cgrp;
	return 0;
}

__bpf_kfunc int bpf_pod_owner_pid(struct pod *p)
{
	struct task_struct *t = p->owner;

	if (!t)
		return -ESRCH;

	return t->pid;
}

__bpf_kfunc int bpf_pod_set_flag(struct pod *p, u32 bit)
{
	if (bit >= BITS_PER_LONG)
		return -EINVAL;

	p->flags |= 1UL << bit;
	return 0;
}

__bpf_kfunc int bpf_pod_copy_ids(struct pod *p, u64 *ids, u32 ids__sz)
{
	u32 n = ids__sz / sizeof(u64);
	u32 i;

	if (n > 16)
		n = 16;
	for (i = 0; i < n; i++)
		ids[i] = p->ids[i];

	return n;
}

__bpf_kfunc struct pod *bpf_pod_new(void)
{
	struct pod *p = kzalloc(sizeof(*p), GFP_KERNEL);

	if (!p)
		return NULL;
	refcount_set(&p->refs, 1);

	mutex_lock(&pods_lock);
	list_add(&p->node, &pods);
	mutex_unlock(&pods_lock);

	return p;
}

__bpf_kfunc int bpf_pod_err(struct pod *p)
{
	struct pod *q = bpf_pod_acquire(p->ids[0]);

	if (!q)
		return -ENOENT;
	if (q->nr_ids > 16) {
		return -E2BIG;
	}
	bpf_pod_release(q);

	return 0;
}

__bpf_kfunc_end_defs();

BTF_KFUNCS_START(pod_kfuncs)
BTF_ID_FLAGS(func, bpf_pod_find, KF_RET_NULL | KF_SLEEPABLE)
BTF_ID_FLAGS(func, bpf_pod_acquire, KF_ACQUIRE | KF_RET_NULL)
BTF_ID_FLAGS(func, bpf_pod_release, KF_RELEASE)
BTF_ID_FLAGS(func, bpf_pod_check, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_pod_check_safe, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_pod_nth, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_pod_start, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_pod_attach, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_pod_owner_pid, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_pod_set_flag, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_pod_copy_ids, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_pod_new, KF_ACQUIRE | KF_RET_NULL | KF_SLEEPABLE)
BTF_ID_FLAGS(func, bpf_pod_err, KF_TRUSTED_ARGS)
BTF_KFUNCS_END(pod_kfuncs)

static const struct btf_kfunc_id_set pod_kfunc_set = {
	.owner = THIS_MODULE,
	.set = &pod_kfuncs,
};

static int __init pod_init(void)
{
	return register_btf_kfunc_id_set(BPF_PROG_TYPE_TRACING, &pod_kfunc_set);
}
late_initcall(pod_init);
