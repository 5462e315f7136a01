// SPDX-License-Identifier: GPL-2.0-only
/* Weaving: each function once with its trouble and once (_ok) without. Indexes through helpers, options with a size, look-ups, per-CPU numbers. */
#include <linux/bpf.h>
#include <linux/btf.h>
#include <linux/percpu.h>
#include <linux/slab.h>

#define LOOM_HEDDLES 12

enum loom_weave {
	LOOM_PLAIN,
	LOOM_TWILL,
	LOOM_SATIN,
	LOOM_NR_WEAVES,
};

enum loom_tension {
	LOOM_LOOSE = -1,
	LOOM_EVEN,
	LOOM_TIGHT,
	LOOM_NR_TENSIONS,
};

struct loom_stat {
	u64 picks;
	u64 breaks;
};

struct loom_bolt {
	u64 length;
	struct loom_bolt *next;
	struct loom_stat *stat;
};

struct loom_opts {
	s32 weave;
	u32 heddle;
	u8 dir;
	u8 reserved[3];
};

struct loom {
	u64 picks[LOOM_NR_WEAVES];
	u64 tension[LOOM_NR_TENSIONS];
	u64 heddles[LOOM_HEDDLES];
	u32 speed;
	char label[16];
	struct loom_bolt *bolt;
	struct loom_stat __percpu *stat;
};

static struct loom_bolt *loom_shelf;

static u64 __loom_slot(struct loom *l, int slot)
{
	return l->picks[slot];
}

static u64 loom_picks(struct loom *l, enum loom_weave weave)
{
	return __loom_slot(l, weave);
}

static u64 loom_picks_ok(struct loom *l, enum loom_weave weave)
{
	if (weave >= LOOM_NR_WEAVES)
		return 0;

	return __loom_slot(l, weave);
}

static struct loom_bolt *loom_find(u64 length)
{
	struct loom_bolt *b;

	for (b = loom_shelf; b; b = b->next)
		if (b->length == length)
			return b;

	return NULL;
}

static u64 loom_stat_of(struct loom_bolt *bolt)
{
	return bolt->stat->breaks;
}

static u64 loom_stat_of_ok(struct loom_bolt *bolt)
{
	if (!bolt || !bolt->stat)
		return 0;

	return bolt->stat->breaks;
}

static bool loom_heddle_valid(u32 heddle)
{
	return heddle < LOOM_HEDDLES;
}

__bpf_kfunc_start_defs();

__bpf_kfunc u64 bpf_loom_picks(struct loom *l, enum loom_weave weave)
{
	return loom_picks(l, weave);
}

__bpf_kfunc u64 bpf_loom_picks_ok(struct loom *l, enum loom_weave weave)
{
	return loom_picks_ok(l, weave);
}

__bpf_kfunc u64 bpf_loom_tension(struct loom *l, enum loom_tension tension)
{
	if (tension >= LOOM_NR_TENSIONS)
		return 0;

	return l->tension[tension];
}

__bpf_kfunc u64 bpf_loom_tension_ok(struct loom *l, enum loom_tension tension)
{
	if (tension < 0 || tension >= LOOM_NR_TENSIONS)
		return 0;

	return l->tension[tension];
}

__bpf_kfunc u64 bpf_loom_heddle(struct loom *l, u32 heddle)
{
	if (heddle > LOOM_HEDDLES)
		return 0;

	return l->heddles[heddle];
}

__bpf_kfunc u64 bpf_loom_heddle_ok(struct loom *l, u32 heddle)
{
	if (!loom_heddle_valid(heddle))
		return 0;

	return l->heddles[heddle];
}

__bpf_kfunc u64 bpf_loom_bit(struct loom *l, u32 bit)
{
	u64 mask = 1ULL << bit;

	return mask & l->speed;
}

__bpf_kfunc u64 bpf_loom_bit_ok(struct loom *l, u32 bit)
{
	if (bit >= 64)
		return 0;

	u64 mask = 1ULL << bit;

	return mask & l->speed;
}

__bpf_kfunc int bpf_loom_setup(struct loom *l, struct loom_opts *opts, u32 opts__sz)
{
	u8 dir = opts->dir;

	if (opts__sz < sizeof(*opts))
		return -EINVAL;
	l->speed = dir;

	return 0;
}

__bpf_kfunc int bpf_loom_setup_ok(struct loom *l, struct loom_opts *opts, u32 opts__sz)
{
	u8 dir;

	if (opts__sz < sizeof(*opts))
		return -EINVAL;
	dir = opts->dir;
	l->speed = dir;

	return 0;
}

__bpf_kfunc u64 bpf_loom_drawn(struct loom *l, struct loom_opts *opts, u32 opts__sz)
{
	u32 heddle;

	if (opts__sz != sizeof(*opts))
		return 0;
	heddle = READ_ONCE(opts->heddle);

	return l->heddles[heddle];
}

__bpf_kfunc u64 bpf_loom_drawn_ok(struct loom *l, struct loom_opts *opts, u32 opts__sz)
{
	u32 heddle;

	if (opts__sz != sizeof(*opts))
		return 0;
	heddle = READ_ONCE(opts->heddle);
	if (heddle >= ARRAY_SIZE(l->heddles))
		return 0;

	return l->heddles[heddle];
}

__bpf_kfunc int bpf_loom_name(struct loom *l, const char *name, u32 name__sz)
{
	memcpy(l->label, name, name__sz);

	return 0;
}

__bpf_kfunc int bpf_loom_name_ok(struct loom *l, const char *name, u32 name__sz)
{
	if (name__sz > sizeof(l->label))
		return -E2BIG;
	memcpy(l->label, name, name__sz);

	return 0;
}

__bpf_kfunc u64 bpf_loom_length(struct loom *l, u64 wanted)
{
	struct loom_bolt *bolt = loom_find(wanted);

	return bolt->length;
}

__bpf_kfunc u64 bpf_loom_length_ok(struct loom *l, u64 wanted)
{
	struct loom_bolt *bolt = loom_find(wanted);

	if (!bolt)
		return 0;

	return bolt->length;
}

__bpf_kfunc u64 bpf_loom_breaks(struct loom *l, u64 wanted)
{
	struct loom_bolt *bolt = loom_find(wanted);

	return loom_stat_of(bolt);
}

__bpf_kfunc u64 bpf_loom_breaks_ok(struct loom *l, u64 wanted)
{
	struct loom_bolt *bolt = loom_find(wanted);

	return loom_stat_of_ok(bolt);
}

__bpf_kfunc struct loom_stat *bpf_loom_stat_new(struct loom *l)
{
	struct loom_stat *stat = kmalloc(sizeof(*stat), GFP_ATOMIC);

	stat->picks = l->speed;

	return stat;
}

__bpf_kfunc struct loom_stat *bpf_loom_stat_new_ok(struct loom *l)
{
	struct loom_stat *stat = kmalloc(sizeof(*stat), GFP_ATOMIC);

	if (!stat)
		return NULL;
	stat->picks = l->speed;

	return stat;
}

__bpf_kfunc u64 bpf_loom_cpu(struct loom *l, int cpu)
{
	if (cpu >= nr_cpu_ids)
		return 0;

	return per_cpu_ptr(l->stat, cpu)->picks;
}

__bpf_kfunc u64 bpf_loom_cpu_ok(struct loom *l, int cpu)
{
	if (cpu < 0 || cpu >= nr_cpu_ids)
		return 0;

	return per_cpu_ptr(l->stat, cpu)->picks;
}

__bpf_kfunc u64 bpf_loom_opt(struct loom *l, struct loom_bolt *bolt__nullable)
{
	return l->speed + bolt__nullable->length;
}

__bpf_kfunc u64 bpf_loom_opt_ok(struct loom *l, struct loom_bolt *bolt__nullable)
{
	if (!bolt__nullable)
		return l->speed;

	return l->speed + bolt__nullable->length;
}

__bpf_kfunc u32 bpf_loom_speed(struct loom *l)
{
	return l->speed;
}

__bpf_kfunc u32 bpf_loom_speed_ok(struct loom *l)
{
	return l->speed;
}

__bpf_kfunc int bpf_loom_swap(struct loom *l, u32 from, u32 to)
{
	if (from >= LOOM_HEDDLES)
		return -EINVAL;
	swap(l->heddles[from], l->heddles[to]);

	return 0;
}

__bpf_kfunc int bpf_loom_swap_ok(struct loom *l, u32 from, u32 to)
{
	if (from >= LOOM_HEDDLES || to >= LOOM_HEDDLES)
		return -EINVAL;
	swap(l->heddles[from], l->heddles[to]);

	return 0;
}

__bpf_kfunc u64 bpf_loom_mode(struct loom *l, u32 mode)
{
	u32 slot;

	switch (mode) {
	case 0:
		slot = LOOM_PLAIN;
		break;
	case 1:
		slot = LOOM_SATIN;
		break;
	default:
		slot = mode;
		break;
	}

	return l->picks[slot];
}

__bpf_kfunc u64 bpf_loom_mode_ok(struct loom *l, u32 mode)
{
	u32 slot;

	switch (mode) {
	case 0:
		slot = LOOM_PLAIN;
		break;
	case 1:
		slot = LOOM_SATIN;
		break;
	default:
		return 0;
	}

	return l->picks[slot];
}

__bpf_kfunc_end_defs();

BTF_KFUNCS_START(loom_kfuncs)
BTF_ID_FLAGS(func, bpf_loom_picks, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_loom_picks_ok, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_loom_tension, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_loom_tension_ok, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_loom_heddle, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_loom_heddle_ok, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_loom_bit, KF_RCU)
BTF_ID_FLAGS(func, bpf_loom_bit_ok, KF_RCU)
BTF_ID_FLAGS(func, bpf_loom_setup, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_loom_setup_ok, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_loom_drawn, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_loom_drawn_ok, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_loom_name, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_loom_name_ok, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_loom_length, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_loom_length_ok, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_loom_breaks, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_loom_breaks_ok, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_loom_stat_new, KF_TRUSTED_ARGS | KF_RET_NULL)
BTF_ID_FLAGS(func, bpf_loom_stat_new_ok, KF_TRUSTED_ARGS | KF_RET_NULL)
BTF_ID_FLAGS(func, bpf_loom_cpu, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_loom_cpu_ok, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_loom_opt, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_loom_opt_ok, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_loom_speed)
BTF_ID_FLAGS(func, bpf_loom_speed_ok, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_loom_swap, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_loom_swap_ok, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_loom_mode, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_loom_mode_ok, KF_TRUSTED_ARGS)
BTF_KFUNCS_END(loom_kfuncs)

static const struct btf_kfunc_id_set loom_kfunc_set = {
	.owner = THIS_MODULE,
	.set = &loom_kfuncs,
};

static int __init loom_init(void)
{
	return register_btf_kfunc_id_set(BPF_PROG_TYPE_TRACING, &loom_kfunc_set);
}
late_initcall(loom_init);
