/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SAMPLE_MEMCONTROL_H
#define SAMPLE_MEMCONTROL_H

#include <linux/page_counter.h>

#define SAMPLE_BATCH 64U

enum vm_event_item {
	SAMPLE_PGFAULT,
	SAMPLE_PGMAJFAULT,
	SAMPLE_PGREFILL = SAMPLE_PGMAJFAULT + 3,
	NR_VM_EVENT_ITEMS,
};

typedef unsigned long sample_count_t;

struct mem_cgroup {
	struct page_counter memory;
	struct mem_cgroup *parent;
	sample_count_t counts[NR_VM_EVENT_ITEMS];
	unsigned int is_dying : 1;
};

unsigned long memcg_events(struct mem_cgroup *memcg, int event);

#ifdef CONFIG_SAMPLE
static inline struct mem_cgroup *parent_of(struct mem_cgroup *memcg)
{
	return memcg->parent;
}
#else
static inline struct mem_cgroup *parent_of(struct mem_cgroup *memcg)
{
	return NULL;
}
#endif

#endif
