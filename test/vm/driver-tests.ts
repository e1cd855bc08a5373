import { describeDriver } from '#test/contract/driver/driver-contract.ts';
import { openLibvirtBench } from './libvirt-bench.ts';
import type { LibvirtSession } from './libvirt-session.ts';

export const driverTests = (session: () => LibvirtSession): void =>
  describeDriver('libvirt', () => openLibvirtBench(session()));
