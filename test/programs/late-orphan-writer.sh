# Leaves a writer that carries no mark and belongs to nobody. It writes once the file named first exists (10 s at most).
env -i setsid sh -c '(i=0
  while [ ! -e "$0" ] && [ $i -lt 500 ]; do sleep 0.02; i=$((i + 1)); done
  printf late; rm -f "$0") &' "$1" &
wait
echo "done"
