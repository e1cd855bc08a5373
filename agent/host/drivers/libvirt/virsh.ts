import { execa } from 'execa';
import { limits } from '#shared/limits.ts';
import { DriverError } from '../../errors.ts';

/** What of the host agent's environment virsh gets: where programs are, and where a user's own libvirtd listens. */
export type VirshSurroundings = { path: string; home: string; runtimeDirectory: string };

export type Virsh = {
  /** One command, its standard output. Throws `VirshFailed`, or the signal's reason. */
  run(args: readonly string[], signal: AbortSignal): Promise<string>;
  /** A command that goes on; `onLine` is called for each line. Resolves when it has ended, however. */
  follow(args: readonly string[], signal: AbortSignal, onLine: (line: string) => void): Promise<void>;
};

/** libvirt did not do what was asked; the message is what it said. */
export class VirshFailed extends DriverError {
  constructor(command: string, said: string, cause: unknown) {
    super('virsh-failed', `virsh ${command}: ${said}`, { isTransient: true, cause });
  }

  /**
   * Of a domain: there may be none of this name. virsh says the same when its connection was lost, so only a list proves it.
   */
  get mayMeanGone(): boolean {
    return /failed to get domain|Domain not found|domain is not running/.test(this.message);
  }
}

/** virsh for one URI (`shared/libvirt-uri.ts`), in English whatever the user reads. */
export function createVirsh(uri: string, { path, home, runtimeDirectory }: VirshSurroundings): Virsh {
  const options = {
    stdin: 'ignore',
    env: {
      PATH: path,
      HOME: home,
      LC_ALL: 'C',
      ...(runtimeDirectory === '' ? {} : { XDG_RUNTIME_DIR: runtimeDirectory }),
    },
    extendEnv: false,
    forceKillAfterDelay: limits.virshKillMs,
    maxBuffer: limits.virshOutputBytes,
  } as const;
  const words = (args: readonly string[]) => ['-q', '-c', uri, ...args];
  return {
    async run(args, signal) {
      try {
        const { stdout } = await execa('virsh', words(args), { ...options, cancelSignal: signal });
        return stdout;
      } catch (error) {
        signal.throwIfAborted();
        throw new VirshFailed(args[0] ?? '', saidBy(error), error);
      }
    },
    async follow(args, signal, onLine) {
      const child = execa('virsh', words(args), {
        ...options,
        buffer: false,
        reject: false,
        cancelSignal: signal,
      });
      for await (const line of child) onLine(line);
      await child;
    },
  };
}

/** virsh says `error: …`, often in two lines of which the second says why. */
function saidBy(error: unknown): string {
  const { stderr, shortMessage } = error as { stderr?: unknown; shortMessage?: string };
  const lines = String(stderr ?? '')
    .split('\n')
    .map(line => line.replace(/^error: /, '').trim())
    .filter(line => line !== '');
  return lines.join(': ').slice(0, 500) || (shortMessage ?? String(error));
}
