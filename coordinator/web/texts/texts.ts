/** All text of the interface: plain, short, present tense, ready for translation. */

import type { Standing } from '#shared/api.ts';
import { durationText } from '#shared/quantity-text.ts';
import type { RunPurpose } from '#shared/run.ts';
import { shortCommit } from '#shared/short-commit.ts';
import { log } from './log.ts';
import { plural } from './numbers.ts';

const standings: Record<Standing, string> = {
  preparing: 'preparing',
  blocked: 'blocked',
  queued: 'queued',
  running: 'running',
  refused: 'refused',
  empty: 'nothing to test',
  passed: 'passed',
  failed: 'failed',
  errored: 'could not be tested',
  cancelled: 'cancelled',
  superseded: 'superseded',
  'timed-out': 'timed out',
  skipped: 'skipped',
};

const purposes: Record<RunPurpose, string> = {
  change: 'head of a pull request',
  landed: 'landed',
  manual: 'started by hand',
  'merge-group': "in GitHub's merge queue",
  'merge-queue': 'in the merge queue',
};

export const texts = {
  product: 'Paddock',
  standings,
  purposes,
  log,

  frame: {
    skip: 'Skip to the content',
    pages: 'Pages',
    runs: 'Runs',
    merging: 'Merging',
    deliveries: 'Deliveries',
    settings: 'System',
    people: 'People',
    search: 'Search, jump, act',
    themeToDark: 'Dark theme',
    themeToLight: 'Light theme',
    signOut: 'Sign out',
    signIn: 'Sign in',
    signInHint: 'Public repositories can be read by everybody.',
    signedInAs: (name: string) => `Signed in as ${name}`,
    loading: 'Loading',
  },

  away: {
    connecting: 'The coordinator does not answer.',
    retry: (seconds: number) => `Trying again in ${seconds} s. What is shown may be old.`,
    now: 'Try now',
  },
  updated: {
    title: 'Paddock was updated while this page was open.',
    reload: 'Load it again',
  },
  skewed: (ms: number) =>
    `The clock of this computer is ${plural(Math.round(Math.abs(ms) / 60_000), 'minute', 'minutes')} ${ms > 0 ? 'ahead' : 'behind'}. Times here are those of the coordinator.`,

  problem: {
    absent: {
      run: 'There is no such run, or you may not see it.',
      job: 'There is no such job, or you may not see it.',
      page: 'There is nothing at this address.',
    },
    absentHint: 'If it belongs to a private repository, sign in with',
    admin: 'This page is for administrators.',
    adminHint: 'On the computer of the coordinator, run',
    command: 'paddock open',
    misfit: 'This page is older than the coordinator that it talks to.',
    misfitHint: 'Load it again to have the new one.',
    unreachable: 'The coordinator does not answer.',
    unreachableHint: 'It may be restarting. This page tries again by itself.',
    bug: 'This page has failed.',
    bugHint: 'Load it again. If it fails again, tell the administrators what you did.',
    again: 'Try again',
    reload: 'Load it again',
    home: 'Runs',
  },

  copy: 'copy',
  copied: 'copied',
  notCopied: 'press Ctrl C',

  verbs: {
    rerun: 'Run again',
    cancel: 'Cancel',
    back: { rerun: 'Leave it', cancel: 'Keep it running' },
    run: {
      rerun: {
        title: 'Run every job again?',
        body: 'Jobs that are over get a new attempt. Earlier attempts and their logs stay.',
        act: 'Run again',
      },
      cancel: {
        title: 'Cancel this run?',
        body: 'Jobs that run are stopped; those that wait do not begin. Their logs stay.',
        act: 'Cancel the run',
      },
    },
    job: {
      rerun: {
        title: 'Run this job again?',
        body: 'It gets a new attempt. Earlier attempts and their logs stay.',
        act: 'Run again',
      },
      cancel: {
        title: 'Cancel this job?',
        body: 'It is stopped where it is. Its log stays.',
        act: 'Cancel the job',
      },
    },
    done: { rerun: 'It runs again.', cancel: 'It is being stopped.' },
  },

  approval: {
    why: 'A maintainer has to approve this commit before it runs: it comes from outside of the repository.',
    verb: (commit: string) => `Approve ${shortCommit(commit)}`,
    title: (commit: string) => `Approve ${shortCommit(commit)}?`,
    body: 'This runs this commit’s code on machines of yours, without secrets. Look at it first. What is pushed to the pull request later waits for an approval of its own.',
    back: 'Let it wait',
  },

  runs: {
    title: 'Runs',
    newRuns: (n: number) => `${plural(n, 'new run', 'new runs')} · show`,
    filters: 'Filters',
    filtersOpen: (n: number) => (n === 0 ? 'Filters' : `Filters (${n})`),
    text: 'Find',
    textHint: 'Title, commit, author, branch',
    repository: 'Repository',
    branch: 'Branch',
    change: 'Pull request',
    author: 'Author',
    image: 'Image',
    outcome: 'Outcome',
    test: 'Failed test',
    since: 'From',
    until: 'To',
    any: 'any',
    only: (name: string, value: string) => `Only ${name.toLowerCase()} ${value}`,
    clear: 'Clear',
    remove: (name: string) => `Remove the filter ${name.toLowerCase()}`,
    removeShort: 'remove',
    none: 'No run fits these filters.',
    noneSoFar: 'None of the runs looked through so far fits these filters.',
    all: 'All runs',
    older: 'Older runs',
    loadingOlder: 'Looking through older runs',
    noMore: 'These are all.',
    noTitle: (commit: string) => `Commit ${commit}`,
    list: 'Runs, newest first',
  },

  badge: {
    title: 'Badge for a README',
    of: (label: string) => `How ${label} stands`,
    hint: 'It is the same for everybody: a private repository has no runs there.',
  },

  first: {
    title: 'No run yet',
    waiting: 'This page waits for the first one and shows it by itself.',
    byHand: 'Test a commit from a shell',
    commands: 'paddock run . --command "make check"\npaddock run https://example.org/owner/repository.git',
    byGitHub: 'Or let GitHub tell of every commit',
    webhook: 'In the settings of the repository, add a webhook:',
    url: 'Payload URL',
    type: 'Content type',
    secret: 'Secret',
    secretValue: 'the one that the configuration names under github',
    events: 'Events',
    eventsValue: 'pull requests and pushes',
    deliveries: 'What arrives is listed under Deliveries, with what was done about it.',
    signIn: 'Sign in to see the runs of private repositories',
  },

  run: {
    change: (n: number, title: string) => `pull request #${n} ${title}`.trimEnd(),
    failures: 'What broke',
    fails: (n: number, of: number) => `fails on ${n} of ${of}`,
    timesOut: (n: number, of: number) => `times out on ${n} of ${of}`,
    errored: 'could not be tested on',
    notTheirs: 'The fault is Paddock’s or its machines’, not the commit’s.',
    matrix: 'Suites and images',
    suite: 'Suite',
    onMerge: 'on merge',
    attempt: (n: number) => (n === 2 ? '2nd try' : n === 3 ? '3rd try' : `${n}th try`),
    timeline: 'Where the time went',
    timelineTable: 'The same as a table',
    timelineJob: 'Job',
    timelineTotal: 'All',
    attemptOf: (job: string, n: number) => `${job}, attempt ${n}`,
    longest: (job: string, total: string, most: string, phase: string) =>
      `The last to end was ${job} after ${total}, ${most} of it in ${phase}.`,
    preparing: 'The commit is being fetched and its suite file read. Its jobs appear here by themselves.',
    empty: 'This run has no jobs.',
    emptyHint:
      'A run has jobs when its commit has a .paddock.yml with a suite that some image serves. The smallest one:',
    emptyExample: 'version: 1\nsuites:\n  unit:\n    steps:\n      - make check',
    refused: 'No job can come of this commit until it is mended:',
    refusedHint: 'Push a commit with the mistake mended, and it is tested by itself.',
    dropped: 'It ended before it had jobs.',
    artifacts: (n: number) => plural(n, 'artifact', 'artifacts'),
    jobs: 'Jobs',
    warnings: 'Warnings',
    startedAgo: 'started',
  },

  job: {
    steps: 'Steps',
    details: 'Details',
    phases: 'Phases',
    phaseNames: {
      queue: 'queue',
      boot: 'boot',
      start: 'start',
      source: 'source',
      steps: 'steps',
      uploads: 'uploads',
    } as Record<string, string>,
    attempts: 'Attempts',
    attempt: (n: number) => `attempt ${n}`,
    newer: (n: number) => `Attempt ${n} has begun · show`,
    machine: 'Machine',
    host: 'host',
    machineId: 'machine',
    image: 'image',
    system: 'system',
    artifacts: 'Artifacts',
    noArtifacts: 'None were kept.',
    environment: 'Environment',
    limits: 'Limits of the steps',
    limit: (total: number, idle: number) => `${durationText(total)}, silent ${durationText(idle)}`,
    runLocally: 'Run this locally',
    runLocallyHint: 'In a checkout of the repository:',
    raw: 'Raw log',
    waiting: 'Waiting',
    logBegins: 'The log begins here by itself.',
    errored: 'This is not the fault of the commit.',
    erroredBody:
      'Paddock could not finish testing it, so it says neither that the commit is good nor that it is bad.',
    tried: (n: number) => `It was tried ${n} times:`,
    onceSetup: 'It was not tried again, because the same would have happened again.',
    onceOther: 'It was not tried again by itself: whether that is harmless is for a person to say.',
    mended: 'When the cause is mended, run it again.',
    lostBefore: 'An earlier attempt was lost to the infrastructure, which says nothing about the commit:',
    needs: 'It begins by itself when the suites that it needs have passed.',
    never: 'It never ran, so there is no log.',
    partial: 'The log of this attempt is not complete:',
    stillRunning: 'still running',
    exit: (code: number | null, signal: string | undefined) =>
      code === null ? `ended by ${signal ?? 'a signal'}` : `exit ${code}`,
  },

  tests: {
    title: 'Tests',
    failing: 'Tests that fail',
    more: (n: number, isAtLeast: boolean) =>
      `and ${isAtLeast ? 'at least ' : ''}${n.toLocaleString('en')} more; the pages of the jobs say more of them`,
    beingRead: 'The reports of this job are being read',
    history: 'its history',
    none: 'No run has had this test yet.',
    older: 'Older results',
    everywhere: 'on every image and branch',
    strips: 'By image, the newest at the right',
    passedOf: (n: number, of: number) => `passed ${n} of ${of}`,
    columns: ['Outcome', 'Image', 'Branch', 'Commit', 'Run', 'What it said', 'When'],
    faults: {
      new: 'New with this commit.',
      known: 'Known: it is red without this change too.',
      flaky: 'Flaky: it changes its mind.',
      infrastructure: 'The fault is not the commit’s.',
      unclear: 'Nothing to compare with.',
    },
  },

  artifacts: {
    title: 'Artifacts',
    none: 'No job of this run has kept an artifact.',
    noneHint:
      'Jobs on merge keep the files that their suite names under artifacts, when every step has passed.',
    path: 'File',
    size: 'Size',
    digest: 'SHA-256',
    job: 'Job',
  },

  deliveries: {
    title: 'Deliveries',
    about: 'The webhooks that came, newest first, and what was done about each.',
    none: 'No delivery yet',
    noneHint: 'GitHub sends a ping as soon as a webhook is added. Its payload URL is',
    age: 'Age',
    event: 'Event',
    repository: 'Repository',
    verdict: 'Verdict',
    note: 'What was done',
    id: 'Delivery',
    handled: 'being handled',
    came: (n: number) => `came ${n} times`,
    older: 'Older deliveries',
  },

  signIn: {
    title: 'Sign in',
    busy: 'Signing in.',
    used: 'This link has been used or has expired.',
    none: 'To sign in, open a one-time link. On the computer of the coordinator, run',
    command: 'paddock open',
    github: 'Sign in with GitHub',
    githubHint:
      'Paddock is told who you are, and nothing else. What you may do here is what you may on GitHub.',
    administrator: 'The administrator of the coordinator comes by a one-time link. On its computer, run',
    as: (name: string) => `You are signed in as ${name}.`,
    out: 'Sign out',
    outEverywhere: 'Sign out everywhere',
    outEverywhereHint: 'In every browser in which you are signed in, this one too.',
  },

  keys: {
    title: 'Keys',
    close: 'Close',
    list: [
      [['Ctrl', 'K'], 'search, jump, act'],
      [['/'], 'find in a list or a log'],
      [['?'], 'these keys'],
    ] as [string[], string][],
  },

  palette: {
    hint: 'Search runs, or type what to do',
    pages: 'Pages',
    actions: 'Actions',
    runs: 'Runs',
    searchFor: (text: string) => `Find runs with “${text}”`,
    nothing: 'Nothing fits.',
  },
} as const;
