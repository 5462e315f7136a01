// SPDX-License-Identifier: GPL-2.0-only
/* Pointers: arguments, look-ups, allocations, and names that hold first one and then another. */
#include <linux/bpf.h>
#include <linux/btf.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>

struct node_stats {
	u64 seen;
};

struct node {
	struct node __rcu *parent;
	struct node_stats *stats;
	u32 depth;
	u32 flags;
};

static struct node *node_root;

__bpf_kfunc_start_defs();

__bpf_kfunc u32 bpf_node_depth(struct node *n)
{
	return n->depth;
}

__bpf_kfunc u32 bpf_node_depth_rcu(struct node *n)
{
	return n->depth;
}

__bpf_kfunc u32 bpf_node_depth_any(struct node *n)
{
	return n->depth;
}

__bpf_kfunc u32 bpf_node_depth_opt(struct node *n__nullable)
{
	return n__nullable->depth;
}

__bpf_kfunc u32 bpf_node_depth_opt_checked(struct node *n__nullable)
{
	if (!n__nullable)
		return 0;

	return n__nullable->depth;
}

__bpf_kfunc u32 bpf_node_parent_depth(struct node *n)
{
	u32 depth = n->depth;

	rcu_read_lock();
	n = rcu_dereference(n->parent);
	if (n)
		depth = n->depth;
	rcu_read_unlock();

	return depth;
}

__bpf_kfunc u32 bpf_node_parent_flags(struct node *n)
{
	u32 flags;

	rcu_read_lock();
	n = rcu_dereference(n->parent);
	flags = n->flags;
	rcu_read_unlock();

	return flags;
}

__bpf_kfunc struct node_stats *bpf_node_stats_new(struct node *n)
{
	struct node_stats *stats;

	stats = kzalloc(sizeof(*stats), GFP_ATOMIC);
	stats->seen = n->depth;

	return stats;
}

__bpf_kfunc struct node_stats *bpf_node_stats_dup(struct node *n)
{
	struct node_stats *stats;

	stats = kzalloc(sizeof(*stats), GFP_ATOMIC);
	if (!stats)
		return NULL;
	stats->seen = n->depth;

	return stats;
}

__bpf_kfunc u64 bpf_node_seen(struct node *n)
{
	return n->stats->seen;
}

__bpf_kfunc u32 bpf_node_root_depth(void)
{
	if (!node_root)
		return 0;

	return node_root->depth;
}

static u32 node_flags(struct node *n)
{
	return n->flags;
}

__bpf_kfunc u32 bpf_node_flags(struct node *n)
{
	return node_flags(n);
}

__bpf_kfunc u32 bpf_node_late_check(struct node *n)
{
	u32 depth = n->depth;

	if (!n)
		return 0;

	return depth + n->flags;
}

__bpf_kfunc_end_defs();

BTF_KFUNCS_START(node_kfuncs)
BTF_ID_FLAGS(func, bpf_node_depth, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_node_depth_rcu, KF_RCU)
BTF_ID_FLAGS(func, bpf_node_depth_any)
BTF_ID_FLAGS(func, bpf_node_depth_opt, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_node_depth_opt_checked, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_node_parent_depth, KF_RCU)
BTF_ID_FLAGS(func, bpf_node_parent_flags, KF_RCU)
BTF_ID_FLAGS(func, bpf_node_stats_new, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_node_stats_dup, KF_TRUSTED_ARGS | KF_RET_NULL)
BTF_ID_FLAGS(func, bpf_node_seen, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_node_root_depth)
BTF_ID_FLAGS(func, bpf_node_flags, KF_RCU)
BTF_ID_FLAGS(func, bpf_node_late_check)
BTF_KFUNCS_END(node_kfuncs)

static const struct btf_kfunc_id_set node_kfunc_set = {
	.owner = THIS_MODULE,
	.set = &node_kfuncs,
};

static int __init node_init(void)
{
	return register_btf_kfunc_id_set(BPF_PROG_TYPE_SCHED_CLS, &node_kfunc_set);
}
late_initcall(node_init);
