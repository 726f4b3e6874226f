@echo off
rem Runs the nunchi command line; builds it first when the list of its sources (names, times, sizes) has changed.
setlocal
set "root=%~dp0"
set "home=%root%artifacts\nunchi"
if not exist "%home%" mkdir "%home%"
set "list=%home%\sources.%RANDOM%%RANDOM%.txt"
(
  for /r "%root%src" %%F in (*) do @echo %%F %%~tF %%~zF
  for %%F in ("%root%Directory.Build.props" "%root%Directory.Packages.props" "%root%global.json") do @echo %%~fF %%~tF %%~zF
) > "%list%"
set "current="
if exist "%home%\current" set /p current=<"%home%\current"
if "%current%"=="" goto build
if not exist "%home%\%current%\Nunchi.Cli.dll" goto build
fc /b "%list%" "%home%\%current%\sources.txt" >nul 2>nul
if errorlevel 1 goto build
del "%list%"
goto run

:build
where dotnet >nul 2>nul
if errorlevel 1 (
  echo nunchi: the .NET 10 SDK is needed to build and run; 'dotnet' is not on the PATH ^(https://dotnet.microsoft.com/download^). 1>&2
  del "%list%"
  exit /b 1
)
echo nunchi: building, this takes a minute or two ... 1>&2
set "name=build-%RANDOM%%RANDOM%"
mkdir "%home%\%name%"
set "publish=dotnet publish "%root%src\Nunchi.Cli\Nunchi.Cli.csproj" -c Release -o "%home%\%name%" -p:NunchiLauncher=true -p:UseSharedCompilation=false -nodeReuse:false --nologo"
%publish% > "%home%\build.log" 2>&1
if errorlevel 1 %publish% -p:PublishReadyToRun=false > "%home%\build.log" 2>&1
if errorlevel 1 (
  echo nunchi: the build failed ^(all of it: %home%\build.log^): 1>&2
  findstr /c:"error" "%home%\build.log" 1>&2
  rmdir /s /q "%home%\%name%"
  del "%list%"
  exit /b 1
)
move /y "%list%" "%home%\%name%\sources.txt" >nul
<nul set /p "=%name%" > "%home%\current"
set "current=%name%"

:run
dotnet exec "%home%\%current%\Nunchi.Cli.dll" %*
exit /b %errorlevel%
