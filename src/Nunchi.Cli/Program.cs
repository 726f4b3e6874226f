using Nunchi.Cli;

using var shell = SystemShell.Open();
return await CommandLine.RunAsync(args, shell.Shell).ConfigureAwait(false);
