import { describe, expect, it } from 'vitest';
import { parseUpload } from '#coordinator/artifacts/upload-request.ts';
import type { AttemptId } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';
import { refusals } from '#shared/refusals.ts';

const attempt = `attempt_${'0'.repeat(26)}` as AttemptId;
const sha256 = 'a'.repeat(64);
const url = (query: string, owner: string = attempt) => `/uploads/${owner}/${sha256}?${query}`;
const parse = (method: string, address: string, headers: Record<string, string> = {}) =>
  parseUpload({ method, url: address, headers }, attempt);

const statusOf = (answer: ReturnType<typeof parse>) =>
  'code' in answer ? refusals[answer.code].status : null;

describe('an upload request', () => {
  it('asks for progress or brings a chunk', () => {
    const file = { path: 'dist/a b', bytes: 100, sha256, kind: 'artifact' };
    expect(parse('HEAD', url('path=dist%2Fa%20b&bytes=100'))).toEqual({ asks: 'progress', file });
    expect(
      parse('PUT', url('path=dist/a+b&bytes=100'), {
        'content-range': 'bytes 10-99/100',
        'content-length': '90',
      }),
    ).toEqual({ asks: 'append', file, range: { from: 10, to: 100 } });
  });

  it('brings a whole file without a range, and an empty one', () => {
    expect(parse('PUT', url('path=a&bytes=5'))).toMatchObject({ range: { from: 0, to: 5 } });
    expect(parse('PUT', url('path=a&bytes=0'), { 'content-range': 'bytes */0' })).toMatchObject({
      range: { from: 0, to: 0 },
    });
  });

  it('is of a report, which may have less', () => {
    const address = url(`path=a.xml&bytes=${limits.reportFileBytes}&kind=report`);
    expect(parse('HEAD', address)).toMatchObject({ file: { kind: 'report' } });
  });

  it.each([
    [413, 'HEAD', url(`path=a.xml&bytes=${limits.reportFileBytes + 1}&kind=report`), {}],
    [400, 'HEAD', url('path=a.xml&bytes=1&kind=cache'), {}],
    [405, 'POST', url('path=a&bytes=1'), {}],
    [404, 'HEAD', '/uploads/x', {}],
    [404, 'HEAD', `/uploads/${attempt}/../../${sha256.slice(1)}`, {}],
    [403, 'HEAD', url('path=a&bytes=1', `attempt_${'1'.repeat(26)}`), {}],
    [400, 'HEAD', url('path=a'), {}],
    [400, 'HEAD', url('path=a&bytes=-1'), {}],
    [400, 'HEAD', url('bytes=1'), {}],
    [400, 'HEAD', url('path=..%2Fa&bytes=1'), {}],
    [413, 'HEAD', url('path=a&bytes=2147483649'), {}],
    [400, 'PUT', url('path=a&bytes=10'), { 'content-range': 'bytes 0-10/10' }],
    [400, 'PUT', url('path=a&bytes=10'), { 'content-range': 'bytes 5-4/10' }],
    [400, 'PUT', url('path=a&bytes=10'), { 'content-range': 'bytes 0-4/11' }],
    [400, 'PUT', url('path=a&bytes=10'), { 'content-range': 'bytes 0-4/10', 'content-length': '6' }],
    [413, 'PUT', url('path=a&bytes=9000000'), {}],
  ])('is refused with %i: %s %s %j', (status, method, address, headers) => {
    expect(statusOf(parse(method, address, headers))).toBe(status);
  });
});
