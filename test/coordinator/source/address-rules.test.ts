/** Which addresses no repository is at, in every spelling. */
import { expect, test } from 'vitest';
import { isNeverReached, isThisComputer } from '#coordinator/source/address-rules.ts';

test.each([
  '169.254.169.254',
  '169.254.0.1',
  '100.100.100.200',
  '192.0.0.192',
  '224.0.0.1',
  'fe80::1',
  'fe80::1%eth0',
  'febf::1',
  'fd00:ec2::254',
  'ff02::1',
  '::ffff:169.254.169.254',
  '::ffff:a9fe:a9fe',
  '64:ff9b::169.254.169.254',
  '2002:a9fe:a9fe::1',
])('nobody’s repository is at %s', address => {
  expect(isNeverReached(address)).toBe(true);
});

test.each([
  '127.0.0.1',
  '127.1.2.3',
  '0.0.0.0',
  '::1',
  '::',
  '::ffff:127.0.0.1',
  '::ffff:7f00:1',
  '64:ff9b::7f00:1',
  '2002:7f00:1::',
])('%s is this computer', address => {
  expect(isThisComputer(address)).toBe(true);
});

test.each([
  '140.82.121.4',
  '10.0.0.7',
  '192.168.1.5',
  '169.253.255.255',
  '2606:50c0::1',
  'fd12:3456::7',
  '128.0.0.1',
])('%s is a computer like any other', address => {
  expect([isNeverReached(address), isThisComputer(address)]).toEqual([false, false]);
});
