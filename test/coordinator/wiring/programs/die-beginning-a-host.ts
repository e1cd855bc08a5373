/** A coordinator that is killed in the instant in which it has started its host agent. Options: one JSON argument. */
import { type LocalHostOptions, startLocalHost } from '#coordinator/wiring/local-host.ts';

const options = JSON.parse(process.argv[2] ?? '') as Pick<LocalHostOptions, 'dir' | 'bundles' | 'enrolUrl'>;

await startLocalHost({
  ...options,
  libvirt: null,
  mirrors: [],
  computers: null,
  command: null,
  makeJoinToken: async () => 'not-a-token',
  environment: {
    // Read while the process is being started; what follows at once comes before anything is written down.
    get PATH() {
      setImmediate(() => process.kill(process.pid, 'SIGKILL'));
      return process.env.PATH;
    },
  },
  report: { info: () => {}, warn: () => {} },
});
