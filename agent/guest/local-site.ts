import { statSync } from 'node:fs';
import { limits } from '#shared/limits.ts';
import { markerVariable } from '../process-tree/process-table.ts';
import { removeSecretFolder, secretFolder } from '../secret-files/secret-folder.ts';
import { makeRoom } from './make-room.ts';
import { restockPipes } from './process/pipe-stock.ts';
import { runStep } from './process/run-step.ts';
import { removeTree } from './remove-tree.ts';
import { dropSecrets, keepSecrets } from './secret-files.ts';
import { gitVersion, siteFacts } from './session/platform-facts.ts';
import type { Site, SiteStart } from './site.ts';
import { fetchSource } from './source/fetch-source.ts';
import { machineEnvironment, proxyEnvironment } from './step-environment.ts';
import { orAborted } from './waiting.ts';
import { makeWorkplace, openWorkDirectory, removeWorkplace, workplaceOf } from './workplace.ts';

/** The computer that this agent runs on. */
export async function openLocalSite(start: SiteStart): Promise<Site> {
  const { machine, reuse, way, environment, log } = start;
  const { attempts, pipes } = await openWorkDirectory(start.workDirectory);
  // What an earlier life of the agent has left.
  removeSecretFolder(machine);
  const memory = secretFolder(machine);
  let git: Promise<string | null> | null = null;
  const knownGit = () => {
    git ??= gitVersion();
    return git;
  };
  return {
    prepare: async () => siteFacts(),
    gitVersion: knownGit,
    warmUp: () => restockPipes(pipes),
    placeOf: attempt => workplaceOf(attempts, attempt, reuse, memory),
    make: makeWorkplace,
    environmentOf: place => ({
      ...machineEnvironment(environment, place),
      ...proxyEnvironment(environment.PADDOCK_PROXY),
    }),
    bringSource: async (place, source, signal) =>
      fetchSource({
        source,
        workspace: place.workspace,
        env: { ...machineEnvironment(environment, place), [markerVariable]: machine },
        hasGit: (await orAborted(knownGit(), signal)) !== null,
        way,
        ca: environment.PADDOCK_CA_FILE ?? environment.NODE_EXTRA_CA_CERTS,
        log,
        signal,
      }),
    keepSecrets,
    dropSecrets,
    isDirectory,
    runStep: ({ place: _, ...step }) => runStep({ ...step, marker: machine, scratch: pipes }),
    async findArtifacts({ workspace }, patterns, signal, most) {
      // Loaded when there is something to find: most jobs keep nothing, and a machine may live for one job.
      const { findArtifacts } = await import('./uploads/find-artifacts.ts');
      return findArtifacts(workspace, patterns, signal, undefined, most);
    },
    // Loaded when a suite has one.
    caches: {
      pack: async (...asked) => (await import('./caches/directories.ts')).localDirectories.pack(...asked),
      unpack: async (...asked) => (await import('./caches/directories.ts')).localDirectories.unpack(...asked),
    },
    makeRoom: place => makeRoom(place, limits.guestSpareBytes, log),
    async remove(place) {
      dropSecrets(place);
      await removeWorkplace(place);
    },
    async close() {
      removeSecretFolder(machine);
      await Promise.all([attempts, pipes].map(removeTree));
    },
  };
}

function isDirectory(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false; // not there, or not for us
  }
}
