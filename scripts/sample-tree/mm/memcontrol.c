// SPDX-License-Identifier: GPL-2.0-only
#include <linux/memcontrol.h>
#include <linux/btf.h>

static const unsigned int shown_events[] = { SAMPLE_PGFAULT, SAMPLE_PGREFILL };
static signed char index_of[NR_VM_EVENT_ITEMS];

static void count_indices(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(shown_events); i++)
		index_of[shown_events[i]] = i + 1;
}

static int memcg_events_index(enum vm_event_item idx)
{
	switch (idx) {
	case SAMPLE_PGFAULT:
		return 0;
	default:
		break;
	}
	return index_of[idx] - 1;
}

unsigned long memcg_events(struct mem_cgroup *memcg, int event)
{
	int i = memcg_events_index(event);

	if (i < 0 || WARN_ONCE(i > SAMPLE_BATCH, "%d is no event\n", i))
		return 0;
	return READ_ONCE(memcg->counts[i]);
}

__bpf_kfunc_start_defs();

/* The events of the parent. */
__bpf_kfunc unsigned long bpf_sample_events(struct mem_cgroup *memcg, enum vm_event_item event, void *to, size_t to__sz)
{
	struct mem_cgroup *parent = parent_of(memcg);
	unsigned long found;

	if (!parent)
		goto none;
	found = memcg_events(parent, event);
	if (to__sz >= sizeof(found))
		memcpy(to, &found, sizeof(found));
	return found;
none:
	return 0;
}

__bpf_kfunc struct mem_cgroup *bpf_sample_get(struct mem_cgroup *memcg)
{
	return parent_of(memcg);
}

__bpf_kfunc_end_defs();

BTF_KFUNCS_START(sample_ids)
BTF_ID_FLAGS(func, bpf_sample_events, KF_TRUSTED_ARGS | KF_RCU)
BTF_ID_FLAGS(func, bpf_sample_get, KF_ACQUIRE | KF_RET_NULL)
BTF_KFUNCS_END(sample_ids)

static const struct btf_kfunc_id_set sample_set = {
	.owner = THIS_MODULE,
	.set = &sample_ids,
};

static int __init sample_init(void)
{
	count_indices();
	return register_btf_kfunc_id_set(BPF_PROG_TYPE_SCHED_CLS, &sample_set);
}
late_initcall(sample_init);
