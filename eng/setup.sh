# Sourced by ./run, ./test, ./bench and the samples: checks the tools and brings the packages, once. Everything it does may be repeated or interrupted.

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 MSBUILDDISABLENODEREUSE=1

# Says one sentence and gives up.
fail() { printf '%s\n' "$*" >&2; exit 1; }

# Shows a line only when there is something to wait for.
step() { printf '%s\n' "$*" >&2; }

# Runs a command silently; when it fails, shows what it said, then the sentence given first.
quietly() {
  local sentence=$1 said
  shift
  said=$("$@" 2>&1 </dev/null) || { printf '%s\n' "$said" >&2; fail "$sentence"; }
}

need_tools() {
  command -v dotnet >/dev/null || fail 'dotnet was not found: install the .NET 10 SDK and try again.'
  dotnet --version >/dev/null 2>&1 || fail "No .NET SDK $(sed -n 's/.*"version": "\(.*\)".*/\1/p' global.json) or later 10.0 is installed (dotnet is there, the SDK is not): install the .NET 10 SDK and try again."
  command -v node >/dev/null || fail 'node was not found: install Node.js 20 or later and try again.'
  [ "$(node -p 'parseInt(process.versions.node)')" -ge 20 ] || fail "Node.js $(node --version) is too old for Azurite: install Node.js 20 or later and try again."
  command -v npm >/dev/null || fail 'npm was not found: install Node.js 20 or later with npm and try again.'
}

# done_before NAME INPUT: whether step NAME was completed with this very input.
done_before() { [ -f ".state/$1" ] && [ "$(cat ".state/$1")" = "$2" ]; }
mark_done() { mkdir -p .state && printf '%s\n' "$2" >".state/$1"; }

bring_packages() {
  if ! done_before feed "$(feed_state)"; then
    step 'Looking for NuGet packages that the gallery lacks ...'
    dotnet run eng/feed.cs </dev/null >&2 || fail 'The package feed could not be filled; the message above says why.'
    mark_done feed "$(feed_state)"
  fi
  if ! done_before npm "$(npm_state)"; then
    step 'Installing Azurite and the charting library (npm ci) ...'
    quietly 'npm ci failed, so Azurite and the charting library are not installed: see the message above, check the network and try again.' \
      npm ci --no-audit --no-fund --loglevel=error
    mark_done npm "$(npm_state)"
  fi
}

# need_python "MODULE, MODULE" PACKAGE...: Debian's own Python with these modules; installs the packages when one is absent (as root, or with sudo).
need_python() {
  local modules=$1 root=()
  shift
  ! /usr/bin/python3 -c "import $modules" 2>/dev/null || return 0
  command -v apt-get >/dev/null || fail "/usr/bin/python3 cannot import all of $modules, and there is no apt-get to install $* with."
  step "Installing $* ..."
  [ "$(id -u)" = 0 ] || root=(sudo)
  quietly 'apt-get could not read its sources: see the message above.' "${root[@]}" apt-get update -q
  quietly "The packages $* could not be installed: see the message above." "${root[@]}" apt-get install -y -q --no-install-recommends "$@"
}

# PyTorch for the tests of training/gpu: brought where this is Debian and we are root; elsewhere those tests are skipped and say why.
bring_pytorch() {
  local python
  for python in ${TIDEMARK_PYTHON:-} /usr/bin/python3 python3; do
    "$python" -c "import importlib.util as u, sys; sys.exit(not all(u.find_spec(m) for m in ('torch', 'onnx', 'numpy')))" >/dev/null 2>&1 && return
  done
  command -v apt-get >/dev/null && [ "$(id -u)" -eq 0 ] && ! done_before pytorch tried || return 0
  step 'Installing PyTorch for the tests of the GPU trainer (apt-get, about 150 MB) ...'
  mark_done pytorch tried
  install_pytorch || { timeout 120 apt-get update && install_pytorch; } >/dev/null 2>&1 || step 'apt-get could not install it: the tests of training/gpu are skipped.'
}

# libopenblas0-pthread is no dependency of python3-torch; without it products are 30 times slower.
install_pytorch() {
  DEBIAN_FRONTEND=noninteractive timeout 300 apt-get install -y --no-install-recommends \
    python3-torch python3-onnx python3-numpy libopenblas0-pthread >/dev/null 2>&1 </dev/null
}

# The settings of this machine, which the build copies beside the suite.
bring_settings() { [ -f functions/local.settings.json ] || cp functions/local.settings.example.json functions/local.settings.json; }

# build PROJECT: Release; ./run looks at the stamp (build_is_current) before it builds again.
build() {
  step 'Building ...'
  mkdir -p .state
  touch .state/building
  quietly 'The build failed; the messages above say where.' dotnet build "$1" -c Release -v quiet -nologo -consoleLoggerParameters:NoSummary
  mv .state/building .state/build
}

# Folders count too: a file that was deleted makes its folder newer.
build_is_current() {
  [ -f .state/build ] && [ -f artifacts/bin/Local/release/Tidemark.Local.dll ] && [ -f artifacts/bin/Functions/release/Tidemark.Functions.dll ] &&
    [ -z "$(find functions embedded eng host.json global.json .editorconfig BannedSymbols.txt Directory.Build.props Directory.Packages.props -newer .state/build -print -quit)" ]
}

feed_state() { cksum eng/feed.cs; ls .feed 2>/dev/null || true; }
npm_state() { cksum package-lock.json; ls -d node_modules/azurite/dist/src/azurite.js 2>/dev/null || true; }
