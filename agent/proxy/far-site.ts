/**
 * A computer that can run no agent (old Unixes, routers, whatever has no Node), as the place of attempts: everything there is done
 * by its POSIX shell, over ssh. Spool, journal and the connection to the coordinator are here.
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { limits } from '#shared/limits.ts';
import { SiteFailed } from '../guest/errors.ts';
import { removeTree } from '../guest/remove-tree.ts';
import type { Site, SiteStart } from '../guest/site.ts';
import { machineEnvironment } from '../guest/step-environment.ts';
import { openWorkDirectory, type Workplace } from '../guest/workplace.ts';
import { clearComputer } from '../ssh/clear-computer.ts';
import { type FarFacts, lookAround, mustWork, removal } from '../ssh/far-directory.ts';
import { type FarShell, farShell } from '../ssh/far-shell.ts';
import type { Link } from '../ssh/link.ts';
import { quote } from '../ssh/quote.ts';
import { findFarArtifacts } from './far-artifacts.ts';
import { bringFarSource } from './far-source.ts';
import { patiently } from './patience.ts';
import { runFarStep } from './run-far-step.ts';

export type FarPlace = {
  /** It is closed with the site. */
  link: Link;
  /** Path of a POSIX shell there. */
  shell: string;
  /** Of everything there, relative to the home of the user. */
  directory: string;
  /** How long it may be out of reach now; default `limits.farPatienceMs`. */
  patienceMs?: () => number;
};

const never = new AbortController().signal;

export async function openFarSite(start: SiteStart, far: FarPlace): Promise<Site> {
  const { machine, reuse, way, log, signal } = start;
  const { attempts, pipes } = await openWorkDirectory(start.workDirectory);
  const shell = farShell(far.link, far.shell);
  let facts: FarFacts | null = null;
  // A connection that was lost has left something running, perhaps.
  let isClear = false;

  const patient = <Value>(until: AbortSignal, act: (signal: AbortSignal) => Promise<Value>) =>
    patiently(
      { name: far.link.name, patienceMs: far.patienceMs?.() ?? limits.farPatienceMs, signal: until },
      act,
      message => log('out-of-reach', { message }),
    );
  const known = (): FarFacts => {
    if (!facts) throw new Error('the site is used before it was prepared');
    return facts;
  };
  const thereOf = (place: Workplace) =>
    `${known().directory}/attempts/${place.root.slice(attempts.length + 1)}`;

  async function clear(until: AbortSignal): Promise<void> {
    await patient(until, bound => clearComputer(shell, machine, known().directory, bound));
    isClear = true;
  }

  async function prepare() {
    facts = await patient(signal, until => lookAround(shell, far.directory, until));
    if (facts.missing.length > 0)
      throw new SiteFailed(
        `${far.link.name} lacks programs that the agent needs there: ${facts.missing.join(', ')}`,
      );
    await clear(signal);
    const { os, arch, hostname } = facts;
    return { os: os.slice(0, 64), arch: arch.slice(0, 32), hostname: hostname.slice(0, 255) };
  }

  return {
    prepare,
    gitVersion: async () => null,
    warmUp: async () => {},
    placeOf(attempt) {
      const root = join(attempts, attempt);
      const there = `${known().directory}/attempts/${attempt}`;
      const home = reuse === 'static' ? (known().environment.HOME ?? there) : `${there}/home`;
      return {
        ...{ root, home, workspace: `${there}/checkout`, temporary: `${there}/tmp` },
        secrets: `${there}/secrets`,
        ...{ spool: join(root, 'spool'), journal: join(root, 'attempt.json') },
      };
    },
    async make(place, until) {
      await mkdir(place.root, { mode: 0o700 });
      if (!isClear) await clear(until);
      isClear = false;
      await patient(until, bound => makeDirectories(shell, thereOf(place), bound));
    },
    environmentOf: place => machineEnvironment(known().environment, place),
    bringSource: (place, source, until) => bringFarSource({ shell, place, source, way, log, signal: until }),
    keepSecrets: (place, files, until) =>
      patient(until, bound => keepFarSecrets(shell, place.secrets, files, bound)),
    dropSecrets: place =>
      patient(never, async bound => void (await shell.run(removal(place.secrets), bound))).catch(error => {
        // They go with everything else of the attempt, before anything new begins there.
        if (!(error instanceof SiteFailed)) throw error;
        log('secrets-left', { message: error.message });
      }),
    isDirectory: (path, until) => patient(until, bound => isDirectory(shell, path, bound)),
    runStep: step => runFarStep({ ...step, shellThere: shell, root: thereOf(step.place), marker: machine }),
    caches: null,
    findArtifacts: (place, patterns, until, most) => findFarArtifacts(shell, place, patterns, until, most),
    makeRoom: async () => {}, // what a suite has filled is not the disk of this agent
    async remove(place) {
      try {
        await clear(never);
      } finally {
        await removeTree(place.root);
      }
    },
    async close() {
      await far.link.close();
      await Promise.all([attempts, pipes].map(removeTree));
    },
  };
}

async function makeDirectories(shell: FarShell, there: string, signal: AbortSignal): Promise<void> {
  const [, attempts = ''] = /^(.*)\/[^/]+$/.exec(there) ?? [];
  const directories = ['', '/checkout', '/home', '/tmp'].map(name => quote(`${there}${name}`)).join(' ');
  const program = `umask 077\nmkdir -p ${quote(attempts)} && mkdir ${directories} || exit 1`;
  mustWork(
    shell.name,
    'directories for the attempt cannot be made',
    await shell.run(`${removal(there)}\n${program}`, signal),
  );
}

/** The program comes by standard input, and `printf` is the shell's own: no value is in a command line there. */
async function keepFarSecrets(
  shell: FarShell,
  folder: string,
  files: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<void> {
  const writes = Object.entries(files).map(
    ([name, value]) => `printf %s ${quote(value)} > ${quote(`${folder}/${name}`)} || exit 1`,
  );
  const program = ['umask 077', removal(folder), `mkdir ${quote(folder)} || exit 1`, ...writes].join('\n');
  mustWork(shell.name, 'secrets that are files cannot be written', await shell.run(program, signal));
}

async function isDirectory(shell: FarShell, path: string, signal: AbortSignal): Promise<boolean> {
  const { exitCode } = await shell.run(`[ -d ${quote(path)} ]`, signal);
  return exitCode === 0;
}
