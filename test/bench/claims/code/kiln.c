// SPDX-License-Identifier: GPL-2.0
#include <linux/bpf.h>
#include <linux/btf.h>
#include <linux/slab.h>

#define KILN_SHELVES 12
#define KILN_NAME 32

enum kiln_stage {
	KILN_COLD,
	KILN_BISQUE,
	KILN_GLAZE,
	NR_KILN_STAGES,
};

struct pot {
	struct pot *next;
	u32 weight;
	refcount_t refs;
};

struct lid {
	u32 weight;
};

struct kiln {
	struct pot *shelves[KILN_SHELVES];
	u64 heat[NR_KILN_STAGES];
	struct mutex door;
	spinlock_t lock;
	char name[KILN_NAME];
};

struct kiln_cfg {
	u32 stage;
	u32 shelf;
	s32 err;
};

static struct pot *pot_make(void)
{
	struct pot *p = kzalloc(sizeof(*p), GFP_ATOMIC);

	if (!p)
		return NULL;
	refcount_set(&p->refs, 1);
	return p;
}

static struct lid *lid_make(void)
{
	return kzalloc(sizeof(struct lid), GFP_ATOMIC);
}

static struct pot *pot_open(u32 id)
{
	struct pot *p = pot_make();

	if (!p)
		return ERR_PTR(-ENOMEM);
	p->weight = id;
	return p;
}

__bpf_kfunc_start_defs();

__bpf_kfunc u64 bpf_kiln_heat(struct kiln *k, enum kiln_stage stage)
{
	return k->heat[stage];
}

__bpf_kfunc u64 bpf_kiln_heat_ok(struct kiln *k, enum kiln_stage stage)
{
	if (stage >= NR_KILN_STAGES)
		return 0;
	return k->heat[stage];
}

__bpf_kfunc u64 bpf_kiln_heat_off(struct kiln *k, u32 stage)
{
	if (stage > NR_KILN_STAGES)
		return 0;
	return k->heat[stage];
}

__bpf_kfunc u64 bpf_kiln_heat_int(struct kiln *k, int stage)
{
	if (stage >= NR_KILN_STAGES)
		return 0;
	return k->heat[stage];
}

__bpf_kfunc u32 bpf_pot_weight(struct pot *pot)
{
	return pot->weight;
}

__bpf_kfunc u32 bpf_pot_weight_plain(struct pot *pot)
{
	return pot->weight;
}

__bpf_kfunc u32 bpf_pot_weight_maybe(struct pot *pot__nullable)
{
	return pot__nullable->weight;
}

__bpf_kfunc u32 bpf_pot_weight_maybe_ok(struct pot *pot__nullable)
{
	if (!pot__nullable)
		return 0;
	return pot__nullable->weight;
}

__bpf_kfunc struct pot *bpf_pot_new(void)
{
	return pot_make();
}

__bpf_kfunc struct lid *bpf_lid_new_unflagged(void)
{
	return lid_make();
}

__bpf_kfunc struct pot *bpf_pot_open(u32 id)
{
	return pot_open(id);
}

__bpf_kfunc struct pot *bpf_pot_get(struct pot *pot)
{
	refcount_inc(&pot->refs);
	return pot;
}

__bpf_kfunc struct pot *bpf_pot_get_not(struct pot *pot)
{
	return pot;
}

__bpf_kfunc void bpf_pot_put(struct pot *pot)
{
	if (refcount_dec_and_test(&pot->refs))
		kfree(pot);
}

__bpf_kfunc u32 bpf_pot_made_weight(u32 id)
{
	struct pot *p = pot_open(id);
	u32 weight;

	if (!p)
		return 0;
	weight = p->weight;
	kfree(p);
	return weight;
}

__bpf_kfunc void bpf_kiln_open(struct kiln *k)
{
	mutex_lock(&k->door);
	k->heat[KILN_COLD] = 0;
	mutex_unlock(&k->door);
}

__bpf_kfunc void bpf_kiln_open_sleepable(struct kiln *k)
{
	mutex_lock(&k->door);
	k->heat[KILN_COLD] = 0;
	mutex_unlock(&k->door);
}

__bpf_kfunc int bpf_kiln_load(struct kiln *k, u32 shelf)
{
	struct pot *p;

	if (shelf >= KILN_SHELVES)
		return -EINVAL;
	spin_lock(&k->lock);
	p = kzalloc(sizeof(*p), GFP_KERNEL);
	k->shelves[shelf] = p;
	spin_unlock(&k->lock);
	return p ? 0 : -ENOMEM;
}

__bpf_kfunc int bpf_kiln_cfg(struct kiln *k, struct kiln_cfg *cfg, u32 cfg__sz)
{
	if (cfg__sz < sizeof(u32))
		return -EINVAL;
	cfg->err = 0;
	if (cfg->stage >= NR_KILN_STAGES)
		return -EINVAL;
	return k->heat[cfg->stage];
}

__bpf_kfunc int bpf_kiln_cfg_ok(struct kiln *k, struct kiln_cfg *cfg, u32 cfg__sz)
{
	if (cfg__sz != sizeof(*cfg))
		return -EINVAL;
	cfg->err = 0;
	return 0;
}

__bpf_kfunc int bpf_kiln_rename(struct kiln *k, const char *from, u32 from__sz)
{
	memcpy(k->name, from, from__sz);
	return 0;
}

__bpf_kfunc int bpf_kiln_rename_ok(struct kiln *k, const char *from, u32 from__sz)
{
	if (from__sz > KILN_NAME)
		return -E2BIG;
	memcpy(k->name, from, from__sz);
	return 0;
}

__bpf_kfunc u32 bpf_kiln_errno(struct kiln *k, u32 shelf)
{
	if (shelf >= KILN_SHELVES)
		return -EINVAL;
	return k->shelves[shelf] ? 1 : 0;
}

__bpf_kfunc_end_defs();

BTF_KFUNCS_START(kiln_ids)
BTF_ID_FLAGS(func, bpf_kiln_heat, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_kiln_heat_ok, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_kiln_heat_off, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_kiln_heat_int, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_pot_weight, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_pot_weight_plain)
BTF_ID_FLAGS(func, bpf_pot_weight_maybe, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_pot_weight_maybe_ok, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_pot_new, KF_ACQUIRE | KF_RET_NULL)
BTF_ID_FLAGS(func, bpf_lid_new_unflagged, KF_ACQUIRE)
BTF_ID_FLAGS(func, bpf_pot_open, KF_ACQUIRE | KF_RET_NULL)
BTF_ID_FLAGS(func, bpf_pot_get, KF_ACQUIRE | KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_pot_get_not, KF_ACQUIRE | KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_pot_put, KF_RELEASE)
BTF_ID_FLAGS(func, bpf_pot_made_weight)
BTF_ID_FLAGS(func, bpf_kiln_open, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_kiln_open_sleepable, KF_TRUSTED_ARGS | KF_SLEEPABLE)
BTF_ID_FLAGS(func, bpf_kiln_load, KF_TRUSTED_ARGS | KF_SLEEPABLE)
BTF_ID_FLAGS(func, bpf_kiln_cfg, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_kiln_cfg_ok, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_kiln_rename, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_kiln_rename_ok, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_kiln_errno, KF_TRUSTED_ARGS)
BTF_KFUNCS_END(kiln_ids)

static const struct btf_kfunc_id_set kiln_set = {
	.owner = THIS_MODULE,
	.set = &kiln_ids,
};

static int __init kiln_init(void)
{
	return register_btf_kfunc_id_set(BPF_PROG_TYPE_TRACING, &kiln_set);
}
late_initcall(kiln_init);
