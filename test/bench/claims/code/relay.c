// SPDX-License-Identifier: GPL-2.0-only
/* Modes, keys, iterators, clones: what programs are told, and what other builds make of it. */
#include <linux/bpf.h>
#include <linux/btf.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

enum relay_mode {
	RELAY_OFF,
	RELAY_ON,
	RELAY_MODES,
};

struct relay {
	u64 id;
	u32 nr;
	u64 stats[RELAY_MODES];
	u8 key[32];
	spinlock_t lock;
	struct mutex mtx;
	struct relay *peer;
};

struct bpf_iter_relay {
	u64 __opaque[2];
};

struct bpf_iter_relay_kern {
	struct relay *r;
	u32 at;
};

static const char *const relay_names[] = { "off", "on" };

__bpf_kfunc_start_defs();

__bpf_kfunc u64 bpf_relay_stat(struct relay *r, enum relay_mode mode)
{
	if (mode >= RELAY_MODES)
		return 0;

	return r->stats[mode];
}

__bpf_kfunc u64 bpf_relay_stat_int(struct relay *r, int mode)
{
	if (mode < 0 || mode >= RELAY_MODES)
		return 0;

	return r->stats[mode];
}

__bpf_kfunc int bpf_relay_key(struct relay *r, u8 *out, u32 out__szk)
{
	if (out__szk < sizeof(r->key))
		return -EINVAL;

	memcpy(out, r->key, sizeof(r->key));
	return 0;
}

__bpf_kfunc int bpf_relay_load(struct relay *r, const void *in, u32 in__sz)
{
	if (in__sz > sizeof(r->key))
		return -EINVAL;

	memcpy(r->key, in, in__sz);
	return 0;
}

__bpf_kfunc int bpf_relay_shift(struct relay *r, u32 by__k)
{
	if (by__k >= 64)
		return -EINVAL;

	return r->id >> by__k;
}

__bpf_kfunc int bpf_iter_relay_new(struct bpf_iter_relay *it, struct relay *r)
{
	struct bpf_iter_relay_kern *kit = (void *)it;

	kit->r = NULL;
	if (!r->nr)
		return -ENOENT;
	kit->r = r;
	kit->at = 0;

	return 0;
}

__bpf_kfunc u64 *bpf_iter_relay_next(struct bpf_iter_relay *it)
{
	struct bpf_iter_relay_kern *kit = (void *)it;

	if (!kit->r || kit->at >= RELAY_MODES)
		return NULL;

	return &kit->r->stats[kit->at++];
}

__bpf_kfunc void bpf_iter_relay_destroy(struct bpf_iter_relay *it)
{
}

__bpf_kfunc int bpf_relay_ignore(struct relay *r, void *meta__ign)
{
	struct relay *m = meta__ign;

	return m->nr + r->nr;
}

__bpf_kfunc const char *bpf_relay_mode_name(enum relay_mode mode)
{
	if (mode >= RELAY_MODES)
		return NULL;

	return relay_names[mode];
}

__bpf_kfunc int bpf_relay_wait(struct relay *r)
{
	mutex_lock(&r->mtx);
	r->nr++;
	mutex_unlock(&r->mtx);
	return 0;
}

__bpf_kfunc int bpf_relay_swap(struct relay *r, struct relay *s)
{
	spin_lock(&r->lock);
	spin_lock(&s->lock);
	swap(r->id, s->id);
	spin_unlock(&s->lock);
	spin_unlock(&r->lock);
	return 0;
}

__bpf_kfunc struct relay *bpf_relay_clone(struct relay *r)
{
	struct relay *c = kmemdup(r, sizeof(*r), GFP_ATOMIC);

	if (!c)
		return NULL;
	c->peer = r;

	return c;
}

__bpf_kfunc void bpf_relay_drop(struct relay *c)
{
	kfree(c);
}

__bpf_kfunc int bpf_relay_mark(struct relay *r, u32 stat, u32 by)
{
	u32 total = stat * by;

	if (total >= RELAY_MODES)
		return -EINVAL;
	r->stats[total] = 1;

	return 0;
}

__bpf_kfunc int bpf_relay_peer_nr(struct relay *r)
{
	if (!r->peer)
		return -ENOENT;

	return r->peer->nr;
}

__bpf_kfunc void *bpf_relay_find(u64 id)
{
	return ERR_PTR(-ENOENT);
}

__bpf_kfunc u32 bpf_relay_open(struct relay *r, u32 flags)
{
	if (flags & ~3)
		return -EINVAL;

	r->nr = flags;
	return 0;
}

__bpf_kfunc s64 bpf_relay_sgn(struct relay *r)
{
	return r->nr ? 1 : -EBUSY;
}

__bpf_kfunc_end_defs();

BTF_KFUNCS_START(relay_kfuncs)
BTF_ID_FLAGS(func, bpf_relay_stat, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_relay_stat_int, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_relay_key, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_relay_load, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_relay_shift, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_iter_relay_new, KF_ITER_NEW | KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_iter_relay_next, KF_ITER_NEXT | KF_RET_NULL)
BTF_ID_FLAGS(func, bpf_iter_relay_destroy, KF_ITER_DESTROY)
BTF_ID_FLAGS(func, bpf_relay_ignore, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_relay_mode_name)
BTF_ID_FLAGS(func, bpf_relay_wait, KF_TRUSTED_ARGS | KF_SLEEPABLE)
BTF_ID_FLAGS(func, bpf_relay_swap, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_relay_clone, KF_ACQUIRE | KF_RET_NULL | KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_relay_drop, KF_RELEASE)
BTF_ID_FLAGS(func, bpf_relay_mark, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_relay_peer_nr, KF_RCU)
BTF_ID_FLAGS(func, bpf_relay_find, KF_RET_NULL)
BTF_ID_FLAGS(func, bpf_relay_open, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_relay_sgn, KF_TRUSTED_ARGS)
BTF_KFUNCS_END(relay_kfuncs)

static const struct btf_kfunc_id_set relay_kfunc_set = {
	.owner = THIS_MODULE,
	.set = &relay_kfuncs,
};

static int __init relay_init(void)
{
	int err;

	err = register_btf_kfunc_id_set(BPF_PROG_TYPE_SYSCALL, &relay_kfunc_set);
	return err ?: register_btf_kfunc_id_set(BPF_PROG_TYPE_XDP, &relay_kfunc_set);
}
late_initcall(relay_init);
