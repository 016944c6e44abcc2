@echo off
rem Double-click: installs batchsync for this user. `install.cmd -Uninstall` removes it.
powershell -NoProfile -ExecutionPolicy Bypass -File "%~dp0install.ps1" %*
pause
