# demo: a believable university, computed and served. test: everything that checks. bench: figures.
# program: `jobs` for the nodes of a cluster. release: what is handed out. cluster: a real Hadoop on this machine.
.PHONY: demo test bench program release cluster cluster-down

demo:
	@demo/demo.sh

test:
	@ci/run

bench:
	@ci/bench/run

program:
	@ci/program

release:
	@ci/release

cluster:
	@ci/cluster/up

cluster-down:
	@ci/cluster/down
