# A tree of processes that ignore the polite signal and go on printing.
trap '' TERM INT HUP
(
  trap '' TERM INT HUP
  while :; do
    echo 'conformance still here'
    sleep 1
  done
) &
while :; do sleep 1; done
