# What one does with Post Desk. Each target sets up what it needs; the second time that takes no time.

.PHONY: help setup run test check bench bench-peers bench-library fuzz pin law kills faults lives edits

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## /  make \1	/p' Makefile

setup: ## make .venv; after it .venv/bin/postdesk is the program
	@scripts/setup run

run: ## open the window, or without a display publish a demo post and leave a screenshot
	@scripts/run $(ARGS)

test: ## the whole suite, with real servers; ARGS=tests/markup for a part
	@scripts/test $(ARGS)

check: ## style, types, and who imports whom
	@scripts/check

bench: ## starts, keys, openings and memory, beside the goals; some five minutes
	@scripts/bench $(ARGS)

bench-peers: ## the same beside ReText, ghostwriter and Apostrophe, which it installs
	@scripts/bench-peers $(ARGS)

bench-library: ## lists, searches and saves in libraries of 10,000 and 100,000 posts; a quarter of an hour
	@scripts/bench-library $(ARGS)

fuzz: ## text that nobody means, for ARGS="--minutes 10"; prints what fails and what is slow
	@scripts/fuzz $(ARGS)

pin: ## remake the locks in requirements/
	@scripts/pin

kills: ## a thousand kills each while saving, indexing, keeping versions and receipts; ARGS=200 for fewer
	@scripts/kills $(ARGS)

faults: ## every fault at every step of a publication (half an hour); writes docs/publishing.md
	@scripts/faults $(ARGS)

lives: ## 5,000 lives of a post at random, in memory and on WordPress; ARGS=200 for fewer
	@scripts/lives $(ARGS)

law: ## the preview's law with 100,000 examples (an hour); ARGS=5000 for fewer
	@scripts/law $(ARGS)

edits: ## 2,000 random edits of posts of real WordPress (half an hour); writes docs/publishing.md; ARGS=200 for fewer
	@scripts/edits $(ARGS)
