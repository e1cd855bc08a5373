/* A first process that boots in a moment: says that it is up, and stays. Stands in for a whole system in tests of the driver. */
#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

int main(void) {
  mkdir("/dev", 0755);
  mount("dev", "/dev", "devtmpfs", 0, "");
  int console = open("/dev/console", O_RDWR);
  if (console >= 0) write(console, "guest is up\n", 12);
  for (;;) pause();
}
