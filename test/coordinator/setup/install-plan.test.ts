import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { chooseManager, planInstallation, scriptOf } from '#coordinator/setup/install-plan.ts';
import { neededFor, type Purpose, packageManagers, prerequisites } from '#coordinator/setup/prerequisites.ts';

const planFor = (purpose: Purpose, manager: (typeof packageManagers)[number]) =>
  planInstallation(neededFor(purpose), manager);

test('a demo needs git and nats-server, tests also PostgreSQL, a browser, a clock to set and shells', () => {
  const names = (purpose: Purpose) => neededFor(purpose).map(({ name }) => name);
  expect(names('demo')).toEqual(['git', 'nats-server']);
  expect(names('start')).toEqual(['git', 'nats-server']);
  expect(names('test')).toEqual([
    'git',
    'nats-server',
    'postgresql',
    'chromium',
    'faketime',
    'openssh-server',
    'zsh',
    'fish',
    'dash',
    'busybox',
    'mksh',
    'qemu',
    'libvirt',
    'mmdebstrap',
    'minisign',
    'cc',
  ]);
});

test('every prerequisite says why it is needed and what to do without a package', () => {
  for (const { why, help, programs } of prerequisites)
    expect([why.length > 10, help.length > 10, programs.length > 0]).toEqual([true, true, true]);
});

test.each(packageManagers)(
  '%s has a command for what a demo needs, or the prerequisite is named',
  manager => {
    const { plan, unknown } = planFor('demo', manager);
    expect(plan?.packages).toContain('git');
    expect(unknown.map(({ name }) => name)).toEqual(manager === 'dnf' ? ['nats-server'] : []);
  },
);

test('only Homebrew goes without root', () => {
  const rootless = packageManagers.filter(manager => planFor('demo', manager).plan?.needsRoot === false);
  expect(rootless).toEqual(['brew']);
});

test('the first package manager that is there is taken, the system’s own before Homebrew', () => {
  expect(chooseManager(new Set(['brew', 'apt-get']))).toBe('apt');
  expect(chooseManager(new Set(['pkg']))).toBe('pkg');
  expect(chooseManager(new Set(['choco']))).toBeNull();
});

test('without a package manager everything is left to a human', () => {
  expect(planInstallation(neededFor('demo'), null)).toEqual({ plan: null, unknown: neededFor('demo') });
});

describe('on Debian', () => {
  const { plan } = planFor('test', 'apt');
  const script = plan ? scriptOf(plan) : '';

  test('one transaction installs everything, without asking and without extras', () => {
    expect(script).toContain('DEBIAN_FRONTEND=noninteractive');
    expect(script).toMatch(
      /install -y -q --no-install-recommends git nats-server postgresql chromium faketime openssh-server zsh fish .*libc6-dev$/,
    );
  });

  test('no service is left running: no main cluster, and units are masked meanwhile and disabled after', () => {
    expect(script.indexOf('create_main_cluster = false')).toBeLessThan(script.indexOf('install -y'));
    expect(script.indexOf('mask --runtime')).toBeLessThan(script.indexOf('install -y'));
    expect(plan?.undo.join('\n')).toMatch(
      /rm -f .*paddock\.conf[\s\S]*disable --quiet nats-server.service ssh.service ssh.socket/,
    );
  });

  test('what is undone is undone also when the installation fails', () => {
    expect(script.split('\n').slice(0, 2)).toEqual(['set -e', expect.stringMatching(/^trap '.*' EXIT$/)]);
  });

  test('the script is one that a shell can read', () => {
    expect(spawnSync('sh', ['-n', '-c', script], { encoding: 'utf8' })).toMatchObject({
      status: 0,
      stderr: '',
    });
  });

  test('git alone touches nothing else', () => {
    const [git] = neededFor('demo');
    const lines = git ? planInstallation([git], 'apt').plan?.lines : [];
    expect(lines?.join('\n')).not.toMatch(/postgresql|systemctl/);
  });
});
