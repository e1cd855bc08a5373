# Two lines, two seconds apart: whoever follows the log sees the first before the second is printed.
echo 'conformance live 1'
sleep 2
echo 'conformance live 2'
