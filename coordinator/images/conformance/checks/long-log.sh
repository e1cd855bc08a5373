# 100,000 lines, each of which says which it is.
i=0
while [ "$i" -lt 100000 ]; do
  i=$((i + 1))
  echo "line $i of 100000, which is as long as a line of a compiler likes to be"
done
