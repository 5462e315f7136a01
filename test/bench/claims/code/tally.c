// SPDX-License-Identifier: GPL-2.0-only
/* Values that are tested and are wrong all the same: read twice, unlocked, speculated on, reserved, counted for ever. */
#include <linux/bpf.h>
#include <linux/btf.h>
#include <linux/spinlock.h>
#include <linux/slab.h>

#define TALLY_CELLS 64

struct tally_cfg {
	u32 slot;
	u32 len;
	u64 base;
};

struct tally_ops;

struct tally {
	u64 cells[TALLY_CELLS];
	u32 used;
	char name[16];
	spinlock_t lock;
	struct tally_ops *ops;
	struct tally *parent;
};

struct tally_ops {
	u64 (*read)(struct tally *t);
};

__bpf_kfunc_start_defs();

__bpf_kfunc u64 bpf_tally_cfg_read(struct tally *t, struct tally_cfg *cfg)
{
	if (cfg->slot >= TALLY_CELLS)
		return 0;

	return t->cells[cfg->slot];
}

__bpf_kfunc u64 bpf_tally_cfg_once(struct tally *t, struct tally_cfg *cfg)
{
	u32 slot = READ_ONCE(cfg->slot);

	if (slot >= TALLY_CELLS)
		return 0;

	return t->cells[slot];
}

__bpf_kfunc u64 bpf_tally_cfg_plain(struct tally *t, struct tally_cfg *cfg)
{
	u32 slot = cfg->slot;

	if (slot >= TALLY_CELLS)
		return 0;

	return t->cells[slot];
}

__bpf_kfunc int bpf_tally_push(struct tally *t, u64 value)
{
	if (t->used >= TALLY_CELLS)
		return -ENOSPC;

	t->cells[t->used++] = value;
	return 0;
}

__bpf_kfunc int bpf_tally_name_at(struct tally *t, u32 off, u32 len, void *dst, u32 dst__sz)
{
	if (off + len > sizeof(t->name) || len > dst__sz)
		return -EINVAL;

	memcpy(dst, t->name + off, len);
	return 0;
}

__bpf_kfunc int bpf_tally_name_wide(struct tally *t, u32 off, u32 len, void *dst, u32 dst__sz)
{
	if ((u64)off + len > sizeof(t->name) || len > dst__sz)
		return -EINVAL;

	memcpy(dst, t->name + off, len);
	return 0;
}

__bpf_kfunc u64 bpf_tally_cut(struct tally *t, u64 at)
{
	int i = at;

	if (i >= TALLY_CELLS)
		return 0;

	return t->cells[i];
}

__bpf_kfunc u64 bpf_tally_read(struct tally *t, u32 slot)
{
	if (slot >= TALLY_CELLS)
		return 0;

	return t->cells[slot];
}

__bpf_kfunc int bpf_tally_read_int(struct tally *t, u32 slot)
{
	if (slot >= TALLY_CELLS)
		return -EINVAL;

	return t->cells[slot];
}

__bpf_kfunc u64 bpf_tally_sum(struct tally *t, u32 n)
{
	u64 sum = 0;
	u32 i;

	for (i = 0; i < n; i++)
		sum += t->cells[i % TALLY_CELLS];

	return sum;
}

__bpf_kfunc int bpf_tally_name(struct tally *t, char *dst, u32 dst__sz)
{
	u32 len = min_t(u32, dst__sz, sizeof(t->name));

	memcpy(dst, t->name, len);
	return len;
}

__bpf_kfunc u64 bpf_tally_ask(struct tally *t)
{
	return t->ops->read(t);
}

__bpf_kfunc u64 bpf_tally_parent_first(struct tally *t)
{
	struct tally *p = t->parent;

	return p->cells[0];
}

__bpf_kfunc void bpf_tally_set(struct tally *t, u32 slot, u64 value)
{
	if (slot < TALLY_CELLS)
		t->cells[slot] = value;
}

__bpf_kfunc u64 bpf_tally_get(struct tally *t, u32 slot)
{
	return t->cells[slot];
}

__bpf_kfunc int bpf_tally_move(struct tally *t, s32 by)
{
	if (by < -8 || by > 8)
		return -EINVAL;

	t->cells[0] += by;
	return 0;
}

__bpf_kfunc u64 bpf_tally_mask(struct tally *t, u32 bits)
{
	if (bits > 64)
		return 0;

	return t->cells[0] & ((1ULL << bits) - 1);
}

static u64 tally_tick(struct tally *t)
{
	return bpf_tally_ask(t->parent);
}

__bpf_kfunc_end_defs();

BTF_KFUNCS_START(tally_kfuncs)
BTF_ID_FLAGS(func, bpf_tally_cfg_read, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_tally_cfg_once, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_tally_cfg_plain, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_tally_push, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_tally_name_at, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_tally_name_wide, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_tally_cut, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_tally_read, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_tally_read_int, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_tally_sum, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_tally_name, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_tally_ask, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_tally_parent_first, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_tally_set, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_tally_get)
BTF_ID_FLAGS(func, bpf_tally_move, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_tally_mask, KF_TRUSTED_ARGS)
BTF_KFUNCS_END(tally_kfuncs)

static const struct btf_kfunc_id_set tally_kfunc_set = {
	.owner = THIS_MODULE,
	.set = &tally_kfuncs,
};

static int __init tally_init(void)
{
	return register_btf_kfunc_id_set(BPF_PROG_TYPE_STRUCT_OPS, &tally_kfunc_set);
}
late_initcall(tally_init);
