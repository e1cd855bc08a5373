/** What `paddock --help` and `paddock <verb> --help` say, ready for translation. */

export const examples = (...lines: string[]): string =>
  `\nExamples:\n${lines.map(line => `  $ ${line}`).join('\n')}\n`;

const exitCodeTable = `
Exit codes:
  0  done; for a run: passed
  1  a run failed or timed out: the suite's own verdict
  2  anything else: errored, cancelled, superseded, could not start, wrong usage`;

const environmentTable = `
Environment:
  PADDOCK_URL         the coordinator to talk to, such as http://127.0.0.1:7070
  PADDOCK_TOKEN_FILE  the file with its token
  PADDOCK_TOKEN       a token for it, from elsewhere (paddock token create)
  PADDOCK_DATA        the data directory, where a coordinator leaves both
  PADDOCK_CONFIG      the configuration file of that coordinator
  NO_COLOR            no colours

Without any of them the coordinator that runs on this computer is meant.
--json prints what the HTTP API answers; its fields are in shared/api.ts.`;

const example = {
  program: examples(
    "paddock run . --command 'make check'   # any git repository, no set-up",
    'paddock up                             # a coordinator on this computer',
    'paddock runs',
    "paddock show 'acme/rocket#128'",
  ),
  run: examples(
    'paddock run                               # this checkout, its .paddock.yml',
    "paddock run ../rocket --command 'make'    # without a suite file",
    'paddock run . --commit HEAD~3 --image debian-12',
    'paddock run https://github.com/acme/rocket.git --commit v1.2',
    'paddock run . --json 2> log.txt | jq .standing',
  ),
  logs: examples(
    'paddock logs job_01jd… --follow',
    "paddock logs 'acme/rocket#128' > log.txt    # the run has one job",
    'paddock logs job_01jd… --step 2',
    'paddock logs job_01jd… --attempt 1',
    'paddock logs job_01jd… --timestamps',
  ),
  runs: examples(
    'paddock runs',
    'paddock runs --repository acme/rocket --limit 100',
    'paddock runs --branch main --image openbsd-7.9 --failed --since 7d',
    'paddock runs --test parser/overflow',
    "paddock runs --json | jq '.items[].standing'",
  ),
  show: examples('paddock show run_01jd…', "paddock show 'acme/rocket#128'", 'paddock show job_01jd…'),
  change: (verb: string) => examples(`paddock ${verb} job_01jd…`, `paddock ${verb} 'acme/rocket#128'`),
};

export const helpTexts = {
  program: 'CI that tests every commit on every operating system.',
  afterProgram: `${exitCodeTable}\n${environmentTable}\n${example.program}`,
  usage: '[options] <verb> …',
  version: 'print the version',
  help: 'print this',
  helpOfVerb: 'print the help of a verb',
  coordinator: 'the coordinator to talk to (PADDOCK_URL)',
  tokenFile: 'the file with its token (PADDOCK_TOKEN_FILE)',
  json: 'print JSON',
  limit: 'how many',
  config: 'the configuration file (PADDOCK_CONFIG, else paddock.yaml here)',

  groups: {
    test: 'Test something:',
    look: 'Look and act:',
    people: 'People and programs:',
    fleet: 'Hosts and machines:',
    here: 'On this computer:',
  },

  run: {
    summary: 'test a commit now and show what happens',
    text: `Tests one commit of a repository: of a checkout (its HEAD, unless told), or of a URL. What is run is the commit's .paddock.yml, or --command. Files that are not in the commit are named and not tested.

The log goes to standard output, everything else to standard error. With several jobs every line of the log is headed by its image.

Where no coordinator runs, one is started for this run and nothing of it is left; it runs the suite on this computer and isolates nothing. Ctrl-C cancels the run.`,
    target: 'a directory in a checkout, a bare repository, or a URL',
    commit: 'another commit than HEAD: anything git can resolve; of a URL a branch, tag, ref or full SHA',
    image: 'only on these images (repeatable)',
    command: 'this command in place of the suite file',
    json: 'print the run with its jobs as JSON at the end; the log goes to standard error',
    quiet: 'no log and no progress: the summary on standard output',
    after: `${exitCodeTable}\n${example.run}`,
  },
  logs: {
    summary: 'print a log, byte for byte',
    text: "Prints the log of a job's newest attempt, exactly as the suite wrote it (the agent has blanked secrets), and compares it with the digest that the agent computed. On a terminal, what is neither text nor colour is left out.",
    target: 'a job, an attempt, or a run that has one job',
    follow: 'go on until the job is over, through lost machines and lost connections',
    step: 'only this step, counted from 1',
    attempt: 'another attempt than the newest, counted from 1',
    timestamps: 'before each line when it arrived at the coordinator (UTC)',
    json: 'print what is known of the attempt: times, marks, digest',
    after: example.logs,
  },
  runs: {
    summary: 'list or search runs, the newest first',
    text: 'Lists the newest runs, or those that fit all of the options given. Names are the same whatever their capitals are.',
    repository: 'only of this repository (owner/name)',
    author: 'only of this author',
    branch: 'only of this branch',
    pull: 'only of the pull request with this number',
    image: 'only with a job on this image',
    outcome: 'only those that stand so: passed, failed, errored, timed-out, cancelled, running, queued …',
    failed: 'the same as --outcome failed',
    test: 'only those in which a test failed or was flaky whose name begins so',
    words:
      'only with all these words in the titles of commit and pull request, the names, or as the beginning of the commit',
    since: 'only those made since then: 2026-11-30, 2026-11-30T12:00:00Z (UTC), or 3d, 12h, 30m ago',
    until: 'only those made before then; of a day, before its end',
    before: 'only runs that are older than this one',
    after: example.runs,
  },
  badge: {
    summary: 'print the Markdown of a badge for a README',
    text: 'Prints the Markdown of a badge that says how the newest commits of a branch stand: passing, failing, errored, running or no runs. It is the same for everybody, so that a private repository has no runs.',
    target: 'a repository (owner/name)',
    branch: 'of this branch; else of the default one',
    image: 'only the jobs on this image',
    suite: 'only the jobs of this suite',
    after: examples(
      'paddock badge acme/rocket',
      'paddock badge acme/rocket --image openbsd-7.9 >> README.md',
    ),
  },
  show: {
    summary: 'show a run with its jobs, or a job in full',
    target: 'a run (also as acme/rocket#128) or a job',
    after: example.show,
  },
  watch: {
    summary: 'watch a run until it is over',
    text: 'Shows a run as `paddock run` does, with its logs, and ends with its verdict as the exit code. Ctrl-C leaves it running.',
    target: 'a run (also as acme/rocket#128)',
    after: `${exitCodeTable}\n${examples("paddock watch 'acme/rocket#128'")}`,
  },
  completion: {
    summary: 'print a completion script for a shell',
    target: 'bash, zsh or fish',
    after: examples(
      'source <(paddock completion bash)',
      'paddock completion zsh > ~/.zfunc/_paddock',
      'paddock completion fish > ~/.config/fish/completions/paddock.fish',
    ),
  },
  tests: {
    summary: 'show which tests failed, and whose fault it is',
    text: 'Shows what the reports of a run or of a job say: counts, and each failing test with where it is, what it printed, and whether it is new, known on the base branch, or flaky.',
    target: 'a run (also as acme/rocket#128) or a job',
    after: examples("paddock tests 'acme/rocket#128'", "paddock tests job_01jd… --json | jq '.[].counts'"),
  },
  events: {
    summary: 'tell the life of a job, event by event',
    text: 'Tells what happened to a job and to the machines that ran it, from the event log, in order.',
    target: 'a job, or a run that has one job',
    after: examples('paddock events job_01jd…', 'paddock events job_01jd… --json'),
  },
  cancel: {
    summary: 'cancel a run or a job',
    target: 'a run (also as acme/rocket#128) or a job',
    after: example.change('cancel'),
  },
  rerun: {
    summary: 'run again what did not pass; when all passed, every suite',
    target: 'a run (also as acme/rocket#128) or a job',
    after: example.change('rerun'),
  },
  approve: {
    summary: 'let a commit of a fork run',
    text: `Lets the commit of a pull request from a fork run. Look at it first: its code runs on machines of yours, without secrets, and on none that isolates nothing.

One commit is approved, the head of the pull request. What is pushed later waits again.`,
    target: 'a run (also as acme/rocket#128) or a commit',
    after: examples("paddock approve 'acme/rocket#128'", 'paddock approve 3f2c1ab'),
  },
  merge: {
    summary: 'merge a pull request when it is ready',
    text: `Merges a pull request, at the head it has now, as soon as its jobs have passed, it has its approvals and nothing blocks it. Where the repository has a merge queue, it is tested with what lands before it.

What is pushed later has to be asked for again.`,
    target: 'a pull request, as acme/rocket#12',
    priority: 'the higher one lands first (usually 0)',
    withdraw: 'do not merge it after all',
    after: examples("paddock merge 'acme/rocket#12'", "paddock merge 'acme/rocket#12' --withdraw"),
  },
  mergeQueue: { summary: 'show what is to be merged, with what it is tested, and why it waits' },
  caches: {
    summary: 'list the caches of jobs, or drop some',
    text: `Lists what jobs have left for later ones (caches in .paddock.yml), used last first.

One that is dropped is made anew by the next job that passes.`,
    target: 'a repository, as acme/rocket; needed with --drop',
    image: 'only those of an image',
    prefix: 'only those of this name',
    drop: 'drop them',
    after: examples('paddock caches acme/rocket', 'paddock caches acme/rocket --prefix npm --drop'),
  },
  status: { summary: 'show hosts, images and what waits' },
  deliveries: { summary: 'list the newest webhooks and what became of each' },
  open: { summary: 'sign a browser in', print: 'only print the link' },
  up: {
    summary: 'run a coordinator, with a host for this computer',
    text: 'Runs a coordinator until Ctrl-C. Jobs that run meanwhile are adopted by its next start.',
    plainText: 'say the second time what `listen.plain-text` in the configuration says first (docs/tls.md)',
  },
  demo: {
    summary: 'play the whole system through on this computer',
    text: 'A coordinator and a stand-in for GitHub, on free ports and in a temporary directory: a pull request is opened and fails, is mended and passes, is merged and leaves an artifact. Then a second one is yours, on a page with buttons and a guide, until Ctrl-C.',
    once: 'end when the story is over: 0 when statuses, logs and artifact are right, else 1',
  },
  doctor: {
    summary: 'check whether a coordinator can run here',
    text: 'Looks at Node, git, nats-server, the configuration, ports, the data directory, certificates, disk space and the clock, and says what to do. Changes nothing. Exit code 0 when a coordinator can run here, else 2.\n\n--bundle writes what somebody needs to help into one file: this report, versions, the configuration, recent log lines, numbers, queue, fleet, schema and disk; without secrets and without names of private repositories.',
    bundle: 'write a support bundle (default: paddock-support-TIME.tar.gz)',
    names: 'leave names of private repositories in it',
  },
} as const;
