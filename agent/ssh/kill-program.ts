/**
 * Killing on a computer where nothing of ours runs: a program for its POSIX shell, with `ps`, `awk`, `grep` and `sed`. The rules
 * are those of `../process-tree/tree-members.ts`: the mark in the environment (Linux: /proc, elsewhere what `ps axeww` shows of
 * it); the group or session of a step's first process; a proven parent. Where a system tells no environment, a process
 * that left its session and lost its parent before anybody looked is not found.
 */
import { quote } from './quote.ts';

/**
 * Its value, a machine's id, marks what runs there. Not the variable that marks a machine on a host: the computer may be that
 * very host, by another user or in another root, and the agent is not to end itself.
 */
export const farMarkerVariable = 'PADDOCK_PROXIED';

export type FarTree = {
  /** The machine's id. */
  marker: string;
  /** The first process of a step; null: only what the mark proves, and leaders that are noted below `notes`. */
  leader: number | null;
  /** Whether the leader has exited and may be somebody else by now. */
  isLeaderGone: boolean;
  /** The carrier of the step's output, which has to bring the rest. */
  spared: number | null;
  /** Directory whose `<name>/leader` files note the first process of each attempt and its start. */
  notes: string | null;
};

/**
 * `look` signals nobody; `ask` sends TERM; `kill` sends KILL, round by round, until nobody is found twice in a row. Those who are `known` were proven before. It says `left`
 * and whom it still found, as `pid:start`, or `unreadable` when it cannot read who runs there.
 */
export function killProgram(
  how: 'look' | 'ask' | 'kill',
  tree: FarTree,
  known: Iterable<string> = [],
): string {
  const rounds = how === 'kill' ? 30 : 1;
  const signals = { look: ':', ask: 'kill -TERM $pids; kill -CONT $pids', kill: 'kill -KILL $pids' }[how];
  return `
mark=${quote(`${farMarkerVariable}=${tree.marker}`)}
${looking(tree)}
known=${quote([...known].join(' '))} empty=0 round=0
while :; do
  left=$(members)
  case $left in *unreadable*) say unreadable; exit 1;; esac
  known="$known $left"
  if [ -z "$left" ]; then
    # One look may fall into the moment in which a process is being executed and shows no environment.
    empty=$((empty + 1))
    [ $empty -ge 2 ] && break
    sleep 0.03 2>/dev/null || sleep 1
  else
    empty=0
    pids=
    for one in $left; do pids="$pids \${one%%:*}"; done
    { ${signals}; } 2>/dev/null
    round=$((round + 1))
    [ $round -ge ${rounds} ] && break
  fi
done
say left $left
`;
}

/** Lines for `awk`: p pid ppid group session start; m pid. A zombie needs no killing. */
const looking = ({ leader, isLeaderGone, spared, notes }: FarTree): string => `
marked() {
  if [ -r /proc/self/environ ]; then
    # Some versions of grep end a line at a NUL.
    if printf 'a\\000b\\n' | grep b >/dev/null 2>&1; then
      grep -l "$mark" /proc/[0-9]*/environ 2>/dev/null | sed 's|^/proc/\\([0-9]*\\)/.*|m \\1|'
    else
      for file in /proc/[0-9]*/environ; do
        { tr '\\000' '\\n' < "$file" | grep "$mark" >/dev/null; } 2>/dev/null || continue
        file=\${file#/proc/}
        echo "m \${file%/environ}"
      done
    fi
  else
    { echo "$mark"; ps axeww 2>/dev/null; } | awk 'NR == 1 { mark = $0; next } index($0, mark) { print "m", $1 }'
  fi
}
table() {
  if [ -r /proc/self/stat ]; then
    cat /proc/[0-9]*/stat 2>/dev/null | awk '{
      pid = $1
      if (!sub(/^.*\\) /, "")) next
      if (($1 == "Z" || $1 == "X") && $18 <= 1) next
      print "p", pid, $2, $3, $4, $20
    }'
  else
    rows=$(ps -A -o pid= -o ppid= -o pgid= 2>/dev/null) ||
      rows=$(ps -o pid,ppid,pgid 2>/dev/null) ||
      rows=$(ps -ef 2>/dev/null | awk '{ print $2, $3 }')
    echo "$rows" | awk '$1 + 0 > 0 { print "p", $1, $2, ($3 == "" ? "-" : $3), "-", "-" }'
  fi
}
leaders() {
  ${leader === null ? ':' : `echo "leader ${leader} ${isLeaderGone ? 'gone' : ''}"`}
  ${notes === null ? ':' : noted(notes)}
}
members() {
  {
    echo "self $$"
    ${spared === null ? '' : `echo "spare ${spared}"`}
    for one in $known; do echo "known $one"; done
    leaders
    marked
    table
  } | awk '${closure}'
}`;

/** A pid alone proves nothing: only with the start that was noted. */
const noted = (notes: string): string => `for file in ${quote(notes)}/*/leader; do
    [ -r "$file" ] || continue
    read -r pid start < "$file"
    [ -n "$start" ] && [ "$start" = "$(echo $(ps -o lstart= -p "$pid" 2>/dev/null))" ] && echo "leader $pid"
  done`;

/** This shell, and whoever started it, are never members. Believed only when this shell itself is on the list. */
const closure = `
  $1 == "self" { self = $2 }
  $1 == "spare" { spared[$2] = 1 }
  $1 == "known" { known[$2] = 1 }
  $1 == "leader" { leads[$2] = 1; if ($3 == "gone") gone[$2] = 1 }
  $1 == "m" { marked[$2] = 1 }
  $1 == "p" { pids[$2] = 1; parent[$2] = $3; group[$2] = $4; session[$2] = $5; start[$2] = $6 }
  END {
    if (!(self in pids)) { print "unreadable"; exit }
    for (pid = self; pid in pids && !(pid in spared); pid = parent[pid]) spared[pid] = 1
    for (pid in gone) if (pid in pids) delete leads[pid]
    for (pid in pids) {
      if (pid <= 1 || pid in spared) continue
      name = pid ":" start[pid]
      if (pid in marked || name in known || pid in leads || group[pid] in leads || session[pid] in leads) ours[pid] = 1
    }
    do {
      grown = 0
      for (pid in pids)
        if (pid > 1 && !(pid in spared) && !(pid in ours) && (parent[pid] in ours || session[pid] in ours)) {
          ours[pid] = 1
          grown = 1
        }
    } while (grown)
    for (pid in ours) print pid ":" start[pid]
  }`;
