# What the step before has left behind is gone: its file does not change any more.
set -e
before=$(cat alive)
sleep 3
after=$(cat alive)
rm -f alive
[ "$before" = "$after" ] || { echo "a process of the step before still runs: it counted from $before to $after"; exit 1; }
