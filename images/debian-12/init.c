/*
 * The first process of a Linux machine: the only program of its initrd, linked statically.
 *
 * It loads the modules for virtio, mounts the disk, brings the network up, waits for the config disk, and starts the
 * agent; when the agent ends, so does the machine. No shell, no udev, no service manager: under emulation each of
 * them costs a second.
 *
 * It is also what a memory snapshot holds. With `paddock.warm` on the kernel's command line the config disk is empty
 * while the machine boots; once it says "waiting" a snapshot is taken, and every clone of it goes on here with a config
 * disk of its own. Nothing random and nothing secret may have been drawn by then: the agent is started only afterwards.
 * A clone wakes with the random state of all others, so the kernel is given 32 bytes of its own seed and then told to
 * use them (RNDRESEEDCRNG; crediting alone changes nothing until the kernel's next own reseed).
 *
 * The config disk is a tar archive (ustar) on a raw disk, read past the page cache, because a snapshot may have cached
 * another one: environment, seed, time, user, and every other file, which goes to /run/paddock.
 *
 *   cc -O2 -static -o init init.c
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/random.h>
#include <net/if.h>
#include <net/route.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define NODE "/usr/local/bin/node"
#define PLACE "/run/paddock"
#define CONFIG_DISK "/dev/vdb"
/* Larger than any config disk: the driver makes them of 4 MiB. */
#define CONFIG_BYTES (8u << 20)
#define BLOCK 512u
#define DISK_PATIENCE_MS 10000

/* On the console, which is all that is seen of a machine that never reports in. */
static void say(const char *format, ...) {
  struct timespec up;
  clock_gettime(CLOCK_BOOTTIME, &up);
  printf("paddock: [%3ld.%03ld] ", (long)up.tv_sec, up.tv_nsec / 1000000);
  va_list args;
  va_start(args, format);
  vprintf(format, args);
  va_end(args);
  putchar('\n');
  fflush(stdout);
}

static void end_machine(void) {
  sync();
  /* Where there is no ACPI nothing can be switched off; the host takes a restart for an end (`on_reboot`). */
  reboot(RB_AUTOBOOT);
  for (;;) pause();
}

/* There is nobody to recover: the reason is on the console, and the host sees the machine end. */
static void give_up(const char *what) {
  say("%s: %s; the machine ends", what, strerror(errno));
  end_machine();
}

static void pause_ms(long ms) {
  struct timespec time = {ms / 1000, ms % 1000 * 1000000};
  nanosleep(&time, NULL);
}

static void mount_new(const char *type, const char *place, unsigned long flags, const char *options) {
  mkdir(place, 0755);
  if (mount(type, place, type, flags, options)) say("mount %s on %s: %s", type, place, strerror(errno));
}

/* Whether the kernel's command line has this word. */
static int is_told(const char *word) {
  static char line[4096];
  if (!*line) {
    int fd = open("/proc/cmdline", O_RDONLY | O_CLOEXEC);
    ssize_t length = fd < 0 ? 0 : read(fd, line, sizeof line - 1);
    line[length > 0 ? length : 0] = 0;
    if (fd >= 0) close(fd);
  }
  size_t length = strlen(word);
  for (const char *at = line; (at = strstr(at, word)); at += length)
    if ((at == line || at[-1] == ' ') && strchr(" \n", at[length])) return 1;
  return 0;
}

/* In the order of /modules/order, one name a line. */
static void load_modules(void) {
  FILE *order = fopen("/modules/order", "re");
  char name[64], path[96];
  while (order && fscanf(order, "%63s", name) == 1) {
    snprintf(path, sizeof path, "/modules/%s.ko", name);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || (syscall(SYS_finit_module, fd, "", 0) && errno != EEXIST))
      say("module %s: %s", name, strerror(errno));
    if (fd >= 0) close(fd);
  }
  if (order) fclose(order);
}

static void wait_for(const char *device) {
  for (int waited = 0; access(device, F_OK); waited += 2) {
    if (waited > DISK_PATIENCE_MS) give_up(device);
    pause_ms(2);
  }
}

/* The disk becomes the root; what is mounted already moves along. */
static void enter_disk(void) {
  wait_for("/dev/vda");
  mkdir("/disk", 0755);
  if (mount("/dev/vda", "/disk", "ext4", MS_NOATIME, "")) give_up("the disk cannot be mounted");
  mount("/dev", "/disk/dev", NULL, MS_MOVE, NULL);
  mount("/proc", "/disk/proc", NULL, MS_MOVE, NULL);
  mount("/sys", "/disk/sys", NULL, MS_MOVE, NULL);
  if (chdir("/disk") || mount(".", "/", NULL, MS_MOVE, NULL) || chroot(".") || chdir("/"))
    give_up("the disk cannot become the root");
  mount_new("tmpfs", "/run", MS_NOSUID | MS_NODEV, "mode=755");
  mount_new("tmpfs", "/tmp", MS_NOSUID | MS_NODEV, "mode=1777");
  mount_new("tmpfs", "/dev/shm", MS_NOSUID | MS_NODEV, "mode=1777");
  mount_new("devpts", "/dev/pts", MS_NOSUID | MS_NOEXEC, "mode=620,ptmxmode=666");
  symlink("/proc/self/fd", "/dev/fd");
  symlink("/proc/self/fd/0", "/dev/stdin");
  symlink("/proc/self/fd/1", "/dev/stdout");
  symlink("/proc/self/fd/2", "/dev/stderr");
}

static void set_address(int socket, struct ifreq *request, unsigned long which, const char *address) {
  struct sockaddr_in in = {.sin_family = AF_INET};
  inet_pton(AF_INET, address, &in.sin_addr);
  memcpy(&request->ifr_addr, &in, sizeof in);
  if (ioctl(socket, which, request)) say("address %s: %s", address, strerror(errno));
}

static void raise_interface(int socket, struct ifreq *request) {
  request->ifr_flags = IFF_UP | IFF_RUNNING;
  if (ioctl(socket, SIOCSIFFLAGS, request)) say("%s: %s", request->ifr_name, strerror(errno));
}

/* QEMU's user network has fixed addresses; asking for them by DHCP would cost a second. */
static void start_network(void) {
  int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  struct ifreq request = {.ifr_name = "lo"};
  raise_interface(fd, &request);
  request = (struct ifreq){.ifr_name = "eth0"};
  for (int tries = 0; ioctl(fd, SIOCGIFFLAGS, &request) && tries < 500; tries++) pause_ms(5);
  set_address(fd, &request, SIOCSIFADDR, "10.0.2.15");
  set_address(fd, &request, SIOCSIFNETMASK, "255.255.255.0");
  raise_interface(fd, &request);
  struct rtentry route = {.rt_flags = RTF_UP | RTF_GATEWAY};
  struct sockaddr_in in = {.sin_family = AF_INET};
  memcpy(&route.rt_dst, &in, sizeof in);
  memcpy(&route.rt_genmask, &in, sizeof in);
  inet_pton(AF_INET, "10.0.2.2", &in.sin_addr);
  memcpy(&route.rt_gateway, &in, sizeof in);
  if (ioctl(fd, SIOCADDRT, &route)) say("route: %s", strerror(errno));
  close(fd);
}

static void write_text(const char *path, const char *text) {
  int fd = open(path, O_WRONLY | O_CLOEXEC);
  if (fd < 0) return;
  if (write(fd, text, strlen(text)) < 0) say("%s: %s", path, strerror(errno));
  close(fd);
}

/* Leaves the files that a starting agent reads, and nothing else, in the page cache: that is what a snapshot is for. */
static void warm_page_cache(void) {
  sync();
  write_text("/proc/sys/vm/drop_caches", "3");
  pid_t node = fork();
  if (node == 0) {
    execl(NODE, "node", "-e", "for(const name of['http','net','tls','crypto','fs','zlib','child_process'])require(name)", (char *)0);
    _exit(127);
  }
  int status;
  waitpid(node, &status, 0);
  if (status) say("node could not be started to warm the page cache: status %d", status);
}

/* Reads the config disk from its start, past the page cache, into a buffer that is aligned for that. */
static ssize_t read_config(char *buffer, size_t bytes) {
  int fd = open(CONFIG_DISK, O_RDONLY | O_DIRECT | O_CLOEXEC);
  if (fd < 0) return -1;
  size_t have = 0;
  ssize_t more;
  while (have < bytes && (more = pread(fd, buffer + have, bytes - have, (off_t)have)) > 0) have += (size_t)more;
  close(fd);
  return (ssize_t)have;
}

static int is_archive(const char *block) { return !memcmp(block + 257, "ustar", 5); }

static ssize_t await_config(char *buffer) {
  wait_for(CONFIG_DISK);
  int is_warm = is_told("paddock.warm");
  if (is_warm) say("waiting");
  for (int waited = 0; read_config(buffer, 4096) < 4096 || !is_archive(buffer); waited += 10) {
    if (!is_warm && waited > DISK_PATIENCE_MS) {
      errno = ENODATA;
      give_up("the config disk has no archive");
    }
    pause_ms(10);
    /* Otherwise the kernel may reseed by itself on the first draw of a clone, and hide what is to be shown. */
    unsigned char byte;
    if (is_told("paddock.show-random")) syscall(SYS_getrandom, &byte, 1, GRND_NONBLOCK);
  }
  return read_config(buffer, CONFIG_BYTES);
}

/* Only ever forwards: the clock of a snapshot has stood still, that of a machine that has just booted is right. */
static void set_clock(const char *text) {
  double wanted = strtod(text, NULL);
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  if (wanted <= (double)now.tv_sec + (double)now.tv_nsec / 1e9) return;
  struct timespec then = {(time_t)wanted, (long)((wanted - (double)(time_t)wanted) * 1e9)};
  if (clock_settime(CLOCK_REALTIME, &then)) say("clock: %s", strerror(errno));
}

static void draw(const char *when) {
  unsigned char bytes[16];
  char text[33];
  if (syscall(SYS_getrandom, bytes, sizeof bytes, GRND_NONBLOCK) != (long)sizeof bytes) return;
  for (size_t i = 0; i < sizeof bytes; i++) sprintf(text + 2 * i, "%02x", bytes[i]);
  say("random %s: %s", when, text);
}

/* 32 bytes in hexadecimal. Both calls, in this order: see the head of this file. */
static void reseed(const char *hex) {
  struct {
    int entropy, size;
    unsigned char bytes[32];
  } pool = {256, 32, {0}};
  for (int i = 0; i < 32; i++) {
    unsigned byte = 0;
    sscanf(hex + 2 * i, "%2x", &byte);
    pool.bytes[i] = (unsigned char)byte;
  }
  if (is_told("paddock.show-random")) draw("before the seed");
  int fd = open("/dev/urandom", O_RDWR | O_CLOEXEC);
  if (ioctl(fd, RNDADDENTROPY, &pool) || ioctl(fd, RNDRESEEDCRNG, 0)) give_up("the kernel takes no seed");
  close(fd);
  explicit_bzero(&pool, sizeof pool);
  if (is_told("paddock.show-random")) draw("after the seed");
}

struct user {
  char name[33], home[256];
  uid_t id;
  gid_t group;
};

/* By hand: a static program has no name service. Root when the name is unknown would be a surprise, so it ends here. */
static struct user find_user(const char *name) {
  struct user user = {.home = "/root"};
  snprintf(user.name, sizeof user.name, "%s", *name ? name : "root");
  FILE *file = fopen("/etc/passwd", "re");
  char line[512], found[33];
  while (file && fgets(line, sizeof line, file))
    if (sscanf(line, "%32[^:]:%*[^:]:%u:%u:%*[^:]:%255[^:\n]", found, &user.id, &user.group, user.home) >= 3 &&
        !strcmp(found, user.name)) {
      fclose(file);
      return user;
    }
  errno = ENOENT;
  give_up("the user of `agent.user` is not in /etc/passwd");
  return user;
}

static void write_file(const char *path, const char *bytes, size_t size, mode_t mode, const struct user *owner) {
  int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
  for (size_t done = 0; fd >= 0 && done < size;) {
    ssize_t more = write(fd, bytes + done, size - done);
    if (more < 0) give_up(path);
    done += (size_t)more;
  }
  if (fd < 0 || fchown(fd, owner->id, owner->group)) give_up(path);
  close(fd);
}

/* One member of the archive; NULL when there is no more, or none of this name. */
struct member {
  char name[101];
  char *bytes;
  size_t size;
};

static char *next_member(char *at, const char *end, struct member *member) {
  if (at + BLOCK > end || !is_archive(at)) return NULL;
  memcpy(member->name, at, 100);
  member->name[100] = 0;
  member->size = strtoul(at + 124, NULL, 8);
  member->bytes = at + BLOCK;
  if (member->size > (size_t)(end - member->bytes)) return NULL;
  return member->bytes + (member->size + BLOCK - 1) / BLOCK * BLOCK;
}

/* As a string; empty when there is none of this name. Bytes are copied, for the next header follows them at once. */
static char *text_of(const char *name, char *config, const char *end) {
  struct member member;
  for (char *at = config; (at = next_member(at, end, &member));)
    if (!strcmp(member.name, name)) return strndup(member.bytes, member.size);
  return strdup("");
}

static void take_environment(char *lines) {
  for (char *line; (line = strsep(&lines, "\n"));) {
    char *value = strchr(line, '=');
    if (!value) continue;
    *value++ = 0;
    setenv(line, value, 1);
  }
}

static void unpack(char *config, const char *end, const struct user *user) {
  /* The agent removes its ticket once it has read it, which takes a directory of its own. */
  if (mkdir(PLACE, 0755) || chown(PLACE, user->id, user->group)) give_up(PLACE);
  struct member member;
  char path[128];
  for (char *at = config; (at = next_member(at, end, &member));) {
    snprintf(path, sizeof path, PLACE "/%s", member.name);
    if (!strchr(member.name, '/') && strcmp(member.name, "seed"))
      write_file(path, member.bytes, member.size, strcmp(member.name, "ticket") ? 0644 : 0600, user);
  }
}

static pid_t start_agent(const struct user *user) {
  const char *work = getenv("PADDOCK_WORK");
  if (work && ((mkdir(work, 0755) && errno != EEXIST) || chown(work, user->id, user->group)))
    say("%s: %s", work, strerror(errno));
  setenv("HOME", user->home, 1);
  setenv("USER", user->name, 1);
  setenv("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", 1);
  setenv("PADDOCK_TICKET_FILE", PLACE "/ticket", 1);
  pid_t agent = fork();
  if (agent) return agent;
  setsid();
  if (setgroups(0, NULL) || setgid(user->group) || setuid(user->id)) _exit(126);
  /* As `agent/host/drivers/node-flags.ts` says. */
  execl(NODE, "node", "--single-threaded-gc", "--no-concurrent-recompilation", "--min-semi-space-size=16", PLACE "/guest.cjs",
        (char *)0);
  say("node could not be started: %s: %s", NODE, strerror(errno));
  _exit(127);
}

/* Everything that a suite leaves behind becomes a child of this process. */
static int await_end(pid_t agent) {
  for (int status;;) {
    pid_t ended = wait(&status);
    if (ended == agent) return status;
    if (ended < 0 && errno != EINTR) give_up("the agent was lost");
  }
}

int main(void) {
  mount_new("devtmpfs", "/dev", MS_NOSUID, "mode=755");
  mount_new("proc", "/proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, "");
  mount_new("sysfs", "/sys", MS_NOSUID | MS_NODEV | MS_NOEXEC, "");
  int console = open("/dev/console", O_RDWR);
  for (int fd = 0; fd < 3; fd++) dup2(console, fd);
  if (console > 2) close(console);
  say("the kernel is up");
  load_modules();
  enter_disk();
  start_network();
  char *config = aligned_alloc(4096, CONFIG_BYTES);
  if (is_told("paddock.warm")) warm_page_cache();
  ssize_t bytes = await_config(config);
  const char *end = config + (bytes > 0 ? bytes : 0);
  set_clock(text_of("time", config, end));
  reseed(text_of("seed", config, end));
  struct user user = find_user(text_of("user", config, end));
  take_environment(text_of("environment", config, end));
  const char *name = getenv("PADDOCK_MACHINE");
  if (name) sethostname(name, strnlen(name, 63));
  unpack(config, end, &user);
  explicit_bzero(config, CONFIG_BYTES);
  say("the agent starts as %s", user.name);
  int status = await_end(start_agent(&user));
  if (WIFSIGNALED(status)) say("the agent was ended by signal %d", WTERMSIG(status));
  else say("the agent ended with exit code %d", WEXITSTATUS(status));
  end_machine();
}
