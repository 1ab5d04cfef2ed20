# demo: a believable university, computed and served. test: everything that checks. bench: figures.
.PHONY: demo test bench

demo:
	@demo/demo.sh

test:
	@ci/run

bench:
	@ci/bench/run
