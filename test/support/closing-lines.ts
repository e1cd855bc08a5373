import type { Reporter, TestModule } from 'vitest/node';

declare module 'vitest' {
  interface TaskMeta {
    /** A test of many parts says in one line what came of them. */
    closingLine?: string;
  }
}

/** Prints what long tests have to say in one line below everything else, where it is looked for. */
export class ClosingLines implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const lines = modules.flatMap(module =>
      [...module.children.allTests()].flatMap(test => test.meta().closingLine ?? []),
    );
    if (lines.length > 0) process.stdout.write(`${lines.join('\n')}\n`);
  }
}
