// SPDX-License-Identifier: GPL-2.0-only
/* Whose pointer is it: shadows, fields, callees, C callers, hooks, walks. */
#include <linux/bpf.h>
#include <linux/btf.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>

struct holder {
	u64 id;
	struct holder *heir;
};

struct locker {
	struct locker *next;
	struct holder *holder;
	u64 load;
	u32 slot;
	u64 shelf[8];
};

static struct locker *locker_find(u64 id);

__bpf_kfunc_start_defs();

static u64 locker_pair(struct locker *a, struct locker *b)
{
	return a->load + b->load;
}

__bpf_kfunc u64 bpf_locker_pair(struct locker *l)
{
	return locker_pair(l, l->next);
}

__bpf_kfunc u64 bpf_locker_load(struct locker *l)
{
	return l->load;
}

u64 locker_first_load(struct holder *h, struct locker *first)
{
	return bpf_locker_load(first) + h->id;
}

__bpf_kfunc u64 bpf_locker_peek(struct locker *l)
{
	return l->load;
}

__bpf_kfunc u64 bpf_locker_shadow(struct locker *l)
{
	u64 sum = l->load;

	if (sum) {
		struct locker *l = locker_find(sum);

		sum += l->load;
	}

	return sum;
}

__bpf_kfunc u64 bpf_locker_walk(struct locker *l)
{
	u64 sum = 0;

	for (l = l->next; l->load; l = l->next)
		sum += l->load;

	return sum;
}

__bpf_kfunc u64 bpf_locker_holder(struct locker *l)
{
	return l->holder->id;
}

__bpf_kfunc u64 bpf_locker_swap(struct locker *l, u64 id)
{
	struct locker *other = locker_find(id);

	other->load = l->load;

	return l->load;
}

__bpf_kfunc u64 bpf_locker_both(struct locker *l, struct locker *m__nullable)
{
	return l->load + m__nullable->load;
}

__bpf_kfunc u64 bpf_locker_either(struct locker *l, struct locker *m__nullable)
{
	if (m__nullable)
		l = m__nullable;

	return l->load;
}

__bpf_kfunc u64 bpf_locker_branch(struct locker *l, bool far)
{
	struct locker *at = l;

	if (far)
		at = l->next;

	return at->load;
}

__bpf_kfunc u64 bpf_locker_heir(struct locker *l)
{
	struct holder *h = l->holder;

	if (!h)
		return 0;
	h = h->heir;

	return h->id;
}

__bpf_kfunc int bpf_locker_fill(struct locker *l, u64 *out)
{
	*out = l->load;
	return 0;
}

__bpf_kfunc int bpf_locker_fill_any(struct locker *l, u64 *out)
{
	*out = l->load;
	return 0;
}

__bpf_kfunc u64 bpf_locker_text(struct bpf_dynptr *text)
{
	struct bpf_dynptr_kern *ptr = (struct bpf_dynptr_kern *)text;
	const u64 *data = __bpf_dynptr_data(ptr, sizeof(*data));

	return *data;
}

__bpf_kfunc u64 bpf_locker_retry(struct locker *l, u64 id)
{
	struct locker *found;
again:
	found = locker_find(id);
	if (!found && id) {
		id = 0;
		goto again;
	}

	return found->load;
}

__bpf_kfunc_end_defs();

BTF_KFUNCS_START(locker_kfuncs)
BTF_ID_FLAGS(func, bpf_locker_pair, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_locker_load, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_locker_peek, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_locker_shadow, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_locker_walk, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_locker_holder, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_locker_swap, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_locker_both, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_locker_either, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_locker_branch, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_locker_heir, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_locker_fill, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_locker_fill_any)
BTF_ID_FLAGS(func, bpf_locker_text, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_locker_retry, KF_TRUSTED_ARGS)
BTF_KFUNCS_END(locker_kfuncs)

static const struct btf_kfunc_id_set locker_kfunc_set = {
	.owner = THIS_MODULE,
	.set = &locker_kfuncs,
};

static int __init locker_init(void)
{
	return register_btf_kfunc_id_set(BPF_PROG_TYPE_STRUCT_OPS, &locker_kfunc_set);
}
late_initcall(locker_init);
