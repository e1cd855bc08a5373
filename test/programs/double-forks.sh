# A daemon by the book: forked twice, adopted by init, output closed. Its pid goes to the file named first.
(setsid sh -c 'sleep 300 & echo $! > "$0"' "$1" </dev/null >/dev/null 2>&1 &)
while [ ! -s "$1" ]; do sleep 0.02; done
