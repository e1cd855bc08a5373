/** Every bound of the system, with its reason. A number that limits something stands here and nowhere else. */

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;
const KiB = 1024;
const MiB = 1024 * KiB;
const GiB = 1024 * MiB;

export const limits = {
  /** GitHub sends at most 25 MB; anything larger is not from GitHub. */
  webhookBodyBytes: 25 * MiB,
  /** Webhooks that are being received hold this much together; GitHub's own are a few KiB each. */
  webhooksHeldBytes: 128 * MiB,
  /** Largest JSON body of any other HTTP call. */
  apiBodyBytes: 1 * MiB,
  /** An enrolment is a token and a key; all that are being received hold this much together. */
  enrolBodyBytes: 16 * KiB,
  enrolsHeldBytes: 16 * MiB,
  /** Requests that come while a coordinator starts, and are answered when it is up: a burst of webhooks. */
  earlyRequests: 1_000,
  /** A request has to arrive within this: 25 MiB at 3.5 Mbit/s. */
  requestMs: 1 * minute,
  /** A reader of a download that takes nothing for this long is cut off; it may go on where it was. */
  downloadStallMs: 1 * minute,
  /** A silent connection is probed after this long. */
  keepAliveMs: 30 * second,
  /** Fields of one request that are complained about; more would not be read. */
  fieldErrors: 20,
  /** A `.paddock.yml` larger than this is refused before it is parsed. */
  suiteFileBytes: 256 * KiB,
  /** Mistakes listed for one file; more would not be read. */
  yamlProblems: 20,
  /** How often aliases may repeat a part of a file: enough for honest reuse, too few for an expansion bomb. */
  yamlAliases: 100,
  suitesPerFile: 50,
  /** Variables of a matrix: with more, nobody reads which job is which. */
  matrixKeys: 5,
  /** Values of one variable. */
  matrixValues: 50,
  /** Part of the name of a status, which people read. */
  matrixValueChars: 60,
  /** Of a suite with the values of a combination: with an image's name it is a status, and GitHub keeps 255 characters of that. */
  matrixLabelChars: 150,
  /** Of one suite: each is a job on each image. */
  matrixCombinations: 64,
  /** Of a whole file, each multiplied by its images before `jobsPerRun` can say that they are too many. */
  suitesAndCombinations: 200,
  stepsPerSuite: 100,
  stepBytes: 64 * KiB,
  imagesPerSuite: 200,
  /** A pattern of paths or branches; longer is no longer one that somebody wrote. */
  patternChars: 200,
  patternsPerSuite: 50,
  /**
   * What changed is compared with every pattern, on the thread that does everything else: measured, 25 ms for fifty usual
   * patterns, 1.3 s for the most that a file may have. When more has changed, every suite runs.
   */
  changedFiles: 3_000,
  changedFilesBytes: 256 * KiB,

  /** Defaults of a step; a suite file may lower or raise them up to `jobDeadlineMs`. */
  stepTimeoutMs: 60 * minute,
  stepIdleTimeoutMs: 10 * minute,
  /** Hard end of one attempt from its lease, whatever its steps ask for. */
  jobDeadlineMs: 6 * hour,
  /** TERM, then this long, then KILL. */
  killGraceMs: 10 * second,
  /** After a step's process tree is dead its output is drained this long; later bytes are counted, not stored. */
  drainMs: 2 * second,
  /** A process that lives this long after KILL hangs in the kernel: it is named and left behind. */
  killSettleMs: 5 * second,
  /** Nobody reads the output of a step before that; measured, see `agent/guest/process/relay.ts`. */
  relayStartMs: 15,
  /** How long output gathers after a small read, so that its reader is not woken for each line. */
  pipeRestMs: 1,
  /** Named pipes made ahead by one `mkfifo`, so that a step does not wait for that process. */
  pipesAhead: 16,
  /** With less than this free on its disk, a guest gives up the checkout before it reports the end. */
  guestSpareBytes: 64 * MiB,
  sourceDeadlineMs: 10 * minute,
  uploadDeadlineMs: 30 * minute,
  /** One chunk of an upload, answered: 8 MiB in this time is 70 kB/s; slower is repeated from where it broke off. */
  uploadReplyMs: 2 * minute,

  /** A lease lives this long without a renewal. Six renewals fit. */
  leaseMs: 30 * second,
  renewalMs: 5 * second,
  /** Phases and steps that follow each other this closely are told in one renewal. */
  progressGatherMs: 50,
  /** The answer to a renewal; shorter than the interval, so that renewals never pile up. */
  renewalReplyMs: 4 * second,
  /** A `once` job kills itself when no reply came for this long (counted from sending, monotonic): less than a lease. */
  onceSilenceMs: 20 * second,
  /** One cache of a job, packed; unpacked it may be several times that. */
  cacheBytes: 2 * GiB,
  cachesPerSuite: 5,
  /** Files of a commit whose contents tell one cache from another. */
  cacheFiles: 20,
  cachePathChars: 500,
  /** Restoring one, or handing one over, may take a job so long; then it goes on without. */
  cacheDeadlineMs: 5 * minute,
  /** All caches of a repository; those that were not used for the longest time go. */
  cacheRepositoryBytes: 10 * GiB,
  /** One that no job has used for so long goes. */
  cacheKeepMs: 14 * 24 * hour,
  /** Caches that are too many or too old are looked for this often. */
  cacheScanMs: 10 * minute,
  /** In one answer; the rest is counted. */
  cachesListed: 500,
  /** How long a machine that was told to cancel may take to report before its job settles without it. */
  cancelDeadlineMs: 60 * second,
  finishingDeadlineMs: 45 * minute,
  bootDeadlineMs: 120 * second,
  retireDeadlineMs: 60 * second,
  /** An image that did not start on a host is tried there again after this, doubled each time up to the maximum. */
  bootRetryFirstMs: 2 * second,
  bootRetryMaxMs: 10 * minute,
  /** The end of a machine's credential and of the machine, busy or not: the job deadline and an hour. */
  machineMaxAgeMs: 7 * hour,
  /** A warm machine with nothing to do is given back after this long. */
  machineIdleMs: 10 * minute,
  hostReportMs: 5 * second,
  /** One enrolment request; longer than a coordinator that is just starting needs to answer. */
  enrolReplyMs: 10 * second,
  /** One look of a host at the machines of one driver. */
  driverListMs: 30 * second,
  /** What a host should have is told in one message (`natsPayloadBytes`): 2 KiB of it for each machine. */
  machinesPerHost: 500,
  /** Creations a host runs at the same time: more only make each of them slower. */
  hostCreatesAtOnce: 4,
  /** virsh is told to end, then this long, then KILL. */
  virshKillMs: 2 * second,
  /** One answer of virsh: a list of machines, or the description of one. */
  virshOutputBytes: 4 * MiB,
  /** When libvirt ends the stream of its events, it is asked for another one after this. */
  virshEventsAgainMs: 1 * second,
  /** A command of an administrator is told to end, then this long, then KILL. */
  commandKillMs: 500,
  /** What it printed is read this long after its end; what it has left running may hold the pipe. */
  commandDrainMs: 500,
  /** One answer of a command: a list of machines, or a console. */
  commandOutputBytes: 4 * MiB,
  /** The end of what a command said on standard error becomes the reason of a machine. */
  commandReasonChars: 500,
  /** What a machine wrote on its console, asked for by a command. */
  commandConsoleMs: 10 * second,
  /**
   * A command tells no events, so a host asks this often what there is: a death is noticed within a second. A slow answer
   * is paid for by a rest of this many times its length: asking takes a fifth of a core at most.
   */
  commandListMs: 500,
  commandListRests: 4,
  /** A computer that is reached by ssh answers within this, login included, or counts as off. */
  sshConnectMs: 10 * second,
  /** From the connection to the first word of what runs there: a login whose shell asks something never comes to it. */
  sshReadyMs: 15 * second,
  /** A host that starts waits this long for its computers; those that answer later, or never, hold nothing up. */
  sshOpenMs: 5 * second,
  /** It is asked whether it is there this often, and let go of after so many silences. */
  sshAliveMs: 5 * second,
  sshSilences: 3,
  /** A lost connection is made again after this, doubled with each failure up to the maximum. */
  sshAgainFirstMs: 250,
  sshAgainMaxMs: 15 * second,
  /** An outpost ends with its input; one that does not answer is not waited for longer than this. */
  sshCloseMs: 1 * second,
  /** A computer that runs no agent (`agent.mode: proxy`) answers what it is asked with at most this: a list of all files. */
  farAnswerBytes: 32 * MiB,
  /** What its login prints before it does what it was asked is looked through in pieces of this. */
  farGreetingBytes: 64 * 1024,
  /** So long it may be out of reach when an attempt begins there or is cleared away; then that has failed. */
  farPatienceMs: 60 * second,
  /** Its processes are looked at this often while they have their grace. */
  farLookMs: 250,
  /** The network of a machine is ready this long after its start, or it has failed. */
  guestListenMs: 10 * second,
  /** An SSH server says what it is as soon as it is asked; one that is silent for this long, in an emulated machine, is none. */
  sshBannerMs: 5 * second,
  /** A machine that boots is asked this often whether its SSH server is up. */
  bringLookMs: 500,
  /** What went wrong on the way of an agent into its machine is tried again after this: it may still be booting. */
  bringAgainMs: 2 * second,
  /** Login and start of what brings an agent, in an emulated machine that has a lot to do: then it is tried again. */
  bringLoginMs: 60 * second,
  /** An agent is brought so long before its boot deadline, at least: later it would not report in in time. */
  bringReserveMs: 5 * second,
  /** So much is kept of what an agent says until it has reported in; it is its console. */
  bringLogBytes: 64 * KiB,
  /** All that a login says while an agent is brought: that, as text in JSON, and what the login prints of its own accord. */
  bringAnswerBytes: 1 * MiB,
  /** Connections of one machine to its coordinator: an agent needs three, git and uploads some more. */
  guestConnections: 64,
  /** Connections of one machine through the proxy of its host: `npm` opens 15 at once, and some tools more. */
  egressConnections: 64,
  /** What is asked of that proxy, without a body: as much as other proxies take, and within this time. */
  egressHeadBytes: 16 * KiB,
  egressHeadMs: 10 * second,
  /** One address that does not answer; the next of its name is tried, so many of them. */
  egressConnectMs: 10 * second,
  egressAddresses: 4,
  /** A connection over which nothing was said for this long is ended; a long computation of a server is shorter. */
  egressIdleMs: 15 * minute,
  /** A name server is asked twice, and waited for this long each time; what it said holds this long, of so many names. */
  egressLookupMs: 3 * second,
  egressNameMs: 30 * second,
  egressNames: 1_000,
  /** Refusals of one machine that are logged one by one; the others are counted. */
  egressRefusalsLogged: 20,
  /** A host looks this often whether the consoles of its VMs have grown beyond their bound. */
  consoleLookMs: 2 * second,
  /** A machine that is to be snapshotted is looked at this often, and has this long to come to rest once it waits. */
  snapshotLookMs: 50,
  snapshotRestMs: 1_500,
  /** Disk that a virtual machine may take whose image does not say (`machine.disk`): its disk is as large as the image's. */
  machineDiskMiB: 4 * 1024,
  /** Files of images and snapshots that no machine was made of for this long make room. */
  imageKeepMs: 14 * 24 * hour,
  /** One file of an image, fetched: 10 GiB at 3 MiB/s. */
  imageFetchMs: 1 * hour,
  /** Files that a host is told to fetch ahead, of 20 images at least: some 90 bytes of one message for each. */
  imageFilesAhead: 64,
  /** One that could not be fetched ahead is tried again after this. While something is on its way or missing, a host looks this often. */
  imageAheadAgainMs: 1 * minute,
  imageAheadLookMs: 1 * second,
  /** What a host says of its files: downloads and failures, the first few of each. */
  imageFilesNamed: 8,
  /** Of a disk so much stays free when a file of an image is fetched. */
  imageFreeBytes: 256 * MiB,
  /** A download of an image that brings nothing for this long has failed. */
  imageStallMs: 30 * second,
  /** A host looks this often whether machines that an earlier start of it made still run: noticed within a second. */
  machineWatchMs: 500,
  /** Console of a machine, kept as boot evidence: its first and its newest part. */
  consoleBytes: 256 * KiB,
  /** Versions of an image that are kept: the current one, and the newest of the others to roll back to. */
  imageVersions: 10,
  /** Machines at once of a version that the conformance suite runs on. */
  probationMachines: 2,
  /** A version that never reported in after so many starts is refused. */
  probationBoots: 2,
  /** The whole suite, its wait for hosts included. */
  probationMs: 1 * hour,
  /** A machine's clock may be off by this much: tokens and TLS want no better. */
  probationClockMs: 10 * second,
  /** Lines that were printed 2 s apart come at least this far apart. */
  probationLiveMs: 1 * second,
  /** Open heads that a new version of an image is tried on, the newest first, and of how many sources are read at once. */
  backfillHeads: 500,
  backfillsAtOnce: 8,
  /** How often a version on probation is looked at; there is none most of the time. */
  probationLookMs: 500,
  /** One file of an image, received from an admin; and one that no version names is removed after this. */
  imageFileBytes: 64 * GiB,
  imageFileKeepMs: 6 * hour,
  /** The end of a console that goes to the coordinator when a machine never reported in: some screens of it. */
  evidenceChars: 16 * KiB,
  /** Consoles of ended machines that a host keeps for a coordinator that does not answer, and for how long. */
  evidenceWaiting: 200,
  evidenceWaitMs: 24 * hour,
  /** Asking a driver for a console: the end of a machine does not wait longer for it. */
  evidenceReadMs: 10 * second,
  /** What is on a machine's display when it never reported in, as a PNG: a screen of text is some 10 KiB. */
  screenBytes: 256 * KiB,
  /** Neither side of it is longer; the picture before it is packed, in three bytes a pixel, is this large at most. */
  screenSide: 4_096,
  screenRawBytes: 50 * MiB,
  /** Taking it: the end of a machine does not wait longer. */
  screenMs: 5 * second,
  /** Pictures at the coordinator, of the newest machines that never reported in: 25 MiB at most. */
  screensKept: 100,
  /** Consoles that a host sends before its next report. */
  evidencePerReport: 16,
  /** Consoles at the coordinator, of the newest machines that never reported in: 16 to 48 MiB. */
  evidenceKept: 1_000,
  /** Ended machines that a list shows, and how many are looked at for those that failed to start. */
  machinesListed: 20,
  machinesExamined: 200,
  /** Events of one machine's story: one that stays for months has more. */
  machineEvents: 500,
  /** The end of a console in the list of events. */
  evidenceExcerptChars: 500,
  /** What keeps a pool from growing is noted again after this, while it lasts. */
  shortfallRepeatMs: 10 * minute,
  /** Decisions about one pool that are shown at once. */
  poolDecisions: 12,
  /** Without a report for this long a host counts as vanished; its leases still run by their own clock. */
  hostSilenceMs: 30 * second,
  /** A host on which an attempt was lost gets the next machine only when no other host has room, for this long. */
  hostSuspectMs: 5 * minute,
  /** A token for the files of images lives between one and two of these. */
  imageTokenMs: 6 * hour,
  /** What an administrator says of one host: a line of labels, and things that somebody has counted. */
  hostLabels: 32,
  hostResources: 16,
  hostResource: 10_000,
  hostCredentialMs: 30 * 24 * hour,
  joinTokenMs: 1 * hour,
  /** `errored` is retried this often by itself, on another host first. A test failure never is. */
  infrastructureRetries: 2,

  /** One log. Beyond it the job ends with a clear reason. */
  logBytes: 1 * GiB,
  logFrameBytes: 256 * KiB,
  /** Bytes sent and not yet answered, per attempt. */
  logWindowBytes: 2 * MiB,
  logFlushMs: 50,
  logReplyMs: 10 * second,
  /** This much new output is sent without waiting for the flush. */
  logBatchBytes: 256 * KiB,
  /** A frame that got no answer is repeated after this, doubled each time up to the maximum. */
  logRetryFirstMs: 200,
  logRetryMaxMs: 2 * second,
  /** The owner said `later`. */
  logLaterMs: 1 * second,
  /** Shorter secrets are not redacted: they would blank ordinary words. */
  redactedSecretBytes: 4,
  /** Logs up to this size live in the attempt's row: no file, no open, no fsync of their own. */
  logInlineBytes: 64 * KiB,
  /** Raw bytes per independently readable zstd frame of a sealed log. */
  logSealFrameBytes: 1 * MiB,
  /** The owner brings this much new log to the disk while more comes, so that its end has less to wait for. */
  logSyncBytes: 4 * MiB,
  marksPerAttempt: 1_000,
  /** Of when the bytes of a log came so much is kept: about 20 kB, and 10 minutes of output to the half second. */
  momentsPerLog: 2_048,
  momentSpacingMs: 250,
  /** A viewer that has this much unsent is skipped forward. */
  viewerBacklogBytes: 1 * MiB,
  viewersPerLog: 5_000,
  /** WebSockets of all kinds; each costs a file descriptor and some 20 KiB. */
  sockets: 10_000,
  /** Two of these without an answer, and whoever was there is gone: a closed laptop is no viewer for hours. */
  socketPingMs: 20 * second,
  /** Notices that a live page has not taken; it is sent away, and asks for everything when it comes back. */
  liveBacklogBytes: 64 * KiB,
  /** Where a viewer that was skipped forward goes on: this much before the end, so that it sees a screen of context. */
  viewerResumeBytes: 64 * KiB,
  /** Bytes of one log that may wait for the disk: an agent keeps one window unanswered, repeats may double it. */
  logQueueBytes: 4 * MiB,
  /** How often the owner looks for logs that ended without its hearing of it. */
  sealScanMs: 10 * minute,
  /** Indexes of sealed logs kept in memory, so that paging through a log opens it once (at most 16 KiB each). */
  sealedIndexes: 64,
  /** One answer with lines of a log: some screens of them, in a few milliseconds. */
  logPageLines: 2_000,
  logPageBytes: 512 * KiB,
  /** A text that is looked for in a log; longer is no longer one that somebody typed. */
  logQueryChars: 1_000,
  /** Lines that one answer of a search names; how many there are is counted all the same. */
  logHits: 100_000,
  /** One search, waiting included. A gigabyte takes longer, and is gone on with. */
  logSearchMs: 5 * second,
  /** Searches at once, each on a thread of its own; others wait, up to so many. */
  logSearchesAtOnce: 2,
  logSearchesWaiting: 64,
  /** As much of a line as is searched. */
  logSearchLineBytes: 64 * KiB,
  /** Memory of the thread that searches: a few pieces of a log and its hits. */
  logSearchMiB: 128,

  /** Reports of one job that are handed over: a file for each class of a large project. */
  reportFiles: 300,
  reportPatterns: 20,
  /** One report, and all of a job: a million cases without a failure fit. */
  reportFileBytes: 32 * MiB,
  reportsBytes: 64 * MiB,
  /** Handing them over. The verdict waits for this, so it is short; what has not arrived by then is missing. */
  reportUploadMs: 30 * second,
  /** Sentences about the reports of one attempt, and their length. */
  reportNotices: 20,
  reportNoticeChars: 300,
  /** Reading the reports of one attempt, on a thread of its own: 64 MiB take some seconds. */
  reportReadMs: 2 * minute,
  reportReadMiB: 256,
  /** A file with more mistakes is given up: each costs more than a line that is right. */
  reportMistakes: 1_000,
  /** Reading them again after a failure of ours. */
  reportTries: 4,
  /** Tests of one attempt that are known by name; more are counted. A new list of them is as many rows. */
  testsListed: 20_000,
  /** Rows that one change writes of a new list: a few milliseconds. */
  testsPerChange: 500,
  /** Attempts whose reports one change removes when they are old: each has so many failures at most. How often that is looked for. */
  reportsPerRemoval: 20,
  testScanMs: 1 * hour,
  /** Failures of one attempt that are kept, with the message and the output of each, and all outputs together. */
  testFailures: 500,
  testNameChars: 500,
  testMessageChars: 1_000,
  testOutputChars: 8_000,
  testOutputsChars: 1_000_000,
  /** Failing tests of a job whose fault is judged; those of a whole run that a page shows of each job. */
  verdictsPerJob: 50,
  /** Attempts of a suite that are looked through for those on the base branch, and how many of them are compared with. */
  reportsExamined: 300,
  baseResults: 12,
  /** Jobs of a run without reports whose fault is judged, and landed runs of the base that each is looked for in. */
  jobsJudged: 50,
  baseRuns: 40,
  artifactBytes: 2 * GiB,
  artifactsPerJob: 200,
  uploadChunkBytes: 8 * MiB,
  /** How often uploads are looked for that nobody can come back to. */
  uploadScanMs: 1 * hour,

  /** Wake-ups of the planner are gathered this long: a machine takes longer to start, and a dispatch goes first. */
  fleetGatherMs: 2,
  /** Machines of one image that one tick gives work to; the next tick, at once, serves the others. */
  leasesPerTick: 64,
  jobsPerRun: 2_000,
  /** `every-commit`: how many commits of one push are tested; more is reported on the delivery. */
  commitsPerPush: 50,

  /** GitHub: length of a status description, statuses per commit and context, entries per outbox batch. */
  statusDescriptionChars: 140,
  statusesPerContext: 1_000,
  /** A sentence on GitHub is rewritten, without a change of phase, after this long at the earliest. */
  statusRefreshMs: 60 * second,
  outboxBatch: 20,
  /** Statuses are gathered this long: what is over again by then is never posted, and posting stands in no dispatch's way. */
  outboxGatherMs: 50,
  outboxRetryFirstMs: 2 * second,
  outboxRetryMaxMs: 15 * minute,
  /** While GitHub as a whole does not answer, one entry is tried at most this far apart: recovery is noticed soon. */
  outboxProbeMaxMs: 1 * minute,
  /** GitHub takes 65,535; whether of characters or of bytes it does not say, so bytes are counted. */
  checkSummaryBytes: 60_000,
  /** Of a check run: failures that are told with their reason, failing tests, lines of the table of times. More is on our own page. */
  checkFailures: 20,
  checkTests: 20,
  /** Systems that are named for what fails on many. */
  checkLabels: 8,
  checkTimes: 50,
  /** What one annotation says, and its title; GitHub takes 64 KiB, and 255 characters. */
  annotationChars: 4_000,
  annotationTitleChars: 255,
  /** The end of a failed step that is searched for what is wrong: some thousand lines, in 5 to 25 ms for each failure of a check. */
  errorLogBytes: 128 * KiB,
  /** As much of a line is searched, and as much is shown. */
  errorLineChars: 2_000,
  errorShownChars: 240,
  /** Errors with a place that are taken from one log: more than a check shows. */
  errorsPerLog: 500,
  /** GitHub: annotations in one request; of one check, beyond which nobody reads on; entries of one page of a list. */
  annotationsPerCall: 50,
  annotationsPerCheck: 200,
  forgePageSize: 100,
  /** An App's proof of itself lasts at most ten minutes by GitHub's clock, which may be behind or ahead of ours. */
  appTokenMs: 8 * minute,
  appTokenSkewMs: 1 * minute,
  /** A token of an installation lasts an hour; one that git or a call has just been given must outlast them. */
  tokenMarginMs: 10 * minute,
  /** Where an App is installed is asked again, so that new permissions count. */
  installationKeepMs: 1 * hour,
  /** Pages of comments that are searched for one of ours: a thousand comments before it are no conversation any more. */
  commentPages: 10,
  /** A status that could not be posted for this long (a weekend with an expired token) is given up. */
  outboxKeepMs: 72 * hour,
  /** Making an App: GitHub's code is good for an hour; a page that nobody came back from by then is given up. */
  githubSetUpMs: 1 * hour,
  /** After an App is made somebody may have to ask the owner of an organization to install it; that waits for no terminal. */
  githubInstallMs: 10 * minute,
  githubInstallPollMs: 2 * second,
  /** A delivery that was asked for again: GitHub sends within seconds and waits 10 s for the answer. */
  githubRedeliveryMs: 30 * second,
  githubRedeliveryPollMs: 1 * second,
  /** Repositories that a check asks GitHub about, some calls each; who has more has patterns. */
  githubCheckRepositories: 20,
  /** `doctor` looks at much else; GitHub gets this long in all. */
  githubDoctorMs: 20 * second,
  /** A token that ends this soon is told of. */
  githubTokenEndsSoonMs: 14 * 24 * hour,
  /** What is quoted of an answer to a delivery, which may be anybody's page. */
  githubAnswerChars: 160,
  /** One call to GitHub; its own servers give up after 10 s. */
  forgeCallMs: 15 * second,
  /** The pause GitHub asks for when it limits the rate and names no time. */
  forgeRateLimitMs: 1 * minute,
  /** GitHub counts its quota by the hour; a longer pause than that is a wrong header. */
  forgeRateLimitMaxMs: 1 * hour,
  /** Pages of 100 through which a list of GitHub's is read: 3,000 open pull requests. What is beyond is heard of when it changes. */
  forgePages: 30,
  /** Answers of GitHub that are kept with their ETag, so that the same question costs nothing of the quota: some KiB each. */
  forgeAnswersKept: 2_000,
  /** GitHub is compared with what is known this often; where no webhook tells anything, heads are asked for this often. */
  reconcileMs: 5 * minute,
  reconcilePollMs: 30 * second,
  /** Answers that a pass may cost before it rests: 200 in 3 minutes leave GitHub's 5,000 an hour to the statuses. */
  reconcileCalls: 200,
  reconcileRestMs: 3 * minute,
  /** What could not be compared or repaired is tried again after this. */
  reconcileRetryMs: 30 * second,
  /** GitHub may need a moment until it shows a status that it has taken. */
  reconcileSettleMs: 10 * second,
  /** The same status again, for a context that somebody else writes too or that GitHub refuses: they have 1,000 of each. */
  statusRepeats: 5,
  /** A delivery that is not answered for this long counts as failed at GitHub. */
  webhookAnswerMs: 10 * second,
  /** One step of the demonstration: seconds on any computer, unless something is broken. */
  demoChapterMs: 2 * minute,
  /** Pages of its pull requests that are open at once. */
  demoPages: 32,
  /** Repeating the handling of a delivery and the preparation of a run: where it can help, this often. */
  deliveryTries: 8,
  prepareTries: 6,
  /** A batch of the merge queue is run again so often when only infrastructure failed; then its entries wait a while. */
  mergeReruns: 2,
  mergePauseMs: 10 * minute,
  /** A push to a base branch that is refused is tried again so often, with back-off: half an hour for an admin to mend it. */
  mergePushTries: 10,
  /** Entries of one base branch; one more is refused with a sentence. */
  mergeEntries: 500,
  /** The largest batch that may be configured: a failing one costs some four more runs for each bad entry. */
  mergeBatch: 50,
  /** Batches that may be tested at once, each on top of the one before: what is built on five is seldom what lands. */
  mergeDepth: 6,
  /** What GitHub says of a pull request that is to be merged is asked again after this, and so many at once. */
  mergeLookMs: 5 * minute,
  mergeLooksAtOnce: 10,
  /** After the forge could not be asked about one, or a base branch could not be reached. */
  mergeAgainMs: 30 * second,
  /** What could not be done now is looked at again after this at the earliest. */
  mergeLookFirstMs: 1 * second,
  /** Every entry is looked at after this; before, only those of which something was heard. A start looks at all of them. */
  mergePassMs: 10 * minute,
  /** Whether somebody else has pushed to a base branch is asked this often while something is tested for it. */
  mergeBaseLookMs: 1 * minute,
  /** Pages of 100 reviews of one pull request that are read. */
  reviewPages: 10,
  /** Paths of a conflict that a message names. */
  conflictPaths: 5,
  /** Landed, ejected and withdrawn entries, and batches, that the page of the merge queue shows. */
  mergeHistory: 50,
  /** Deliveries that are acted on while they are stored; more are left to the loop. */
  deliveriesAtOnce: 8,
  /** Runs being prepared at once. Most of them wait for one fetch of their repository; git has a bound of its own. */
  preparationsAtOnce: 256,
  /** How long jobs of an image usually take is looked up anew after this. */
  typicalTimeKeptMs: 10 * second,
  /** Commits whose presence in the mirror is looked up before it is asked for. */
  gitForeseen: 256,
  /** After this such an answer counts no more: the mirror may have been deleted. */
  gitForeseenMs: 5 * second,
  retryFirstMs: 2 * second,
  retryMaxMs: 5 * minute,
  gitDeadlineMs: 10 * minute,
  /** Suite files, archives: git children at once, so that a burst of deliveries does not fork the machine to death. */
  gitProcesses: 4,
  /** `git cat-file` children kept open, one per repository; the longest unused goes first. */
  gitReaders: 16,
  gitReaderIdleMs: 2 * minute,
  /** Objects of mirrors kept in memory, each at most so large: 8 MiB in all. */
  gitRemembered: 512,
  gitRememberedBytes: 16 * KiB,
  /** One answer of such a child; beyond it the child is replaced. */
  gitReadMs: 30 * second,
  /** A directory of a tested repository with more entries than fit here is refused, not loaded. */
  gitTreeBytes: 32 * MiB,
  /** Archives and upload-packs served at once, and of one attempt: a guest that reads slowly must not take them all. */
  sourceStreams: 16,
  sourceStreamsPerAttempt: 4,
  /** A reader of a source stream that takes nothing for this long is cut off. */
  sourceStallMs: 60 * second,
  /** The inflated body of one `git-upload-pack` request: wants and haves are 50 bytes each. */
  gitRequestBytes: 8 * MiB,

  /** Changes in one commit: a batch holds the writer and, on SQLite, the event loop for some ten milliseconds. */
  changesPerCommit: 64,
  /** A lock of somebody else on the database: backups and the like hold one for milliseconds. */
  databaseLockMs: 5 * second,
  /** PostgreSQL ends a transaction that stands still, before those that wait for its locks give up. */
  databaseStandstillMs: 4 * second,
  databaseConnectMs: 5 * second,
  /** Connections of one coordinator to PostgreSQL that only read. */
  databaseReaders: 4,
  /**
   * SQLite brings its log into the database after so many pages (16 MiB): pages that change all the time are written once
   * for many commits, and the commit that has to do it is a rare one.
   */
  databaseLogPages: 4_000,
  /** Prepared statements kept; our queries are a few dozen, and lists of different lengths make more of them. */
  databaseStatements: 500,
  /** Machines of one image that are looked at together. */
  machinesOfImage: 200,
  /** Jobs that one look ends because no machine may take them; the next look ends more. */
  unplaceablePerLook: 200,
  /** Events of one job's story; a longer one is nobody's reading. */
  jobEvents: 10_000,

  brainLeaseMs: 15 * second,
  brainRenewMs: 5 * second,
  /** Signed per-attempt tokens outlive the attempt by this much at most. */
  tokenSlackMs: 5 * minute,
  sessionMs: 12 * hour,
  oneTimeLinkMs: 10 * minute,
  /** Sign-in links that are made and not used; beyond it the oldest is void. */
  oneTimeLinks: 100,
  pageItems: 100,
  /** Of a list that a page shows at once. */
  runsPerPage: 50,
  /** An answer below this fits one packet anyway. */
  compressedFromBytes: 1_400,
  /** Runs that one answer looks through for those that fit a filter: some ten milliseconds; the next answer goes on. */
  runsExamined: 20_000,
  /** The same for words, which are looked for in each of them: measured, some 30 ms. */
  runsReadForWords: 5_000,
  /** Landed runs that a badge looks through for one that says something; how long it may be kept; how much its left side says. */
  badgeRuns: 20,
  badgeKeepMs: 1 * minute,
  badgeLabelChars: 60,
  /** Of those that are under way, whose outcome no index knows. */
  runsUnderWayExamined: 500,
  /** Failures of the tests whose runs are asked for that are looked through, the newest first, and tests that a name stands for. */
  testFailuresExamined: 20_000,
  testsNamed: 200,
  /** Of a comment; GitHub takes no longer ones. */
  commentChars: 65_536,
  /** What one comment may ask for: more is a mistake, or mischief. */
  commandsPerComment: 5,
  /** The first line of a commit's message, as lists show it. */
  titleChars: 500,
  /** One value of a filter of runs: branches have at most 255 characters. */
  filterChars: 255,
  /** Words that are looked for together: each is looked for in every run that is looked through. */
  filterWords: 10,
  /** The largest number that GitHub could give a pull request in our lifetime, and that both databases take. */
  changeNumber: 2_147_483_647,
  /** Requests of one address that is nobody's administrator: a page that is live asks once a second at most. */
  requestsPerMinute: 1_200,
  /** nats-server must be at least this; Debian 12 has it. Older lack live revocation with the full resolver. */
  natsServerOldest: '2.9.10',
  /** A public address is bound only by a release with the fixes for its line (the last are open-ended). */
  natsServerPublic: ['2.10.27', '2.11.1', '2.12.0'],
  natsPingMs: 5 * second,
  /** A host tries to reconnect after one to two of these: soon, and not all in the same instant. */
  natsReconnectMs: 500,
  natsPayloadBytes: 1 * MiB,
  /** The coordinator's own credential; a new one is signed at every connect, and its end only makes it connect again. */
  natsCredentialMs: 24 * hour,
  /** A peer needs two subscriptions; more would only be memory of the server's. */
  natsPeerSubscriptions: 16,
  natsConnections: 65_536,
  /** Room for a machine under emulation to sign its login. */
  natsLoginMs: 10 * second,
  /** A nats-server that does not answer after this long has failed to start. */
  natsStartMs: 15 * second,
  /** TERM, then this long, then KILL. */
  natsStopMs: 5 * second,
  natsRestartFirstMs: 100,
  natsRestartMaxMs: 5 * second,
  /** How often an adopted server is looked at and rotated logs are removed. */
  natsWatchMs: 500,
  /** One log file of the server; the one before it is kept. */
  natsLogBytes: 4 * MiB,
  /** About 100 bytes each in an account claim, which must fit one payload. */
  natsRevocations: 8_000,
  natsRequestMs: 5 * second,
  /** Requests of one subject: handlers at once, and what may wait per sender and in all; beyond it peers repeat. */
  busHandlers: 64,
  busSenderMessages: 256,
  busSenderBytes: 4 * MiB,
  busWaitingBytes: 64 * MiB,
  /** Buffers for large messages that are kept for the next ones: as much as an agent sends ahead, 2.5 MiB. */
  busFreeBuffers: 8,
  /** The same complaint about the same peer is logged once in this time, with a count. */
  complaintMs: 10 * second,

  /** One call of the command line to a coordinator, answered. */
  cliCallMs: 30 * second,
  /** A coordinator that does not answer is asked again after this, and given up after that: a restart takes seconds. */
  cliRetryMs: 500,
  cliPatienceMs: 2 * minute,
  /** What is watched is asked for again this often, in case word of a change was lost. */
  cliRefreshMs: 5 * second,
  /** And not more often than this, however much changes. */
  cliLookMs: 100,
  /** The lines under a moving log are drawn at most this often; their seconds tick anyway. */
  cliRedrawMs: 50,
  /** A line of a log that is longer is shown in pieces. */
  cliLineBytes: 64 * KiB,
  /** The end of a failed step that a summary shows, and the part of its log that is read for it. */
  cliFailureLines: 12,
  cliFailureBytes: 64 * KiB,
  /** Files left out of a run that are named one by one. */
  cliFilesNamed: 5,
  /** Views of single jobs asked for at once. */
  cliCallsAtOnce: 8,
  /** `paddock doctor`: warns below the first (a day of logs), and says that nothing works below the second. */
  diskLowBytes: 5 * GiB,
  diskFullBytes: 256 * MiB,
  /** Wall clock and monotonic clock may differ by this much over the life of a process. */
  clockDriftMs: 1 * second,

  retention: { logsDays: 90, artifactsDays: 30, deliveriesDays: 30, testsDays: 90 },
} as const;
