/** The small repository of the demonstration: a shell program with tests, a mistake in it, and what mends it. */
import type { Content } from './origin.ts';

type Files = Record<string, Content>;

const suiteFile = (more = '') => `version: 1
suites:
  unit:
    steps:
      - { name: environment, run: "uname -a && git --version" }
      - { name: tests, run: ./tests/run.sh, timeout: 2m }
  style:
    steps:
      - { name: syntax, run: "for script in orbit.sh tests/run.sh build.sh; do sh -n $script && echo $script is fine; done" }
${more}on-merge:
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
  '.paddock.yml': suiteFile(),
  'README.md': '# rocket\n\nHow long is the flight?\n',
  'tests/run.sh': tests,
  'build.sh': build,
  'orbit.sh': program('(orbits * 90 + 59) / 60'),
};

/** Shorter, and wrong for an odd number of orbits. */
export const brokenFiles: Files = { 'orbit.sh': program('orbits * 3 / 2') };

export const mendedFiles: Files = { 'orbit.sh': program('(orbits * 3 + 1) / 2') };

/** What a visitor pushes: another formula, without its rounding and with it, and never the long flight of a push before. */
export const unroundedFiles: Files = {
  '.paddock.yml': suiteFile(),
  'orbit.sh': program('orbits + (orbits >> 1)'),
};
export const roundedFiles: Files = {
  '.paddock.yml': suiteFile(),
  'orbit.sh': program('orbits + ((orbits + 1) >> 1)'),
};

const flightSuite = `  flight:
    steps:
      - { name: countdown, run: ./flight.sh countdown }
      - { name: ascent, run: ./flight.sh ascent }
      - { name: orbit, run: ./flight.sh orbit }
`;

const flight: Content = {
  script: `#!/bin/sh
# A minute of output on purpose, to be watched while it is written. On main nobody watches.
pause() { [ "$PADDOCK_REF" = main ] || sleep "$1"; }
countdown() {
  for left in 10 9 8 7 6 5 4 3 2 1; do
    color=32
    [ $left -le 6 ] && color=33
    [ $left -le 3 ] && color=31
    printf '\\033[1;%smT-%02d s\\033[0m  tanks \\033[36m%3s %%\\033[0m  guidance \\033[32mgo\\033[0m\\n' $color $left $((100 - left))
    pause 1
  done
}
ascent() {
  echo 'One line, drawn again and again:'
  km=0
  while [ $km -le 400 ]; do
    printf '\\r\\033[42m%*s\\033[0m\\033[100m%*s\\033[0m %3s of 400 km' $((km / 10)) '' $((40 - km / 10)) '' $km
    km=$((km + 5))
    pause 0.3
  done
  printf '\\n\\033[32mengine off\\033[0m after 400 km\\n'
}
orbit() {
  minute=0
  while [ $minute -lt 90 ]; do
    hue=$((17 + minute * 2))
    printf '\\033[2m%2s min\\033[0m  \\033[38;5;%sm%*s\\033[0m  %s km/s\\n' $minute $hue $((minute / 3 + 1)) '*' 7.$((60 + minute % 9))
    minute=$((minute + 4))
    pause 1
  done
}
"$1"
`,
};

/** A suite that takes a minute. */
export const flightFiles: Files = { '.paddock.yml': suiteFile(flightSuite), 'flight.sh': flight };
export const flightSuiteName = 'flight';

export const suites = ['unit', 'style'];
export const artifactSuite = 'dist';
export const artifactPath = 'dist/orbit.tar';
