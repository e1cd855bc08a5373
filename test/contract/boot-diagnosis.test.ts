import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type BootTrouble, diagnoseBoot } from '#shared/boot-diagnosis.ts';
import { consoleText, lastLineOf } from '#shared/console-text.ts';
import { limits } from '#shared/limits.ts';

/** Consoles as machines leave them, shortened, each with what it is a sign of. */
const consoles: [trouble: BootTrouble, console: string][] = [
  ['silent', ''],
  ['silent', '\n\n   \n'],
  [
    'no-bootable-disk',
    'SeaBIOS (version 1.16.2-debian-1.16.2-1)\nBooting from Hard Disk...\nBoot failed: not a bootable disk\n\nNo bootable device.',
  ],
  ['no-bootable-disk', 'BdsDxe: No bootable option or device was found.\nShell> '],
  ['boot-loader', 'GRUB loading.\nerror: no such device: 3f2c1ab0.\nEntering rescue mode...\ngrub rescue> '],
  ['boot-loader', '>> OpenBSD/amd64 BOOT 3.67\ncannot load kernel /bsd'],
  [
    'no-root',
    '[    1.432198] VFS: Cannot open root device "vda1" or unknown-block(0,0): error -6\n[    1.436501] Kernel panic - not syncing: VFS: Unable to mount root fs on unknown-block(0,0)',
  ],
  ['no-root', 'ALERT!  LABEL=root does not exist.  Dropping to a shell!\n(initramfs) '],
  ['no-root', 'Mounting from ufs:/dev/vtbd0p2 failed with error 19.\nmountroot> '],
  ['no-root', 'boot device: <unknown>\nroot device: '],
  ['no-root', 'paddock: [  1.204] the disk cannot be mounted: Invalid argument; the machine ends'],
  ['no-init', '[    0.912] Kernel panic - not syncing: No working init found.  Try passing init= option'],
  ['disk-damaged', '/dev/vda1: UNEXPECTED INCONSISTENCY; RUN fsck MANUALLY.'],
  ['disk-full', 'mkdir: cannot create directory: No space left on device\ndebian login: '],
  ['out-of-memory', '[    2.1] Out of memory: Killed process 88 (node) total-vm:1048576kB'],
  [
    'init-ended',
    'init: cannot do anything here\n[    0.9] Kernel panic - not syncing: Attempted to kill init! exitcode=0x00000000',
  ],
  ['panic', '[    0.1] Kernel panic - not syncing: IO-APIC + timer does not work!'],
  ['panic', 'panic: kernel trap (ignored)\nStopped at      db_enter+0x14'],
  ['emergency-shell', 'You are in emergency mode. After logging in, type "journalctl -xb"'],
  ['no-config-disk', 'paddock: [ 10.5] the config disk has no archive: No data available; the machine ends'],
  [
    'no-user',
    'paddock: [  1.3] the user of `agent.user` is not in /etc/passwd: No such file; the machine ends',
  ],
  ['no-node', '/etc/rc.local[3]: node: not found\n\nOpenBSD/amd64 (foo) (tty00)\n\nlogin: '],
  ['no-node', "/usr/bin/env: 'node': No such file or directory"],
  ['no-node', 'paddock: [  2.1] the agent ended with exit code 127'],
  [
    'agent-refused',
    '{"at":"2026-11-30T02:00:00.000Z","event":"failed","code":"enrolment-ended","message":"machine_1: enrolment at http://10.0.2.2:7071 was refused (403): the ticket is bound to another key"}',
  ],
  [
    'coordinator-unreachable',
    '{"at":"2026-11-30T02:00:00.000Z","event":"enrolment-failed","message":"the coordinator at http://10.0.2.2:7071 cannot be reached: connect EHOSTUNREACH","againInMs":400}',
  ],
  [
    'not-brought',
    'debian login: \npaddock: its agent has not reported in yet: its port 22 is closed\npaddock: its agent could not be brought: `node` is no program for build on this disk (sh: 1: exec: node: not found)',
  ],
  [
    'not-brought',
    'debian login: \npaddock: its agent has not reported in yet: its port 22 is closed\npaddock: its agent has not reported in yet: the key of boot.ssh is refused for the user build',
  ],
  [
    'coordinator-unreachable',
    'paddock: its agent has not reported in yet: it was started\n{"at":"2026-11-30T02:00:00.000Z","event":"enrolment-failed","message":"the coordinator at http://10.0.2.2:7071 cannot be reached: connect EHOSTUNREACH","againInMs":400}',
  ],
  [
    'agent-ended',
    'paddock: the agent ended with exit code 2\npaddock: its agent could not be brought: the agent ended with exit code 2; it said: no room',
  ],
  ['agent-slow', 'debian login: \npaddock: its agent has not reported in yet: it was started'],
  ['agent-failed', 'paddock: [  1.9] the agent was ended by signal 9'],
  ['agent-ended', 'paddock: [  1.9] the agent ended with exit code 1'],
  ['agent-slow', 'paddock: [  1.5] the agent starts as build'],
  [
    'no-agent',
    '[  OK  ] Reached target multi-user.target\n\nDebian GNU/Linux 12 debian ttyS0\n\ndebian login: ',
  ],
  ['unknown', '[    0.000] Linux version 6.1.0\n[    0.5] Freeing unused kernel image memory'],
];

test.each(consoles)('%s: %j', (trouble, console) => {
  const diagnosis = diagnoseBoot(consoleText(console, limits.evidenceChars));
  expect(diagnosis.trouble).toBe(trouble);
  expect(diagnosis.text).toMatch(/; (?:check|give|make) /);
  if (diagnosis.line !== null) expect(console).toContain(diagnosis.line);
});

test('every trouble that can be told has a console here', () => {
  const told = new Set(consoles.map(([trouble]) => trouble));
  for (const { trouble } of consoles.map(([, console]) => diagnoseBoot(console)))
    expect(told).toContain(trouble);
  expect(told.size).toBe(22);
});

test('the sentence quotes what the machine said, without clocks and JSON', () => {
  const panic =
    '[    1.436501] Kernel panic - not syncing: VFS: Unable to mount root fs on unknown-block(0,0)';
  expect(diagnoseBoot(panic).text).toBe(
    'the system does not find its disk (Kernel panic - not syncing: VFS: Unable to mount root fs on unknown-block(0,0)); check root= on the command line, and that kernel or initrd have the drivers of the disk (virtio_blk)',
  );
  const line =
    '{"at":"x","event":"enrolment-failed","message":"the coordinator at http://10.0.2.2:7071 cannot be reached: \\"no route\\""}';
  expect(diagnoseBoot(line).text).toMatch(
    /^the coordinator at http:\/\/10\.0\.2\.2:7071 cannot be reached: "no route"; check/,
  );
});

const [esc, nul] = ['\u001b', '\u0000'];

test('a console is text: no control characters, no cursor, no halves, nothing drawn over', () => {
  const raw = `${esc}[2J${esc}[1;1HSeaBIOS${esc}[3;1HBooting${nul}...\r\nloading |\rloading /\rloaded\r\n${esc}[0;1;31mpanic:${esc}[0m \ud800 \u202egone\n`;
  expect(consoleText(raw, 1_000)).toBe('SeaBIOS\nBooting...\nloaded\npanic: \ufffd gone');
});

test('of a long one the end is kept, from the beginning of a line', () => {
  expect(consoleText('first line\nsecond line\nlast', 16)).toBe('second line\nlast');
  expect(consoleText('first line\nsecond line\nlast', 15)).toBe('last');
  expect(consoleText('x'.repeat(40), 15)).toBe('x'.repeat(15));
  expect(consoleText(`${'\u{1f600}'.repeat(9)}`, 15)).toBe('\u{1f600}'.repeat(7));
});

test('the last line is the last that says something', () => {
  expect(lastLineOf('one\n two \n\n   \n')).toBe('two');
  expect(lastLineOf(' \n')).toBe(null);
});

test('whatever a machine writes, its console is bounded, plain, the same when it is made twice, and diagnosed', () => {
  const pieces = fc.constantFrom(
    '\r',
    '\n',
    esc,
    '[',
    ';',
    '1H',
    'm',
    nul,
    '\ud83d',
    '\ude00',
    '\u009b',
    'login: ',
    'panic: ',
  );
  fc.assert(
    fc.property(
      fc.array(fc.oneof(pieces, fc.string({ unit: 'binary' }))),
      fc.integer({ min: 1, max: 60 }),
      (parts, max) => {
        const text = consoleText(parts.join(''), max);
        expect(text.length).toBeLessThanOrEqual(max);
        expect(text.isWellFormed()).toBe(true);
        expect(text).not.toMatch(/(?![\t\n])\p{Cc}/u);
        expect(consoleText(text, max)).toBe(text);
        expect(diagnoseBoot(text).text).not.toBe('');
      },
    ),
    { numRuns: 150 },
  );
});

test('of an agent on its way the newest line is told', () => {
  const lines = ['its port 22 is closed', 'the key of boot.ssh is refused for the user build'];
  const console = lines.map(line => `paddock: its agent has not reported in yet: ${line}`).join('\n');
  expect(diagnoseBoot(console).text).toMatch(
    /^its agent has not reported in yet: the key of boot\.ssh is refused for the user build; give it more time/,
  );
});
