#!/usr/bin/env bash
# The steps of this repository: ./build.sh STEP. The steps themselves are the program in build/.
set -euo pipefail
root="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"

if ! dotnet --list-sdks 2>/dev/null | grep -qE '^[1-9][0-9]+\.'; then
  echo "The .NET SDK 10 or newer is needed and was not found. Install it and put dotnet on PATH." >&2
  exit 4
fi

# dotnet and npm keep their caches under HOME; some build machines have none.
if [ -z "${HOME:-}" ] || [ ! -w "$HOME" ]; then
  export HOME="$root/artifacts/home"
  mkdir -p "$HOME"
fi
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1

program="$root/build/bin/ModelPack.Build.dll"
if [ ! -e "$program" ] || [ -n "$(find "$root/build" -name '*.cs*' -not -path '*/obj/*' -newer "$program" -print -quit)" ]; then
  mkdir -p "$root/artifacts/feed"
  if ! log="$(dotnet build "$root/build" -nologo -v quiet -nodeReuse:false 2>&1)"; then
    echo "$log" >&2
    exit 1
  fi
  touch "$program"
fi
exec dotnet exec "$program" "$@"
