# demo: a believable university, computed and served. test: everything that checks. bench: figures.
# program: `jobs` for the nodes of a cluster. cluster: a real Hadoop on this machine.
.PHONY: demo test bench program cluster cluster-down

demo:
	@demo/demo.sh

test:
	@ci/run

bench:
	@ci/bench/run

program:
	@ci/program

cluster:
	@ci/cluster/up

cluster-down:
	@ci/cluster/down
