import { homedir } from 'node:os';
import { expect, test } from 'vitest';
import {
  homeFor,
  machineEnvironment,
  proxyEnvironment,
  stepEnvironment,
} from '#agent/guest/step-environment.ts';
import { specOf } from './support/specs.ts';

const places = { home: '/place/home', temporary: '/place/tmp' };

test('nothing of the agent reaches a step but a short list', () => {
  const agent = {
    PATH: '/bin',
    LANG: 'C.UTF-8',
    LC_ALL: 'C',
    USER: 'build',
    SHELL: '/bin/sh',
    HOME: '/home/agent',
    TMPDIR: '/tmp',
    PADDOCK_ENROL_URL: 'http://coordinator',
    PADDOCK_TICKET_FILE: '/secret',
    NODE_OPTIONS: '--inspect',
    AWS_SECRET_ACCESS_KEY: 'x',
    LC_lower: 'x',
  };
  expect(machineEnvironment(agent, places)).toEqual({
    PATH: '/bin',
    LANG: 'C.UTF-8',
    LC_ALL: 'C',
    USER: 'build',
    SHELL: '/bin/sh',
    HOME: '/place/home',
    TMPDIR: '/place/tmp',
  });
});

test('an agent without PATH still gives its steps one', () => {
  expect(machineEnvironment({}, places).PATH).toContain('/usr/bin');
});

test('steps are told of the proxy of a virtual machine, and to ask the coordinator without it', () => {
  expect(proxyEnvironment(undefined)).toEqual({});
  const told = proxyEnvironment('http://10.0.2.2:3128');
  for (const name of ['http_proxy', 'https_proxy', 'all_proxy', 'HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY'])
    expect(told[name]).toBe('http://10.0.2.2:3128');
  for (const name of ['no_proxy', 'NO_PROXY']) expect(told[name]).toBe('localhost,127.0.0.1,::1,10.0.2.2');
});

test('the step wins over the suite, a secret over both', () => {
  const spec = specOf({
    env: { A: 'suite', B: 'suite', C: 'suite' },
    secrets: { C: 'secret' },
    secretFiles: { KEY: 'a-key' },
    steps: [{ run: 'true', env: { B: 'step', C: 'step' } }],
  });
  const [step] = spec.steps;
  if (!step) throw new Error('the spec has a step');
  expect(stepEnvironment({ A: 'machine', PATH: '/bin' }, spec, step, '/memory/attempt')).toEqual({
    PATH: '/bin',
    A: 'suite',
    B: 'step',
    C: 'secret',
    KEY: '/memory/attempt/KEY',
  });
});

test('only a computer that stays lends its home', () => {
  expect(homeFor('single-use', '/place/home')).toBe('/place/home');
  expect(homeFor('static', '/place/home')).toBe(homedir());
});
