# Uses the grace between TERM and KILL.
trap 'echo "cleaned up"; exit 3' TERM
echo "working"
while :; do sleep 0.05; done
