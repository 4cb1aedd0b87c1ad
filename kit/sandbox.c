/* SPDX-License-Identifier: Apache-2.0 */
#include "kit/sandbox.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <tradestat/file.h>

/*
 * Landlock's words, written out: the system header knows as many as its own
 * age allows, the kernel we meet may know more. Numbers are of the kernel's
 * ABI and never change.
 */
enum {
	NR_CREATE_RULESET = 444,
	NR_ADD_RULE = 445,
	NR_RESTRICT_SELF = 446,
	RULE_PATH_BENEATH = 1,
	CREATE_RULESET_VERSION = 1,
};

enum {
	FS_EXECUTE = 1 << 0,
	FS_WRITE_FILE = 1 << 1,
	FS_READ_FILE = 1 << 2,
	FS_READ_DIR = 1 << 3,
	FS_REMOVE_DIR = 1 << 4,
	FS_REMOVE_FILE = 1 << 5,
	FS_MAKE_DIR = 1 << 7,
	FS_MAKE_REG = 1 << 8,
	FS_MAKE_SYM = 1 << 12,
	FS_REFER = 1 << 13,
	FS_TRUNCATE = 1 << 14,
	FS_IOCTL_DEV = 1 << 15,

	FS_ALL_V1 = (1 << 13) - 1,
	FS_ALL_V2 = (1 << 14) - 1, /* with REFER */
	FS_ALL_V3 = (1 << 15) - 1, /* with TRUNCATE */
	FS_ALL_V5 = (1 << 16) - 1, /* with IOCTL_DEV */
	/* what makes sense on something that is not a folder */
	FS_OF_FILE = FS_EXECUTE | FS_WRITE_FILE | FS_READ_FILE | FS_TRUNCATE |
		     FS_IOCTL_DEV,

	NET_ALL = 3,   /* bind and connect of TCP */
	SCOPE_ALL = 3, /* abstract sockets and signals */

	READS = FS_READ_FILE | FS_READ_DIR,
	RUNS = FS_EXECUTE | READS,
	WRITES = READS | FS_WRITE_FILE | FS_REMOVE_FILE | FS_MAKE_REG |
		 FS_TRUNCATE,
	/* a worker keeps a store and publishes by renames across folders */
	KEEPS = WRITES | FS_REMOVE_DIR | FS_MAKE_DIR | FS_MAKE_SYM | FS_REFER,

	/* before it knew REFER, Landlock forbade every such rename */
	WALL_LEAST_ABI = 2,
};

struct ruleset_attr {
	uint64_t fs;
	uint64_t net;    /* from ABI 4 on */
	uint64_t scoped; /* from ABI 6 on */
};

struct beneath_attr {
	uint64_t allowed;
	int32_t parent_fd;
} __attribute__((packed));

static uint64_t
fs_rights(long abi)
{
	if (abi >= 5)
		return FS_ALL_V5;
	if (abi >= 3)
		return FS_ALL_V3;
	return abi == 2 ? FS_ALL_V2 : FS_ALL_V1;
}

static size_t
attr_size(long abi)
{
	if (abi >= 6)
		return sizeof(struct ruleset_attr);
	return abi >= 4 ? offsetof(struct ruleset_attr, scoped)
			: offsetof(struct ruleset_attr, net);
}

static enum ts_status
allow(int ruleset, uint64_t handled, const char *path, uint64_t rights,
      struct ts_err *err)
{
	TS_AUTO_FD fd = open(path, O_PATH | O_CLOEXEC);
	struct beneath_attr rule = { .parent_fd = fd };
	struct stat st;

	if (fd < 0 && (errno == ENOENT || errno == ENOTDIR))
		return TS_OK;
	if (fd < 0 || fstat(fd, &st) != 0)
		return ts_fail_errno(err, errno, "sandbox: %s", path);
	rule.allowed = rights & handled;
	if (!S_ISDIR(st.st_mode))
		rule.allowed &= FS_OF_FILE;
	if (syscall(NR_ADD_RULE, ruleset, RULE_PATH_BENEATH, &rule, 0) != 0)
		return ts_fail_errno(err, errno, "sandbox: %s", path);
	return TS_OK;
}

static enum ts_status
allow_all(int ruleset, uint64_t handled, const char *const *paths,
	  uint64_t rights, struct ts_err *err)
{
	for (; paths != NULL && *paths != NULL; paths++)
		if (allow(ruleset, handled, *paths, rights, err) != TS_OK)
			return err->status;
	return TS_OK;
}

/* The loader that our own program names: the child's is the same file. */
static int
find_loader(struct dl_phdr_info *info, size_t size, void *ctx)
{
	const char **loader = ctx;

	(void)size;
	for (int i = 0; i < info->dlpi_phnum; i++)
		if (info->dlpi_phdr[i].p_type == PT_INTERP)
			*loader = (const char *)(info->dlpi_addr +
						 info->dlpi_phdr[i].p_vaddr);
	return 1; /* only the first object, the program */
}

enum ts_status
ts_sandbox_prepare(const struct ts_spawn *spawn, struct ts_sandbox *out,
		   struct ts_err *err)
{
	long abi = syscall(NR_CREATE_RULESET, NULL, 0, CREATE_RULESET_VERSION);
	const bool wall = !spawn->sandbox;
	struct ruleset_attr attr = { .fs = fs_rights(abi) };
	const char *always[] = { spawn->argv[0], NULL, NULL };
	int fd;

	*out = (struct ts_sandbox){ .parent = getpid(),
				    .ruleset_fd = -1,
				    .wall = wall };
	if (abi < (wall ? WALL_LEAST_ABI : 1))
		return TS_OK;
	/* a worker fetches, and ends the children that it started */
	attr.net = wall ? 0 : NET_ALL;
	attr.scoped = wall ? 0 : SCOPE_ALL;
	fd = (int)syscall(NR_CREATE_RULESET, &attr, attr_size(abi), 0);
	if (fd < 0)
		return ts_fail_errno(err, errno, "sandbox: make a ruleset");
	dl_iterate_phdr(find_loader, &always[1]);
	if (allow_all(fd, attr.fs, always, RUNS, err) != TS_OK ||
	    allow_all(fd, attr.fs, spawn->exec_paths, RUNS, err) != TS_OK ||
	    allow_all(fd, attr.fs, spawn->read_paths, READS, err) != TS_OK ||
	    allow_all(fd, attr.fs, spawn->write_paths, wall ? KEEPS : WRITES,
		      err) != TS_OK) {
		ts_close(&fd);
		return err->status;
	}
	out->ruleset_fd = fd;
	return TS_OK;
}

void
ts_sandbox_discard(struct ts_sandbox *sandbox)
{
	if (sandbox->ruleset_fd >= 0)
		ts_close(&sandbox->ruleset_fd);
	sandbox->ruleset_fd = -1;
}

/* ---- seccomp ------------------------------------------------------------ */

#if defined(__x86_64__)
#define OUR_ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define OUR_ARCH AUDIT_ARCH_AARCH64
#endif

#ifdef OUR_ARCH
#define LOAD(field)                                                            \
	BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field))
#define RETURN(value) BPF_STMT(BPF_RET | BPF_K, (value))
#define DENY RETURN(SECCOMP_RET_ERRNO | EPERM)
/* One call, denied: the accumulator holds its number before and after. */
#define DENY_CALL(name)                                                        \
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_##name, 0, 1), DENY

/* Low half of an argument; both machines above are little endian. */
#define LOAD_ARG(n) LOAD(args[n])

/*
 * No new process (threads are needed: Pango starts some), no socket, no look
 * into other processes, no way around the filter (io_uring) and nothing that
 * only an administrator's program wants. execve stays: the program itself is
 * started through it, and afterwards Landlock lets nothing else be executed.
 */
static const struct sock_filter call_filter[] = {
	LOAD(arch),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, OUR_ARCH, 1, 0),
	RETURN(SECCOMP_RET_KILL_PROCESS),
	LOAD(nr),
#if defined(__x86_64__)
	/* the x32 calls have numbers of their own */
	BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, 0x40000000, 0, 1),
	DENY,
	DENY_CALL(fork),
	DENY_CALL(vfork),
#endif
	/* glibc then falls back to clone, whose flags can be read */
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_clone3, 0, 1),
	RETURN(SECCOMP_RET_ERRNO | ENOSYS),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_clone, 0, 4),
	LOAD_ARG(0),
	BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, CLONE_THREAD, 1, 0),
	DENY,
	RETURN(SECCOMP_RET_ALLOW),
	DENY_CALL(execveat),
	DENY_CALL(socket),
	DENY_CALL(socketpair),
	DENY_CALL(connect),
	DENY_CALL(bind),
	DENY_CALL(listen),
	DENY_CALL(accept),
	DENY_CALL(accept4),
	DENY_CALL(ptrace),
	DENY_CALL(process_vm_readv),
	DENY_CALL(process_vm_writev),
	DENY_CALL(kcmp),
	DENY_CALL(kill),
	DENY_CALL(tkill),
	DENY_CALL(rt_sigqueueinfo),
	DENY_CALL(rt_tgsigqueueinfo),
	DENY_CALL(pidfd_open),
	DENY_CALL(pidfd_getfd),
	DENY_CALL(pidfd_send_signal),
	DENY_CALL(setsid),
	DENY_CALL(setpgid),
	DENY_CALL(mount),
	DENY_CALL(umount2),
	DENY_CALL(pivot_root),
	DENY_CALL(chroot),
	DENY_CALL(unshare),
	DENY_CALL(setns),
	DENY_CALL(bpf),
	DENY_CALL(perf_event_open),
	DENY_CALL(userfaultfd),
	DENY_CALL(io_uring_setup),
	DENY_CALL(io_uring_enter),
	DENY_CALL(io_uring_register),
	DENY_CALL(add_key),
	DENY_CALL(request_key),
	DENY_CALL(keyctl),
	DENY_CALL(memfd_create),
	DENY_CALL(name_to_handle_at),
	DENY_CALL(open_by_handle_at),
	DENY_CALL(init_module),
	DENY_CALL(finit_module),
	DENY_CALL(delete_module),
	DENY_CALL(kexec_load),
	DENY_CALL(reboot),
	RETURN(SECCOMP_RET_ALLOW),
};

static bool
enter_seccomp(void)
{
	const struct sock_fprog program = {
		.len = sizeof call_filter / sizeof call_filter[0],
		.filter = (struct sock_filter *)(uintptr_t)call_filter,
	};

	return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0) == 0;
}
#else
static bool
enter_seccomp(void)
{
	return false; /* no filter written for this machine */
}
#endif

int
ts_sandbox_enter(const struct ts_sandbox *sandbox, bool *landlock,
		 bool *seccomp)
{
	if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) != 0)
		return errno;
	/* the parent may have gone before the line above was read */
	if (getppid() != sandbox->parent)
		return ESRCH;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		return errno;
	*landlock = sandbox->ruleset_fd >= 0 &&
		    syscall(NR_RESTRICT_SELF, sandbox->ruleset_fd, 0) == 0;
	*seccomp = !sandbox->wall && enter_seccomp();
	return 0;
}
