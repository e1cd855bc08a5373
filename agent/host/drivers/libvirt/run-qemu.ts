import { execa } from 'execa';

/** Its version, or the boot of one sector, takes some 200 ms. */
const patienceMs = 5_000;

/** Runs `qemu-system-<arch>` to its end. @returns its exit code; undefined: there is none, or it did not end by itself. */
export async function runQemu(
  arch: string,
  args: readonly string[],
  searchPath: string,
): Promise<number | undefined> {
  const { exitCode } = await execa(`qemu-system-${arch}`, args, {
    env: { PATH: searchPath },
    extendEnv: false,
    stdin: 'ignore',
    reject: false,
    timeout: patienceMs,
    killSignal: 'SIGKILL',
  });
  return exitCode;
}
