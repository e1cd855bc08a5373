import { expect } from 'vitest';
import { withAgentProcess } from './agent-process.ts';
import { startGitMirror } from './git-mirror.ts';
import { specOf } from './specs.ts';
import { startUploadStore, uploadToken } from './upload-store.ts';

/** One job from enrolment over source, step and artifact to retirement, by the bundle on this Node. */
export async function expectWholeJob(node: string, prefer: 'git' | 'archive'): Promise<void> {
  const [mirror, store] = await Promise.all([startGitMirror(), startUploadStore()]);
  try {
    const commit = mirror.commit([{ path: 'make.sh', text: 'mkdir dist; echo made | tee dist/product\n' }]);
    await withAgentProcess({ node }, async ({ coordinator, exit, said }) => {
      const spec = specOf({
        source: mirror.source(commit, { prefer }),
        steps: [{ run: 'sh make.sh' }],
        artifacts: { patterns: ['dist/*'], url: store.url, token: uploadToken },
      });
      coordinator.onRenewal = () => ({ want: 'run', spec });
      coordinator.onFinished = () => ({ answer: 'settled', next: { want: 'retire' } });
      expect({ ...(await exit), said: said() }).toMatchObject({ code: 0 });
      expect(coordinator.logText(spec.attempt)).toBe('made\n');
      expect(coordinator.reports[0]?.artifacts).toMatchObject([{ path: 'dist/product', bytes: 5 }]);
      expect([...store.uploads.values()][0]?.bytes.toString()).toBe('made\n');
    });
  } finally {
    await Promise.all([mirror.close(), store.close()]);
  }
}
