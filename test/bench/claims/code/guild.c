// SPDX-License-Identifier: GPL-2.0-only
/* Objects with masters, deputies and patrons: who holds whom, who waits for whom, and under which name. */
#include <linux/bpf.h>
#include <linux/btf.h>
#include <linux/rcupdate.h>
#include <linux/srcu.h>
#include <linux/refcount.h>
#include <linux/slab.h>
#include <linux/mutex.h>

struct master {
	u64 id;
	char name[16];
};

struct guild {
	refcount_t refs;
	u64 id;
	u32 members;
	struct mutex hall;
	spinlock_t lock;
	struct guild *patron;
	struct master __rcu *master;
	struct master __rcu *deputy;
	struct rcu_head rcu;
};

DEFINE_SRCU(guild_srcu);

__bpf_kfunc_start_defs();

__bpf_kfunc u64 bpf_guild_id(struct guild *g)
{
	return g->id;
}

__bpf_kfunc struct guild *bpf_guild_get(struct guild *g)
{
	if (!refcount_inc_not_zero(&g->refs))
		return NULL;

	return g;
}

__bpf_kfunc void bpf_guild_put(struct guild *g)
{
	if (refcount_dec_and_test(&g->refs))
		kfree(g);
}

__bpf_kfunc u64 bpf_guild_put_id(struct guild *g)
{
	if (refcount_dec_and_test(&g->refs))
		kfree_rcu(g, rcu);

	return g->id;
}

__bpf_kfunc struct guild *bpf_guild_patron(struct guild *g)
{
	return g->patron;
}

__bpf_kfunc u64 bpf_guild_master(struct guild *g)
{
	struct master *m;
	u64 id = 0;

	rcu_read_lock();
	m = rcu_dereference(g->master);
	if (m)
		id = m->id;
	rcu_read_unlock();

	return id;
}

__bpf_kfunc u64 bpf_guild_two(struct guild *g)
{
	struct master *m;
	u64 id = 0;

	rcu_read_lock();
	m = rcu_dereference(g->master);
	if (m)
		id = m->id;
	rcu_read_unlock();
	if (g->deputy)
		id += g->deputy->id;

	return id;
}

__bpf_kfunc void bpf_guild_dismiss(struct guild *g)
{
	struct master *m;

	rcu_read_lock();
	m = rcu_dereference(g->master);
	if (m)
		RCU_INIT_POINTER(g->master, NULL);
	rcu_read_unlock();
	kfree(m);
}

__bpf_kfunc struct guild *bpf_guild_pair(struct guild *g, struct guild *h)
{
	if (!refcount_inc_not_zero(&g->refs))
		return NULL;
	if (!refcount_inc_not_zero(&h->refs)) {
		bpf_guild_put(g);
		return NULL;
	}
	bpf_guild_put(h);

	return g;
}

__bpf_kfunc int bpf_guild_enter(struct guild *g)
{
	mutex_lock(&g->hall);
	g->members++;
	mutex_unlock(&g->hall);

	return 0;
}

__bpf_kfunc int bpf_guild_count(struct guild *g)
{
	int n;

	spin_lock(&g->lock);
	n = g->members;
	spin_unlock(&g->lock);

	return n;
}

__bpf_kfunc u64 bpf_guild_opt(struct guild *g, struct guild *h__nullable)
{
	if (!h__nullable)
		return g->id;

	return g->id + h__nullable->id;
}

__bpf_kfunc u64 bpf_guild_free(struct guild *g)
{
	return g->id;
}

__bpf_kfunc struct guild *bpf_guild_next(struct guild *g)
{
	struct guild *n = READ_ONCE(g->patron);

	if (!n)
		return NULL;

	return n;
}

__bpf_kfunc struct master *bpf_guild_master_ptr(struct guild *g)
{
	return rcu_dereference(g->master);
}

__bpf_kfunc int bpf_guild_rename(struct guild *g, const char *name__str)
{
	struct master *m = kzalloc(sizeof(*m), GFP_ATOMIC);

	if (!m)
		return -ENOMEM;
	strscpy(m->name, name__str, sizeof(m->name));
	m = xchg((struct master **)&g->master, m);
	kfree(m);

	return 0;
}

static u64 guild_sum(struct guild *g, struct guild *other)
{
	return g->id + other->id;
}

__bpf_kfunc u64 bpf_guild_sum(struct guild *a, struct guild *g)
{
	return guild_sum(g->patron, a);
}

__bpf_kfunc_end_defs();

BTF_KFUNCS_START(guild_kfuncs)
BTF_ID_FLAGS(func, bpf_guild_id, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_guild_get, KF_ACQUIRE | KF_RCU | KF_RET_NULL)
BTF_ID_FLAGS(func, bpf_guild_put, KF_RELEASE)
BTF_ID_FLAGS(func, bpf_guild_put_id, KF_RELEASE)
BTF_ID_FLAGS(func, bpf_guild_patron, KF_TRUSTED_ARGS | KF_RET_NULL)
BTF_ID_FLAGS(func, bpf_guild_master, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_guild_two, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_guild_dismiss, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_guild_pair, KF_ACQUIRE | KF_RCU | KF_RET_NULL)
BTF_ID_FLAGS(func, bpf_guild_enter, KF_TRUSTED_ARGS | KF_SLEEPABLE)
BTF_ID_FLAGS(func, bpf_guild_count, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_guild_opt, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_guild_free)
BTF_ID_FLAGS(func, bpf_guild_next, KF_RCU | KF_RET_NULL)
BTF_ID_FLAGS(func, bpf_guild_master_ptr, KF_TRUSTED_ARGS | KF_RCU_PROTECTED)
BTF_ID_FLAGS(func, bpf_guild_rename, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_guild_sum, KF_TRUSTED_ARGS)
BTF_KFUNCS_END(guild_kfuncs)

static const struct btf_kfunc_id_set guild_kfunc_set = {
	.owner = THIS_MODULE,
	.set = &guild_kfuncs,
};

static int __init guild_init(void)
{
	return register_btf_kfunc_id_set(BPF_PROG_TYPE_STRUCT_OPS, &guild_kfunc_set);
}
late_initcall(guild_init);
