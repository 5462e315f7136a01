// SPDX-License-Identifier: GPL-2.0-only
/* Indexes, shifts and lengths: what bounds them, and what does not. */
#include <linux/bpf.h>
#include <linux/btf.h>

enum gauge_kind {
	GAUGE_READ,
	GAUGE_WRITE,
	GAUGE_SYNC,
	GAUGE_NR_KINDS,
};

enum gauge_drift {
	GAUGE_FALLING = -1,
	GAUGE_STEADY,
	GAUGE_RISING,
	GAUGE_NR_DRIFTS,
};

struct gauge {
	u64 hits[GAUGE_NR_KINDS];
	u64 drifts[GAUGE_NR_DRIFTS];
	u64 mask;
	char label[32];
};

__bpf_kfunc_start_defs();

__bpf_kfunc u64 bpf_gauge_hits(struct gauge *g, enum gauge_kind kind)
{
	if (kind >= GAUGE_NR_KINDS)
		return 0;

	return g->hits[kind];
}

__bpf_kfunc u64 bpf_gauge_raw(struct gauge *g, enum gauge_kind kind)
{
	return g->hits[kind];
}

__bpf_kfunc u64 bpf_gauge_drift(struct gauge *g, enum gauge_drift drift)
{
	if (drift >= GAUGE_NR_DRIFTS)
		return 0;

	return g->drifts[drift];
}

__bpf_kfunc u64 bpf_gauge_slot(struct gauge *g, int slot)
{
	if (slot < 0 || slot >= GAUGE_NR_KINDS)
		return 0;

	return g->hits[slot];
}

__bpf_kfunc u64 bpf_gauge_half(struct gauge *g, int slot)
{
	if (slot >= GAUGE_NR_KINDS)
		return 0;

	return g->hits[slot];
}

__bpf_kfunc u64 bpf_gauge_edge(struct gauge *g, u32 slot)
{
	if (slot > GAUGE_NR_KINDS)
		return 0;

	return g->hits[slot];
}

static u64 gauge_pick(struct gauge *g, int at)
{
	if (at < 0 || at >= GAUGE_NR_KINDS)
		return 0;
	return g->hits[at];
}

__bpf_kfunc u64 bpf_gauge_pick(struct gauge *g, int at)
{
	return gauge_pick(g, at);
}

static u64 gauge_fetch(struct gauge *g, int at)
{
	return g->hits[at];
}

__bpf_kfunc u64 bpf_gauge_fetch(struct gauge *g, enum gauge_kind kind)
{
	return gauge_fetch(g, kind);
}

__bpf_kfunc bool bpf_gauge_bit(struct gauge *g, u32 bit)
{
	return g->mask & (1ULL << bit);
}

__bpf_kfunc bool bpf_gauge_bit_checked(struct gauge *g, u32 bit)
{
	if (bit >= 64)
		return false;

	return g->mask & (1ULL << bit);
}

__bpf_kfunc u64 bpf_gauge_wrap(struct gauge *g, u32 at)
{
	return g->hits[at % GAUGE_NR_KINDS];
}

__bpf_kfunc u64 bpf_gauge_switch(struct gauge *g, enum gauge_kind kind)
{
	switch (kind) {
	case GAUGE_READ:
	case GAUGE_WRITE:
		break;
	default:
		return 0;
	}

	return g->hits[kind];
}

__bpf_kfunc_end_defs();

BTF_KFUNCS_START(gauge_kfuncs)
BTF_ID_FLAGS(func, bpf_gauge_hits, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_gauge_raw, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_gauge_drift, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_gauge_slot, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_gauge_half, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_gauge_edge, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_gauge_pick, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_gauge_fetch, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_gauge_bit, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_gauge_bit_checked, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_gauge_wrap, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_gauge_switch, KF_TRUSTED_ARGS)
BTF_KFUNCS_END(gauge_kfuncs)

static const struct btf_kfunc_id_set gauge_kfunc_set = {
	.owner = THIS_MODULE,
	.set = &gauge_kfuncs,
};

static int __init gauge_init(void)
{
	return register_btf_kfunc_id_set(BPF_PROG_TYPE_STRUCT_OPS, &gauge_kfunc_set);
}
late_initcall(gauge_init);
