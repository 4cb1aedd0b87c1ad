/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Not all of /etc: secrets may lie there as files, and a worker has those of
 * its own stage only. Not all of /usr/bin: a worker runs gnuplot and nothing
 * else. What does not exist on this machine is left out by the kit.
 */
#include "daemon/supervise/worker.h"

#include <string.h>

static const char *const usual_read[] = {
	/* libraries, fonts, zones, programs' own data */
	"/usr",
	"/lib",
	"/lib32",
	"/lib64",
	"/etc/ld.so.cache",
	"/etc/ld.so.preload",
	"/etc/fonts",
	"/etc/gnuplot",
	"/etc/alternatives",
	"/var/cache/fontconfig",
	"/etc/localtime",
	"/etc/timezone",
	"/etc/machine-id",
	/* names of hosts and users */
	"/etc/resolv.conf",
	"/run/systemd/resolve",
	"/run/resolvconf",
	"/run/NetworkManager/resolv.conf",
	"/etc/hosts",
	"/etc/host.conf",
	"/etc/nsswitch.conf",
	"/etc/gai.conf",
	"/etc/services",
	"/etc/protocols",
	"/etc/passwd",
	"/etc/group",
	/* whom TLS trusts; never /etc/ssl/private */
	"/etc/ssl/certs",
	"/etc/ssl/openssl.cnf",
	"/etc/ca-certificates",
	"/etc/pki/tls/certs",
	"/etc/pki/ca-trust",
	"/etc/crypto-policies",
	/* the machine, and itself */
	"/proc",
	"/sys/devices/system/cpu",
	"/dev/zero",
	"/dev/urandom",
	"/dev/random",
	NULL,
};

/* The names are resolved, so that of the alternatives the chosen one runs. */
static const char *const usual_exec[] = {
	"/usr/bin/gnuplot",
	"/usr/local/bin/gnuplot",
	NULL,
};

static const char *const usual_write[] = {
	"/dev/null",
	"/dev/shm",
	NULL,
};

static void
fill(const char **list, const char *const *from)
{
	memset(list, 0, TS_WALL_PATHS * sizeof *list);
	for (size_t i = 0; i < TS_WALL_PATHS - 1 && from[i] != NULL; i++)
		list[i] = from[i];
}

void
ts_wall_usual(struct ts_wall *wall)
{
	fill(wall->read, usual_read);
	fill(wall->exec, usual_exec);
	fill(wall->write, usual_write);
}

bool
ts_wall_add(const char **list, const char *path)
{
	size_t count = 0;

	if (path == NULL || path[0] == '\0')
		return true;
	while (list[count] != NULL)
		count++;
	if (count >= TS_WALL_PATHS - 1)
		return false;
	list[count] = path;
	list[count + 1] = NULL;
	return true;
}
