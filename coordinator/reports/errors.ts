import { limits } from '#shared/limits.ts';

/** What a job says whose reports could not be read for a reason of ours, time after time. */
export const givenUp = (message: string): string =>
  `the reports could not be read, ${limits.reportTries} times: ${message}`.slice(0, limits.reportNoticeChars);
