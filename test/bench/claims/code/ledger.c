// SPDX-License-Identifier: GPL-2.0-only
/* Numbers and memory: which number, which bound, which place. */
#include <linux/bpf.h>
#include <linux/btf.h>
#include <linux/string.h>

#define LEDGER_ROWS 8

struct ledger_head {
	u32 kind;
	u32 len;
	u64 sum;
};

struct ledger {
	u64 rows[LEDGER_ROWS];
	u32 at;
	u32 used;
	char title[16];
	u64 mask;
	struct ledger *next;
};

__bpf_kfunc_start_defs();

__bpf_kfunc u64 bpf_ledger_twice(struct ledger *l, u32 row)
{
	u64 sum = 0;

	if (row < LEDGER_ROWS)
		sum = l->rows[row];

	return sum + l->rows[row];
}

__bpf_kfunc u64 bpf_ledger_after(struct ledger *l, u32 row)
{
	if (row >= LEDGER_ROWS)
		return 0;

	return l->rows[row + 1];
}

__bpf_kfunc u64 bpf_ledger_before(struct ledger *l, u32 row)
{
	if (row >= LEDGER_ROWS)
		return 0;

	return l->rows[row - 1];
}

__bpf_kfunc u64 bpf_ledger_at(struct ledger *l, u32 row)
{
	if (row >= LEDGER_ROWS)
		return 0;

	return l->rows[row] + l->rows[l->at];
}

__bpf_kfunc u64 bpf_ledger_flag(struct ledger *l, u32 bit)
{
	if (bit >= 64)
		return 0;

	return l->mask & (1 << bit);
}

__bpf_kfunc u64 bpf_ledger_flag_wide(struct ledger *l, u32 bit)
{
	if (bit >= 64)
		return 0;

	return l->mask & (1ULL << bit);
}

__bpf_kfunc u64 bpf_ledger_narrow(struct ledger *l, u64 row)
{
	u32 low = row;

	if (low >= LEDGER_ROWS)
		return 0;

	return l->rows[row];
}

__bpf_kfunc u64 bpf_ledger_narrowed(struct ledger *l, u64 row)
{
	u32 low = row;

	if (low >= LEDGER_ROWS)
		return 0;

	return l->rows[low];
}

__bpf_kfunc u64 bpf_ledger_by_ref(struct ledger *l, u32 *row)
{
	if (*row >= LEDGER_ROWS)
		return 0;

	return l->rows[*row];
}

__bpf_kfunc u64 bpf_ledger_other(struct ledger *l, u32 row, u32 col)
{
	if (row >= LEDGER_ROWS)
		return 0;

	return l->rows[row] + l->rows[col];
}

__bpf_kfunc u64 bpf_ledger_loop(struct ledger *l, u32 rows)
{
	u64 sum = 0;
	u32 i;

	for (i = 0; i < rows; i++)
		sum += l->rows[i];

	return sum;
}

__bpf_kfunc u64 bpf_ledger_loop_min(struct ledger *l, u32 rows)
{
	u64 sum = 0;
	u32 i;

	for (i = 0; i < rows && i < LEDGER_ROWS; i++)
		sum += l->rows[i];

	return sum;
}

__bpf_kfunc int bpf_ledger_title(struct ledger *l, const void *title, u32 title__sz)
{
	memcpy(l->title, title, title__sz);
	return 0;
}

__bpf_kfunc int bpf_ledger_title_checked(struct ledger *l, const void *title, u32 title__sz)
{
	if (title__sz > sizeof(l->title))
		return -E2BIG;

	memcpy(l->title, title, title__sz);
	return 0;
}

__bpf_kfunc u64 bpf_ledger_head(const void *head, u32 head__sz)
{
	const struct ledger_head *h = head;

	return h->sum;
}

__bpf_kfunc u64 bpf_ledger_head_checked(const void *head, u32 head__sz)
{
	const struct ledger_head *h = head;

	if (head__sz < sizeof(*h))
		return 0;

	return h->sum;
}

__bpf_kfunc u64 bpf_ledger_head_part(const void *head, u32 head__sz)
{
	const struct ledger_head *h = head;

	if (head__sz < sizeof(h->kind))
		return 0;

	return h->sum;
}

__bpf_kfunc u64 bpf_ledger_name(struct ledger *l, const char *name)
{
	return strlen(name) + l->used;
}

__bpf_kfunc u64 bpf_ledger_signed(struct ledger *l, s64 row)
{
	if (row >= LEDGER_ROWS)
		return 0;

	return l->rows[row];
}

__bpf_kfunc u64 bpf_ledger_const(struct ledger *l, u32 row__k)
{
	return l->rows[row__k];
}

__bpf_kfunc_end_defs();

BTF_KFUNCS_START(ledger_kfuncs)
BTF_ID_FLAGS(func, bpf_ledger_twice, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_ledger_after, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_ledger_before, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_ledger_at, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_ledger_flag, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_ledger_flag_wide, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_ledger_narrow, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_ledger_narrowed, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_ledger_by_ref, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_ledger_other, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_ledger_loop, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_ledger_loop_min, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_ledger_title, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_ledger_title_checked, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_ledger_head, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_ledger_head_checked, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_ledger_head_part, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_ledger_name, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_ledger_signed, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_ledger_const, KF_TRUSTED_ARGS)
BTF_KFUNCS_END(ledger_kfuncs)

static const struct btf_kfunc_id_set ledger_kfunc_set = {
	.owner = THIS_MODULE,
	.set = &ledger_kfuncs,
};

static int __init ledger_init(void)
{
	return register_btf_kfunc_id_set(BPF_PROG_TYPE_TRACING, &ledger_kfunc_set);
}
late_initcall(ledger_init);
