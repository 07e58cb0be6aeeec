# `make help` lists what there is. Everything runs with Go alone, but: lint-scripts needs shellcheck, check-generated
# protoc 3.21.12, race a C compiler, integration a JDK 17, Maven, kcat, protoc and Python 3, live root, Open vSwitch and more (test/live), browser Chromium,
# Node.js 18 and npm, check-package root, lintian, debootstrap, rpm and rpmlint, image Docker. `.ci/run` installs what it needs.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

GOLANGCI_VERSION := v2.15.0
GOVULNCHECK_VERSION := v1.8.0
BENCHSTAT_VERSION := v0.0.0-20260908200009-22c9c6c9d4da
TOOLS ?= $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/spoor-tools
GOLANGCI := $(TOOLS)/golangci-lint-$(GOLANGCI_VERSION)

# Where captures with a truth lie; a folder that is not there has none.
CAPTURES ?= testdata/captures ../shared/captures
PLATFORMS ?= linux/arm64 darwin/arm64 windows/amd64
FUZZTIME ?= 30
BENCH ?= .
COUNT ?= 1
PROPERTIES ?= 300
LOADS ?= 60
COST ?= 500 3 none,lz4,zstd
WHOLE ?= 100000 4 3 none,lz4
WRITE := SPOOR_WRITE=$(CURDIR)/docs/performance.md
FABRICS ?= 8000 60 100000
SOAK ?= 2m 1000

# What `make check` and .ci/run do; not vuln: its database may be out of reach. .ci/run does FIRST while Debian's packages come, then
# NEXT; BUSY, which wants all cores, beside WAITING, which for the most part waits for brokers, browsers and a Debian that
# boots; at the end ALONE, whose figures others would spoil. --full adds FULL.
FIRST := check-mod check-fmt vet lint
NEXT := build lint-scripts check-generated
BUSY := test race manifests cross check-release score score-held-out scenarios loads flood fuzz-short
WAITING := integration browser monitoring check-package check-image soak
ALONE := speed live
CHECKS := $(FIRST) $(NEXT) $(BUSY) $(WAITING) $(ALONE)
FULL := integration-full trial soak-full scenarios-full properties false-alerts alert-day live-full fuzz benchmarks bench cover

.PHONY: help
help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  %-16s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: build
build: ## dist/spoor, static, with its version from git
	CGO_ENABLED=0 go build -trimpath -o dist/spoor ./cmd/spoor

.PHONY: fmt
fmt: $(GOLANGCI) ## format all Go files
	$(GOLANGCI) fmt ./...

.PHONY: check-fmt
check-fmt: $(GOLANGCI) ## fail if a Go file is not formatted
	$(GOLANGCI) fmt --diff ./...

.PHONY: lint
lint: $(GOLANGCI) ## golangci-lint with .golangci.yml
	$(GOLANGCI) run ./...

.PHONY: fix
fix: $(GOLANGCI) ## let golangci-lint mend what it can: formats, unused nolint, older idioms
	$(GOLANGCI) run --fix ./...

.PHONY: lint-scripts
lint-scripts: ## shellcheck
	shellcheck --format=gcc .ci/run .ci/packages test/bench-release test/fuzz test/integration test/check-generated test/live test/kafka/broker test/kafka/registry test/testbed/clos-ovs.sh test/release test/package test/boot test/image test/trial deploy/release deploy/deb/p* deploy/rpm/*

.PHONY: vet
vet: ## go vet
	go vet ./...

.PHONY: test
test: ## all tests that need nothing but Go
	go test -timeout 15m ./...

.PHONY: manifests
manifests: ## deploy/kubernetes, read strictly into Kubernetes' own types
	cd test/manifests && go vet ./... && go test ./...

# What runs in one goroutine, code and tests, cannot race: a policy test holds these to it. pages runs a program that is built without.
NO_RACE := analytics/alert analytics/elephant analytics/flowtable analytics/links analytics/path analytics/watch decode decode/packet decode/sflow \
  decode/xdr flow internal/judge internal/testkit/loads internal/testkit/montecarlo internal/testkit/scenario internal/testkit/pages publish/jsonmap publish/spool

# Each process of the race detector sleeps a second at its end, and tests start hundreds.
.PHONY: race
race: ## the same under the race detector, but for what runs in one goroutine (NO_RACE)
	GORACE=atexit_sleep_ms=20 go test -race -timeout 15m $$(go list ./... | grep -vxF "$$(printf '%s\n' $(NO_RACE:%=spoor/%))")

.PHONY: fuzz
fuzz: ## every fuzz target for FUZZTIME seconds (30)
	test/fuzz $(FUZZTIME)

.PHONY: fuzz-short
fuzz-short: ## every fuzz target, a minute altogether
	test/fuzz all 60

.PHONY: flood
flood: ## ten million invented agents into the accounting and into the whole pipeline: memory must stay flat
	SPOOR_FLOOD=1 go test -count 1 -timeout 30m -v -run '^(TestInventedAgents|TestFloodOfAgents)$$' ./collector ./internal/app/pipeline

.PHONY: cross
cross: ## build for the other PLATFORMS
	for p in $(PLATFORMS); do echo "$$p"; CGO_ENABLED=0 GOOS=$${p%/*} GOARCH=$${p#*/} go build ./...; done

.PHONY: integration
integration: ## tests against real Apache Kafkas, started for them
	test/integration

.PHONY: integration-full
integration-full: ## three brokers that die again, with an outage of 60 s
	test/integration full

.PHONY: soak
soak: ## a broker that dies each half minute under a steady load, agents that come and go: ledgers close, nothing grows (SOAK="2m 1000")
	SPOOR_SOAK="$(SOAK)" test/integration soak

.PHONY: soak-full
soak-full: ## the same for half an hour, with some half of what this program can take on two small cores
	SPOOR_SOAK="30m 8000" test/integration soak

.PHONY: dashboards
dashboards: ## write deploy/grafana/dashboards from internal/dashboards
	go run ./internal/dashboards/cmd/dashboards deploy/grafana/dashboards

.PHONY: monitoring
monitoring: ## promtool on /metrics and on deploy/prometheus; each query of each panel asked of a Prometheus that scrapes a demo
	promtool check rules deploy/prometheus/rules.yml
	promtool test rules deploy/prometheus/rules_test.yml
	SPOOR_DASHBOARDS=1 go test ./internal/dashboards -count 1 -run TestPanels -v

.PHONY: score
score: build ## replay recorded and simulated captures that have a truth, print how right and how fast we were
	go run ./internal/testkit/score/cmd/score -spoor dist/spoor -simulate $(CAPTURES)

SCENARIOS := go run ./internal/testkit/scenario/cmd/scenarios
LONG := spray-4 large silent-mix dual-silent-leaves dual-silent-spines evpn-silent-spines evpn-silent evpn-pairs \
  leaf-mac-silent routing-silent evpn-both-silent evpn-guests-silent failures-silent renumbered-silent evpn-bonds guests-bonds
KNOWN := internal/testkit/scenario/known.json

.PHONY: scenarios
scenarios: ## simulated fabrics and mishaps, judged on a fixed seed; a fresh one is shown (NAMES="plain near")
	$(SCENARIOS) -fresh $(NAMES)

.PHONY: scenarios-full
scenarios-full: ## the same on three seeds, with the large ones
	$(SCENARIOS) -long -seeds 1,2,3 -fresh

.PHONY: scenarios-known
scenarios-known: ## note what scenarios reach that are short of their target; from then on it must not become worse
	$(SCENARIOS) -long -learn $(KNOWN)
	$(SCENARIOS) -long -seeds 1,2,3 -learn $(KNOWN)

.PHONY: properties
properties: ## what must hold in any fabric, in PROPERTIES of them (300: seeds 1 to 300; 500@7000 begins at seed 7000)
	SPOOR_PROPERTIES=$(PROPERTIES) go test -count 1 -timeout 60m -v -run '^TestProperties$$' ./internal/testkit/scenario

.PHONY: loads
loads: ## random agents written down at the wire, each of their flows judged, in LOADS of them (60: seeds 1 to 60; 300@9000); a fresh one is shown
	SPOOR_LOADS=$(LOADS) go test -count 1 -timeout 30m -v -run '^TestLoads$$' ./internal/testkit/loads

.PHONY: dimensions
dimensions: ## the same in fabrics that are one thing more (VXLAN, hosts on two leaves, silent switches, wrong ports, ...); some still fail
	SPOOR_PROPERTIES=$(PROPERTIES) go test -count 1 -timeout 120m -v -run '^TestDimensions$$' ./internal/testkit/scenario

.PHONY: false-alerts
false-alerts: ## the detector alone over hundreds of flow-days: false alerts with their bound, delays
	go run ./internal/testkit/montecarlo/cmd/montecarlo

.PHONY: score-held-out
score-held-out: build ## the captures that nobody tunes to: look at the end of a change, not while making it
	go run ./internal/testkit/score/cmd/score -spoor dist/spoor testdata/heldout

.PHONY: accuracy
accuracy: ## measure all that docs/accuracy.md tells, and write it there
	$(SCENARIOS) -seeds 1,2,3 -write docs/accuracy.md
	$(SCENARIOS) -seeds 1,2,3 -write docs/accuracy.md -mark large $(LONG)
	$(SCENARIOS) -write docs/accuracy.md -mark huge huge flood-200k
	go run ./internal/testkit/montecarlo/cmd/montecarlo -write docs/accuracy.md

.PHONY: alert-day
alert-day: ## a day of simulated operation: what was alerted and what should have been, into docs/alerts.md, and a quiet hour of 64 x 16 (13 min of CPU)
	go run ./internal/testkit/alertday/cmd/alertday -quiet
	go run ./internal/testkit/alertday/cmd/alertday -write docs/alerts.md

.PHONY: live
live: build ## real Open vSwitch agents, spoor and a real Kafka beside them, a little traffic (root)
	test/live smoke

.PHONY: browser
browser: build ## the live page in Chromium over the whole program; screenshots in dist/shots
	SPOOR_HOURS=1 go test -count=1 -run HoursAreFlat ./web/live
	cd test/browser && npm ci --no-audit --no-fund && node --test view.test.mjs && SPOOR=$(CURDIR)/dist/spoor SHOTS=$(CURDIR)/dist/shots node run.mjs

.PHONY: live-full
live-full: build ## the same with elephants, paths, a drained spine, VXLAN: some four minutes
	test/live elephants paths drain vxlan

.PHONY: bench
bench: ## each stage and the whole beside goflow2, kafka-go and the prototypes, in the same run, into docs/performance.md
	SPOOR_STAGES=1 $(WRITE) go test -count 1 -timeout 30m -v -run '^TestStages$$' ./internal/testkit/whole
	SPOOR_PUBLISH_COST="$(COST)" $(WRITE) go test -count 1 -timeout 30m -v -run '^TestCost$$' ./publish
	SPOOR_IDLE=1 $(WRITE) go test -count 1 -v -run '^TestIdle$$' ./internal/testkit/whole
	SPOOR_WHOLE="$(WHOLE)" $(WRITE) go test -count 1 -timeout 60m -v -run '^TestWhole$$' ./internal/testkit/whole

.PHONY: benchmarks
benchmarks: ## Go's benchmarks of all packages (BENCH=regexp COUNT=n)
	go test -run '^$$' -bench '$(BENCH)' -benchmem -count $(COUNT) ./...

.PHONY: scale
scale: ## what a sample costs, and memory, at 1,000 to 1,000,000 live flows
	go test -run '^$$' -bench Scale -benchtime 2000000x -skip Workers ./analytics
	go test -run '^$$' -bench ScaleWorkers -benchtime 3x ./analytics

.PHONY: bench-stages
bench-stages: ## what a sample costs stage by stage, beside goflow2 on the same datagrams in the same run
	SPOOR_STAGES=1 go test -count 1 -timeout 20m -v -run '^TestStages$$' ./internal/testkit/whole

.PHONY: scale-fabrics
scale-fabrics: ## what grows with the fabric, 20 to 10,000 switches (FABRICS="datagrams-a-second seconds flows")
	SPOOR_FABRICS="$(FABRICS)" go test -count 1 -timeout 60m -v -run '^TestFabrics$$' ./internal/testkit/whole

.PHONY: bench-publish
bench-publish: ## what a record to Kafka costs, beside kafka-go, franz-go and the prototype (COST="thousands-of-records rounds codecs")
	SPOOR_PUBLISH_COST="$(COST)" go test -count 1 -timeout 30m -v -run '^TestCost$$' ./publish

.PHONY: bench-whole
bench-whole: ## what a sample costs from UDP to Kafka, beside the prototype (WHOLE="datagrams-a-second seconds rounds codecs")
	SPOOR_WHOLE="$(WHOLE)" go test -count 1 -timeout 30m -v -run '^TestWhole$$' ./internal/testkit/whole

.PHONY: speed
speed: ## what a record to Kafka costs, and a sample from UDP to Kafka, must stay near the prototype's
	SPOOR_PUBLISH_SPEED="500 12 none,lz4,zstd" go test -count 1 -timeout 20m -v -run '^TestSpeed$$' ./publish
	$(MAKE) bench-whole WHOLE="20000 4 2 none"

.PHONY: benchcmp
benchcmp: ## compare two outputs of `make benchmarks COUNT=6`: OLD=file NEW=file
	go run golang.org/x/perf/cmd/benchstat@$(BENCHSTAT_VERSION) $(OLD) $(NEW)

.PHONY: bench-release
bench-release: ## the last release's benchmarks and ours in turn, compared (REV=other BENCH=regexp COUNT=6 PACKAGES=...)
	BENCHSTAT_VERSION=$(BENCHSTAT_VERSION) BENCH='$(BENCH)' test/bench-release $(REV)

.PHONY: yardsticks
yardsticks: ## sizes, comments, tests, fuzz targets and benchmarks of our own code, by package
	go run ./internal/testkit/yardstick -rooms

.PHONY: cover
cover: ## test coverage by function, and in all
	mkdir -p dist
	go test -coverpkg=./... -coverprofile=dist/cover.out ./...
	go tool cover -func=dist/cover.out

.PHONY: generate
generate: ## the files that are generated
	go generate ./...

.PHONY: check-generated
check-generated: ## fail if a generated file is stale
	test/check-generated

.PHONY: check-mod
check-mod: ## fail if go.mod or go.sum is not tidy
	go mod tidy -diff
	cd test/manifests && go mod tidy -diff

.PHONY: vuln
vuln: ## known vulnerabilities; needs the vulnerability database
	go run golang.org/x/vuln/cmd/govulncheck@$(GOVULNCHECK_VERSION) ./...

.PHONY: release
release: ## dist/release: deb, rpm, archive, what they were built from, checksums; the same bytes each time
	rm -rf dist/release
	deploy/release dist/release

.PHONY: check-release
check-release: ## two releases are the same bytes, and what is in them works
	test/release

.PHONY: check-package
check-package: ## lintian and rpmlint; the deb installed, started, upgraded, removed in a Debian that boots for it (root)
	test/package

.PHONY: check-image
check-image: ## the image built by buildah and run as an engine runs it (root)
	test/image

.PHONY: trial
trial: ## the deb in a Debian that boots for it, Open vSwitch agents, a real Kafka and Prometheus beside it: a minute (root)
	test/trial

.PHONY: image
image: ## a container image
	docker build -t spoor .

.PHONY: clean
clean: ## remove what was built
	rm -rf dist out

.PHONY: check
check: $(CHECKS) ## what CI runs

.PHONY: list-checks list-full
list-checks:
	@printf '%s\n' 'first: $(FIRST)' 'next: $(NEXT)' 'busy: $(BUSY)' 'waiting: $(WAITING)' 'alone: $(ALONE)'
list-full:
	@echo $(FULL)

$(GOLANGCI):
	mkdir -p $(TOOLS)/new
	GOBIN=$(TOOLS)/new go install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(GOLANGCI_VERSION)
	mv $(TOOLS)/new/golangci-lint $@
