/** The configuration file of the embedded nats-server. Pure. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { limits } from '#shared/limits.ts';
import { operatorJwt, systemJwt } from './accounts.ts';
import type { ServerProgram } from './find-server.ts';
import type { Operator } from './operator.ts';

/** What lies where in the bus's folder. */
export const filesIn = (folder: string) => ({
  folder,
  lock: join(folder, 'lock'),
  keys: join(folder, 'keys.json'),
  revoked: join(folder, 'revoked.json'),
  /** The port that agents know, kept over restarts. */
  port: join(folder, 'port'),
  /** Key and certificate, where the server speaks TLS. */
  certificate: join(folder, 'tls.pem'),
  /** Written by the server itself. */
  pid: join(folder, 'server.pid'),
  logs: join(folder, 'log'),
  log: join(folder, 'log', 'server.log'),
  /** What the server says before it has opened its log. */
  startLog: join(folder, 'log', 'start.log'),
  /** The server's account claims, `<public key>.jwt`. */
  accounts: join(folder, 'accounts'),
});
export type BusFiles = ReturnType<typeof filesIn>;

export type ServerPlan = {
  files: BusFiles;
  program: ServerProgram;
  operator: Operator;
  host: string;
  /** Key and chain in PEM when the server is started; null: it speaks plain text. */
  certificate: string | null;
};
export type ServerConfig = { path: string; text: string };

/** How the server calls itself: different for every data directory, so that a stranger on our port is noticed. */
export const serverName = ({ account }: Operator): string => `paddock-${account.publicKey.slice(-16)}`;

/**
 * The configuration for a port, and the file it belongs in. The file's name carries the digest of everything that would
 * make a running server unfit, its release included: a process that was started with this very file can be adopted.
 */
export function configFor(plan: ServerPlan, port: number): ServerConfig {
  const text = configText(plan, port);
  const digest = createHash('sha256').update(text).digest('hex').slice(0, 16);
  return { path: join(plan.files.folder, `server-${digest}.conf`), text };
}

/** Whether a file of the bus's folder is such a configuration. */
export const isConfigName = (name: string): boolean => /^server-[0-9a-f]{16}\.conf$/.test(name);

const seconds = (ms: number): string => `"${Math.ceil(ms / 1_000)}s"`;
const quoted = (text: string): string => JSON.stringify(text);

/** No JetStream, monitoring, cluster, leaf node, WebSocket or MQTT listener: what is not written is not opened. */
function configText({ files, program, operator, host, certificate }: ServerPlan, port: number): string {
  return `# nats-server ${program.version} at ${program.path}. Written by Paddock at every start; changes are lost.
host: ${quoted(host)}
port: ${port}
server_name: ${quoted(serverName(operator))}
pid_file: ${quoted(files.pid)}
log_file: ${quoted(files.log)}
logfile_size_limit: ${limits.natsLogBytes}
max_payload: ${limits.natsPayloadBytes}
max_connections: ${limits.natsConnections}
ping_interval: ${seconds(limits.natsPingMs)}
ping_max: 3
authorization: { timeout: ${Math.ceil(limits.natsLoginMs / 1_000)} }
operator: ${operatorJwt(operator)}
system_account: ${operator.system.publicKey}
resolver: { type: full, dir: ${quoted(files.accounts)}, allow_delete: false, interval: "2m" }
resolver_preload: { ${operator.system.publicKey}: ${systemJwt(operator)} }
${certificate === null ? '' : tlsText(files, certificate)}`;
}

/** TLS 1.2 is the least that nats-server speaks. With the digest, a server with an older certificate is not adopted. */
function tlsText(files: BusFiles, certificate: string): string {
  const file = quoted(files.certificate);
  const digest = createHash('sha256').update(certificate).digest('hex').slice(0, 16);
  return `tls: { cert_file: ${file}, key_file: ${file}, timeout: ${limits.natsLoginMs / 1_000} } # ${digest}\n`;
}
