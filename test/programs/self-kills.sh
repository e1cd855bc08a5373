# Dies by the signal given first.
echo "dying by $1"
kill "-$1" $$
