/** Names of the schemas that the document refers to. They stay: generated clients have types of these names. */
import type { Components } from './component.ts';
import { fleetComponents } from './components/fleet.ts';
import { peopleComponents } from './components/people.ts';
import { runsComponents } from './components/runs.ts';
import { valuesComponents } from './components/values.ts';

export const components: Components = {
  ...valuesComponents,
  ...runsComponents,
  ...peopleComponents,
  ...fleetComponents,
};
