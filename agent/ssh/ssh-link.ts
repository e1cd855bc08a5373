import type { NodeSSH } from 'node-ssh';
import { limits } from '#shared/limits.ts';
import { type Connection, connect, type SshTarget } from './connect.ts';
import { messageOf, SshFailed } from './errors.ts';
import type { FarExit, FarProcess, Link } from './link.ts';
import { unlessAborted } from './unless-aborted.ts';

type Channel = Awaited<ReturnType<NodeSSH['requestShell']>>;

/** A connection, and why it is no more. */
type Line = { connection: Connection; lost: string | null };

/** A link over one ssh connection at a time. Whoever opens it closes it. */
export function openSshLink(target: SshTarget): Link {
  const closing = new AbortController();
  let line: Line | null = null;
  let connecting: Promise<Line> | null = null;

  async function open(): Promise<Line> {
    const connection = await connect(target, closing.signal);
    const next: Line = { connection, lost: null };
    let reason = 'the connection was lost';
    connection.on('error', error => {
      reason = `the connection was lost (${error.message})`;
    });
    const onLost = () => {
      next.lost ??= reason;
      if (line === next) line = null;
    };
    connection.once('end', onLost);
    connection.once('close', onLost);
    line = next;
    return next;
  }

  async function connected(signal: AbortSignal): Promise<Line> {
    if (line) return line;
    connecting ??= open().finally(() => {
      connecting = null;
    });
    return unlessAborted(connecting, signal);
  }

  return {
    name: target.name,
    async start(command, signal) {
      signal.throwIfAborted();
      const current = await connected(signal);
      const channel = await unlessAborted(openChannel(target.name, current, command), signal);
      return follow(channel, current);
    },
    async close() {
      closing.abort(new Error('the link is closed'));
      await connecting?.catch(() => {}); // aborted just now, or failed for whoever waits
      const last = line?.connection;
      if (!last) return;
      await new Promise<void>(resolve => {
        const timer = setTimeout(() => last.destroy(), limits.sshCloseMs);
        last.once('close', () => {
          clearTimeout(timer);
          resolve();
        });
        last.end();
      });
    },
  };
}

const openChannel = (name: string, line: Line, command: string): Promise<Channel> =>
  new Promise((resolve, reject) => {
    const fail = (why: string) =>
      reject(
        new SshFailed('ssh-lost', `${name}: nothing can be started there: ${why}`, { isTransient: true }),
      );
    const onClose = () => fail(line.lost ?? 'the connection was closed');
    line.connection.once('close', onClose);
    const answered = () => void line.connection.off('close', onClose);
    try {
      line.connection.exec(command, {}, (error, channel) => {
        answered();
        if (error) fail(messageOf(error));
        else resolve(channel);
      });
    } catch (error) {
      answered();
      fail(messageOf(error));
    }
  });

function follow(channel: Channel, line: Line): FarProcess {
  // Writing to what is closed: that it is closed is heard below.
  channel.on('error', () => {});
  channel.stderr.on('error', () => {});
  let exit: FarExit | null = null;
  const exited = Promise.withResolvers<FarExit>();
  channel.once('exit', (code: number | null, name?: string) => {
    exit = { exitCode: code ?? null, ...(name ? { signal: signalOf(name) } : {}) };
    exited.resolve(exit);
  });
  const closed = new Promise<{ lost: string | null }>(resolve => {
    // The channels of a lost connection close before it says that it is lost.
    channel.once('close', () => setImmediate(() => resolve({ lost: line.lost })));
  });
  void closed.then(({ lost }) =>
    exited.resolve(exit ?? { exitCode: null, lost: lost ?? 'the server there did not say how it ended' }),
  );
  return {
    stdin: channel,
    stdout: channel,
    stderr: channel.stderr,
    exited: exited.promise,
    closed,
    close: () => void channel.close(),
  };
}

/** The protocol leaves the `SIG` out. https://www.rfc-editor.org/rfc/rfc4254#section-6.10 */
const signalOf = (name: string) => `SIG${name.replace(/^SIG/, '')}` as NodeJS.Signals;
