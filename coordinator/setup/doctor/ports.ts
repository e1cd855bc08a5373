import type { Finding } from '#shared/diagnosis.ts';
import type { Config } from '../../config/config.ts';
import { ListenError, listen } from '../../http/listener.ts';
import { badBecause, good } from './finding.ts';
import type { Running } from './running.ts';

const listeners = {
  people: 'pages, API and webhooks',
  machines: 'the machine listener',
  nats: 'NATS',
} as const;

/** Whether each address can be listened on, or is by the coordinator that runs here already. */
export async function examinePorts(listenOn: Config['listen'], running: Running | null): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const name of ['people', 'machines', 'nats'] as const)
    findings.push(await examinePort(listeners[name], listenOn[name], running));
  return findings;
}

async function examinePort(
  what: string,
  { host, port }: { host: string; port: number },
  running: Running | null,
): Promise<Finding> {
  const about = port === 0 ? `port on ${host}` : `port ${port}`;
  try {
    const listener = await listen(what, { host, port });
    await listener.close();
    return good(about, port === 0 ? `${what}: any free one is taken` : `${what}: free`);
  } catch (error) {
    if (!(error instanceof ListenError)) throw error;
    const isTaken = (error.cause as NodeJS.ErrnoException | undefined)?.code === 'EADDRINUSE';
    if (isTaken && running)
      return good(about, `${what}: in use while the coordinator (process ${running.pid}) runs`);
    return badBecause(about, error);
  }
}
