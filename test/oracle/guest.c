// SPDX-License-Identifier: MIT
/*
 * The only process of an oracle's virtual machine. Reads /job (written by job.ts), loads modules, makes maps, loads every program and reports each
 * verdict on the second serial port. Knows nothing of what the programs mean.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <termios.h>
#include <unistd.h>

static const uint8_t *at; /* the job, read from front to back */
static int fds[256], nfds = 1;
static char text[1 << 20];
static FILE *out;

static uint32_t u32(void) { uint32_t v; memcpy(&v, at, 4); at += 4; return v; }
static const void *bytes(uint32_t n) { const void *p = at; at += (n + 3) & ~3u; return p; }
static long bpf(int cmd, union bpf_attr *attr) { return syscall(__NR_bpf, cmd, attr, sizeof *attr); }

/* The file descriptor of the BTF that belongs to a module. */
static int btf_of_module(const char *name)
{
	union bpf_attr next = { .start_id = 0 };

	while (!bpf(BPF_BTF_GET_NEXT_ID, &next)) {
		char found[64] = "";
		struct bpf_btf_info info = { .name = (uintptr_t)found, .name_len = sizeof found };
		union bpf_attr open = { .btf_id = next.next_id }, ask;
		int fd = bpf(BPF_BTF_GET_FD_BY_ID, &open);

		next.start_id = next.next_id;
		if (fd < 0)
			continue;
		memset(&ask, 0, sizeof ask);
		ask.info.bpf_fd = fd;
		ask.info.info_len = sizeof info;
		ask.info.info = (uintptr_t)&info;
		if (!bpf(BPF_OBJ_GET_INFO_BY_FD, &ask) && !strcmp(found, name))
			return fd;
		close(fd);
	}
	return -1;
}

/* 0 or an error number. The kernel is told to overlook versions: the module has none. */
static int load_module(const char **name)
{
	uint32_t size;
	int fd, error = 0;

	*name = bytes(u32());
	size = u32();
	fd = memfd_create(*name, 0);
	if (write(fd, bytes(size), size) != (ssize_t)size || syscall(__NR_finit_module, fd, "", 3))
		error = errno;
	close(fd);
	return error;
}

static void load_modules(void)
{
	for (uint32_t n = u32(); n; n--) {
		const char *name;
		int error = load_module(&name);

		if (error)
			printf("module %s: %s\n", name, strerror(error));
		fds[nfds++] = btf_of_module(name);
		if (fds[nfds - 1] < 0)
			printf("module %s: no BTF\n", name);
	}
}

static int load_btf(void)
{
	uint32_t size = u32();
	union bpf_attr attr = { .btf = (uintptr_t)bytes(size), .btf_size = size };
	int fd;

	if (!size)
		return 0;
	attr.btf_log_buf = (uintptr_t)text;
	attr.btf_log_size = sizeof text;
	attr.btf_log_level = 1;
	fd = bpf(BPF_BTF_LOAD, &attr);
	if (fd < 0)
		printf("btf: %s: %.200s\n", strerror(errno), text);
	return fd < 0 ? 0 : fd;
}

static void make_maps(void)
{
	for (uint32_t n = u32(); n; n--) {
		union bpf_attr attr = {}, set = {};
		uint32_t key = 0, size, freeze;
		int fd;

		attr.map_type = u32();
		attr.key_size = u32();
		attr.value_size = u32();
		attr.max_entries = u32();
		attr.map_flags = u32();
		attr.map_extra = (uint64_t)u32() << 12;
		attr.btf_key_type_id = u32();
		attr.btf_value_type_id = u32();
		attr.btf_fd = load_btf();
		if (!attr.btf_fd)
			attr.btf_key_type_id = attr.btf_value_type_id = 0;
		fd = bpf(BPF_MAP_CREATE, &attr);
		if (fd < 0)
			printf("map %d: %s\n", nfds, strerror(errno));
		fds[nfds++] = fd;
		size = u32();
		set.map_fd = fd;
		set.key = (uintptr_t)&key;
		set.value = (uintptr_t)bytes(size);
		if (size && bpf(BPF_MAP_UPDATE_ELEM, &set))
			printf("map %d: value: %s\n", nfds - 1, strerror(errno));
		freeze = u32();
		memset(&set, 0, sizeof set);
		set.map_fd = fd;
		if (freeze && bpf(BPF_MAP_FREEZE, &set))
			printf("map %d: freeze: %s\n", nfds - 1, strerror(errno));
	}
}

/* Serial ports are slow: every message is sent once, with the number that stands for it from then on. */
static int number_of(const char *message)
{
	static char *known[1 << 14];
	static int count;
	uint32_t hash = 5381;

	for (const char *c = message; *c; c++)
		hash = hash * 33 + (uint8_t)*c;
	for (hash &= (1 << 14) - 1; known[hash]; hash = (hash + 1) & ((1 << 14) - 1))
		if (!strcmp(known[hash], message))
			return hash;
	if (count++ > 12000)
		return -1;
	known[hash] = strdup(message);
	fprintf(out, "m %u\t%s\n", hash, message);
	return hash;
}

/* The last instruction that the verifier came to, and the first thing that it said there. */
static void report_refusal(int error)
{
	char *save, *said = "", insn[128] = "";

	for (char *l = strtok_r(text, "\n", &save); l; l = strtok_r(NULL, "\n", &save)) {
		char *end;

		(void)strtol(l, &end, 10);
		if (!strncmp(l, "processed ", 10) || !strncmp(l, "verification time", 17))
			break;
		if (end != l && !strncmp(end, ": (", 3)) {
			snprintf(insn, sizeof insn, "%s", end + 2);
			said = "";
		} else if (!*said) {
			said = l;
		}
	}
	if (strlen(said) > 160)
		said[160] = 0;
	insn[strcspn(insn, "#")] = 0;
	error = error > 4095 ? 0 : error;
	fprintf(out, "r %d %d %d\n", error, number_of(insn), number_of(said));
}

static void run_program(int fd)
{
	char context[64] = "";
	union bpf_attr attr = {};

	attr.test.prog_fd = fd;
	attr.test.ctx_in = (uintptr_t)context;
	attr.test.ctx_size_in = sizeof context;
	if (bpf(BPF_PROG_TEST_RUN, &attr))
		fprintf(out, "a e%d\n", errno);
	else
		fprintf(out, "a %u\n", attr.test.retval);
}

static void load_programs(int btf)
{
	uint32_t n = u32(), total = n;

	for (; n; n--) {
		union bpf_attr attr = {};
		uint32_t run, functions, error;
		int fd;

		attr.prog_type = u32();
		attr.expected_attach_type = u32();
		attr.attach_btf_id = u32();
		attr.prog_flags = u32();
		run = u32();
		functions = u32();
		attr.insn_cnt = u32();
		attr.insns = (uintptr_t)bytes(attr.insn_cnt * 8);
		attr.func_info = (uintptr_t)bytes(functions * 8);
		if (functions) {
			attr.prog_btf_fd = btf;
			attr.func_info_cnt = functions;
			attr.func_info_rec_size = 8;
		}
		attr.license = (uintptr_t)"GPL";
		attr.fd_array = (uintptr_t)fds;
		text[0] = 0;
		attr.log_level = 1;
		attr.log_buf = (uintptr_t)text;
		attr.log_size = sizeof text;
		fd = bpf(BPF_PROG_LOAD, &attr);
		error = errno;
		if (fd < 0)
			report_refusal(error);
		else if (run)
			run_program(fd);
		else
			fputs("a\n", out);
		if (fd >= 0)
			close(fd);
		if ((total - n) % 500 == 0)
			printf("done %u of %u\n", total - n, total);
	}
}

static void try_modules(void)
{
	for (uint32_t n = u32(); n; n--) {
		const char *name;

		fprintf(out, "t %d\n", load_module(&name));
	}
}

int main(void)
{
	struct termios raw;
	struct stat st;
	int job, btf;
	uint8_t *all;

	mount("dev", "/dev", "devtmpfs", 0, "");
	dup2(open("/dev/console", O_RDWR), 1);
	setvbuf(stdout, NULL, _IOLBF, 0);
	out = fopen("/dev/ttyS1", "w");
	tcgetattr(fileno(out), &raw);
	cfmakeraw(&raw);
	setvbuf(out, NULL, _IOFBF, 1 << 20);
	tcsetattr(fileno(out), TCSANOW, &raw);
	job = open("/job", O_RDONLY);
	fstat(job, &st);
	at = all = malloc(st.st_size);
	for (ssize_t got, have = 0; have < st.st_size && (got = read(job, all + have, st.st_size - have)) > 0;)
		have += got;
	load_modules();
	make_maps();
	btf = load_btf();
	load_programs(btf);
	try_modules();
	fclose(out);
	puts("finished");
	sync();
	reboot(RB_POWER_OFF);
	return 0;
}
