/** The small repository of the demonstration: a shell program with tests, a mistake in it, and what mends it. */
import type { Content } from './origin.ts';

type Files = Record<string, Content>;

const suiteFile = `version: 1
suites:
  unit:
    steps:
      - { name: environment, run: "uname -a && git --version" }
      - { name: tests, run: ./tests/run.sh, timeout: 2m }
  style:
    steps:
      - { name: syntax, run: "for script in orbit.sh tests/run.sh build.sh; do sh -n $script && echo $script is fine; done" }
on-merge:
  dist:
    steps: [./build.sh]
    artifacts: [dist/*]
`;

const program = (formula: string): Content => ({
  script: `#!/bin/sh
# Hours that a rocket needs for a number of orbits, each of 90 minutes: whole hours, the last one counted.
orbits=$1
echo $((${formula}))
`,
});

const tests: Content = {
  script: `#!/bin/sh
failed=0
check() {
  got=$(./orbit.sh "$1")
  if [ "$got" = "$2" ]; then printf '\\033[32mok\\033[0m       %2s orbits are %s hours\\n' "$1" "$2"
  else printf '\\033[31mnot ok\\033[0m   %2s orbits: expected %s hours, got %s\\n' "$1" "$2" "$got"; failed=1
  fi
}
for orbits in 2 4 6 8 10 12; do check $orbits $((orbits * 3 / 2)); done
check 1 2
check 3 5
exit $failed
`,
};

const build: Content = {
  script: `#!/bin/sh
set -e
mkdir -p dist
tar --create --file dist/orbit.tar --sort=name --mtime=@0 --owner=0 --group=0 orbit.sh
ls -l dist
`,
};

/** What \`main\` holds before anybody opens a pull request. */
export const firstFiles: Files = {
  '.paddock.yml': suiteFile,
  'README.md': '# rocket\n\nHow long is the flight?\n',
  'tests/run.sh': tests,
  'build.sh': build,
  'orbit.sh': program('(orbits * 90 + 59) / 60'),
};

/** Shorter, and wrong for an odd number of orbits. */
export const brokenFiles: Files = { 'orbit.sh': program('orbits * 3 / 2') };

export const mendedFiles: Files = { 'orbit.sh': program('(orbits * 3 + 1) / 2') };

export const suites = ['unit', 'style'];
export const artifactPath = 'dist/orbit.tar';
