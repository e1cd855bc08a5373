# Every way of opening stderr anew; ten lines, in order, none twice.
echo one
echo two > /dev/stderr
echo three | tee /dev/stderr > /dev/null
echo four >> /dev/stderr
( echo five > /dev/stdout )
exec 1>&2
echo six; echo seven >&2; echo eight | tee /dev/stderr >/dev/null; echo nine > /dev/stdout; echo ten
