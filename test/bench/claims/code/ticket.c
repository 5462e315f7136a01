// SPDX-License-Identifier: GPL-2.0-only
/* References: taken, handed out, dropped, forgotten. */
#include <linux/bpf.h>
#include <linux/btf.h>
#include <linux/cgroup.h>
#include <linux/rcupdate.h>
#include <linux/refcount.h>
#include <linux/slab.h>

struct ticket {
	refcount_t refs;
	struct cgroup_subsys_state css;
	struct ticket *next;
	u64 id;
};

static struct ticket *ticket_current;

__bpf_kfunc_start_defs();

__bpf_kfunc struct ticket *bpf_ticket_acquire(struct ticket *t)
{
	if (!refcount_inc_not_zero(&t->refs))
		return NULL;

	return t;
}

__bpf_kfunc struct ticket *bpf_ticket_grab(struct ticket *t)
{
	refcount_inc(&t->refs);
	return t;
}

__bpf_kfunc struct ticket *bpf_ticket_current(void)
{
	return ticket_current;
}

__bpf_kfunc struct ticket *bpf_ticket_live(struct ticket *t, u64 id)
{
	if (!refcount_inc_not_zero(&t->refs))
		return NULL;

	if (t->id != id)
		return NULL;

	return t;
}

__bpf_kfunc struct ticket *bpf_ticket_match(struct ticket *t, u64 id)
{
	if (!refcount_inc_not_zero(&t->refs))
		return NULL;

	if (t->id != id) {
		refcount_dec(&t->refs);
		return NULL;
	}

	return t;
}

__bpf_kfunc struct ticket *bpf_ticket_css(struct ticket *t)
{
	if (!css_tryget(&t->css))
		return NULL;

	return t;
}

__bpf_kfunc void bpf_ticket_release(struct ticket *t)
{
	if (refcount_dec_and_test(&t->refs))
		kfree(t);
}

__bpf_kfunc u64 bpf_ticket_id(struct ticket *t)
{
	return t->id;
}

__bpf_kfunc u64 bpf_ticket_id_any(struct ticket *t)
{
	return t->id;
}

__bpf_kfunc_end_defs();

BTF_KFUNCS_START(ticket_kfuncs)
BTF_ID_FLAGS(func, bpf_ticket_acquire, KF_ACQUIRE | KF_RCU | KF_RET_NULL)
BTF_ID_FLAGS(func, bpf_ticket_grab, KF_ACQUIRE | KF_RCU)
BTF_ID_FLAGS(func, bpf_ticket_current, KF_ACQUIRE | KF_RET_NULL)
BTF_ID_FLAGS(func, bpf_ticket_live, KF_ACQUIRE | KF_RCU | KF_RET_NULL)
BTF_ID_FLAGS(func, bpf_ticket_match, KF_ACQUIRE | KF_RCU | KF_RET_NULL)
BTF_ID_FLAGS(func, bpf_ticket_css, KF_ACQUIRE | KF_RCU | KF_RET_NULL)
BTF_ID_FLAGS(func, bpf_ticket_release, KF_RELEASE)
BTF_ID_FLAGS(func, bpf_ticket_id, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_ticket_id_any)
BTF_KFUNCS_END(ticket_kfuncs)

static const struct btf_kfunc_id_set ticket_kfunc_set = {
	.owner = THIS_MODULE,
	.set = &ticket_kfuncs,
};

static int __init ticket_init(void)
{
	return register_btf_kfunc_id_set(BPF_PROG_TYPE_STRUCT_OPS, &ticket_kfunc_set);
}
late_initcall(ticket_init);
