/**
 * Attacks that tests of other folders try already: the table points at them and runs those files. A row whose test is not
 * found any more counts as one that got through, so that nothing leaves the table unseen.
 */
import type { Area, From } from './attack.ts';

export type Elsewhere = {
  area: Area;
  attack: string;
  from: From;
  got: string;
  /** Path of the test file, and the test's title or its beginning. */
  file: string;
  title: string;
};

const row = (
  area: Area,
  from: From,
  attack: string,
  got: string,
  [file, title]: [file: string, title: string],
): Elsewhere => ({ area, from, attack, got, file, title });

const doors = 'test/coordinator/http/doors.test.ts';

export const elsewhere: readonly Elsewhere[] = [
  row(
    'web',
    'stranger',
    'a name is pointed at the coordinator, to read it with a browser',
    '403: not called by that name',
    [doors, 'a name that was pointed at us is refused, for reading too'],
  ),
  row(
    'web',
    'stranger',
    'a foreign page acts with the cookie of an administrator',
    '403: another site must not act here',
    [doors, 'another site cannot change anything, whatever the browser sends along'],
  ),
];
