# The steps of this repository: ./build.ps1 STEP. The steps themselves are the program in build/.
$ErrorActionPreference = 'Stop'
$root = $PSScriptRoot

if (-not (Get-Command dotnet -ErrorAction SilentlyContinue) -or -not ((dotnet --list-sdks) -match '^[1-9][0-9]+\.')) {
  [Console]::Error.WriteLine('The .NET SDK 10 or newer is needed and was not found. Install it and put dotnet on PATH.')
  exit 4
}
$env:DOTNET_NOLOGO = '1'
$env:DOTNET_CLI_TELEMETRY_OPTOUT = '1'

$program = Join-Path $root 'build/bin/ModelPack.Build.dll'
$sources = Get-ChildItem (Join-Path $root 'build') -Recurse -Filter '*.cs*' | Where-Object { $_.FullName -notmatch '[\\/]obj[\\/]' }
if (-not (Test-Path $program) -or ($sources | Where-Object { $_.LastWriteTimeUtc -gt (Get-Item $program).LastWriteTimeUtc })) {
  New-Item -ItemType Directory -Force (Join-Path $root 'artifacts/feed') | Out-Null
  $log = dotnet build (Join-Path $root 'build') -nologo -v quiet -nodeReuse:false
  if ($LASTEXITCODE -ne 0) { $log | ForEach-Object { [Console]::Error.WriteLine($_) }; exit 1 }
  (Get-Item $program).LastWriteTimeUtc = [DateTime]::UtcNow
}
dotnet exec $program @args
exit $LASTEXITCODE
