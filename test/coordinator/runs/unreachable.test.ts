import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { limits } from '#shared/limits.ts';
import { until } from '#test/support/until.ts';
import { openLab } from '../support/brain-lab.ts';
import { type ForgeLab, openForgeLab } from '../support/forge-lab.ts';

let lab: Awaited<ReturnType<typeof openLab>>;
let forge: ForgeLab;
beforeEach(async () => {
  lab = await openLab();
  forge = openForgeLab(lab);
});
afterEach(() => forge.close());

const rerun = async () => {
  const { id } = await forge.newestRun();
  await lab.store.write(tx => lab.runs.apply(tx, id, { type: 'rerun-requested', at: lab.clock.now }));
};

describe('a commit that cannot be had', () => {
  test('because it does not exist is refused at once, in git’s words', async () => {
    await forge.land(2);
    forge.refuse(2);
    await forge.prepare();
    expect((await forge.newestRun()).state).toMatchObject({
      status: 'refused',
      message: 'git says no-such-commit',
    });
    expect(await forge.statuses()).toEqual(['paddock error: git says no-such-commit']);
    expect(forge.source.asked).toBe(1);
  });

  test('now is tried again, later each time, and refused in the end', async () => {
    forge.source.failure = 'host-unreachable';
    await forge.land(2);
    const pauses: number[] = [];
    for (let tries = 1; tries < limits.prepareTries; tries++) {
      await forge.prepare();
      const { state } = await forge.newestRun();
      expect(state).toMatchObject({ status: 'preparing', tries, message: 'git says host-unreachable' });
      if (state.status === 'preparing') pauses.push(state.nextAt - lab.clock.now);
      expect(await forge.statuses()).toEqual([]);
      lab.pass(pauses.at(-1) ?? 0);
    }
    await forge.prepare();
    expect(pauses).toEqual([2, 4, 8, 16, 32].map(seconds => seconds * 1_000));
    expect((await forge.newestRun()).state).toMatchObject({
      status: 'refused',
      message: 'git says host-unreachable',
    });
    expect(await forge.statuses()).toEqual(['paddock error: git says host-unreachable']);
  });

  test('now is prepared as soon as it can be, with all its tries again', async () => {
    forge.source.failure = 'host-unreachable';
    await forge.land(2);
    await forge.prepare();
    forge.source.failure = null;
    lab.pass(2_000);
    await forge.prepare();
    expect(await forge.runs()).toEqual(['landed 2 planned: default queued']);
  });

  test('may be an end that does not hold: a run again takes the error back', async () => {
    await forge.land(2);
    forge.refuse(2, 'url-refused');
    await forge.prepare();
    forge.refuse(2, 'no-such-commit');
    await rerun();
    await forge.prepare();
    expect((await forge.newestRun()).state.status).toBe('refused');
    forge.accept(2);
    await rerun();
    await forge.prepare();
    expect(await forge.runs()).toEqual(['landed 2 planned: default queued']);
    expect((await forge.statuses()).filter(text => text.startsWith('paddock '))).toEqual([
      'paddock error: git says url-refused',
      'paddock error: git says no-such-commit',
      'paddock success: each suite has its own status',
    ]);
  });

  test('keeps no other run waiting', async () => {
    forge.stall(2);
    await forge.land(2);
    await forge.land(3);
    forge.wakePreparation();
    await until(
      'the other run has its jobs',
      async () => (await forge.runs())[1] === 'landed 3 planned: default queued',
    );
    expect(await forge.runs()).toEqual(['landed 2 preparing', 'landed 3 planned: default queued']);
  });
});
