import { connect } from '@nats-io/transport-node';
import {
  type BootEvidence,
  bootEvidence,
  type DesiredMachine,
  type HostReport,
  hostReport,
  type ObservedMachine,
} from '#shared/host-messages.ts';
import type { HostId, MachineId } from '#shared/ids.ts';
import { type EnrolRequest, PROTOCOL_VERSION } from '#shared/messages.ts';
import { subjects } from '#shared/subjects.ts';
import { startHttpServer } from '#test/agent/guest/support/http-server.ts';
import { type NatsServer, startNatsServer } from '#test/agent/guest/support/nats-server.ts';
import { newHostId } from '#test/contract/driver/desired-machine.ts';

export const joinToken = 'join-token-0123456789';

/** The coordinator's side of a host, over a real nats-server, as a test wants it. */
export type ScriptedCoordinator = {
  host: HostId;
  nats: NatsServer;
  enrolUrl: string;
  enrolments: EnrolRequest[];
  reports: HostReport[];
  /** Consoles that hosts have handed over. */
  consoles: BootEvidence[];
  /** Whether it answers for them. */
  takesConsoles: boolean;
  /** Of the credentials it gives from now on. */
  credentialMs: number;
  /** What it answers to an enrolment; a test may refuse. */
  onEnrol(request: EnrolRequest): { status: number; body: object };
  /** From now on these machines should exist; the host is told at once. */
  want(machines: readonly DesiredMachine[], evidenceOf?: readonly MachineId[]): void;
  /** Says a set of this number, as a brain that was replaced would. */
  pushSet(epoch: number, generation: number, machines: readonly DesiredMachine[]): void;
  /** What the newest report says about a machine. */
  said(id: MachineId): ObservedMachine | undefined;
  close(): Promise<void>;
};

export async function startScriptedCoordinator(): Promise<ScriptedCoordinator> {
  const nats = await startNatsServer();
  const options = { maxReconnectAttempts: -1, reconnectTimeWait: 50, waitOnFirstConnect: true };
  const client = await connect({ servers: nats.url, ...options });
  const http = await startHttpServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const enrolment = JSON.parse(Buffer.concat(chunks).toString()) as EnrolRequest;
    coordinator.enrolments.push(enrolment);
    const { status, body } = coordinator.onEnrol(enrolment);
    response.writeHead(status).end(JSON.stringify(body));
  });
  let set = desiredSet(3, 1, []);
  const push = (message: object) => client.publish(subjects.down(coordinator.host), JSON.stringify(message));
  const coordinator: ScriptedCoordinator = {
    host: newHostId(),
    nats,
    enrolUrl: http.url,
    enrolments: [],
    reports: [],
    consoles: [],
    takesConsoles: true,
    credentialMs: 3_600_000,
    onEnrol: () => ({ status: 200, body: credentialFor(coordinator) }),
    want: (machines, evidenceOf = []) => {
      set = desiredSet(set.epoch, set.generation + 1, machines, evidenceOf);
      push(set);
    },
    pushSet: (epoch, generation, machines) => push(desiredSet(epoch, generation, machines)),
    said: id => coordinator.reports.at(-1)?.machines.find(machine => machine.id === id),
    close: async () => {
      await client.close();
      await http.close();
      await nats.close();
    },
  };
  client.subscribe(subjects.upAll('evidence'), {
    callback: (_, message) => {
      coordinator.consoles.push(bootEvidence.parse(message.json()));
      if (coordinator.takesConsoles) message.respond(JSON.stringify({ answer: 'stored' }));
    },
  });
  client.subscribe(subjects.upAll('report'), {
    callback: (_, message) => {
      coordinator.reports.push(hostReport.parse(message.json()));
      message.respond(JSON.stringify(set));
    },
  });
  await client.flush();
  return coordinator;
}

const credentialFor = ({ host, nats, credentialMs }: ScriptedCoordinator) => ({
  id: host,
  jwt: 'not-checked-here',
  expiresAt: Date.now() + credentialMs,
  natsUrl: nats.url,
  coordinator: 'coordinator_00000000000000000000000001',
});

const desiredSet = (
  epoch: number,
  generation: number,
  machines: readonly DesiredMachine[],
  evidenceOf: readonly MachineId[] = [],
) => ({
  v: PROTOCOL_VERSION,
  epoch,
  generation,
  machines,
  evidenceOf,
});
