# Where there is no make: python3 dev.py run, python3 dev.py test, …
.PHONY: run test check bench soak lock
run test check bench soak lock:
	@python3 dev.py $@ $(ARGS)
