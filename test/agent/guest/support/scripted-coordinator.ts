import { connect, type Msg, type NatsConnection } from '@nats-io/transport-node';
import type { Mark } from '#shared/attempt.ts';
import { type LogFrameAnswer, logFrame, logFrameHeader } from '#shared/log-frame.ts';
import {
  type Finished,
  type FinishedAnswer,
  finished,
  type GuestDesired,
  type GuestRenewal,
  guestRenewal,
} from '#shared/messages.ts';
import { subjects } from '#shared/subjects.ts';
import { startHttpServer } from './http-server.ts';
import { type NatsServer, startNatsServer } from './nats-server.ts';
import { coordinatorName, machine, sha256Of } from './specs.ts';

/** Returned by an answer function: the coordinator says nothing. */
export const silence = null;

export type SentFrame = { offset: number; bytes: number; marks: Mark[] };

export type StoredLog = { bytes: Buffer; marks: Mark[] };

/**
 * The coordinator's side of the protocol, over a real nats-server, as a test wants it. It believes reports only when the
 * log is there, byte for byte; what it answers can be replaced at any time.
 */
export type ScriptedCoordinator = {
  nats: NatsServer;
  enrolUrl: string;
  enrolments: Array<{ token: string; publicKey: string }>;
  renewals: GuestRenewal[];
  reports: Finished[];
  logs: Map<string, StoredLog>;
  onRenewal(renewal: GuestRenewal): GuestDesired | typeof silence;
  onFinished(report: Finished): FinishedAnswer | typeof silence;
  /** Undefined: the frame is stored. */
  onFrame(attempt: string, stored: StoredLog, frame: SentFrame): LogFrameAnswer | typeof silence | undefined;
  onEnrol(): { status: number; body: object };
  push(desired: GuestDesired): void;
  logText(attempt: string): string;
  close(): Promise<void>;
};

const encode = (message: object): string => JSON.stringify(message);

export async function startScriptedCoordinator(): Promise<ScriptedCoordinator> {
  const nats = await startNatsServer();
  const client = await connect({
    servers: nats.url,
    maxReconnectAttempts: -1,
    reconnectTimeWait: 50,
    waitOnFirstConnect: true,
  });
  const logs = new Map<string, StoredLog>();
  const enrolments: ScriptedCoordinator['enrolments'] = [];
  const machines = await startHttpServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    enrolments.push(JSON.parse(body) as { token: string; publicKey: string });
    const answer = coordinator.onEnrol();
    response.writeHead(answer.status, { 'content-type': 'application/json' }).end(encode(answer.body));
  });
  const coordinator: ScriptedCoordinator = {
    nats,
    enrolUrl: machines.url,
    enrolments,
    renewals: [],
    reports: [],
    logs,
    onRenewal: () => ({ want: 'idle' }),
    onFinished: report => verdictOn(report, logs),
    onFrame: () => undefined,
    onEnrol: () => ({ status: 200, body: enrolAnswer(nats.url) }),
    push: desired => client.publish(subjects.down(machine), encode(desired)),
    logText: attempt => logs.get(attempt)?.bytes.toString('utf8') ?? '',
    close: async () => {
      await client.close();
      await machines.close();
      await nats.close();
    },
  };
  listen(client, coordinator);
  await client.flush();
  return coordinator;
}

export const enrolAnswer = (natsUrl: string) => ({
  id: machine,
  jwt: 'not-checked-here',
  expiresAt: Date.now() + 3_600_000,
  natsUrl,
  coordinator: coordinatorName,
});

function listen(client: NatsConnection, coordinator: ScriptedCoordinator): void {
  const serve = (subject: string, act: (message: Msg) => object | typeof silence) =>
    client.subscribe(subject, {
      callback: (_error, message) => {
        const answer = act(message);
        if (answer) message.respond(encode(answer));
      },
    });
  serve(subjects.up(machine, 'renew'), message => {
    const renewal = guestRenewal.parse(message.json());
    coordinator.renewals.push(renewal);
    return coordinator.onRenewal(renewal);
  });
  serve(subjects.up(machine, 'finished'), message => {
    const report = finished.parse(message.json());
    coordinator.reports.push(report);
    return coordinator.onFinished(report);
  });
  serve(subjects.log(coordinatorName, machine), message => storeFrame(coordinator, message));
}

/** Appends by offset; overlap is cut, a gap is answered with what is there. */
function storeFrame(coordinator: ScriptedCoordinator, message: Msg): object | typeof silence {
  const frame = logFrame.parse(JSON.parse(message.headers?.get(logFrameHeader) ?? ''));
  const log = coordinator.logs.get(frame.attempt) ?? { bytes: Buffer.alloc(0), marks: [] };
  coordinator.logs.set(frame.attempt, log);
  const scripted = coordinator.onFrame(frame.attempt, log, { ...frame, bytes: message.data.length });
  if (scripted !== undefined) return scripted;
  if (frame.offset <= log.bytes.length)
    log.bytes = Buffer.concat([log.bytes, message.data.subarray(log.bytes.length - frame.offset)]);
  for (const mark of frame.marks) if (mark.seq === log.marks.length) log.marks.push(mark);
  return { answer: 'stored', bytes: log.bytes.length, marks: log.marks.length, epoch: 1 };
}

function verdictOn(report: Finished, logs: Map<string, StoredLog>): FinishedAnswer {
  const bytes = logs.get(report.attempt)?.bytes ?? Buffer.alloc(0);
  if (bytes.length < report.log.bytes) return { answer: 'log-missing', from: bytes.length };
  if (sha256Of(bytes) !== report.log.sha256) return { answer: 'log-missing', from: 0 };
  return { answer: 'settled', next: { want: 'idle' } };
}
