import type { DesiredMachine } from '#shared/host-messages.ts';
import type { AgentFiles } from '../agent-files.ts';
import type { ConfigDisk } from './config-disk.ts';
import { gateway, proxyPort } from './network/network.ts';

/** Where the agent of a virtual machine works: on its disk, outside of any user's home. */
const workDirectory = '/work';

/** Where the files of a config disk are laid down that are no words for the first process. */
const certificates = '/var/run/paddock/ca.pem';

/** What the config disk tells the agent. The dead-man timer is the guest's own end of its life. */
export const identityOf = (machine: DesiredMachine, { bundle, sha256, ca }: AgentFiles): ConfigDisk => ({
  ...{ bundle, sha256, ca },
  ticket: machine.ticket,
  user: machine.image.agent.user ?? '',
  environment: {
    PADDOCK_MACHINE: machine.id,
    PADDOCK_ENROL_URL: machine.enrolUrl,
    PADDOCK_EXPIRES_AT: String(machine.expiresAt),
    PADDOCK_GATEWAY: gateway,
    ...((machine.image.machine.egress ?? 'none') === 'none'
      ? {}
      : { PADDOCK_PROXY: `http://${gateway}:${proxyPort}` }),
    PADDOCK_WORK: workDirectory,
    ...(ca && { [ca.variable]: certificates }),
    LANG: 'C.UTF-8',
  },
});
