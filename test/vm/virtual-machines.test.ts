/**
 * Everything that boots real machines, one after the other over one libvirt: two cores emulate two machines at most, and
 * other tests run beside these.
 */
import { describe } from 'vitest';
import { attackTests } from './attack-tests.ts';
import { brokenGuestTests } from './broken-guest-tests.ts';
import { driverTests } from './driver-tests.ts';
import { jobTests } from './job-tests.ts';
import { snapshotTests } from './snapshot-tests.ts';
import { useLibvirt } from './use-libvirt.ts';

const session = useLibvirt();
/** `npm run attacks` asks for nothing else. */
const isAttacksOnly = process.env.PADDOCK_ATTACKS !== undefined;

describe('hostile suites', () => attackTests(session));
if (!isAttacksOnly) {
  describe('jobs in virtual machines', () => jobTests(session));
  describe('memory snapshots', () => snapshotTests(session));
  describe('machines that do not start', () => brokenGuestTests(session));
  driverTests(session);
}
