# Needs Go and make, and nothing else. A test that needs more says what is missing, and skips.

GO      ?= go
BIN     := bin
LISTEN  ?= :10058
VERSION := $(shell cat VERSION)
# Of the commit, if this is a clone and git is there.
REVISION := $(shell git rev-parse --short=12 HEAD 2>/dev/null)

STAMP   := github.com/prometheus/common/version
LDFLAGS := -X $(STAMP).Version=$(VERSION) -X $(STAMP).Revision=$(REVISION)

# One static binary. Flags in the environment let vet and staticcheck use the packages that build and cross compile.
# The revision is in LDFLAGS, so go need not ask git, which refuses in a folder of another user.
GOFLAGS_GIVEN := $(shell $(GO) env GOFLAGS)
export CGO_ENABLED := 0
export GOFLAGS := $(GOFLAGS_GIVEN) -trimpath -buildvcs=false

# The race detector needs a C compiler. Without one the tests run all the same, but not in CI.
CC_FOUND := $(shell command -v $$($(GO) env CC) 2>/dev/null)
ifneq ($(CC_FOUND),)
  TEST := CGO_ENABLED=1 GOFLAGS='$(GOFLAGS_GIVEN)' $(GO) test -race
else ifeq ($(CI),true)
  TEST = $(error no C compiler, which go test -race needs: apt-get install gcc libc6-dev)
else
  TEST := GOFLAGS='$(GOFLAGS_GIVEN)' $(GO) test
endif

# Nested modules: test/* compare with programs whose packages the exporter itself must not need, tools pins the linter.
MODULES := $(sort $(patsubst %/go.mod,%,$(shell find . -name go.mod -not -path './$(BIN)/*')))
# Those with tests of their own.
TESTED  := $(foreach m,$(MODULES),$(if $(filter-out .,$(m)),$(if $(shell find $(m) -name '*_test.go'),$(m)),$(m)))

PLATFORMS := linux-amd64 linux-arm64 linux-armv6 linux-armv7 linux-riscv64 \
             darwin-amd64 darwin-arm64 windows-amd64 freebsd-amd64
MAX_MIB   := 25

# $(call in-each,modules,command) runs the command in all of them, and fails at the end if one has failed.
in-each = @failed=0; for m in $(1); do echo "$$m: $(2)"; (cd $$m && $(2)) || failed=1; done; exit $$failed

.DEFAULT_GOAL := help
.PHONY: help build demo test lint format vet staticcheck tidy generated generate cross bench clean

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1	\2/p' $(MAKEFILE_LIST) | expand -t 18

build: ## bin/home_exporter and bin/home_sim
	$(GO) build -ldflags '$(LDFLAGS)' -o $(BIN)/ ./cmd/...

demo: build ## a simulated house and the exporter that reads it, until Ctrl-C (LISTEN=:10058)
	$(BIN)/home_sim --config.out=$(BIN)/home_sim.yml --run=$(BIN)/home_exporter --run.listen-address=$(LISTEN)

test: ## all tests, with the race detector where there is a C compiler
ifeq ($(CC_FOUND),)
	@echo "no C compiler: without the race detector"
endif
	$(call in-each,$(TESTED),$(TEST) ./...)

lint: format vet staticcheck tidy generated ## gofmt, go vet, staticcheck, go mod tidy, generated files

format:
	@unformatted=$$(gofmt -l .) && \
	if [ -n "$$unformatted" ]; then echo "not as gofmt writes it:"; echo "$$unformatted"; exit 1; fi

vet:
	$(call in-each,$(TESTED),$(GO) vet ./...)

$(BIN)/staticcheck: tools/go.mod tools/go.sum
	$(GO) build -C tools -o ../$@ honnef.co/go/tools/cmd/staticcheck

staticcheck: $(BIN)/staticcheck
	$(call in-each,$(TESTED),$(CURDIR)/$(BIN)/staticcheck ./...)

tidy:
	$(call in-each,$(MODULES),$(GO) mod tidy -diff)

# Compares all files of the working tree before and after, so that it also holds with changes that are not committed.
FILES := git ls-files -z --cached --others --exclude-standard | xargs -0 sha256sum 2>/dev/null

generated:
	@set -e; git rev-parse --git-dir >/dev/null; mkdir -p $(BIN); \
	$(FILES) > $(BIN)/before.txt || true; \
	$(MAKE) --no-print-directory generate; \
	$(FILES) > $(BIN)/after.txt || true; \
	diff $(BIN)/before.txt $(BIN)/after.txt || \
	{ echo 'these files were not as make generate writes them; now they are: look at them and commit'; exit 1; }

generate: ## the files that are made from the code
	$(GO) generate ./...

cross: $(PLATFORMS:%=cross-%) ## the program for every platform
	@size=$$(wc -c < $(BIN)/cross/linux-amd64/home_exporter); mib=$$((size / 1048576)); \
	echo "linux/amd64, stripped: $$size bytes ($$mib MiB, at most $(MAX_MIB))"; \
	[ $$size -le $$(($(MAX_MIB) * 1048576)) ]

# linux-armv6 is GOOS=linux GOARCH=arm GOARM=6.
cross-%:
	GOOS=$(word 1,$(subst -, ,$*)) \
	GOARCH=$(patsubst armv%,arm,$(word 2,$(subst -, ,$*))) \
	GOARM=$(patsubst armv%,%,$(filter armv%,$(word 2,$(subst -, ,$*)))) \
	$(GO) build -ldflags '-s -w $(LDFLAGS)' -o $(BIN)/cross/$*/ ./cmd/home_exporter

bench: ## figures of the whole process
	$(GO) run ./bench

clean: ## remove what was built
	rm -rf $(BIN)
