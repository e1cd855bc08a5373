# A child without our environment. "stay": in a session of its own, below this process; otherwise in this session.
[ "$1" = stay ] && away=setsid
env -i ${away:-} /bin/sh -c 'echo $$; exec sleep 300' &
sleep 0.2
while [ "$1" = stay ]; do sleep 0.05; done
