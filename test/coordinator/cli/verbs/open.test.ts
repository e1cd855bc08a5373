import { expect, test } from 'vitest';
import { browserCommand } from '#coordinator/cli/verbs/open.ts';

test.each<[NodeJS.Platform, NodeJS.ProcessEnv, string[] | null]>([
  ['darwin', {}, ['open']],
  ['win32', {}, ['rundll32', 'url.dll,FileProtocolHandler']],
  ['linux', { DISPLAY: ':0' }, ['xdg-open']],
  ['freebsd', { WAYLAND_DISPLAY: 'wayland-0' }, ['xdg-open']],
  ['linux', {}, null],
  ['darwin', { SSH_CONNECTION: '10.0.0.1 1 10.0.0.2 22' }, null],
])('on %s with %j a browser is opened by %j', (platform, environment, command) => {
  expect(browserCommand(platform, environment)).toEqual(command);
});
