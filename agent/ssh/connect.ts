/** One ssh connection to a computer of the configuration. The computer's key is known before, or nobody connects. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { NodeSSH } from 'node-ssh';
import { limits } from '#shared/limits.ts';
import { messageOf, SshFailed } from './errors.ts';

/** Where to log in, as whom, and how it is known to be the right place. */
export type SshTarget = {
  /** For errors that say where something has to be written. */
  file: string;
  name: string;
  host: string;
  port: number;
  user: string;
  /** Path of the private key with which this computer logs in. */
  key: string;
  /** Its own public key, kind and base64; null: nobody connects. */
  hostKey: string | null;
};

export type Connection = NonNullable<NodeSSH['connection']>;

/**
 * Throws `SshFailed`, or the signal's reason. Whoever gets the connection listens for its `error`, and ends it.
 * @param way a connection that is there already, with nobody in between: then a key that is not known is believed
 */
export async function connect(
  computer: SshTarget,
  signal: AbortSignal,
  way?: { socket: Socket; readyMs: number },
): Promise<Connection> {
  const { name, host, port, user, key, hostKey } = computer;
  signal.throwIfAborted();
  const privateKey = await readFile(key, 'utf8').catch(cause => {
    throw new SshFailed('ssh-key', `${name}: the key ${key} cannot be read: ${messageOf(cause)}`, {
      cause,
    });
  });
  const ssh = new NodeSSH();
  let refused: SshFailed | null = null;
  const abort = () => void ssh.connection?.destroy();
  signal.addEventListener('abort', abort, { once: true });
  try {
    const connecting = ssh.connect({
      ...{ host, port, username: user, privateKey },
      ...(way && { sock: way.socket }),
      ...(hostKey === null ? {} : { algorithms: { serverHostKey: algorithmsOf(hostKey) } }),
      readyTimeout: way?.readyMs ?? limits.sshConnectMs,
      keepaliveInterval: limits.sshAliveMs,
      keepaliveCountMax: limits.sshSilences,
      hostVerifier: (shown: Buffer) => {
        refused = way && hostKey === null ? null : whyNotTrusted(computer, shown);
        return refused === null;
      },
    });
    // Its library listens for errors only until the connection is ready; one that nobody hears would end this agent.
    ssh.connection?.on('error', () => {});
    await connecting;
    signal.throwIfAborted();
    if (!ssh.connection) throw new Error('it was closed at once');
    return ssh.connection;
  } catch (cause) {
    ssh.connection?.destroy();
    signal.throwIfAborted();
    throw refused ?? notConnected(computer, cause as Error & { level?: string });
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

/** A computer has keys of several kinds and shows the first that is asked for: ask for the kind that is known. */
function algorithmsOf(hostKey: string) {
  const [kind = ''] = hostKey.split(' ');
  const kinds = kind === 'ssh-rsa' ? ['rsa-sha2-512', 'rsa-sha2-256'] : [kind];
  // One cast: the library types the names that it knows, and refuses the others itself.
  return kinds as NonNullable<NonNullable<Parameters<NodeSSH['connect']>[0]['algorithms']>['serverHostKey']> &
    string[];
}

function whyNotTrusted({ name, hostKey, file }: SshTarget, shown: Buffer): SshFailed | null {
  const [kind = '', known] = hostKey?.split(' ') ?? [];
  const text = shown.toString('base64');
  if (known === text) return null;
  const line = `${hostKey === null ? kindOf(shown) : kind} ${text}`;
  const fingerprint = `SHA256:${createHash('sha256')
    .update(shown)
    .digest('base64')
    .replace(/={1,2}$/, '')}`;
  const what =
    hostKey === null
      ? `${name} shows a host key that nobody has vouched for (${fingerprint})`
      : `${name} shows another host key than the one that is known (${fingerprint}): it was set up anew, or somebody stands in between`;
  return new SshFailed(
    'ssh-host-key',
    `${what}. Nothing was sent. Compare the fingerprint on the computer itself (ssh-keygen -lf /etc/ssh/ssh_host_…_key.pub), then write \`host-key: ${line}\` under ${name} in ${file}`,
  );
}

/** A key begins with the name of its kind, after its length. https://www.rfc-editor.org/rfc/rfc4253#section-6.6 */
const kindOf = (key: Buffer): string => key.subarray(4, 4 + key.readUInt32BE(0)).toString('latin1');

function notConnected(
  { name, host, port, user, key }: SshTarget,
  cause: Error & { level?: string },
): SshFailed {
  if (cause.level === 'client-authentication')
    return new SshFailed(
      'ssh-refused',
      `${name} does not let ${user} in with the key ${key}; put its public half into ~${user}/.ssh/authorized_keys there`,
      { cause },
    );
  const isWrong = /privateKey/.test(cause.message);
  return new SshFailed(
    isWrong ? 'ssh-key' : 'ssh-unreachable',
    isWrong
      ? `${name}: the key ${key} cannot be used: ${cause.message}`
      : `${name} does not answer at ${host}:${port} (${cause.message}); is it off?`,
    { isTransient: !isWrong, cause },
  );
}
