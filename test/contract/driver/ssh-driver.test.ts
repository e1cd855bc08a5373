import { afterAll, beforeAll, beforeEach } from 'vitest';
import { describeDriver } from './driver-contract.ts';
import { openSshBench } from './ssh-bench.ts';
import { findSshd, type SshServer, startSshServer } from './ssh-server.ts';

let server: SshServer;
const sshd = await findSshd();

beforeAll(async () => {
  if (sshd) server = await startSshServer(sshd);
});
beforeEach(context => {
  if (!sshd) context.skip('needs sshd, the server of OpenSSH');
});
afterAll(() => server?.close());

describeDriver('ssh', () => openSshBench(server));
describeDriver('ssh', () => openSshBench(server, { proxy: true }), { mode: 'proxy' });
