/** Bounds of what is said to GitHub, asked of it, and heard from it. */
import { hour, KiB, minute, second } from './units.ts';

export const githubLimits = {
  /** Each may be a question to GitHub for each push to a fork. */
  trustedTeams: 10,
  /** Whoever joins a team, or leaves it, is known so after this. */
  teamAnswerMs: 5 * minute,
  /** Answers about teams that are kept: then all are forgotten. */
  teamAnswers: 10_000,
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
  forgeAnswersKept: 4_000,
  /** Accounts whose repositories are listed for the patterns of a configuration. */
  patternAccounts: 50,
  /** No more than so many are known because a pattern covers them and GitHub lists them: each costs some answers in each pass. */
  patternRepositories: 500,
  /** GitHub is compared with what is known this often; where no webhook tells anything, heads are asked for this often. */
  reconcileMs: 5 * minute,
  reconcilePollMs: 30 * second,
  /** Answers that a pass may cost before it rests: 200 in 3 minutes leave GitHub's 5,000 an hour to the statuses. */
  reconcileCalls: 200,
  reconcileRestMs: 3 * minute,
  /** What could not be compared or repaired is tried again after this. */
  reconcileRetryMs: 30 * second,
  /** GitHub may need a moment until it shows a status or check that it has taken. */
  reconcileSettleMs: 10 * second,
  /** Pull requests that are closed are compared for this long after they have changed last: an outage ends sooner. */
  closedPullsForMs: 7 * 24 * hour,
  /** The same status or check again, for a context that somebody else writes too or that GitHub refuses: they have 1,000 of each. */
  statusRepeats: 5,
  /** Commits with a status or check that GitHub has refused are compared for this long too, heads or not, the newest of them. */
  refusedForMs: 24 * hour,
  refusedCommits: 50,
  /** A delivery that is not answered for this long counts as failed at GitHub. */
  webhookAnswerMs: 10 * second,
  /** Repeating the handling of a delivery and the preparation of a run: where it can help, this often. */
  deliveryTries: 8,
  prepareTries: 6,
  /** Deliveries that are acted on while they are stored; more are left to the loop. */
  deliveriesAtOnce: 8,
  /** Runs being prepared at once. Most of them wait for one fetch of their repository; git has a bound of its own. */
  preparationsAtOnce: 256,
  /** Of a comment; GitHub takes no longer ones. */
  commentChars: 65_536,
  /** What one comment may ask for: more is a mistake, or mischief. */
  commandsPerComment: 5,
} as const;
