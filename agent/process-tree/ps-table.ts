/**
 * The process table of macOS and the BSDs, from `ps`. Start times are whole seconds, so a pid counts as the same process
 * within one second; rows are fresh when they are acted on, because every round of killing reads the table again.
 */
import { execFile, spawnSync } from 'node:child_process';
import { ProcessTableError } from './errors.ts';
import { markerVariable, type ProcessRow, type ProcessTable } from './process-table.ts';

const columns = ['pid', 'ppid', 'pgid', 'stat', 'lstart', 'args'].map(name => `${name}=`).join(',');
const environment = { PATH: '/usr/bin:/bin:/usr/local/bin', LC_ALL: 'C', TZ: 'UTC' };
const maxOutputBytes = 64 * 1024 * 1024;

export function createPsTable(platform: NodeJS.Platform): ProcessTable {
  // Only macOS spells "show the environment" with a capital letter; there and elsewhere it is put behind the arguments.
  const showEnvironment = platform === 'darwin' ? 'axEww' : 'axeww';
  return {
    startOf: pid => {
      const { stdout } = spawnSync('ps', ['-o', 'lstart=', '-p', String(pid)], {
        env: environment,
        encoding: 'utf8',
      });
      return secondsOf(stdout ?? '') ?? Math.floor(Date.now() / 1_000);
    },
    read: async marker => {
      const plain = await ps(['axww', '-o', columns]);
      return parsePs(plain, await ps([showEnvironment, '-o', columns]), marker);
    },
    isStill: () => true,
  };
}

/**
 * Rows from two outputs of `ps`, without and with the environment. Only what the second adds behind the arguments
 * counts as environment: a process that merely names the variable in its arguments is not marked.
 */
export function parsePs(plain: string, withEnvironment: string, marker: string): ProcessRow[] {
  const environments = new Map(parseLines(withEnvironment).map(line => [line.pid, line]));
  return parseLines(plain).flatMap(({ isZombie, args, ...row }) => {
    if (isZombie) return [];
    const same = environments.get(row.pid);
    const added = same?.startedAt === row.startedAt && same.args.startsWith(args) ? same.args : args;
    const variables = ` ${added.slice(args.length).trim()} `;
    return [{ ...row, sid: null, isMarked: variables.includes(` ${markerVariable}=${marker} `) }];
  });
}

const linePattern = /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(\S+)\s+(\w+\s+\w+\s+\d+\s+[\d:]+\s+\d+)\s?(.*)$/;

function parseLines(text: string) {
  return text.split('\n').flatMap(line => {
    const [, pid, ppid, pgid, state = '', start = '', args = ''] = linePattern.exec(line) ?? [];
    const startedAt = secondsOf(start);
    if (pid === undefined || startedAt === null) return [];
    const isZombie = state.startsWith('Z');
    return [
      { pid: Number(pid), ppid: Number(ppid), pgid: Number(pgid), startedAt, isZombie, args: args.trimEnd() },
    ];
  });
}

/** `Thu Nov 20 12:35:00 2026` as seconds since the epoch; null when it is no such text. */
function secondsOf(start: string): number | null {
  const ms = Date.parse(`${start.trim()} UTC`);
  return Number.isNaN(ms) ? null : ms / 1_000;
}

function ps(args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile('ps', args, { env: environment, maxBuffer: maxOutputBytes }, (error, stdout) => {
      if (error === null) resolve(stdout);
      else reject(new ProcessTableError('ps', error));
    });
  });
}
