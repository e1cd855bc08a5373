/** Bounds of sessions, lists, searches and badges. */
import { hour, minute, second } from './units.ts';

const day = 24 * hour;

export const peopleLimits = {
  /** Signed per-attempt tokens outlive the attempt by this much at most. */
  tokenSlackMs: 5 * minute,
  /** A browser signs in anew after this, and when it has not been seen for that long. */
  sessionMs: 7 * day,
  sessionIdleMs: 12 * hour,
  /** Its secret is changed this often; requests that were on their way with the one before count for so long. */
  sessionRotateMs: 1 * hour,
  sessionGraceMs: 1 * minute,
  /** Ended sessions and tokens are listed for so long. */
  accessKeptMs: 30 * day,
  accessTidyMs: 1 * hour,
  sessionsListed: 200,
  /** How exactly it is known when a session, a person or a token was seen last: a write for each request would be too many. */
  seenStepMs: 5 * minute,
  /** What was read of sessions, tokens and roles counts for so long without another look at the rows. */
  accessTrustMs: 5 * second,
  /** What is open, a log or the feed of changes, is looked at this often: whether its reader may still see it. */
  watchRecheckMs: 30 * second,
  /** What a forge said of somebody's role counts for so long. */
  forgeRoleTrustMs: 1 * hour,
  /** Of everybody, in one answer to an administrator. */
  forgeRolesListed: 5_000,
  /** They are asked for this often of whoever is signed in or has a token; less often where nothing was found. */
  roleLookMs: 30 * minute,
  roleLookInVainMs: 6 * hour,
  /** After that of one look at the earliest where there is another repository since. */
  roleLookSoonMs: 5 * minute,
  /** New sessions, tokens and repositories are looked for this often; one that could not be looked at is tried again. */
  roleTickMs: 1 * minute,
  /** Calls for that: GitHub lets an installation make 5,000 in an hour, and most are for pull requests. */
  roleCallsPerHour: 2_000,
  roleCallsAtOnce: 6,
  roleRepositories: 1_000,
  rolePeople: 5_000,
  /** From the button to the way back from GitHub, whose codes last as long. */
  signInMs: 10 * minute,
  /** Sign-ins that were finished are remembered until they would be void anyway; beyond it the oldest is forgotten. */
  signInsRemembered: 10_000,
  /** Each asks GitHub three times. */
  signInsAtOnce: 20,
  /** Whoever signs in waits so long for what GitHub says of them; later their pages change by themselves. */
  signInLookMs: 3 * second,
  /** The page to go back to stands in a cookie. */
  signInPathChars: 500,
  /** Tokens of programs and people: how long they last at most and by default, how many there are, how they are called. */
  apiTokenMaxMs: 365 * day,
  apiTokenMs: 90 * day,
  apiTokens: 1_000,
  apiTokenNameChars: 60,
  roleGrants: 5_000,
  /** Private repositories that one query names; who sees more sees the newest ones in lists. */
  repositoriesSeen: 10_000,
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
  /** The first line of a commit's message, as lists show it. */
  titleChars: 500,
  /** One value of a filter of runs: branches have at most 255 characters. */
  filterChars: 255,
  /** Words that are looked for together: each is looked for in every run that is looked through. */
  filterWords: 10,
  /** The largest number that GitHub could give a pull request in our lifetime, and that both databases take. */
  changeNumber: 2_147_483_647,
} as const;
