/**
 * What starts a step on a computer where nothing of ours runs: a program for its POSIX shell that ends by becoming the step, so
 * that the server of ssh itself says how the step ended, code or signal. Output goes through a named pipe and a `cat`,
 * because `> /dev/stderr` cannot open what a server of ssh gives; the `cat` is nobody's child, or a step that waits for
 * all of its children would wait for it.
 */
import { quote } from '../ssh/quote.ts';

export type FarStep = {
  /** Directory of the attempt. */
  root: string;
  directory: string;
  /** `[...shell, '-c', run]` is executed. */
  shell: readonly string[];
  run: string;
  /** The whole environment. */
  env: Readonly<Record<string, string>>;
};

/**
 * It says `relay <pid>`, then `pid <pid>` at the last moment before it is the step, or why there is none: `no-directory`,
 * `no-shell`, `no-pipe <why>`. Under a server that gives it no session of its own it takes one where `setsid` is.
 */
export function stepProgram({ root, directory, shell, run, env }: FarStep): string {
  const pipe = `${root}/output`;
  const words = [...shell, '-c', run].map(quote).join(' ');
  return `
cd ${quote(directory)} 2>/dev/null || { say no-directory; exit 0; }
rm -f ${quote(pipe)}
why=$(mkfifo ${quote(pipe)} 2>&1) || { say no-pipe $why; exit 0; }
apart=
command -v setsid >/dev/null 2>&1 && apart=setsid
( $apart cat < ${quote(pipe)} 2>/dev/null & say relay $! )
exec 3> ${quote(pipe)}
rm -f ${quote(pipe)}
group_of() {
  if { read -r stat < /proc/$$/stat; } 2>/dev/null; then set -- \${stat##*\\) }; group=$3
  else group=$(echo $(ps -o pgid= -p $$ 2>/dev/null)); fi
}
group=
group_of
echo "$$ $(echo $(ps -o lstart= -p $$ 2>/dev/null))" > ${quote(`${root}/leader`)}
set -- ${words}
if [ -n "$apart" ] && [ -n "$group" ] && [ "$group" != $$ ]; then set -- setsid "$@"; fi
${Object.entries(env)
  .map(([name, value]) => `export ${name}=${quote(value)}`)
  .join('\n')}
command -v ${quote(shell[0] ?? '/bin/sh')} >/dev/null 2>&1 || { say no-shell; exit 0; }
say pid $$
exec "$@" >&3 2>&3 3>&- </dev/null`;
}
