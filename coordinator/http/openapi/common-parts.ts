/** What many operations share: who asks, headers, ranges. */
import { limits } from '#shared/limits.ts';

export const introduction = `
Everything that the pages and the command line of Paddock do goes by this API. The guide beside the
sources, \`docs/api.md\`, tells of authentication, errors, pagination, rates, versions and WebSockets.

Answers may get more fields, and enumerations more words, within \`v1\`: a client passes over what it does not know.
`.trim();

export const securitySchemes = {
  token: {
    type: 'http',
    scheme: 'bearer',
    description:
      'A token of a person or a program (`paddock token create`), or that of the administrator in the data directory of the coordinator. What it may is its role in the repositories of its pattern, and never more than its maker.',
  },
  session: {
    type: 'apiKey',
    in: 'cookie',
    name: 'paddock-…',
    description:
      'The session of a browser; the name of the cookie has eight more characters, which differ from one coordinator to the next. There is no further token against requests of other sites: what changes something is refused (`foreign-request`) unless `Origin` or `Sec-Fetch-Site` says that a page of this coordinator asks, and `Host` is one of its own names. Programs that send neither header are not concerned.',
  },
};

const string = { type: 'string' };

export const commonParameters = {
  Range: {
    name: 'Range',
    in: 'header',
    description: 'One range of bytes, such as `bytes=1000-`.',
    schema: string,
  },
  IfRange: {
    name: 'If-Range',
    in: 'header',
    description: 'The `ETag` of what is had in part; where it has changed, the whole is answered.',
    schema: string,
  },
  IfNoneMatch: {
    name: 'If-None-Match',
    in: 'header',
    description: 'The `ETag` of what is had.',
    schema: string,
  },
};

export const commonHeaders = {
  PaddockRefusal: {
    description: 'The same code as in the body, for whoever reads no body.',
    schema: string,
  },
  RetryAfter: {
    description: `In how many seconds to come again. One person, token or network may look ${limits.requestsPerMinute} times a minute, change something ${limits.writesPerMinute} times, and sign in ${limits.signInsPerMinute} times.`,
    schema: { type: 'integer' },
  },
  WwwAuthenticate: { description: 'How to say who one is.', schema: string },
  ETag: { description: 'The SHA-256 of the bytes; none while they may become more.', schema: string },
  AcceptRanges: { description: '`bytes`', schema: string },
  ContentRange: { description: 'Which bytes these are, and of how many.', schema: string },
};
