// SPDX-License-Identifier: GPL-2.0
struct obj { struct obj *next; int n; };
struct plain { u32 a; u32 b; };
__bpf_kfunc int bpf_vat_1(const char *name__str)
{
	return strlen(name__str);
}
__bpf_kfunc int bpf_vat_2(struct plain *cfg)
{
	return cfg->a;
}
__bpf_kfunc int bpf_vat_3(void *buf, u32 buf__sz)
{
	return *(u8 *)buf;
}
__bpf_kfunc int bpf_vat_4(struct bpf_dynptr *dp)
{
	return dp->size;
}
__bpf_kfunc int bpf_vat_5(u32 *out)
{
	return *out;
}
__bpf_kfunc int bpf_vat_6(struct obj *o)
{
	return o->n;
}
__bpf_kfunc int bpf_vat_7(struct plain *cfg, u32 cfg__sz)
{
	return cfg->a;
}
BTF_KFUNCS_START(vat_ids)
BTF_ID_FLAGS(func, bpf_vat_1, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_vat_2, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_vat_3, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_vat_4, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_vat_5, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_vat_6, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_vat_7, KF_TRUSTED_ARGS)
BTF_KFUNCS_END(vat_ids)
static const struct btf_kfunc_id_set vat_set = { .owner = THIS_MODULE, .set = &vat_ids };
static int __init vat_init(void)
{
	return register_btf_kfunc_id_set(BPF_PROG_TYPE_TRACING, &vat_set);
}
late_initcall(vat_init);
