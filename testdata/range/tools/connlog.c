/*
 * The range's host sensor: preloaded into every client, it writes one JSON
 * line per connect() with the process behind it and the address of both ends,
 * and one line with the images the process has mapped. Polling /proc from
 * outside would miss the processes that live for a few milliseconds.
 *
 * CONNLOG_FILE   file the lines are appended to
 * CONNLOG_ACTION name of the action that started the process
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

/* One line is built at a time, whatever the number of threads. */
static pthread_mutex_t building = PTHREAD_MUTEX_INITIALIZER;

/* Kept from the start: some servers empty their environment, leave for a
 * folder without /proc, or both. */
static char file[4096], action[256], exe[4096], cmdline[32768];
static ssize_t cmdline_len;
static int kept = -1;

struct line {
	char s[65536];
	size_t n;
};

static void raw(struct line *l, const char *s)
{
	size_t k = strlen(s);
	if (l->n + k < sizeof l->s - 8) {
		memcpy(l->s + l->n, s, k);
		l->n += k;
	}
}

static void text(struct line *l, const char *s, size_t k)
{
	char b[8];
	raw(l, "\"");
	for (size_t i = 0; i < k; i++) {
		unsigned char c = s[i];
		if (c == '"' || c == '\\' || c < 0x20)
			snprintf(b, sizeof b, "\\u%04x", c);
		else
			b[0] = c, b[1] = 0;
		raw(l, b);
	}
	raw(l, "\"");
}

static void key_text(struct line *l, const char *key, const char *s, size_t k)
{
	raw(l, ",\"");
	raw(l, key);
	raw(l, "\":");
	text(l, s, k);
}

static void key_num(struct line *l, const char *key, long long v)
{
	char b[64];
	snprintf(b, sizeof b, ",\"%s\":%lld", key, v);
	raw(l, b);
}

static long long now(clockid_t c)
{
	struct timespec t;
	clock_gettime(c, &t);
	return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static size_t slurp(const char *path, char *b, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	size_t n = 0;
	ssize_t k;
	if (fd < 0)
		return 0;
	while (n < size - 1 && (k = read(fd, b + n, size - 1 - n)) > 0)
		n += k;
	close(fd);
	b[n] = 0;
	return n;
}

/* Start of a process on the wall clock; /proc counts in ticks since boot. */
static long long created(const char *stat_path)
{
	char b[2048], *p;
	unsigned long long ticks = 0;
	if (!slurp(stat_path, b, sizeof b) || !(p = strrchr(b, ')')))
		return 0;
	for (int field = 2; field < 22 && p; field++)
		p = strchr(p + 1, ' ');
	if (p)
		ticks = strtoull(p + 1, NULL, 10);
	return now(CLOCK_REALTIME) - now(CLOCK_BOOTTIME) +
	       (long long)ticks * (1000000000LL / sysconf(_SC_CLK_TCK));
}

static void begin(struct line *l, const char *event)
{
	char b[4096];
	long long start = created("/proc/self/stat");
	ssize_t k;
	l->n = 0;
	raw(l, "{\"event\":\"");
	raw(l, event);
	raw(l, "\"");
	key_num(l, "time_ns", now(CLOCK_REALTIME));
	key_text(l, "action", action, strlen(action));
	key_num(l, "pid", getpid());
	key_num(l, "uid", getuid());
	if (start)
		key_num(l, "created_ns", start);
	key_text(l, "exe", exe, strlen(exe));
	key_text(l, "cmdline", cmdline, cmdline_len > 0 ? cmdline_len - 1 : 0);
	if (getppid() > 0) {
		char path[64];
		key_num(l, "parent_pid", getppid());
		snprintf(path, sizeof path, "/proc/%d/exe", getppid());
		k = readlink(path, b, sizeof b);
		key_text(l, "parent_exe", b, k > 0 ? k : 0);
		snprintf(path, sizeof path, "/proc/%d/stat", getppid());
		key_num(l, "parent_created_ns", created(path));
	}
}

static void end(struct line *l)
{
	int fd;
	raw(l, "}\n");
	fd = open(file, O_WRONLY | O_APPEND | O_CLOEXEC);
	if (write(fd >= 0 ? fd : kept, l->s, l->n) < 0) { /* nobody to tell */ }
	if (fd >= 0)
		close(fd);
}

/* Loaded libraries are there before constructors run; those a program opens
 * later are seen when it ends. */
static void images(void)
{
	static struct line l;
	static char maps[262144];
	char *save, *row, last[4096] = "";
	const char *comma = "";
	begin(&l, "images");
	slurp("/proc/self/maps", maps, sizeof maps);
	raw(&l, ",\"paths\":[");
	for (row = strtok_r(maps, "\n", &save); row; row = strtok_r(NULL, "\n", &save)) {
		char *path = strchr(row, '/');
		/* second field holds the permissions: keep code only */
		char *perm = strchr(row, ' ');
		if (!path || !perm || perm[3] != 'x' || !strcmp(path, last))
			continue;
		snprintf(last, sizeof last, "%s", path);
		raw(&l, comma);
		text(&l, path, strlen(path));
		comma = ",";
	}
	raw(&l, "]");
	end(&l);
}

__attribute__((constructor)) static void at_start(void)
{
	const char *f = getenv("CONNLOG_FILE"), *a = getenv("CONNLOG_ACTION");
	snprintf(file, sizeof file, "%s", f ? f : "/dev/null");
	snprintf(action, sizeof action, "%s", a ? a : "");
	if (readlink("/proc/self/exe", exe, sizeof exe - 1) < 0)
		exe[0] = 0;
	cmdline_len = slurp("/proc/self/cmdline", cmdline, sizeof cmdline);
	/* Far from the numbers programs use. */
	kept = open(file, O_WRONLY | O_APPEND | O_CLOEXEC);
	if (kept >= 0) {
		int high = fcntl(kept, F_DUPFD_CLOEXEC, 900);
		close(kept);
		kept = high;
	}
	images();
}

__attribute__((destructor)) static void at_end(void) { images(); }

static void name_of(struct line *l, const char *ip_key, const char *port_key,
		    const struct sockaddr_storage *a)
{
	char b[INET6_ADDRSTRLEN] = "";
	int port = 0;
	if (a->ss_family == AF_INET) {
		const struct sockaddr_in *i = (const void *)a;
		inet_ntop(AF_INET, &i->sin_addr, b, sizeof b);
		port = ntohs(i->sin_port);
	} else {
		const struct sockaddr_in6 *i = (const void *)a;
		if (IN6_IS_ADDR_V4MAPPED(&i->sin6_addr))
			inet_ntop(AF_INET, i->sin6_addr.s6_addr + 12, b, sizeof b);
		else
			inet_ntop(AF_INET6, &i->sin6_addr, b, sizeof b);
		port = ntohs(i->sin6_port);
	}
	key_text(l, ip_key, b, strlen(b));
	key_num(l, port_key, port);
}

/* Writes the connection of a socket, if connecting it came to something. */
static void note(int fd, int r, int e)
{
	static struct line l;
	struct sockaddr_storage local, remote;
	socklen_t ln = sizeof local, rn = sizeof remote, tn = sizeof(int);
	int type = 0;

	getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &tn);
	if ((type != SOCK_STREAM && type != SOCK_DGRAM) || (r < 0 && e != EINPROGRESS))
		return;
	/* A non-blocking connect is waited for, so that only connections
	 * that came about are written. SO_ERROR is left to the program. */
	if (r < 0) {
		struct pollfd p = {.fd = fd, .events = POLLOUT};
		poll(&p, 1, 3000);
	}
	if (getpeername(fd, (void *)&remote, &rn) || getsockname(fd, (void *)&local, &ln))
		return;
	pthread_mutex_lock(&building);
	begin(&l, "connect");
	key_text(&l, "proto", type == SOCK_STREAM ? "tcp" : "udp", 3);
	name_of(&l, "local_ip", "local_port", &local);
	name_of(&l, "remote_ip", "remote_port", &remote);
	end(&l);
	pthread_mutex_unlock(&building);
}

int connect(int fd, const struct sockaddr *to, socklen_t len)
{
	static int (*real)(int, const struct sockaddr *, socklen_t);
	int r, e;

	if (!real)
		real = dlsym(RTLD_NEXT, "connect");
	r = real(fd, to, len);
	e = errno;
	if (to && (to->sa_family == AF_INET || to->sa_family == AF_INET6))
		note(fd, r, e);
	errno = e;
	return r;
}

/* The other way to open a TCP connection: with the first data. */
ssize_t sendto(int fd, const void *data, size_t size, int flags, const struct sockaddr *to, socklen_t len)
{
	static ssize_t (*real)(int, const void *, size_t, int, const struct sockaddr *, socklen_t);
	ssize_t r;
	int e;

	if (!real)
		real = dlsym(RTLD_NEXT, "sendto");
	r = real(fd, data, size, flags, to, len);
	e = errno;
	if (to && flags & MSG_FASTOPEN)
		note(fd, r < 0 ? -1 : 0, e);
	errno = e;
	return r;
}
