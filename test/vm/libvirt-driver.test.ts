import { afterAll, beforeAll } from 'vitest';
import { describeDriver } from '#test/contract/driver/driver-contract.ts';
import { openLibvirtBench } from './libvirt-bench.ts';
import { type LibvirtSession, openLibvirtSession } from './libvirt-session.ts';

let session: LibvirtSession;

beforeAll(async () => {
  session = await openLibvirtSession();
});
afterAll(() => session.close());

describeDriver('libvirt', () => openLibvirtBench(session));
