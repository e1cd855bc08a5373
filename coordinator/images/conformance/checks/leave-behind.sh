# Leaves a process behind that has left its session, and that tells by a file that it is alive.
if command -v setsid > /dev/null; then detach=setsid; else detach=; fi
$detach sh -c 'i=0; while [ "$i" -lt 300 ]; do i=$((i + 1)); echo "$i" > alive; sleep 1; done' > /dev/null 2>&1 < /dev/null &
sleep 1
cat alive > /dev/null
