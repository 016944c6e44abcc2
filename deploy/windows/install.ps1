# Installs or upgrades batchsync for this user in a Python environment of its own; -Uninstall removes it.
param([switch]$Uninstall)
$ErrorActionPreference = "Stop"
$home_folder = Join-Path $env:LOCALAPPDATA "batchsync-program"
$python = Join-Path $home_folder "Scripts\python.exe"

if ($Uninstall) {
    if (Test-Path $python) { & $python -m batchsync setup --remove }
    if (Test-Path $home_folder) { Remove-Item -Recurse -Force $home_folder }
    exit 0
}

$found = $null
foreach ($candidate in @(@("py", "-3"), @("python"), @("python3"))) {
    $program, $options = $candidate
    if (-not (Get-Command $program -ErrorAction SilentlyContinue)) { continue }
    & $program @options -c "import sys; sys.exit(sys.version_info < (3, 11))" 2>$null
    if ($LASTEXITCODE -eq 0) { $found = $candidate; break }
}
if (-not $found) {
    Write-Host "Python 3.11 or newer is missing: https://www.python.org/downloads/ (tick 'Add python.exe to PATH')."
    Write-Host "缺少 Python 3.11 或更新版本，请先从上面的网址安装（勾选 Add python.exe to PATH）。"
    exit 1
}

$program, $options = $found
& $program @options -m venv $home_folder
if ($LASTEXITCODE -ne 0) { exit $LASTEXITCODE }

$wheel = Get-ChildItem -Path $PSScriptRoot, (Join-Path $PSScriptRoot "..\..\dist") -Filter "batchsync-*.whl" -ErrorAction SilentlyContinue |
    Sort-Object LastWriteTime | Select-Object -Last 1
$source = Join-Path $PSScriptRoot "..\.."
if ($wheel) { $package = $wheel.FullName } elseif (Test-Path (Join-Path $source "pyproject.toml")) { $package = $source } else { $package = "batchsync" }
& $python -m pip install --upgrade --disable-pip-version-check $package
if ($LASTEXITCODE -ne 0) { exit $LASTEXITCODE }
& $python -m batchsync setup
exit $LASTEXITCODE
