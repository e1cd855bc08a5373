/** What the command line says in words of its own, in one place, ready for translation. All functions are pure. */

import { limits } from '#shared/limits.ts';
import { withoutUnseen } from '#shared/log-text.ts';
import { bytesText, durationText } from '#shared/quantity-text.ts';
import type { WorkRefusal } from '#shared/refusals/work.ts';
import type { RunFilter } from '#shared/run-filter.ts';
import { shortCommit } from '#shared/short-commit.ts';

const shellWord = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;

const listed = (names: readonly string[], most: number = limits.cliFilesNamed): string => {
  const rest = names.length - most;
  return rest > 0 ? `${names.slice(0, most).join(', ')} and ${rest} more` : names.join(', ');
};

const files = (count: number, kind: string): string => `${count} ${kind} ${count === 1 ? 'file' : 'files'}`;

/** A filter as it is typed; what has no form of its own or turns the direction of text is left out. */
const optionsOf = (filter: RunFilter): string =>
  Object.entries(filter)
    .flatMap(([name, value]) =>
      value === undefined
        ? []
        : [`--${name === 'change' ? 'pull' : name} ${shellWord(withoutUnseen(String(value)))}`],
    )
    .join(' ');

/** The next thing to try: the last line of an error. */
const hints = {
  up: 'paddock up',
  doctor: 'paddock doctor',
  health: (url: string) => `curl -sS ${shellWord(`${url}/healthz`)}`,
  help: (verb: string) => `paddock ${verb ? `${verb} ` : ''}--help`,
  address: 'paddock --coordinator http://127.0.0.1:7070 status',
  token: 'paddock --token-file FILE … with a copy of admin-token from the data directory of the coordinator',
  tunnel: 'reach it by https, or by a tunnel: ssh -N -L 7070:127.0.0.1:7070 HOST',
  version: 'use the paddock command of the same version as the coordinator',
  status: 'paddock status',
  runs: 'paddock runs',
  runTarget: 'paddock run PATH-OR-URL',
  remote: (url: string) => `git ls-remote ${shellWord(url)}`,
  gitInit: (path: string) =>
    `cd ${shellWord(path)} && git init && git add . && git commit -m 'the first state'`,
  commitSuiteFile: (target: string) => {
    const git = `git -C ${shellWord(target)}`;
    return `${git} add .paddock.yml && ${git} commit -m 'Test by Paddock'`;
  },
  command: (target: string) => `paddock run ${shellWord(target)} --command 'make check'`,
  image: (target: string, image: string) =>
    `paddock run ${shellWord(target)} --image ${image}   (it stands for this computer then)`,
  logs: (job: string, step?: number) =>
    `paddock logs ${job}${step === undefined ? '' : ` --step ${step + 1}`}`,
  follow: (id: string) => `paddock logs ${id} --follow`,
  rerun: (id: string) => `paddock rerun ${id}`,
  approve: (run: string) => `paddock approve ${shellWord(run)}`,
  watch: (run: string) => `paddock watch ${run}`,
  show: (id: string) => `paddock show ${id}`,
  push: 'push the commit, then: paddock run URL --commit SHA',
};

export const texts = {
  hints,

  // Finding and asking a coordinator.
  noCoordinator: (dataDir: string) =>
    `no coordinator is named (--coordinator, PADDOCK_URL), and none runs on the data directory ${dataDir}`,
  badAddress: (text: string) =>
    `${text} is no address of a coordinator; one looks like http://127.0.0.1:7070`,
  badConfigFile: (file: string, why: string) => `PADDOCK_CONFIG names ${file}, which cannot be read: ${why}`,
  tokenUnreadable: (file: string, why: string) => `the token file ${file} cannot be read: ${why}`,
  tokenMalformed: (file: string) => `${file} holds no token`,
  tokenInPlainText: (host: string) =>
    `the token is not sent to ${host} by plain http, because anybody on the way could read it`,
  unreachable: (url: string, why: string) => `the coordinator at ${url} cannot be reached: ${why}`,
  tookTooLong: (ms: number) => `no answer within ${durationText(ms)}`,
  noPaddock: (url: string, status: number) => `${url} answers ${status} in a way that no coordinator does`,
  notUnderstood: (url: string, path: string, detail: string) =>
    `the answer of ${url}${path} is of another version of Paddock: ${detail}`,
  silence: (why: string) => `${why}; asking again`,
  noSuchLog: (url: string) => `there is no such log at ${url}, or you may not see it`,
  logGap: (attempt: string, from: number, to: number) =>
    `the log of ${attempt} arrives with a gap between byte ${from} and byte ${to}`,

  // Repositories.
  noGit: 'git is not on PATH; install it, it reads the repository to test',
  noCommitYet: (path: string) => `${path}: there is no commit yet; make one`,
  noSuchCommit: (path: string, revision: string) => `${path}: there is no commit ${revision}`,
  noSuchPath: (path: string) => `${path} is not a directory that can be entered`,
  notARepository: (path: string) =>
    `${path} is not in a git repository; \`git init\` and a commit make it one`,
  unreadableRemote: (url: string, words: string) => `${url} cannot be read: ${words}`,
  secretInUrl: 'a password in an address would be stored and shown; give the address without it',
  noSuchRef: (url: string, name: string) => `${url} has no branch, tag or ref called ${name}`,
  shortRemoteCommit: (commit: string) =>
    `${commit} cannot be looked up at a distance; give all 40 digits of it, or the name of a branch or tag`,
  leftOut: (dirty: readonly string[], untracked: readonly string[], commit: string) => {
    const parts = [
      ...(dirty.length > 0 ? [`${files(dirty.length, 'changed')} (${listed(dirty)})`] : []),
      ...(untracked.length > 0 ? [`${files(untracked.length, 'untracked')} (${listed(untracked)})`] : []),
    ];
    return `${parts.join(' and ')} not included: only the commit ${shortCommit(commit)} is tested`;
  },

  // One run.
  notYourDisk: (path: string, host: string) =>
    `${path} is on this computer and the coordinator is on ${host}, which cannot read it`,
  occasion: (images: readonly string[]) =>
    images.length === 0
      ? 'No coordinator runs here, so one is started for this run.'
      : `No coordinator runs here, so one is started for this run; ${listed(images)} ${images.length === 1 ? 'stands' : 'each stand'} for this computer.`,
  unisolated:
    'Its `process` driver isolates nothing: the suite runs as you, and can read and change all that you can.',
  occasionEnds: 'ending what was started for this run; Ctrl-C again leaves it behind',
  pullRequest: (number: number) => `pull request #${number}`,
  ago: (age: string) => (age === 'just now' ? age : `${age} ago`),
  isEmpty: 'there is nothing to run',
  isRefused: 'it cannot be run',
  refusedAs: ({ code, cause }: WorkRefusal) =>
    cause === null ? `refused as ${code}` : `refused as ${code}, because of ${cause}`,
  cancelling: (isForOccasion: boolean) =>
    `cancelling; Ctrl-C again ${isForOccasion ? 'ends everything at once' : 'leaves it to the coordinator'}`,
  left: (run: string, url: string) => `left: ${run} is still being cancelled by ${url}`,
  leftBehind: (directory: string) =>
    `left at once: processes of this run may still be alive; their files are in ${directory}`,
  neverStarted: 'interrupted before the run was started',
  preparing: (commit: string) => `fetching ${shortCommit(commit)}`,
  preparingAgain: (message: string) => `${message}; trying again`,
  step: (index: number, of: number, name: string) => `── step ${index + 1}/${of} ${name}`,
  moreLines: (count: number | null) =>
    count === null ? 'more lines before these' : `${count} more ${count === 1 ? 'line' : 'lines'}`,
  moreJobs: (count: number) => `… and ${count} more ${count === 1 ? 'job' : 'jobs'}`,
  retried: (image: string, suite: string, number: number, isVoid: boolean) =>
    `${image} ${suite}: ${isVoid ? `attempt ${number - 1} was lost, its log so far is void` : 'run again'}; this is attempt ${number}`,
  logVerified: (size: string) => `log ${size} ✓`,
  logPartial: (size: string) => `log partial, ${size}`,
  verified: (bytes: number, lines: number) =>
    `log verified ✓ ${bytesText(bytes)}, ${lines} ${lines === 1 ? 'line' : 'lines'}`,
  partial: (bytes: number, reason: string) => `log partial, ${bytesText(bytes)}: ${reason}`,
  differs: (attempt: string) =>
    `what was shown of the log of ${attempt} is not what the coordinator has stored and verified`,

  // The local verbs.
  isFit: 'A coordinator can run here.',
  isUnfit: (count: number) =>
    `A coordinator cannot run here: ${count} ${count === 1 ? 'thing' : 'things'} to mend.`,

  // Other verbs.
  beingHandled: 'being handled',
  coordinatorAt: (version: string, url: string) => `Paddock ${version} at ${url}`,
  upFor: (age: string) => (age === 'just now' ? 'started just now' : `up for ${age}`),
  bus: (state: string) => `NATS ${state}`,
  bundle: (file: string, bytes: number) =>
    `${file} (${bytesText(bytes)}), without secrets; look through it before you hand it on`,
  bundleEntry: bytesText,
  github: 'GitHub',
  hosts: 'Hosts',
  noHosts: 'no host has enrolled yet',
  connected: 'connected',
  silentFor: (age: string) => (age === 'just now' ? 'went silent just now' : `silent for ${age}`),
  draining: 'draining',
  driver: (name: string, isolation: string) =>
    `${name} driver${isolation === 'none' ? ' (isolates nothing)' : ''}`,
  machines: (count: number) => `${count} ${count === 1 ? 'machine' : 'machines'}`,
  images: 'Images',
  imageLoad: (facts: { machines: number; max: number; busy: number; queued: number }) =>
    `${facts.machines} of ${facts.max} machines, ${facts.busy} busy, ${facts.queued} queued`,
  unsent: 'What GitHub has not got',
  unsentWrite: (context: string, tries: number, message: string | null) =>
    `${context} after ${tries} ${tries === 1 ? 'try' : 'tries'}${message === null ? '' : `: ${message}`}`,
  steps: 'Steps',
  attempts: 'Attempts',
  artifacts: 'Artifacts',
  removedOn: (date: string) => `removed on ${date}`,
  exit: (code: number | null, signal: string | undefined) =>
    code === null ? (signal ?? 'ended by a signal') : `exit ${code}`,
  noRuns: (filter: RunFilter) =>
    Object.keys(filter).length === 0 ? 'no run yet' : `no run fits ${optionsOf(filter)}`,
  moreRuns: (last: string, filter: RunFilter) =>
    ['paddock runs', optionsOf(filter), `--before ${last}`].filter(Boolean).join(' '),
  badFilter: (option: string, why: string) => `${option}: ${why}`,
  badId: (text: string, types: readonly string[]) =>
    `${text} is not the id of ${types.map(type => (type === 'attempt' ? `an ${type}` : `a ${type}`)).join(' or ')}${types.includes('run') ? '; a run has a name too, such as acme/rocket#128' : ''}`,
  noSuchNumber: (repository: string, number: number) => `${repository} has no run #${number}`,
  manyJobs: (run: string, jobs: readonly string[]) =>
    `${run} has ${jobs.length} jobs; name one:\n${jobs.map(line => `  ${line}`).join('\n')}`,
  noJobs: (run: string) => `${run} has no jobs`,
  notStarted: (text: string) => `the job has no log yet: ${text}`,
  goesOn: (command: string) => `it goes on: ${command}`,
  noAttempt: (job: string, number: number) => `${job} has no attempt ${number}`,
  noStep: (number: number, of: number) =>
    `there is no step ${number}; the job has ${of === 1 ? 'one step' : `${of} steps`}`,
  stepNotStarted: (number: number) => `step ${number} has not started`,
  notWritten: (why: string) => `standard output cannot be written: ${why}`,
  cancelled: (name: string) => `${name} is being cancelled`,
  overAlready: (text: string, standing: string) => `${text} is over already: ${standing}`,
  rerun: (name: string) => `${name} runs again`,
  approved: (run: string, commit: string) =>
    `${run} is approved at ${shortCommit(commit)}: its jobs run, without secrets`,
  noRunOfCommit: (commit: string) => `no pull request that Paddock knows of has a run of ${commit}`,
  runsOfCommit: (commit: string, names: readonly string[]) =>
    `several pull requests have a run of ${commit}: ${listed(names)}; name one`,
  signIn: (minutes: number) => `signs one browser in, once, within ${minutes} min:`,
  noTests: 'no report of tests has been handed over',
  testsBeingRead: 'its reports are being read',
  noEvents: 'nothing has happened to this job yet',
  noCaches: 'no job has left a cache',
  cachesTotal: (count: number, size: string, allowed: string) =>
    `${count} ${count === 1 ? 'cache' : 'caches'}, ${size}; a repository may have ${allowed}`,
  cachesNotListed: (count: number) => `${count} more that were not used for longer are not listed`,
  dropWhich: 'name the repository whose caches are to be dropped',
  noDeliveries: 'no webhook has been delivered yet',
  noImages: 'no image is configured, so nothing can be tested',
  badNumber: 'expected a whole number above 0',
  badImage: 'expected the name of an image, such as debian-12',
  unforeseen: 'paddock failed in a way nobody foresaw; this is a bug:',
} as const;
