/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SAMPLE_PAGE_COUNTER_H
#define SAMPLE_PAGE_COUNTER_H

#define READ_ONCE(x) (*(const volatile typeof(x) *)&(x))

struct page_counter {
	long usage;
	unsigned long max;
};

static inline unsigned long page_counter_read(struct page_counter *counter)
{
	return READ_ONCE(counter->usage);
}

#endif
