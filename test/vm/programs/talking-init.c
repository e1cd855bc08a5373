/* A first process that writes on its console more than anybody keeps, and stays. */
#include <fcntl.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

int main(void) {
  mkdir("/dev", 0755);
  mount("dev", "/dev", "devtmpfs", 0, "");
  int console = open("/dev/console", O_RDWR);
  for (int number = 0; number < 20000; number++) {
    char line[64];
    int length = snprintf(line, sizeof line, "line %05d of those that are too many\n", number);
    write(console, line, length);
  }
  write(console, "the end\n", 8);
  for (;;) pause();
}
