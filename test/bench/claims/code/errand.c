// SPDX-License-Identifier: GPL-2.0-only
/* Each function looks guarded, balanced or protected, and is not. */
#include <linux/bpf.h>
#include <linux/btf.h>

#define ERRAND_STOPS 8

struct stop {
	u64 toll;
	struct stop *next;
	struct list_head node;
};

struct errand {
	u64 toll;
	u64 stops[ERRAND_STOPS];
	u64 map[16];
	char note[8];
	u32 spare;
	gfp_t gfp;
	u64 __user *reader;
	void *bag;
	struct mutex door;
	wait_queue_head_t queue;
	atomic_t users;
	int count;
	struct stop *slot;
	struct stop __rcu *first;
	struct stop __rcu *last;
	struct list_head list;
	struct srcu_struct srcu;
	struct cgroup_subsys_state own;
	struct idr idr;
	struct errand_ops *ops;
};

#define ERRAND_ENTER(e) mutex_lock(&(e)->door)

struct stop *errand_find(u64 toll);

static bool errand_fits(u32 at)
{
	return at <= ERRAND_STOPS;
}

__bpf_kfunc_start_defs();

__bpf_kfunc u64 bpf_errand_at_inc_after(struct errand *e, u32 at)
{
	if (at >= ERRAND_STOPS)
		return 0;
	at++;
	return e->stops[at];
}

__bpf_kfunc u64 bpf_errand_at_no_return(struct errand *e, u32 at)
{
	if (at >= ERRAND_STOPS)
		pr_warn("x");
	return e->stops[at];
}

__bpf_kfunc u64 bpf_errand_at_and(struct errand *e, u32 at)
{
	if (at >= ERRAND_STOPS && e->toll)
		return 0;
	return e->stops[at];
}

__bpf_kfunc u64 bpf_errand_at_min_off(struct errand *e, u32 at)
{
	at = min(at, ERRAND_STOPS);
	return e->stops[at];
}

__bpf_kfunc u64 bpf_errand_at_mask_off(struct errand *e, u32 at)
{
	at &= ERRAND_STOPS;
	return e->stops[at];
}

__bpf_kfunc u64 bpf_errand_at_ternary(struct errand *e, u32 at)
{
	u32 j = at < ERRAND_STOPS ? at : ERRAND_STOPS;

	return e->stops[j];
}

__bpf_kfunc u64 bpf_errand_at_wrong_bound(struct errand *e, u32 at)
{
	if (at >= sizeof(e->stops))
		return 0;
	return e->stops[at];
}

__bpf_kfunc u64 bpf_errand_at_callee_check_off(struct errand *e, u32 at)
{
	if (!errand_fits(at))
		return 0;
	return e->stops[at];
}

__bpf_kfunc u64 bpf_errand_at_s8(struct errand *e, u32 at)
{
	s8 j = at;

	if (j >= ERRAND_STOPS)
		return 0;
	return e->stops[j];
}

__bpf_kfunc u64 bpf_errand_at_mult(struct errand *e, u32 at)
{
	if (at >= ERRAND_STOPS)
		return 0;
	return e->stops[at * 2];
}

__bpf_kfunc u64 bpf_errand_at_post_inc(struct errand *e, u32 at)
{
	if (at++ >= ERRAND_STOPS)
		return 0;
	return e->stops[at];
}

__bpf_kfunc u64 bpf_errand_at_shift_32(struct errand *e, u32 at)
{
	if (at > 32)
		return 0;
	return 1U << at;
}

__bpf_kfunc u64 bpf_errand_at_while(struct errand *e, u32 at)
{
	while (at >= ERRAND_STOPS)
		at--;
	at += 1;
	return e->stops[at];
}

__bpf_kfunc u64 bpf_errand_at_memcpy_min(struct errand *e, u32 at)
{
	memcpy(e->note, e->stops, min(at, 16));
	return 0;
}

__bpf_kfunc u64 bpf_errand_stop_warn(struct errand *e)
{
	struct stop *p = errand_find(e->toll);

	WARN_ON_ONCE(!p);
	return p->toll;
}

__bpf_kfunc u64 bpf_errand_stop_else(struct errand *e)
{
	struct stop *p = errand_find(e->toll);

	if (p)
		e->toll = 1;
	else
		e->toll = p->toll;
	return 0;
}

__bpf_kfunc u64 bpf_errand_stop_is_err(struct errand *e)
{
	struct stop *p = errand_find(e->toll);

	if (IS_ERR(p))
		return 0;
	return p->toll;
}

__bpf_kfunc u64 bpf_errand_stop_reload(struct errand *e)
{
	struct stop *p = errand_find(e->toll);

	if (p)
		p = errand_find(e->spare);
	return p->toll;
}

__bpf_kfunc u64 bpf_errand_stop_loop(struct errand *e)
{
	struct stop *p = errand_find(e->toll);

	while (p)
		p = p->next;
	return p->toll;
}

__bpf_kfunc u64 bpf_errand_stop_late(struct errand *e)
{
	struct stop *p = errand_find(e->toll);

	u64 v = p->toll;

	if (!p)
		return 0;
	return v;
}

__bpf_kfunc u64 bpf_errand_stop_other_var(struct errand *e)
{
	struct stop *p = errand_find(e->toll);

	struct stop *r = e->first;

	if (!r)
		return 0;
	return p->toll;
}

__bpf_kfunc u64 bpf_errand_stop_neq(struct errand *e)
{
	struct stop *p = errand_find(e->toll);

	if (p != e)
		return p->toll;
	return 0;
}

__bpf_kfunc u64 bpf_errand_nap_guard_mutex(struct errand *e)
{
	guard(mutex)(&e->door);

	return e->toll;
}

__bpf_kfunc u64 bpf_errand_nap_scoped_guard(struct errand *e)
{
	scoped_guard(mutex, &e->door)
		e->toll++;

	return e->toll;
}

__bpf_kfunc u64 bpf_errand_nap_get_user(struct errand *e)
{
	if (get_user(e->toll, e->reader))
		return 0;

	return e->toll;
}

__bpf_kfunc u64 bpf_errand_nap_kvfree(struct errand *e)
{
	kvfree(e->bag);

	return e->toll;
}

__bpf_kfunc u64 bpf_errand_nap_gfp_local_atomic_then_kernel(struct errand *e)
{
	gfp_t gfp = GFP_ATOMIC;

	if (e->toll)
		gfp = GFP_KERNEL;
	e->bag = kmalloc(8, gfp);

	return e->toll;
}

__bpf_kfunc u64 bpf_errand_nap_fn_ptr(struct errand *e)
{
	e->ops->run(e);

	return e->toll;
}

__bpf_kfunc u64 bpf_errand_nap_wait_event(struct errand *e)
{
	wait_event(e->queue, e->toll);

	return e->toll;
}

__bpf_kfunc u64 bpf_errand_nap_conditional(struct errand *e)
{
	if (e->toll)
		mutex_lock(&e->door);

	return e->toll;
}

__bpf_kfunc u64 bpf_errand_nap_local_macro(struct errand *e)
{
	ERRAND_ENTER(e);

	return e->toll;
}

__bpf_kfunc u64 bpf_errand_keep_fget(struct errand *e)
{
	css_get(&e->own);
	struct file *f = fget(3);
	css_put(&e->own);

	return e->toll;
}

__bpf_kfunc u64 bpf_errand_keep_atomic_inc(struct errand *e)
{
	css_get(&e->own);
	atomic_inc(&e->users);
	css_put(&e->own);

	return e->toll;
}

__bpf_kfunc u64 bpf_errand_keep_xchg(struct errand *e)
{
	css_get(&e->own);
	struct stop *w = xchg(&e->slot, NULL);
	css_put(&e->own);

	return e->toll;
}

__bpf_kfunc u64 bpf_errand_keep_inc_field(struct errand *e)
{
	css_get(&e->own);
	e->count++;
	css_put(&e->own);

	return e->toll;
}

__bpf_kfunc u64 bpf_errand_keep_own_getter(struct errand *e)
{
	css_get(&e->own);
	struct stop *w = errand_find(e->toll);
	css_put(&e->own);

	return e->toll;
}

__bpf_kfunc u64 bpf_errand_keep_kmalloc(struct errand *e)
{
	css_get(&e->own);
	void *p = kmalloc(8, GFP_ATOMIC);
	css_put(&e->own);

	return e->toll;
}

__bpf_kfunc u64 bpf_errand_read_after(struct errand *e)
{
	struct stop *p, *n;
	u64 v = 0;
	int idx;

	rcu_read_lock();
	p = rcu_dereference(e->first);
	rcu_read_unlock();
	v = p->toll;

	return v;
}

__bpf_kfunc u64 bpf_errand_read_access(struct errand *e)
{
	struct stop *p, *n;
	u64 v = 0;
	int idx;

	p = rcu_access_pointer(e->first);
	v = p->toll;

	return v;
}

__bpf_kfunc u64 bpf_errand_read_half(struct errand *e)
{
	struct stop *p, *n;
	u64 v = 0;
	int idx;

	if (e->toll)
		rcu_read_lock();
	p = rcu_dereference(e->first);
	v = p->toll;
	if (e->toll)
		rcu_read_unlock();

	return v;
}

__bpf_kfunc u64 bpf_errand_read_second(struct errand *e)
{
	struct stop *p, *n;
	u64 v = 0;
	int idx;

	rcu_read_lock();
	p = rcu_dereference(e->first);
	v = p->toll;
	rcu_read_unlock();
	p = rcu_dereference(e->last);
	v += p->toll;

	return v;
}

__bpf_kfunc u64 bpf_errand_read_list_in(struct errand *e)
{
	struct stop *p, *n;
	u64 v = 0;
	int idx;

	rcu_read_lock();
	list_for_each_entry_rcu(p, &e->list, node)
		v += p->toll;
	rcu_read_unlock();
	v += p->toll;

	return v;
}

__bpf_kfunc u64 bpf_errand_read_field_outlives(struct errand *e)
{
	struct stop *p, *n;
	u64 v = 0;
	int idx;

	rcu_read_lock();
	p = rcu_dereference(e->first);
	n = p->next;
	rcu_read_unlock();
	v = n->toll;

	return v;
}

__bpf_kfunc u64 bpf_errand_read_srcu_in_rcu(struct errand *e)
{
	struct stop *p, *n;
	u64 v = 0;
	int idx;

	rcu_read_lock();
	p = srcu_dereference(e->first, &e->srcu);
	v = p->toll;
	rcu_read_unlock();

	return v;
}

__bpf_kfunc u64 bpf_errand_read_irq(struct errand *e)
{
	struct stop *p, *n;
	u64 v = 0;
	int idx;

	local_irq_disable();
	p = rcu_dereference(e->first);
	v = p->toll;
	local_irq_enable();

	return v;
}

__bpf_kfunc_end_defs();

BTF_KFUNCS_START(errand_kfuncs)
BTF_ID_FLAGS(func, bpf_errand_at_inc_after, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_errand_at_no_return, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_errand_at_and, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_errand_at_min_off, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_errand_at_mask_off, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_errand_at_ternary, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_errand_at_wrong_bound, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_errand_at_callee_check_off, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_errand_at_s8, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_errand_at_mult, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_errand_at_post_inc, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_errand_at_shift_32, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_errand_at_while, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_errand_at_memcpy_min, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_errand_stop_warn, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_errand_stop_else, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_errand_stop_is_err, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_errand_stop_reload, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_errand_stop_loop, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_errand_stop_late, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_errand_stop_other_var, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_errand_stop_neq, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_errand_nap_guard_mutex, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_errand_nap_scoped_guard, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_errand_nap_get_user, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_errand_nap_kvfree, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_errand_nap_gfp_local_atomic_then_kernel, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_errand_nap_fn_ptr, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_errand_nap_wait_event, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_errand_nap_conditional, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_errand_nap_local_macro, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_errand_keep_fget, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_errand_keep_atomic_inc, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_errand_keep_xchg, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_errand_keep_inc_field, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_errand_keep_own_getter, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_errand_keep_kmalloc, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_errand_read_after, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_errand_read_access, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_errand_read_half, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_errand_read_second, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_errand_read_list_in, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_errand_read_field_outlives, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_errand_read_srcu_in_rcu, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_errand_read_irq, KF_TRUSTED_ARGS)
BTF_KFUNCS_END(errand_kfuncs)

static const struct btf_kfunc_id_set errand_kfunc_set = {
	.owner = THIS_MODULE,
	.set = &errand_kfuncs,
};

static int __init errand_init(void)
{
	return register_btf_kfunc_id_set(BPF_PROG_TYPE_TRACING, &errand_kfunc_set);
}
late_initcall(errand_init);
