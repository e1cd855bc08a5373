/** The scenario of a simulation: a file, or the usual one, and what the command says beside it. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { type Scenario, scenarioFile } from '#shared/scenario-file.ts';
import { problemText, readYaml } from '../yaml/yaml.ts';

/** The scenario cannot be used: every problem found, one line each. */
export class ScenarioError extends Error {
  override readonly name = 'ScenarioError';
}

/** What is left out stays as the scenario has it. */
export type Choices = { seed?: number; days?: number; hosts?: number; price?: number };

/** @param file null: the usual scenario. @throws ScenarioError */
export async function readScenario(file: string | null, directory: string): Promise<Scenario> {
  if (file === null) return scenarioFile.parse({});
  const bytes = await readFile(path.resolve(directory, file)).catch((error: NodeJS.ErrnoException) => {
    throw new ScenarioError(`the scenario ${file} cannot be read (${error.code}); check the path`);
  });
  const answer = readYaml(scenarioFile, bytes, file);
  if ('ok' in answer) return answer.ok;
  const problems = answer.problems.map(problem => `  ${problemText(problem)}`);
  throw new ScenarioError(`The scenario cannot be used:\n${problems.join('\n')}`);
}

export const withChoices = (scenario: Scenario, { hosts, ...choices }: Choices): Scenario => ({
  ...scenario,
  ...choices,
  hosts: hosts === undefined ? scenario.hosts : resized(scenario.hosts, hosts),
});

/** So many in all, of each kind as large a part as before, and at least one. */
function resized(groups: Scenario['hosts'], count: number): Scenario['hosts'] {
  const before = groups.reduce((sum, group) => sum + group.count, 0);
  let [left, weight] = [Math.max(count, groups.length), before];
  return groups.map((group, index) => {
    const others = groups.length - index - 1;
    const part = Math.max(1, Math.min(left - others, Math.round((left * group.count) / weight)));
    left -= part;
    weight -= group.count;
    return { ...group, count: part };
  });
}
